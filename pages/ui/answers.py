"""Answers kept for seconds: shown at once while they are fresh, then asked anew beside, and waited for when stale.

Plain objects of the process: what lives in ``st.cache_*`` any websocket may clear without signing in.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from cachetools import LRUCache

from pipeline.errors import PipelineError

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True)
class _Kept(Generic[V]):
    value: V
    at: float


class Answers(Generic[K, V]):
    """Answers by question, at most ``most``, the one asked longest ago forgotten first.

    An answer younger than ``fresh`` seconds is given as it is; one younger than ``stale`` is given, and asked anew in
    the background; any other is waited for. However many ask at once, one reads.
    """

    def __init__(self, fresh: float, stale: float, most: int = 16, clock: Callable[[], float] = time.monotonic) -> None:
        self._fresh, self._stale, self._clock = fresh, stale, clock
        self._kept: LRUCache[K, _Kept[V]] = LRUCache(most)
        self._turns: LRUCache[K, threading.Lock] = LRUCache(most)
        self._round = 0
        self._lock = threading.Lock()

    def get(self, question: K, read: Callable[[], V], at_most: float | None = None) -> V:
        """The answer; with ``at_most``, one that is no older than so many seconds. Raise what ``read`` raises, which is
        not kept."""
        kept = self._known(question, at_most)
        if kept is None:
            with self._turn(question):
                # Whoever had the turn before may have read it.
                kept = self._known(question, at_most) or self._read(question, read)
        elif self._age(kept) > self._fresh:
            self._renew(question, read)
        return kept.value

    def age(self, question: K) -> float:
        """How old the answer is, in seconds; 0 where there is none."""
        with self._lock:
            kept = self._kept.get(question)
        return self._age(kept) if kept else 0.0

    def forget(self) -> None:
        """Forget every answer; one that is being read now is given, and not kept."""
        with self._lock:
            self._round += 1
            self._kept.clear()

    def _known(self, question: K, at_most: float | None = None) -> _Kept[V] | None:
        with self._lock:
            kept = self._kept.get(question)
        oldest = self._stale if at_most is None else min(at_most, self._stale)
        return kept if kept and self._age(kept) <= oldest else None

    def _age(self, kept: _Kept[V]) -> float:
        return self._clock() - kept.at

    def _turn(self, question: K) -> threading.Lock:
        with self._lock:
            return self._turns.setdefault(question, threading.Lock())

    def _read(self, question: K, read: Callable[[], V]) -> _Kept[V]:
        begun = self._round
        kept = _Kept(read(), self._clock())
        with self._lock:
            if begun == self._round:
                self._kept[question] = kept
        return kept

    def _renew(self, question: K, read: Callable[[], V]) -> None:
        turn = self._turn(question)
        if turn.acquire(blocking=False):
            threading.Thread(target=self._renewing, args=(question, read, turn), daemon=True).start()

    def _renewing(self, question: K, read: Callable[[], V], turn: threading.Lock) -> None:
        try:
            self._read(question, read)
        except PipelineError:
            # The next one to ask waits for an answer, and meets the error where it can be shown.
            with self._lock:
                self._kept.pop(question, None)
        finally:
            turn.release()
