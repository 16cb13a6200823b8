"""Did the last export run, and when does the next one? The sentence on top of the page, and the days of the chart.

Pure. Order comes from the ledger's own times; the schedule is 14:00 in Asia/Tokyo, whatever the host's zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Literal

from pipeline.config import SCHEDULE_GRACE_MINUTES, SCHEDULE_HOUR_JST
from pipeline.runs.history import shown_status
from pipeline.runs.run import Run

# Japan has no daylight saving time.
JST = timezone(timedelta(hours=9))
GRACE = timedelta(minutes=SCHEDULE_GRACE_MINUTES)
# A run that is asked for by the clock of another machine may seem to begin before its time.
EARLY = timedelta(minutes=5)
State = Literal["starting", "running", "ok", "late", "failed", "never"]


@dataclass(frozen=True)
class Verdict:
    """The answer to "is it all right?": ``run`` is the one that it is about, ``due`` the time it is measured by."""

    state: State
    run: Run | None
    due: datetime
    next_at: datetime


@dataclass(frozen=True)
class Day:
    """One day of the chart, in Asia/Tokyo: the newest success's records and bytes; ``failed`` runs; ``late`` when a
    past day has no success at all."""

    day: date
    records: int | None
    bytes: int | None
    failed: int
    late: bool


@dataclass(frozen=True)
class Schedule:
    """When the export runs every day, in Asia/Tokyo."""

    hour: int = SCHEDULE_HOUR_JST
    minute: int = 0

    def last(self, now: datetime) -> datetime:
        """The newest scheduled time at or before ``now``."""
        today = datetime.combine(now.astimezone(JST).date(), time(self.hour, self.minute), JST)
        return (today if today <= now else today - timedelta(days=1)).astimezone(UTC)

    def next(self, now: datetime) -> datetime:
        """The first scheduled time after ``now``."""
        return self.last(now) + timedelta(days=1)


@dataclass(frozen=True)
class NextRuns:
    """The daily schedule as AWS has it; the specification's when it is not ``known``."""

    schedule: Schedule
    enabled: bool = True
    known: bool = True


def verdict(runs: Sequence[Run], now: datetime, schedule: Schedule | None = None, starting: bool = False) -> Verdict:
    """Judge runs that are ordered newest first: from half an hour after its time a missed export is late. ``starting``:
    one more was asked for and has not reported yet."""
    plan = schedule or Schedule()
    due = plan.last(now - GRACE)
    full = [run for run in runs if run.mode == "full"]
    state, run = ("starting", None) if starting else _state(full, now, due)
    return Verdict(state, run, due, plan.next(now))


def days(runs: Sequence[Run], now: datetime, count: int = 30) -> tuple[Day, ...]:
    """The last ``count`` days, oldest first. Days before the first run of all are not late."""
    today = now.astimezone(JST).date()
    by_day: dict[date, list[Run]] = {}
    for run in runs:
        if run.mode == "full":
            by_day.setdefault(run.started_at.astimezone(JST).date(), []).append(run)
    first = min(by_day, default=today)
    wanted = [today - timedelta(days=back) for back in reversed(range(count))]
    return tuple(_day(day, by_day.get(day, []), now, first <= day < today) for day in wanted)


def _state(runs: Sequence[Run], now: datetime, due: datetime) -> tuple[State, Run | None]:
    if not runs:
        return "never", None
    newest = runs[0]
    if shown_status(newest, now) == "running":
        return "running", newest
    if newest.status != "succeeded":
        return "failed", newest
    return ("ok" if newest.started_at >= due - EARLY else "late"), newest


def _day(day: date, runs: Sequence[Run], now: datetime, past: bool) -> Day:
    done = next((run for run in runs if run.status == "succeeded"), None)
    failed = sum(shown_status(run, now) in {"failed", "lost"} for run in runs)
    return Day(day, done.records if done else None, done.bytes if done else None, failed, past and done is None)
