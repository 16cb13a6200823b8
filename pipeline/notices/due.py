"""Which reports are due, and what became of each: marks in the lake, made once whoever looks at the clock.

A mark is an object, what became of it another beside it: one listing of some days tells which of them are open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
# Building takes seconds: where nothing came of it by then, nobody is there who builds. Both from when it was marked:
# what was due while nothing ran at all is begun at the start.
LATE: Final = timedelta(minutes=30)
MISSED: Final = timedelta(hours=24)
# For so long what was given up is handed out, so that it is told also where telling failed at first.
TOLD_WITHIN: Final = timedelta(hours=1)

Settled = Literal["built", "failed", "missed"]
# More than one may be said of a mark, one after the other: the first of these holds.
_SAID: Final[tuple[Settled, ...]] = ("built", "failed", "missed")
# What was said of a mark (empty: that it is due), and when, by S3's clock.
_Said = dict[str, datetime]


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
    """How a report that was due stands: ``waiting``, ``late``, or what became of it; ``said_at`` is when that was
    written, by S3's clock."""

    due: Due
    state: Literal["waiting", "late", "built", "failed", "missed"]
    said_at: datetime


@dataclass(frozen=True)
class DueReports:
    """The marks of one lake. Every method raises what Lake raises; SchemaMismatch for a mark that is none."""

    lake: Lake
    now: Callable[[], datetime]

    def mark(self) -> tuple[Due, ...]:
        """Mark what has become due within WINDOW, and return what was marked now, oldest first. Of several of one
        report only the newest waits: the older ones are missed."""
        now = self.now()
        marked = self._marked(now - WINDOW)
        made = [self._mark(one, marked, now) for one in Schedules(self.lake).load()]
        return tuple(sorted(due for due in made if due))

    def open(self) -> tuple[Due, ...]:
        """What waits for somebody to build it, oldest first; of reports that are not paused."""
        return tuple(due for due, _ in self._open())

    def late(self) -> tuple[Due, ...]:
        """What of it waits for longer than LATE, oldest first."""
        now = self.now()
        return tuple(due for due, _ in self._open() if now - self._time(due) > LATE)

    def missed(self) -> tuple[Due, ...]:
        """Give up what waits for MISSED or longer, and return what was given up within TOLD_WITHIN, oldest first. What
        ran out while its report was paused is given up, too, and nobody is told."""
        now = self.now()
        untold = set()
        for due, scheduled in self._open():
            given_up = self._time(due) + MISSED
            if given_up <= now:
                self.settle(due, "missed")
                untold |= {due} if given_up < scheduled.since else set()
        missed = [due for due, said in self._marked(now - WINDOW - MISSED).items() if _state(said) == "missed"]
        return tuple(
            sorted(due for due in missed if due not in untold and now - self._time(due, "missed") <= TOLD_WITHIN)
        )

    def settle(self, due: Due, state: Settled) -> None:
        """Say what became of it; twice is once. What comes after all takes ``missed`` and ``failed`` back."""
        self._write(settled_key(due.name, due.at, state), {"at": utc_text(self.now())})

    def states(self, name: str | None, days: int = 30) -> tuple[DueState, ...]:
        """How what was due of a report (None: of all) in these days stands, newest first."""
        now = self.now()
        marked = {
            due: said for due, said in self._marked(now - timedelta(days=days)).items() if name in (None, due.name)
        }
        return tuple(self._stands(due, marked[due], now) for due in sorted(marked, reverse=True))

    def _mark(self, scheduled: Scheduled, marked: Mapping[Due, _Said], now: datetime) -> Due | None:
        moments_due = moments.due(scheduled, max(now - WINDOW, scheduled.since), now)
        found = [Due(at, scheduled.name) for at in moments_due]
        if not found:
            return None
        waiting = [due for due, said in marked.items() if due.name == scheduled.name and _state(said) is None]
        new = [due for due in found if due not in marked]
        newest = found[-1]
        for due in {due for due in (*waiting, *new) if due < newest}:
            self._write(due_key(due.name, due.at), {"at": utc_text(now)})
            self.settle(due, "missed")
        return newest if newest in new and self._write(due_key(newest.name, newest.at), {"at": utc_text(now)}) else None

    def _open(self) -> list[tuple[Due, Scheduled]]:
        known = {one.name: one for one in Schedules(self.lake).load()}
        marked = self._marked(self.now() - WINDOW - MISSED)
        return [(due, known[due.name]) for due in sorted(marked) if due.name in known and _state(marked[due]) is None]

    def _marked(self, since: datetime) -> dict[Due, _Said]:
        found: dict[Due, _Said] = {}
        for held in self.lake.list_after(DUE, before_day(DUE, since.date())):
            parsed = parse_due_key(held.key)
            if parsed:
                found.setdefault(Due(parsed[1], parsed[0]), {})[parsed[2]] = held.last_modified
        return found

    def _stands(self, due: Due, said: _Said, now: datetime) -> DueState:
        state = _state(said)
        if state:
            return DueState(due, state, said[state])
        return DueState(due, "late" if now - self._time(due) > LATE else "waiting", said[""])

    def _time(self, due: Due, state: str = "") -> datetime:
        """When it was marked, or given up, by our own clock; of a mark that cannot be read, when it was due."""
        key = settled_key(due.name, due.at, state) if state else due_key(due.name, due.at)
        try:
            stored = self.lake.read_json(key)
            return parse_utc(stored[0]["at"]) if stored else due.at
        except (SchemaMismatch, KeyError, TypeError, ValueError):
            return due.at

    def _write(self, key: str, told: dict[str, str]) -> bool:
        try:
            self.lake.write_json(key, told, None)
        except Conflict:
            # Somebody else has said it.
            return False
        return True


def _state(said: _Said) -> Settled | None:
    return next((state for state in _SAID if state in said), None)
