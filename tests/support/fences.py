"""Reads the documents of this repository: their fenced blocks, commands, and what stands in backticks or links.

A command block is ``sh``, ``bash`` or ``console``. HTML comments directly above a block speak to the tests:
``not run: <why>``, ``run: emulator`` (AWS's own settings, against an emulator), ``with <file>: <its text>``.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.places import ROOT

COMMANDS = frozenset({"sh", "bash", "console"})
_OPENING = re.compile(r"( *)```(\S*)\s*")
_COMMENT = re.compile(r" *<!-- (not run|run|with)(?: ([\w.]+))?: (.*) -->")


@dataclass(frozen=True)
class Fence:
    """One fenced block: ``notes`` are (word, name, text) of the comments above it, ``lines`` without indentation."""

    document: Path
    line: int
    language: str
    notes: tuple[tuple[str, str, str], ...]
    lines: tuple[str, ...]

    def note(self, word: str) -> str:
        """What the comment of this word says; empty without one."""
        return next((text for known, _, text in self.notes if known == word), "")

    def files(self) -> dict[str, str]:
        """The files that the commands find beside them."""
        return {name: text for word, name, text in self.notes if word == "with"}


@dataclass(frozen=True)
class Command:
    """A command as a person types it, and the lines that the document shows below it."""

    text: str
    shown: tuple[str, ...]


def tracked(*patterns: str) -> list[Path]:
    """Every tracked file whose name is like one of these."""
    done = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def fences(document: Path, text: str) -> Iterator[Fence]:
    """Every fenced block of a document's text, in its order."""
    lines = iter(enumerate(text.splitlines(), start=1))
    notes: list[tuple[str, str, str]] = []
    for number, line in lines:
        if opening := _OPENING.fullmatch(line):
            indent, language = len(opening[1]), opening[2]
            yield Fence(document, number, language, tuple(notes), tuple(_inside(lines, indent)))
        comment = _COMMENT.fullmatch(line)
        notes = [*notes, (comment[1], comment[2] or "", comment[3])] if comment else []


def _inside(lines: Iterator[tuple[int, str]], indent: int) -> Iterator[str]:
    for _, line in lines:
        if line.strip() == "```":
            return
        yield line[indent:]


def commands(fence: Fence) -> list[Command]:
    """The commands of a block: after ``$`` in ``console``, else every line that is no comment."""
    prompt = "$ " if fence.language == "console" else ""
    typed: list[tuple[str, list[str]]] = []
    for line in "\n".join(fence.lines).replace("\\\n", " ").split("\n"):
        if line.startswith(prompt) and line.strip() and not line.startswith("#"):
            typed.append((line.removeprefix(prompt), []))
        elif typed and line.strip():
            typed[-1][1].append(line)
    return [Command(text, tuple(shown)) for text, shown in typed]


def prose(text: str) -> str:
    """A document's text without its fenced blocks."""
    return re.sub(r"(?ms)^ *```.*?^ *```$", "", text)
