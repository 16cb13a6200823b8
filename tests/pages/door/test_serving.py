"""The console as its command starts it, met by what it must bear: odd settings, a taken port, crowds, the end."""

from __future__ import annotations

import resource
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

from tests.support.console import Console, clean, command, serving
from tests.support.eventually import eventually

GIGABYTE = 2**30
# RFC 6455, "Defined Status Codes".
TOO_BIG = 1009
MEGABYTE = b"x" * 2**20
ROUTES = (
    ("GET", "/debug/pipeline"),
    ("POST", "/debug/pipeline"),
    ("POST", "/debug/healthz"),
    ("PUT", "/debug/_stcore/upload_file/session/file"),
    ("POST", "/debug/_stcore/agent/interact"),
    ("POST", "/debug/auth/login"),
    ("GET", "/debug/static/favicon.png"),
    ("POST", "/elsewhere"),
)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Console, tuple[int, str]]]:
    """An embedded console, and how ready it said it was when its port had opened."""
    with serving(tmp_path_factory.mktemp("console")) as console:
        yield console, console.get("/debug/readyz")


@pytest.fixture(scope="module")
def console(fresh: tuple[Console, tuple[int, str]]) -> Console:
    """The same, ready, for what it survives."""
    fresh[0].wait_until("/debug/readyz", (200, "ok"))
    return fresh[0]


def test_the_server_answers_before_the_demo_is_filled(fresh: tuple[Console, tuple[int, str]]) -> None:
    console, at_first = fresh
    assert at_first == (503, "STARTING")
    console.wait_until("/debug/readyz", (200, "ok"))


def test_settings_that_are_no_text_are_told_by_their_code_and_the_server_goes_on(tmp_path: Path) -> None:
    (tmp_path / ".env.local").write_bytes(b"S3_BUCKET_NAME=\xff\xfe")
    with serving(tmp_path) as console:
        console.wait_until("/debug/readyz", (503, "E013"))
        assert console.get("/debug/healthz") == (200, "ok")


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            command(port, tmp_path), cwd=tmp_path, env=clean(), capture_output=True, text=True, timeout=60, check=False
        )
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    assert done.returncode == 1
    assert len(lines) == 1 and f"Port {port} is not available" in lines[0]


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "in chunks"])
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_gigabyte_is_refused_by_every_route(console: Console, method: str, path: str, declared: bool) -> None:
    length = f"Content-Length: {GIGABYTE}" if declared else "Transfer-Encoding: chunked"
    part = MEGABYTE if declared else b"100000\r\n" + MEGABYTE + b"\r\n"
    with closing(socket.create_connection(("127.0.0.1", console.port), timeout=20)) as connection:
        connection.sendall(f"{method} {path} HTTP/1.1\r\nHost: localhost:{console.port}\r\n{length}\r\n\r\n".encode())
        assert sent_before_the_end(connection, part) < GIGABYTE / 16
    assert console.get("/debug/healthz") == (200, "ok")


def sent_before_the_end(connection: socket.socket, part: bytes) -> int:
    """How many bytes went out before the other side closed."""
    sent = 0
    try:
        while sent < GIGABYTE:
            connection.sendall(part)
            sent += len(part)
    except OSError:
        return sent
    return sent


def test_a_body_that_is_declared_too_large_is_told_so(console: Console) -> None:
    head = f"POST /debug/pipeline HTTP/1.1\r\nHost: localhost\r\nContent-Length: {GIGABYTE}\r\n\r\n".encode()
    with closing(socket.create_connection(("127.0.0.1", console.port), timeout=20)) as connection:
        connection.sendall(head)
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_message_over_the_websocket_is_bounded(console: Console) -> None:
    with connect(f"ws://localhost:{console.port}/debug/_stcore/stream", max_size=None) as stranger:
        with pytest.raises(ConnectionClosedError) as closed:
            stranger.send(MEGABYTE * 2)
            stranger.recv(timeout=10)
    assert closed.value.rcvd and closed.value.rcvd.code == TOO_BIG
    assert console.get("/debug/healthz") == (200, "ok")


@pytest.mark.parametrize("number", [2_000, pytest.param(10_000, marks=pytest.mark.soak)])
def test_connections_that_say_nothing_crowd_nobody_out(console: Console, number: int) -> None:
    most = min(number, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 500)
    with ExitStack() as held:
        crowd = [held.enter_context(socket.create_connection(("127.0.0.1", console.port), 30)) for _ in range(most)]
        assert console.get("/debug/healthz") == (200, "ok")
        assert all(is_closed(one) for one in crowd[: most - 1_000])
        assert len(list(Path(f"/proc/{console.process.pid}/fd").iterdir())) < 1_000
    assert console.get("/debug/readyz") == (200, "ok")
    assert "Traceback" not in console.output.read_text("utf-8")


def is_closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_told_to_end_while_it_fills_the_demo_it_ends_too(tmp_path: Path) -> None:
    with serving(tmp_path) as console:
        assert console.end() < 10


def test_the_demo_s_schedule_fires_in_its_process_and_ends_with_it(tmp_path: Path) -> None:
    # At the start the sources' last time is missing: the function's process is there though nobody has asked.
    with serving(tmp_path, PIPELINE_DEMO_SCHEDULE="on") as console:
        assert eventually(lambda: bool(console.children()), seconds=60)
        functions = console.children()
        assert console.end() < 10
    assert not any(Path(f"/proc/{process}").exists() for process in functions)


def test_the_demo_s_quality_is_looked_at_in_its_process_and_that_ends_with_it(tmp_path: Path) -> None:
    with serving(tmp_path, PIPELINE_DEMO_SCHEDULE="on", PIPELINE_BUILD_AFTER_TABLES="off") as console:
        audited = b'"who":"schedule","subject":"","via":"schedule","role":"operator","action":"quality"'
        # The first of seven days: the others are still to come.
        assert eventually(lambda: audited in console.output.read_bytes(), seconds=120)
        assert console.end() < 10
        assert "Traceback" not in console.output.read_text("utf-8")


def test_the_demo_s_sources_are_filled_in_the_background_and_that_ends_with_the_process(tmp_path: Path) -> None:
    with serving(tmp_path, PIPELINE_DEMO_SOURCES="on") as console:
        console.wait_until("/debug/readyz", (200, "ok"))
        assert eventually(lambda: bool(console.children()), seconds=60)
        functions = console.children()
        assert console.end() < 10
        assert "Traceback" not in console.output.read_text("utf-8")
    assert not any(Path(f"/proc/{process}").exists() for process in functions)


def test_a_demo_without_its_schedule_starts_nothing_by_itself(console: Console) -> None:
    assert console.children() == []
