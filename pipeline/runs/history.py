"""Questions asked of the history: how many, how fresh, how big, which one to watch. Pure.

Order comes from the ledger's own times, never from the clock of the machine that asks.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from pipeline.config import FUNCTION_TIMEOUT_SECONDS
from pipeline.runs.run import History, Run, Shown


@dataclass(frozen=True)
class Summary:
    """The three cards: runs in the window, the failed among them, the newest success; the newest whole export, whose
    size is shown, and the one before it. Where no run is recorded, ``latest`` is a document that nobody has checked."""

    total: int
    failed: tuple[Run, ...]
    latest: Run | None
    sized: Run | None
    previous: Run | None

    @property
    def size_change(self) -> int | None:
        """Bytes of the newest export minus bytes of the one before; None without both."""
        if self.sized is None or self.previous is None:
            return None
        if self.sized.bytes is None or self.previous.bytes is None:
            return None
        return self.sized.bytes - self.previous.bytes


# DynamoDB works for hours, and looks at it may be rare.
NATIVE_PATIENCE = timedelta(hours=26)
# A build keeps its lease of two minutes all the time: who lost that is gone.
BUILD_PATIENCE = timedelta(minutes=4)
LOOK_AGAIN = timedelta(seconds=20)
_PATIENCE = {"native": NATIVE_PATIENCE, "dbt": BUILD_PATIENCE, "report": BUILD_PATIENCE}
# Full exports on most of these days are daily ones.
FULL_OF_DAYS = 7


@dataclass
class LastLook:
    """When somebody of this process last looked after a native export."""

    at: datetime | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def first(self, now: datetime) -> bool:
        """Whether nobody has within LOOK_AGAIN; whoever asks does, then."""
        with self.lock:
            if self.at and now - self.at < LOOK_AGAIN:
                return False
            self.at = now
            return True


def shown_status(run: Run, now: datetime) -> Shown:
    """What a person is shown: a running entry without progress for longer than the function's timeout is lost."""
    if run.legacy:
        return "foreign" if run.foreign else "legacy"
    if run.spoiled:
        return run.spoiled
    if run.status != "running":
        return run.status
    patience = _PATIENCE.get(run.engine, timedelta(seconds=FUNCTION_TIMEOUT_SECONDS))
    # Told by a clock that is far ahead, its last word is no later than one that is far behind.
    return "lost" if abs(now - run.updated_at) > patience else "running"


def of_table(history: History, table: str) -> History:
    """The history of one table alone: sources and further tables are judged on their own page."""
    return replace(history, runs=tuple(run for run in history.runs if run.table == table))


def with_newer(history: History, run: Run | None) -> History:
    """The history with a newer reading of one run, which it may not know yet; newest first as before."""
    if run is None:
        return history
    others = (other for other in history.runs if other.run_id != run.run_id)
    return replace(history, runs=tuple(sorted((run, *others), key=lambda each: each.started_at, reverse=True)))


def wants_a_look(run: Run, now: datetime) -> bool:
    """Whether a native export goes on that nobody has looked after for a while."""
    return (
        run.engine == "native" and bool(run.exports) and run.status == "running" and now - run.updated_at > LOOK_AGAIN
    )


def counted(runs: Sequence[Run]) -> list[Run]:
    """The runs by which a table is judged: full ones, and incremental ones where they are what the schedule makes or
    all that there is. A person's incremental export beside full ones makes up for none of them, nor does the schedule's
    where it makes full ones daily."""
    exports = [run for run in runs if not run.foreign]
    if not any(run.mode == "full" for run in exports):
        return exports
    full_only = _makes_full_ones_daily(exports)
    return [run for run in exports if run.mode == "full" or (_is_planned(run) and not full_only)]


def _is_planned(run: Run) -> bool:
    return run.trigger == "schedule" and not run.legacy


def _makes_full_ones_daily(runs: Sequence[Run]) -> bool:
    since = max(run.started_at for run in runs) - timedelta(days=FULL_OF_DAYS)
    days = {run.day for run in runs if run.mode == "full" and _is_planned(run) and run.started_at > since}
    return len(days) > FULL_OF_DAYS / 2


def summarise(runs: Sequence[Run], now: datetime, days: int = 7) -> Summary:
    """The three cards' facts from runs ordered newest first."""
    recent = [run for run in runs if run.started_at > now - timedelta(days=days) and not run.foreign]
    failed = tuple(run for run in recent if shown_status(run, now) in {"failed", "lost"})
    judged = counted(runs)
    done = [run for run in judged if run.is_good] or [run for run in judged if run.legacy]
    # What changed since yesterday is not the size of the data.
    whole = [run for run in done if run.mode == "full"] or done
    latest, sized, previous = next(iter(done), None), next(iter(whole), None), next(iter(whole[1:]), None)
    return Summary(len(recent), failed, latest, sized, previous)


def watched(runs: Sequence[Run], now: datetime) -> Run | None:
    """The run that the result card shows: one that is going, else the newest that a person started."""
    going = next((run for run in runs if shown_status(run, now) == "running"), None)
    return going or next((run for run in runs if run.trigger == "manual" and not run.legacy), None)


@dataclass(frozen=True)
class Filter:
    """What of the history is wanted; None means any. ``days`` back from now, in the order that ``sort`` names."""

    table: str | None = None
    status: str | None = None
    days: int = 7
    sort: str = "newest"


STATUSES: tuple[Shown, ...] = ("succeeded", "failed", "running", "lost", "gone", "replaced", "legacy", "foreign")
SORTS: dict[str, Callable[[Run], Any]] = {
    "newest": lambda run: -run.started_at.timestamp(),
    "oldest": lambda run: run.started_at.timestamp(),
    "largest": lambda run: -(run.bytes or 0),
    "longest": lambda run: -(run.duration_seconds or 0.0),
}


def select(runs: Sequence[Run], wanted: Filter, now: datetime) -> list[Run]:
    """The runs that a filter lets through, sorted. Raise KeyError for an unknown order."""
    since = now - timedelta(days=wanted.days)
    selected = [
        run
        for run in runs
        if run.started_at > since
        and wanted.table in (None, run.table)
        and wanted.status in (None, shown_status(run, now))
    ]
    return sorted(selected, key=SORTS[wanted.sort])


def before(runs: Sequence[Run], run: Run) -> list[Run]:
    """Runs of the same table whose document can be read, other than ``run``: the one just before it first."""
    others = [other for other in runs if other.table == run.table and other.has_document and other != run]
    return sorted(
        others, key=lambda other: abs((run.started_at - other.started_at).total_seconds()) + _after(other, run)
    )


def _after(other: Run, run: Run) -> float:
    # Whatever came later follows everything that came before.
    return 0.0 if other.started_at < run.started_at else 1e12


@dataclass(frozen=True)
class SharedDays:
    """The days that two runs of a source both asked for; none when ``last`` lies before ``first``. ``partly``: one of
    the two asked for others as well."""

    first: date
    last: date
    partly: bool

    @property
    def none(self) -> bool:
        """Whether there is nothing to compare."""
        return self.last < self.first


def shared_days(one: Run, other: Run) -> SharedDays | None:
    """What two runs have in common; None for runs that are not of days: a table is always exported whole."""
    if not (one.first_day and one.last_day and other.first_day and other.last_day):
        return None
    partly = (one.first_day, one.last_day) != (other.first_day, other.last_day)
    return SharedDays(max(one.first_day, other.first_day), min(one.last_day, other.last_day), partly)
