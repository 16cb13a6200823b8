"""A terminal that commands of a document are typed into: what it shows, and answers to what it asks."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SECONDS = 120.0


@dataclass(frozen=True)
class Shown:
    """What the terminal showed, and how the command ended."""

    text: str
    code: int


def typed(command: str, folder: Path, environ: Mapping[str, str], answers: Sequence[str] = ()) -> Shown:
    """Run one shell command; each question ``[y/N]`` gets the next answer. Raise TimeoutError after two minutes."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        ["bash", "-c", command], cwd=folder, env=dict(environ), stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    try:
        text = _read(ours, list(answers), time.monotonic() + SECONDS)
    except TimeoutError:
        process.kill()
        raise
    finally:
        code = process.wait()
        os.close(ours)
    return Shown(text.replace("\r\n", "\n"), code)


def _read(ours: int, answers: list[str], until: float) -> str:
    seen = b""
    while select.select([ours], [], [], max(0.0, until - time.monotonic()))[0]:
        try:
            more = os.read(ours, 65536)
        except OSError:  # Linux says that the last process has closed the terminal.
            return seen.decode()
        seen += more
        if not more:
            return seen.decode()
        if answers and seen.endswith(b"[y/N] "):
            os.write(ours, f"{answers.pop(0)}\n".encode())
    raise TimeoutError(f"no end after {SECONDS} s: {seen[-500:]!r}")


def shape(line: str) -> str:
    """A line without what differs from run to run: numbers, times, run ids, hashes, width of columns."""
    line = re.sub(r"\b[0-9a-f]{64}\b|(?<=Z-)[0-9a-f]{8}\b", "#", line)
    return re.sub(r"\s+", " ", re.sub(r"\d[\d,.]*", "0", line)).strip()


def pattern(shown: Sequence[str]) -> re.Pattern[str]:
    """What a document shows, as a pattern of shapes: ``…`` stands for any lines, at a line's end for its rest."""
    parts = [_part(line) for line in shown]
    return re.compile("".join(parts))


def _part(line: str) -> str:
    if line.strip() == "…":
        return r"(?:.*\n)*?"
    if line.endswith("…"):
        return re.escape(shape(line[:-1])) + r".*\n"
    return re.escape(shape(line)) + r"\n"


def shapes(text: str) -> str:
    """What a terminal showed, line by line as shapes; empty lines left out."""
    return "".join(f"{shape(line)}\n" for line in text.splitlines() if line.strip())
