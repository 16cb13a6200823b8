"""pages.door.limits: how much a request may bring, and how long it may take."""

from __future__ import annotations

from itertools import repeat

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from pages.door.limits import BodyLimit
from tests.support.asgi import ask, in_parts

METHODS = ["POST", "PUT", "GET", "DELETE"]


async def measure(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


async def deaf(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("not read")


def bounded(seconds: float) -> Starlette:
    routes = [Route("/measure", measure, methods=METHODS), Route("/deaf", deaf, methods=METHODS)]
    return Starlette(routes=routes, middleware=[Middleware(BodyLimit, most=1_000, seconds=seconds)])


# A busy machine takes its time over a thousand parts.
APP = bounded(seconds=60)


@pytest.mark.parametrize("path", ["/measure", "/deaf", "/nowhere"])
@pytest.mark.parametrize("method", METHODS)
def test_a_body_that_says_it_is_too_large_is_refused_on_every_route(path: str, method: str) -> None:
    answer = ask(APP, path, method, content=b"x" * 1_001)
    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"


def test_a_body_that_does_not_say_its_length_is_counted() -> None:
    answer = ask(APP, "/measure", "POST", content=in_parts(repeat(b"x" * 100, 11)))
    assert (answer.status_code, answer.text) == (413, "Request body too large")


@pytest.mark.parametrize("size", [0, 1, 1_000])
def test_a_body_within_the_bound_arrives_whole(size: int) -> None:
    assert ask(APP, "/measure", "POST", content=b"x" * size).text == str(size)
    assert ask(APP, "/measure", "POST", content=in_parts(repeat(b"x", size))).text == str(size)


def test_a_body_that_takes_too_long_is_refused() -> None:
    answer = ask(bounded(seconds=0.2), "/measure", "POST", content=in_parts(repeat(b"x", 10), pause=0.1))
    assert answer.status_code == 408


def test_a_connection_whose_body_nobody_read_is_not_kept() -> None:
    answer = ask(APP, "/deaf", "POST", content=in_parts(repeat(b"x", 10)))
    assert (answer.text, answer.headers["connection"]) == ("not read", "close")


def test_a_request_without_a_body_keeps_its_connection() -> None:
    assert "connection" not in ask(APP, "/deaf").headers
