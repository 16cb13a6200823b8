"""What was read of artifacts, by their versions: a version of an object never changes, so it is read and judged once.

A plain object of the process, bounded by the bytes that the artifacts have in the lake.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from cachetools import LRUCache

# Of JSON, a quarter of which is kept: as Python's objects about as much again.
MOST_BYTES = 96 * 2**20
T = TypeVar("T")


def _size(kept: tuple[int, Any]) -> int:
    return kept[0]


@dataclass
class Kept:
    """Answers by question, which names the versions that it is about; the one asked longest ago is forgotten first.
    Safe to use from several threads."""

    most: int = MOST_BYTES
    _kept: LRUCache[Hashable, tuple[int, Any]] = field(init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        self._kept = LRUCache(self.most, getsizeof=_size)

    def of(self, question: Hashable, size: int, read: Callable[[], T]) -> T:
        """The answer, which is about artifacts of ``size`` bytes. Raise what ``read`` raises, which is not kept."""
        with self._lock:
            known = self._kept.get(question)
        if known is not None:
            return cast("T", known[1])
        value = read()
        with self._lock:
            if size <= self.most:
                self._kept[question] = (size, value)
        return value
