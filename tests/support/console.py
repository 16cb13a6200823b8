"""The console as its command starts it: a process of its own, with a folder, a port and an output of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support.places import ROOT

FOREIGN = ("AWS_", "PIPELINE_", "S3_", "STREAMLIT_")


@dataclass(frozen=True)
class Console:
    """A running server; ``output`` is the file of what it prints."""

    port: int
    process: subprocess.Popen[bytes]
    output: Path

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def get(self, path: str, timeout: float = 20) -> tuple[int, str]:
        """Status and text of an answer, whatever it is."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=timeout) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def wait_until(self, path: str, wanted: tuple[int, str], seconds: float = 60) -> None:
        """Ask until the answer is this one."""
        until = time.monotonic() + seconds
        seen: object = None
        while time.monotonic() < until:
            try:
                seen = self.get(path)
            except OSError as error:
                seen = error
            if seen == wanted:
                return
            time.sleep(0.1)
        raise AssertionError(f"{path} did not become {wanted}: {seen}\n{self.output.read_text('utf-8')}")

    def children(self) -> list[int]:
        """The processes that the server has started (Linux)."""
        found: list[int] = []
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            # A thread may end while one looks.
            with suppress(OSError):
                found += map(int, (task / "children").read_text().split())
        return found

    def end(self) -> float:
        """Send SIGTERM and wait for the end; the seconds that it took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        return time.monotonic() - begun


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(port: int, folder: Path) -> list[str]:
    """README's command, on this port."""
    words = [sys.executable, "-m", "streamlit", "run", str(ROOT / "streamlit_app.py"), "--server.headless", "true"]
    return [*words, "--server.port", str(port), "--secrets.files", str(folder / "secrets.toml")]


def clean(**environment: str) -> dict[str, str]:
    """This process's environment without what would lead the console to anybody's lake; its demo does
    nothing by itself where that is not asked for."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return kept | {"PIPELINE_DEMO_SCHEDULE": "off", "PIPELINE_DEMO_SOURCES": "off"} | environment


@contextmanager
def serving(folder: Path, **environment: str) -> Iterator[Console]:
    """A fresh server whose port is open; nothing but its health has been asked for."""
    port, output = free_port(), folder / "output"
    with output.open("wb") as taken:
        process = subprocess.Popen(
            command(port, folder), cwd=folder, env=clean(**environment), stdout=taken, stderr=subprocess.STDOUT
        )
    with process:
        console = Console(port, process, output)
        try:
            console.wait_until("/debug/healthz", (200, "ok"))
            yield console
        finally:
            process.kill()
