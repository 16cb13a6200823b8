"""Starts a child within its limits and takes what it writes; kills it when it is late, floods, or is not wanted.

The child inherits nothing: no environment, no folder, no file but its own three streams.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, Literal, cast

import orjson

from pipeline.errors import ConfigInvalid, FunctionFailed

How = Literal["ended", "late", "flooded", "cancelled"]
PROGRAM = Path(__file__).with_name("child.py")
_GIB = 2**30
# Looked for a cancellation so often; a process is gone some milliseconds after it was killed.
_LOOK_SECONDS = 0.05
_PIECE = 64 * 1024
_CLEANING_SECONDS = 0.5


@dataclass(frozen=True)
class Limits:
    """What one child may take: bytes of addresses, seconds of processor, bytes a file, seconds by the clock, bytes of
    answer. Measured: pipeline/analysis/query/README.md."""

    memory: int = 2 * _GIB
    cpu: int = 20
    file: int = 200 * 2**20
    seconds: float = 12.0
    answer: int = 32 * 2**20

    def to_json(self) -> dict[str, int]:
        """As the child sets them; its own alarm comes after the kill, for the case that nobody is left to kill it."""
        return {"AS": self.memory, "CPU": self.cpu, "FSIZE": self.file, "CORE": 0, "seconds": int(self.seconds) + 2}


QUERY = Limits()
BUILD = Limits(cpu=120, seconds=120.0)


@dataclass(frozen=True)
class Ended:
    """How a child ended: what it wrote, its exit code (a signal's number below 0), seconds, and the most memory it had
    in bytes (on Linux at least what its parent had when it began: the kernel counts from before exec)."""

    how: How
    output: bytes
    code: int
    seconds: float
    peak: int


def run(
    job: Mapping[str, Any],
    limits: Limits,
    cancelled: Callable[[], bool],
    program: Path = PROGRAM,
    hear: Callable[[bytes], None] = lambda piece: None,
) -> Ended:
    """Do one job in a child, by another ``program`` than the queries' where one is named; ``hear`` is handed its output
    as it comes. Raise ConfigInvalid where DuckDB is not installed, FunctionFailed (``sql_ended``) where no process can
    be started."""
    request = orjson.dumps({**job, "limits": limits.to_json(), "library": _library()})
    started = time.monotonic()
    process = _started(program)
    # Beside the reading: a pipe fills up before a child that has not begun to read.
    threading.Thread(target=_feed, args=(process, request), daemon=True).start()
    try:
        how, output = _taken(process, limits, started, cancelled, hear)
    finally:
        # Not process.kill(), which takes the exit code of a child that has ended, and its memory's figure with it.
        os.kill(process.pid, signal.SIGKILL)
        peak = _reaped(process)
        _end_group(process.pid)
    return Ended(how, output, process.returncode, time.monotonic() - started, peak)


def _started(program: Path) -> subprocess.Popen[bytes]:
    # Isolated (-I), and without a trace in the library's folders (-B). A session of its own: Ctrl-C is for its parent.
    command = [sys.executable, "-I", "-B", "-X", "utf8", str(program)]
    pipe, none = subprocess.PIPE, subprocess.DEVNULL
    try:
        return subprocess.Popen(  # noqa: S603 - our own program
            command, stdin=pipe, stdout=pipe, stderr=none, env={}, cwd="/", start_new_session=True
        )
    except OSError as error:
        # Too many processes, or no memory for one more.
        text = f"the engine could not be started: {error.strerror}"
        raise FunctionFailed(text, situation="sql_ended") from error


def _feed(process: subprocess.Popen[bytes], request: bytes) -> None:
    with suppress(OSError), cast(IO[bytes], process.stdin) as stdin:
        stdin.write(request)


def _taken(
    process: subprocess.Popen[bytes],
    limits: Limits,
    started: float,
    cancelled: Callable[[], bool],
    hear: Callable[[bytes], None],
) -> tuple[How, bytes]:
    output = bytearray()
    with selectors.DefaultSelector() as selector, cast(IO[bytes], process.stdout) as stdout:
        selector.register(stdout, selectors.EVENT_READ)
        while True:
            if selector.select(_LOOK_SECONDS):
                piece = os.read(stdout.fileno(), _PIECE)
                if not piece:
                    return "ended", bytes(output)
                output += piece
                hear(piece)
            if len(output) > limits.answer:
                return "flooded", b""
            if cancelled():
                return "cancelled", b""
            if time.monotonic() - started > limits.seconds:
                return "late", b""


def _reaped(process: subprocess.Popen[bytes]) -> int:
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss * 1024


def _end_group(leader: int) -> None:
    """End what a child has started, too. What keeps its semaphores gets a moment to give them back first."""
    last = time.monotonic() + _CLEANING_SECONDS
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, 0)
        while time.monotonic() < last:
            time.sleep(_CLEANING_SECONDS / 20)
            os.killpg(leader, 0)
        os.killpg(leader, signal.SIGKILL)


def _library() -> str:
    """The folder that DuckDB is imported from: an isolated interpreter does not know all of this one's."""
    found = find_spec("duckdb")
    if found is None or not found.origin:
        raise ConfigInvalid("DuckDB is not installed", variable="requirements.txt", situation="query_library")
    return str(Path(found.origin).parents[1])
