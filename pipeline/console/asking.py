"""A question that is answered beside whoever asked, who looks for the answer now and then and may end it.

Nobody looks any more: it ends by itself, so that a closed tab costs no engine's time.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from pipeline.analysis.query.face import Watch
from pipeline.errors import FunctionFailed, PipelineError, RateLimited

T = TypeVar("T")
# Browsers let the clock of a tab that nobody sees go once a minute.
PATIENCE_SECONDS = 90.0
MOST_OF_ONE = 3


class Shares:
    """How many questions of one person are at work at a time, so that nobody fills the line for all."""

    def __init__(self, most: int = MOST_OF_ONE) -> None:
        self._most, self._taken = most, Counter[str]()
        self._lock = threading.Lock()

    @contextmanager
    def one(self, person: str) -> Iterator[None]:
        """Hold one. Raise RateLimited (``query_own``) where the person has all of theirs."""
        with self._lock:
            if self._taken[person] >= self._most:
                raise RateLimited(f"{self._most} queries of one person are running or waiting", situation="query_own")
            self._taken[person] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[person] -= 1


class Asking(Generic[T]):
    """One question, whose ``work`` begins at once in a thread of its own. ``place`` in the line: None before it is
    known, 0 once it has its turn."""

    def __init__(
        self,
        work: Callable[[Watch], T],
        patience: float = PATIENCE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._work, self._patience, self._clock = work, patience, clock
        self._seen = clock()
        self._given_up, self._done = threading.Event(), threading.Event()
        self._answer: T | None = None
        self._error: PipelineError | None = None
        self.place: int | None = None
        threading.Thread(target=self._run, name="query", daemon=True).start()

    def cancel(self) -> None:
        """End it; its answer is then the error of a query that was cancelled."""
        self._given_up.set()

    def answer(self, wait: float = 0.0) -> T | None:
        """The answer once it is there, looked for ``wait`` seconds; raise the PipelineError that it came to."""
        self._seen = self._clock()
        if not self._done.wait(wait):
            return None
        if self._error:
            raise self._error
        return self._answer

    def _run(self) -> None:
        error: PipelineError | None = FunctionFailed("the query ended without a word", situation="sql_ended")
        try:
            self._answer = self._work(Watch(self._unwanted, self._waiting))
            error = None
        except PipelineError as met:
            error = met
        finally:
            self._error = error
            self._done.set()

    def _unwanted(self) -> bool:
        return self._given_up.is_set() or self._clock() - self._seen > self._patience

    def _waiting(self, place: int) -> None:
        self.place = place
