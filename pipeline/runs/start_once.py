"""Start or join: a table or a source runs once, however many people press, and though no ledger tells of it yet.

One start at a time for each name: two people who press together get the same run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from pipeline.errors import SchemaMismatch
from pipeline.runs.history import shown_status
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import Run, Started, new_run_id
from pipeline.runs.starter import Starter

START_SECONDS = 20


@dataclass
class _Last:
    started: Started | None = None
    at: datetime | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class Starts:
    """What one process has started last, of each name; shared by everybody whom it serves."""

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
            run = going(last.started if fresh else None)
            if run is None:
                run = last.started = begin()
                last.at = now
            return run

    def _of(self, name: str) -> _Last:
        with self._lock:
            return self._last.setdefault(name, _Last())


@dataclass(frozen=True)
class StartOnce:
    """Starts runs of one lake through ``starter``. Raises what the lake raises, and what the starter raises."""

    ledger: Ledger
    leases: Leases
    starter: Starter
    now: Callable[[], datetime]
    starts: Starts = field(default_factory=Starts, repr=False)

    def start_or_join(self, name: str, event: Callable[[], dict[str, Any]]) -> Started:
        """Join the run of a table or a source that is going, else start one with this ``event`` and an id of its own;
        what is wrong with it (any PipelineError that ``event`` raises) starts nothing."""
        return self.starts.once(name, self.now(), partial(self._going, name), partial(self._begin, event))

    def _going(self, name: str, recent: Started | None) -> Started | None:
        lease = self.leases.current(name)
        run = self._run(lease.run_id, lease.day) if lease else None
        # A run that may not write its ledger holds the lease all the same.
        if lease and (run is None or shown_status(run, self.now()) == "running"):
            return Started(lease.run_id, lease.day, joined=True)
        # A run that was just started may not have reached its ledger yet: a second press joins it.
        waiting = recent and self._run(recent.run_id, recent.day) is None
        return replace(recent, joined=True) if recent and waiting else None

    def _begin(self, event: Callable[[], dict[str, Any]]) -> Started:
        now = self.now()
        started = Started(new_run_id(now), now.date(), joined=False)
        self.starter.start({**event(), "runId": started.run_id})
        return started

    def _run(self, run_id: str, day: date) -> Run | None:
        try:
            entry = self.ledger.find(run_id, (day, day + timedelta(days=1), day - timedelta(days=1)))
        except SchemaMismatch:
            # An entry that cannot be read tells of no end.
            return None
        return entry.run if entry else None
