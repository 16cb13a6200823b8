"""pipeline.sources.deadline: an answer as a whole has its time, wherever in it the provider takes its own."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import urllib3
from urllib3.exceptions import HTTPError

from pipeline.sources.deadline import timely_pool

SILENCE = urllib3.Timeout(connect=1, read=0.3)
HEAD = b"HTTP/1.1 200 OK\r\n"
WHOLE = HEAD + b"Content-Length: 2\r\n\r\n{}"


@contextmanager
def serving(*answers: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that gives each answer on one connection, and its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                for answer in answers:
                    connection.recv(65536)
                    answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join()


def dripping(first: bytes, byte: bytes) -> Callable[[socket.socket], None]:
    """An answer that goes on a byte at a time, for as long as somebody reads it or twenty seconds."""

    def answer(connection: socket.socket) -> None:
        try:
            connection.sendall(first)
            for _ in range(400):
                time.sleep(0.05)
                connection.sendall(byte)
        except OSError:
            return

    return answer


@pytest.mark.parametrize(
    "answer",
    [
        dripping(HEAD + b"Connection: close\r\n\r\n", b" "),
        dripping(HEAD + b"Content-Length: 5000\r\n\r\n", b" "),
        dripping(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1388\r\n", b" "),
        dripping(HEAD + b"X-Long: ", b"x"),
    ],
    ids=["to the end", "of a length", "in chunks", "in the headers"],
)
def test_an_answer_that_comes_byte_by_byte_is_left_in_time(answer: Callable[[socket.socket], None]) -> None:
    with serving(answer) as url, timely_pool() as pool:
        begun = time.monotonic()
        with pytest.raises(HTTPError):
            pool.request("GET", url, timeout=SILENCE)
        # On a machine that has other things to do; the server would go on for twice as long.
        assert 0.5 < time.monotonic() - begun < 10


def test_each_answer_of_a_connection_has_its_own_time() -> None:
    def slow(connection: socket.socket) -> None:
        time.sleep(0.3)
        connection.sendall(WHOLE)

    # Six are longer than one may be, twice its silence.
    each = urllib3.Timeout(connect=1, read=0.8)
    with serving(*[slow] * 6) as url, timely_pool() as pool:
        assert [pool.request("GET", url, timeout=each).data for _ in range(6)] == [b"{}"] * 6
        assert pool.connection_from_url(url).num_connections == 1
