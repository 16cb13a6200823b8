"""pages.door.headers: what every answer carries, and what may run in a page."""

from __future__ import annotations

import re

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from pages.door.headers import SecurityHeaders, index_html, policy, script_hashes
from tests.support.asgi import ask


async def loose(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("text", headers={"X-Frame-Options": "SAMEORIGIN", "X-Own": "kept"})


APP = Starlette(routes=[Route("/page", loose)], middleware=[Middleware(SecurityHeaders)])


@pytest.mark.parametrize("path", ["/page", "/nowhere"])
def test_every_answer_carries_them(path: str) -> None:
    headers = ask(APP, path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_an_inner_room_cannot_loosen_them() -> None:
    headers = ask(APP, "/page").headers
    assert headers.get_list("x-frame-options") == ["DENY"]
    assert headers["x-own"] == "kept"


def test_a_script_in_the_page_is_known_by_its_hash() -> None:
    # echo -n a | openssl dgst -sha256 -binary | base64
    assert script_hashes("<script>a</script>") == ["'sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs='"]


def test_nothing_but_files_of_this_server_and_streamlit_s_own_script_runs() -> None:
    (scripts,) = re.findall("script-src ([^;]*)", policy(index_html()))
    assert scripts.split()[:3] == ["'self'", "'wasm-unsafe-eval'", "blob:"]
    assert all(source.startswith("'sha256-") for source in scripts.split()[3:])
    assert len(scripts.split()) == 4
