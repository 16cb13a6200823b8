"""pages.door.shell: Streamlit's page in the reader's language, and 404 for an address that is none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from streamlit.web.server.starlette.starlette_app import create_streamlit_middleware
from streamlit.web.server.starlette.starlette_static_routes import create_streamlit_static_assets_routes

from pages.door.shell import Shell
from tests.support.asgi import ask

BROWSER = {"accept": "text/html", "accept-encoding": "gzip"}


@pytest.fixture
def app(tmp_path: Path) -> Starlette:
    (tmp_path / "document.html").write_text('<html lang="en">own', "utf-8")
    routes = [Mount("/debug/media", StaticFiles(directory=tmp_path)), *create_streamlit_static_assets_routes("debug")]
    ours = Middleware(Shell, base="/debug", names=lambda: frozenset({"pipeline", "sources"}))
    return Starlette(routes=routes, middleware=[ours, *create_streamlit_middleware()])


QUERIES = [("", "ja"), ("?lang=en", "en"), ("?tab=x&lang=ja", "ja"), ("?lang=x", "ja")]


@pytest.mark.parametrize(("query", "lang"), QUERIES)
def test_the_page_is_served_in_the_language_of_its_address(app: Starlette, query: str, lang: str) -> None:
    answer = ask(app, f"/debug/pipeline{query}", headers=BROWSER)
    assert answer.status_code == 200
    assert re.findall("<html lang=.*>", answer.text) == [f'<html lang="{lang}">']


@pytest.mark.parametrize("path", ["/debug/", "/debug/pipeline", "/debug/sources"])
def test_an_address_of_the_app_is_found(app: Starlette, path: str) -> None:
    assert ask(app, path, headers=BROWSER).status_code == 200


@pytest.mark.parametrize("name", ["nonsense", "exports", "pipelines", "%E3%81%82"])
def test_an_address_that_is_none_is_404_and_still_the_app(app: Starlette, name: str) -> None:
    answer = ask(app, f"/debug/{name}", headers=BROWSER)
    assert answer.status_code == 404
    assert '<div id="root">' in answer.text


@pytest.mark.parametrize(("name", "status"), [("pipeline", 200), ("nonsense", 404)])
def test_who_asks_for_the_headers_alone_gets_those_of_the_page(app: Starlette, name: str, status: int) -> None:
    answer = ask(app, f"/debug/{name}", "HEAD", headers=BROWSER)
    assert answer.status_code == status
    assert answer.headers["content-length"] == ask(app, f"/debug/{name}", headers=BROWSER).headers["content-length"]


def test_a_deeper_address_leads_to_one_that_can_say_so(app: Starlette) -> None:
    answer = ask(app, "/debug/pipeline/x?lang=en", headers=BROWSER)
    assert (answer.status_code, answer.headers["location"]) == (307, "/debug/not-found?lang=en")


def test_a_script_that_is_not_there_is_not_the_page(app: Starlette) -> None:
    answer = ask(app, "/debug/static/js/none.js", headers={"accept": "*/*"})
    assert (answer.status_code, answer.text) == (404, "Not Found")


def test_no_address_s_answer_is_taken_for_another_s(app: Starlette) -> None:
    answer = ask(app, "/debug/pipeline", headers=BROWSER)
    assert answer.headers["cache-control"] == "no-cache"
    assert not {"etag", "last-modified"} & set(answer.headers)


def test_what_people_download_is_not_touched(app: Starlette) -> None:
    assert ask(app, "/debug/media/document.html", headers=BROWSER).text == '<html lang="en">own'


@pytest.mark.parametrize("asked", [{"range": "bytes=0-"}, {"if-none-match": "*"}])
def test_a_page_is_always_whole_and_of_its_address(app: Starlette, asked: dict[str, str]) -> None:
    answer = ask(app, "/debug/nothing?lang=ja", headers={**BROWSER, **asked})
    assert answer.status_code == 404
    assert '<html lang="ja">' in answer.text


@pytest.mark.parametrize("query", ["", "?lang=en"])
def test_the_bare_address_leads_on_whatever_host_is_named(app: Starlette, query: str) -> None:
    answer = ask(app, f"/debug{query}", headers={**BROWSER, "host": "evil.example"})
    assert (answer.status_code, answer.headers["location"]) == (307, f"/debug/{query}")
