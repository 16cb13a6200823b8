"""What this process has started last, of each table and source: a second press joins it, though no ledger tells of it.

One start at a time: two people who press together get the same run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipeline.runs.run import Started

START_SECONDS = 20


@dataclass
class _Last:
    started: Started | None = None
    at: datetime | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class Starts:
    """One process's; shared by everybody whom it serves."""

    _last: dict[str, _Last] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def once(
        self,
        name: str,
        now: datetime,
        going: Callable[[Started | None], Started | None],
        begin: Callable[[], Started],
    ) -> Started:
        """The run that is ``going`` (told what was started just now, if anything was), else a new one."""
        last = self._of(name)
        with last.lock:
            fresh = last.at is not None and now - last.at <= timedelta(seconds=START_SECONDS)
            found = going(last.started if fresh else None)
            if found is None:
                found = last.started = begin()
                last.at = now
            return found

    def _of(self, name: str) -> _Last:
        with self._lock:
            return self._last.setdefault(name, _Last())
