"""pages.door.neighbours on a real server: AWS without sign-in is this machine's, over HTTP and over the websocket."""

from __future__ import annotations

import http.client
from collections.abc import Iterator

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.support.console import Console, free_port, serving
from tests.support.visitor import visiting

SECRETS = """
[auth]
redirect_uri = "http://localhost/debug/oauth2callback"
cookie_secret = "of-the-tests-alone-01234567890123456789"
client_id = "console"
client_secret = "unguessable-client-secret"
server_metadata_url = "http://localhost:{nothing}/.well-known/openid-configuration"
"""
STRANGERS: list[dict[str, str]] = [
    {"X-Forwarded-For": "203.0.113.9"},
    {"X-Forwarded-For": ""},
    {"Forwarded": "for=203.0.113.9"},
    {"Via": "1.1 proxy"},
    {"X-Real-IP": ""},
    {"CF-Connecting-IP": "203.0.113.9"},
    {"true-client-ip": "203.0.113.9"},
    {"X-CLIENT-IP": ""},
    {"X-Envoy-External-Address": "203.0.113.9"},
    {"Host": "console.example.com"},
    {"Host": ""},
    {"Origin": "https://console.example.com"},
    {"Origin": "null"},
]
PATHS = (
    "/debug/pipeline",
    "/debug/",
    "/debug/media/0123.json",
    "/debug/_stcore/host-config",
    "/debug/static/favicon.png",
)


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """AWS without sign-in; there is none behind it."""
    nothing = f"http://127.0.0.1:{free_port()}"
    keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_ENDPOINT_URL": nothing}
    with serving(tmp_path_factory.mktemp("aws"), PIPELINE_BACKEND="aws", AWS_REGION="ap-northeast-1", **keys) as made:
        yield made


def answer(console: Console, path: str, headers: dict[str, str], method: str = "GET") -> tuple[int, str]:
    """Status and text of one request with exactly these headers beside its Host."""
    connection = http.client.HTTPConnection("127.0.0.1", console.port, timeout=30)
    try:
        connection.putrequest(method, path, skip_host=True)
        for name, value in {"Host": f"localhost:{console.port}", **headers}.items():
            connection.putheader(name, value)
        connection.endheaders()
        came = connection.getresponse()
        return came.status, came.read().decode("utf-8", "replace")
    finally:
        connection.close()


def handshake(console: Console, headers: dict[str, str], origin: str | None) -> int:
    """Status of a websocket's handshake."""
    host = {"Host": headers["Host"]} if "Host" in headers else {}
    others = {name: value for name, value in headers.items() if name not in {"Host", "Origin"}}
    try:
        url = f"ws://127.0.0.1:{console.port}/debug/_stcore/stream"
        with connect(url, origin=headers.get("Origin", origin), additional_headers={**others, **host}):  # type: ignore[arg-type]
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


@pytest.mark.parametrize("headers", STRANGERS, ids=str)
def test_a_stranger_gets_no_page_and_no_file(console: Console, headers: dict[str, str]) -> None:
    for path in PATHS:
        status, text = answer(console, path, headers)
        assert (status, text[:11]) == (403, "E013 CONFIG")
    assert answer(console, "/debug/_stcore/upload_file/s/f", headers, "PUT")[0] == 403


@pytest.mark.parametrize("headers", [headers for headers in STRANGERS if "Host" not in headers], ids=str)
def test_a_stranger_s_websocket_is_refused(console: Console, headers: dict[str, str]) -> None:
    assert handshake(console, headers, console.url) == 403


@pytest.mark.parametrize("origin", [None, "http://192.168.0.7:8501", "http://localhost.evil.example"])
def test_a_websocket_needs_a_page_of_this_machine(console: Console, origin: str | None) -> None:
    assert handshake(console, {}, origin) == 403


def test_the_refusal_is_in_the_reader_s_language_and_says_how_to_go_on(console: Console) -> None:
    japanese, english = (answer(console, f"/debug/pipeline{query}", {"Via": "x"})[1] for query in ("", "?lang=en"))
    assert "プロキシ" in japanese and "サインインを設定" in japanese
    assert "through a proxy" in english and "set up sign-in" in english
    assert "(via)" in japanese and "(via)" in english


def test_this_machine_is_served_and_a_watcher_may_be_anywhere(console: Console) -> None:
    assert answer(console, "/debug/pipeline", {})[0] == 200
    assert handshake(console, {}, console.url) == 101
    assert handshake(console, {}, f"http://127.0.0.1:{console.port}") == 101
    for headers in STRANGERS[:2]:
        assert answer(console, "/debug/healthz", headers) == (200, "ok")


def test_with_sign_in_a_proxy_is_served(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("signed-in")
    (folder / "secrets.toml").write_text(SECRETS.format(nothing=free_port()), "utf-8")
    (folder / ".env.local").write_text("PIPELINE_VIEWERS=@example.com\n", "utf-8")
    with serving(folder, PIPELINE_BACKEND="aws", AWS_REGION="ap-northeast-1") as console:
        assert answer(console, "/debug/pipeline", STRANGERS[0])[0] == 200
        assert handshake(console, STRANGERS[0], console.url) == 101


def test_the_demo_is_everybody_s(tmp_path_factory: pytest.TempPathFactory) -> None:
    with serving(tmp_path_factory.mktemp("demo")) as console:
        assert answer(console, "/debug/pipeline", STRANGERS[0])[0] == 200
        with visiting(console.url) as visitor:
            message = BackMsg()
            message.rerun_script.page_name = "pipeline"
            visitor.send(message)
