"""pipeline.console.identity_provider: whether a provider answers as one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
import pytest

from pipeline.console.identity_provider import check
from pipeline.errors import ExternalApiDown

WHOLE = {name: "https://x.example" for name in ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")}
ANSWERS = {
    "/whole": (200, orjson.dumps(WHOLE)),
    "/part": (200, orjson.dumps(WHOLE | {"token_endpoint": None})),
    "/list": (200, b"[]"),
    "/html": (200, b"<html>"),
    "/down": (503, orjson.dumps(WHOLE)),
}


class Provider(BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # noqa: N802 - http.server's name
        status, body = ANSWERS[self.path]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing on the tests' output."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Provider) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_provider_that_answers_is_fine(url: str) -> None:
    check(f"{url}/whole")


@pytest.mark.parametrize("path", ["part", "list", "html", "down"])
def test_whatever_is_no_provider_s_answer_is_an_error_that_names_the_host(url: str, path: str) -> None:
    with pytest.raises(ExternalApiDown) as caught:
        check(f"{url}/{path}")
    assert caught.value.facts["resource"] == url.removeprefix("http://")


@pytest.mark.parametrize("nowhere", ["http://127.0.0.1:9/x", "https://", "nonsense"])
def test_nobody_there_is_an_error(nowhere: str) -> None:
    with pytest.raises(ExternalApiDown):
        check(nowhere)
