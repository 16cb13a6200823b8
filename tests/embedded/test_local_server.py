"""pipeline.embedded.local_server: a server of this machine only, which closes without leaving anything behind."""

from __future__ import annotations

import socket
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import closing

import pytest
from werkzeug import Request, Response

from pipeline.embedded.local_server import LocalServer


@Request.application
def echo(request: Request) -> Response:
    if request.path == "/fail":
        raise ZeroDivisionError("no good")
    return Response(request.get_data() or request.path.encode())


@pytest.fixture
def server() -> Iterator[LocalServer]:
    made = LocalServer(echo, "echo")
    made.start()
    yield made
    made.close()


def asked(server: LocalServer, request: bytes) -> bytes:
    with silent(server) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def silent(server: LocalServer) -> socket.socket:
    return socket.create_connection(server.address.split(":"), timeout=10)  # type: ignore[arg-type]


def turned_away(server: LocalServer) -> bool:
    try:
        return asked(server, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") == b""
    except ConnectionError:
        return True


def test_it_answers_on_this_machine_only(server: LocalServer) -> None:
    with urllib.request.urlopen(f"{server.url}/here") as answer:
        assert (answer.status, answer.read()) == (200, b"/here")
    assert server.url.startswith("http://127.0.0.1:")


def test_each_connection_ends_with_its_answer(server: LocalServer) -> None:
    two = b"GET /one HTTP/1.1\r\nHost: x\r\n\r\n" * 2
    answer = asked(server, two)
    assert answer.count(b"HTTP/1.1 200 OK") == 1 and b"\r\nConnection: close\r\n" in answer


def test_a_body_in_chunks_is_put_together(server: LocalServer) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert asked(server, head + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n").endswith(b"\r\n\r\nabcde")


def test_somebody_who_is_slow_keeps_nobody_waiting(server: LocalServer) -> None:
    with silent(server):
        with urllib.request.urlopen(f"{server.url}/other", timeout=10) as answer:
            assert answer.read() == b"/other"


def test_more_connections_than_it_has_threads_for_are_turned_away_until_others_end() -> None:
    server = LocalServer(echo, "echo-of-two", most=2)
    server.start()
    with closing(server):
        with silent(server), silent(server):
            assert turned_away(server)
        assert any(not turned_away(server) for _ in range(1000))


def test_what_an_application_raises_is_an_error_and_told(server: LocalServer, caplog: pytest.LogCaptureFixture) -> None:
    assert asked(server, b"GET /fail HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 500 ")
    assert "ZeroDivisionError: no good" in caplog.text


def test_once_closed_its_port_is_free_and_its_thread_is_gone() -> None:
    server = LocalServer(echo, "echo-to-close")
    server.start()
    server.close()
    assert "echo-to-close" not in {thread.name for thread in threading.enumerate()}
    host, port = server.address.split(":")
    with socket.socket() as free:
        free.bind((host, int(port)))


def test_one_that_was_never_started_closes_too() -> None:
    server = LocalServer(echo, "echo-unused")
    server.close()
    with pytest.raises(ConnectionRefusedError):
        asked(server, b"GET / HTTP/1.1\r\n\r\n")
