"""pages.door.connections: a real uvicorn on 127.0.0.1 that is kept from being crowded out."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPResponse

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from pages.door.connections import GRACE_SECONDS, MESSAGE_BYTES, bound, running_server

BEGUN = threading.Semaphore(0)
ASK = b"GET %b HTTP/1.1\r\nHost: console\r\n\r\n"


async def quick(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("quick")


async def slow(_request: Request) -> PlainTextResponse:
    BEGUN.release()
    await asyncio.sleep(0.6)
    return PlainTextResponse("slow")


APP = Starlette(routes=[Route("/quick", quick), Route("/slow", slow)])


@contextmanager
def serving(most: int, seconds: float) -> Iterator[int]:
    config = uvicorn.Config(APP, log_level="error")
    bound(config, most, seconds)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(10)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Ten connections, each of which may be silent for 0.2 seconds."""
    with serving(10, 0.2) as port:
        yield port


def knock(port: int, words: bytes = b"") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=5)
    connection.sendall(words)
    return connection


def heard(connection: socket.socket) -> bytes:
    """The body of the next answer."""
    with closing(HTTPResponse(connection)) as answer:
        answer.begin()
        return answer.read()


def is_closed(connection: socket.socket) -> bool:
    """Wait for the end of a connection on which nothing is said."""
    try:
        return connection.recv(100) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("half", [b"", b"GET /quick", ASK % b"/quick" + b"GET /quick"])
def test_who_does_not_finish_asking_is_closed(port: int, half: bytes) -> None:
    with closing(knock(port, half)) as connection:
        if b"Host" in half:
            assert heard(connection) == b"quick"
        assert is_closed(connection)


def test_a_request_that_is_being_answered_may_take_longer(port: int) -> None:
    with closing(knock(port, ASK % b"/slow")) as connection:
        assert BEGUN.acquire(timeout=5)
        assert heard(connection) == b"slow"


def test_the_longest_silent_ones_leave_and_a_new_one_is_answered() -> None:
    with serving(10, 60) as port:
        crowd = [knock(port) for _ in range(100)]
        with closing(knock(port, ASK % b"/quick")) as connection:
            assert heard(connection) == b"quick"
        assert all(is_closed(one) for one in crowd[:90])
        crowd[-1].sendall(ASK % b"/quick")
        assert heard(crowd[-1]) == b"quick"
        for one in crowd:
            one.close()


def test_a_full_house_of_busy_ones_refuses_the_newcomer() -> None:
    with serving(10, 60) as port:
        busy = [knock(port, ASK % b"/slow") for _ in range(10)]
        assert all(BEGUN.acquire(timeout=5) for _ in busy)
        with closing(knock(port)) as newcomer:
            assert is_closed(newcomer)
        for one in busy:
            assert heard(one) == b"slow"
            one.close()


def test_messages_are_bounded_and_the_end_is_not_waited_for_long() -> None:
    config = uvicorn.Config(APP)
    bound(config)
    assert config.ws_max_size == MESSAGE_BYTES
    assert config.timeout_graceful_shutdown == GRACE_SECONDS


def test_only_a_uvicorn_that_has_taken_the_signal_is_the_running_server() -> None:
    assert running_server() is None
    server = uvicorn.Server(uvicorn.Config(APP))
    with server.capture_signals():
        assert running_server() is server
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
