"""pages.door.downloads: files go to the browser that asked for them; pages bring the cookie by which it is told."""

from __future__ import annotations

import re

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from pages.door.downloads import PIECE, Downloads
from pages.parcels import VISITOR, Parcel, Parcels
from tests.support.asgi import ask

PATH = "/debug/media/1.json"


async def page(_: Request) -> Response:
    return HTMLResponse("<html>")


async def media(request: Request) -> Response:
    shown = request.path_params["name"].startswith("icon")
    headers = {} if shown else {"content-disposition": 'attachment; filename="t.json"'}
    return Response(b"stub", media_type="image/svg+xml" if shown else "application/json", headers=headers)


@pytest.fixture
def parcels() -> Parcels:
    return Parcels()


@pytest.fixture
def app(parcels: Parcels) -> Starlette:
    routes = [Route("/debug/media/{name}", media), Route("/debug/pipeline", page), Route("/debug/data", media_of_none)]
    return Starlette(routes=routes, middleware=[Middleware(Downloads, base="/debug", parcels=parcels)])


async def media_of_none(_: Request) -> Response:
    return Response(b"{}", media_type="application/json")


def cookie(value: str) -> dict[str, str]:
    return {"cookie": f"other=1; {VISITOR}={value}"}


def test_a_page_brings_the_cookie_once(app: Starlette) -> None:
    brought = ask(app, "/debug/pipeline").headers["set-cookie"]
    found = re.fullmatch(rf"{VISITOR}=([A-Za-z0-9_-]{{32}}); Path=/debug; HttpOnly; SameSite=Lax", brought)
    assert found
    assert "set-cookie" not in ask(app, "/debug/pipeline", headers=cookie(found[1])).headers


def test_each_browser_gets_another_cookie(app: Starlette) -> None:
    assert len({ask(app, "/debug/pipeline").headers["set-cookie"] for _ in range(5)}) == 5


@pytest.mark.parametrize("path", ["/debug/data", "/debug/media/icon.svg"])
def test_what_is_no_page_brings_none(app: Starlette, path: str) -> None:
    assert "set-cookie" not in ask(app, path).headers


def test_a_parcel_is_delivered_whole_and_as_a_file(app: Starlette, parcels: Parcels) -> None:
    body = b"0123456789" * PIECE
    parcels.put(PATH, Parcel("mine", "表 1.json", "application/json", body))
    answer = ask(app, PATH, headers=cookie("mine"))
    assert (answer.status_code, answer.content) == (200, body)
    assert answer.headers["content-disposition"] == "attachment; filename*=utf-8''%E8%A1%A8%201.json"
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("application/json", "no-store")


def test_a_look_at_its_head_takes_no_body(app: Starlette, parcels: Parcels) -> None:
    parcels.put(PATH, Parcel("mine", "t.json", "application/json", b"document"))
    answer = ask(app, PATH, "HEAD", headers=cookie("mine"))
    assert (answer.status_code, answer.headers["content-length"], answer.content) == (200, "8", b"")


@pytest.mark.parametrize("headers", [{}, cookie("another"), cookie(""), {"cookie": "\x00;;="}])
def test_nobody_else_gets_it_nor_the_stub(app: Starlette, parcels: Parcels, headers: dict[str, str]) -> None:
    parcels.put(PATH, Parcel("mine", "t.json", "application/json", b"document"))
    answer = ask(app, PATH, headers=headers)
    assert (answer.status_code, answer.text) == (404, "Not Found")


def test_what_is_over_is_not_found(app: Starlette) -> None:
    assert ask(app, PATH, headers=cookie("mine")).status_code == 404


def test_what_pages_show_is_served_as_it_was(app: Starlette) -> None:
    answer = ask(app, "/debug/media/icon.svg")
    assert (answer.status_code, answer.content) == (200, b"stub")
