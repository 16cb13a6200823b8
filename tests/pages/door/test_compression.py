"""pages.door.compression: Streamlit's files by gzip, once a process; everything else as it was."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from pages.door.compression import Compression, Kept, Shelf
from tests.support.asgi import ask

CODE = b"export const answer = 42\n" * 200
GZIP = {"accept-encoding": "gzip"}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name in ("app.js", "font.woff2", "page.html"):
        (tmp_path / name).write_bytes(CODE)
    (tmp_path / "small.js").write_bytes(b"1")
    return tmp_path


@pytest.fixture
def app(files: Path) -> Starlette:
    routes = [Mount("/debug/static", StaticFiles(directory=files)), Mount("/debug/media", StaticFiles(directory=files))]
    return Starlette(routes=routes, middleware=[Middleware(Compression, static="/debug/static/")])


def test_a_file_arrives_compressed_and_whole(app: Starlette) -> None:
    answer = ask(app, "/debug/static/app.js", headers=GZIP)
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) == len(gzip.compress(CODE, 9)) < len(CODE) / 10
    assert answer.content == CODE


def test_a_file_is_compressed_once_a_process(app: Starlette, files: Path) -> None:
    first = ask(app, "/debug/static/app.js", headers=GZIP)
    (files / "app.js").unlink()
    second = ask(app, "/debug/static/app.js", headers=GZIP)
    assert second.content == first.content == CODE
    assert second.headers == first.headers


def test_a_client_that_does_not_know_gzip_gets_the_file(app: Starlette) -> None:
    answer = ask(app, "/debug/static/app.js")
    assert "content-encoding" not in answer.headers
    assert answer.content == CODE


def test_who_has_the_file_is_told_so(app: Starlette) -> None:
    etag = ask(app, "/debug/static/app.js", headers=GZIP).headers["etag"]
    assert etag.startswith("W/")
    assert ask(app, "/debug/static/app.js", headers={**GZIP, "if-none-match": etag}).status_code == 304


def test_a_part_of_a_file_is_left_alone(app: Starlette) -> None:
    ask(app, "/debug/static/app.js", headers=GZIP)
    answer = ask(app, "/debug/static/app.js", headers={**GZIP, "range": "bytes=0-5"})
    assert (answer.status_code, answer.content) == (206, b"export")
    assert answer.headers["content-range"] == f"bytes 0-5/{len(CODE)}"
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("path", ["/debug/static/font.woff2", "/debug/static/small.js", "/debug/media/app.js"])
def test_what_gains_nothing_and_what_people_download_is_left_alone(app: Starlette, path: str) -> None:
    assert "content-encoding" not in ask(app, path, headers=GZIP).headers


def test_html_is_compressed_anew_each_time(app: Starlette, files: Path) -> None:
    assert ask(app, "/debug/media/page.html", headers=GZIP).headers["content-encoding"] == "gzip"
    (files / "page.html").write_bytes(CODE.upper())
    assert ask(app, "/debug/media/page.html", headers=GZIP).content == CODE.upper()


def test_a_file_that_is_not_there_is_not_kept(app: Starlette, files: Path) -> None:
    assert ask(app, "/debug/static/late.js", headers=GZIP).status_code == 404
    (files / "late.js").write_bytes(CODE)
    assert ask(app, "/debug/static/late.js", headers=GZIP).content == CODE


def test_the_shelf_holds_so_much_and_drops_what_was_asked_for_longest_ago() -> None:
    shelf = Shelf(most=10)
    for path in "ab":
        shelf.put(path, Kept([], b"12345"))
    shelf.get("a")
    shelf.put("c", Kept([], b"12345"))
    assert [path for path in "abc" if shelf.get(path)] == ["a", "c"]


REFUSALS = ["gzip;q=0", "gzip;q=0, identity", "identity", "notgzipatall", "br, *;q=0"]


@pytest.mark.parametrize("accepted", REFUSALS)
def test_who_does_not_take_gzip_gets_the_file_as_it_is(app: Starlette, accepted: str) -> None:
    answer = ask(app, "/debug/static/app.js", headers={"accept-encoding": accepted})
    assert "content-encoding" not in answer.headers
    assert answer.content == CODE


@pytest.mark.parametrize("accepted", ["gzip", "GZIP", "br, gzip;q=0.5", "*"])
def test_who_takes_gzip_in_whatever_words_gets_it(app: Starlette, accepted: str) -> None:
    assert ask(app, "/debug/static/app.js", headers={"accept-encoding": accepted}).headers["content-encoding"] == "gzip"


def test_every_form_of_a_file_tells_caches_that_there_are_two(app: Starlette) -> None:
    etag = ask(app, "/debug/static/app.js").headers["etag"]
    for headers in ({}, GZIP, {"if-none-match": etag}, {"range": "bytes=0-9"}):
        assert ask(app, "/debug/static/app.js", headers=headers).headers["vary"] == "Accept-Encoding"
