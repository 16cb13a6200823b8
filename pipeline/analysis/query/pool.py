"""At most two children at a time: who comes later stands in line, and is told the place.

First come, first served; whoever gives up leaves the line at once.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.analysis.query.face import Watch
from pipeline.errors import RateLimited, TimedOut

CHILDREN = 2
MOST_WAITING = 20
_LOOK_SECONDS = 0.1


class Pool:
    """One line of everybody who asks for a child."""

    def __init__(self, children: int = CHILDREN, waiting: int = MOST_WAITING) -> None:
        self._children, self._most = children, children + waiting
        self._line: list[object] = []
        self._changed = threading.Condition()

    @contextmanager
    def turn(self, watch: Watch) -> Iterator[None]:
        """Wait for a turn and hold it. Raise RateLimited (``query_line``) where too many wait, TimedOut
        (``query_cancelled``) for whoever gave up."""
        ticket = self._joined()
        try:
            self._wait(ticket, watch)
            yield
        finally:
            with self._changed:
                self._line.remove(ticket)
                self._changed.notify_all()

    def _joined(self) -> object:
        with self._changed:
            if len(self._line) >= self._most:
                raise RateLimited(f"{self._most} queries are running or waiting", situation="query_line")
            self._line.append(ticket := object())
            return ticket

    def _wait(self, ticket: object, watch: Watch) -> None:
        told = None
        while True:
            place = self._place(ticket)
            if place != told:
                watch.waiting(place)
                told = place
            if not place:
                return
            if watch.cancelled():
                raise cancelled()
            with self._changed:
                # Told of no change it looks again: what was told to the person may have taken a while.
                self._changed.wait(_LOOK_SECONDS)

    def _place(self, ticket: object) -> int:
        with self._changed:
            return max(0, self._line.index(ticket) - self._children + 1)


def cancelled() -> TimedOut:
    """What a query that its person has ended comes to."""
    return TimedOut("the query was cancelled", situation="query_cancelled")
