"""Counts what comes more than once, in memory that does not grow with the count: sorted runs in a temporary file.

A set of ten million keys would take a gigabyte, and eight documents are read at a time.
"""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Iterator
from typing import IO

SIZE = 16
HELD = 100_000
_BLOCK = 1024 * SIZE


class Marks:
    """Marks of 16 bytes, of which ``held`` at a time are in memory."""

    def __init__(self, held: int = HELD) -> None:
        self._most = held
        self._held: list[bytes] = []
        self._file: IO[bytes] | None = None
        self._runs: list[tuple[int, int]] = []

    def add(self, mark: bytes) -> None:
        """Note one."""
        self._held.append(mark)
        if len(self._held) >= self._most:
            self._spill()

    def repeated(self) -> int:
        """How many of them had come before; afterwards there are none."""
        count, before = 0, b""
        for mark in heapq.merge(sorted(self._held), *map(self._run, self._runs)):
            count += mark == before
            before = mark
        self.drop()
        return count

    def drop(self) -> None:
        """Forget them all, and the file."""
        if self._file:
            self._file.close()
        self._held, self._runs, self._file = [], [], None

    def _spill(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by drop(), or with the object
        sorted_marks = b"".join(sorted(self._held))
        self._runs.append((self._file.seek(0, 2), len(sorted_marks)))
        self._file.write(sorted_marks)
        self._held = []

    def _run(self, place: tuple[int, int]) -> Iterator[bytes]:
        start, left = place
        while left and self._file:
            self._file.seek(start)
            block = self._file.read(min(_BLOCK, left))
            start, left = start + len(block), left - len(block)
            for at in range(0, len(block), SIZE):
                yield block[at : at + SIZE]
