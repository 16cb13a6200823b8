"""Which reports are due, and what became of each: marks in the lake, made once whoever looks at the clock.

A mark is an object, what became of it another beside it: one listing of a week tells which of them are open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from pipeline.clock import parse_utc, utc_text
from pipeline.errors import SchemaMismatch
from pipeline.lake.bucket import Conflict, Lake
from pipeline.lake.keys import before_day
from pipeline.lake.report_keys import DUE, due_key, parse_due_key, settled_key
from pipeline.notices import moments
from pipeline.notices.schedules import Scheduled, Schedules
from pipeline.runs.run import new_run_id

# What was due before, nobody waits for any more.
WINDOW: Final = timedelta(days=7)
# Building takes seconds: who has begun nothing by then, may not be there.
LATE: Final = timedelta(minutes=30)
MISSED: Final = timedelta(hours=24)
# For so long what was given up is handed out, so that it is told also where telling failed at first.
TOLD_WITHIN: Final = timedelta(hours=1)

Settled = Literal["built", "failed", "missed"]


@dataclass(frozen=True, order=True)
class Due:
    """A report that is due ``at`` a moment of its schedule (UTC)."""

    at: datetime
    name: str

    @property
    def run_id(self) -> str:
        """The id of the run that builds it, the same for everybody: nobody builds it twice."""
        return new_run_id(self.at, f"report {self.name} {utc_text(self.at)}")


@dataclass(frozen=True)
class DueState:
    """How a report that was due stands: ``waiting``, ``late``, or what became of it; ``settled_at`` is when."""

    due: Due
    state: Literal["waiting", "late", "built", "failed", "missed"]
    settled_at: datetime | None = None


@dataclass(frozen=True)
class DueReports:
    """The marks of one lake. Every method raises what Lake raises; SchemaMismatch for a mark that is none."""

    lake: Lake
    now: Callable[[], datetime]

    def mark(self) -> tuple[Due, ...]:
        """Mark what has become due within WINDOW, and return what was marked now, oldest first. Of several of one
        report only the newest waits: the older ones are missed."""
        raise NotImplementedError

    def open(self) -> tuple[Due, ...]:
        """What waits for somebody to build it, oldest first; of reports that are not paused."""
        raise NotImplementedError

    def late(self) -> tuple[Due, ...]:
        """What of it waits for longer than LATE, oldest first."""
        raise NotImplementedError

    def missed(self) -> tuple[Due, ...]:
        """Give up what waits for MISSED or longer, and return what was given up within TOLD_WITHIN, oldest first."""
        raise NotImplementedError

    def settle(self, due: Due, state: Settled) -> DueState:
        """Say what became of it, marked or not. What somebody has said before stands and is returned, but ``missed``,
        which a report that came after all takes back."""
        raise NotImplementedError

    def states(self, name: str) -> tuple[DueState, ...]:
        """How what was due of a report within WINDOW stands, newest first."""
        raise NotImplementedError
