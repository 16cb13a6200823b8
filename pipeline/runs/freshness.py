"""When the export runs every day, and how each day of the chart went.

Pure. Order comes from the ledger's own times; the schedule is 14:00 in Asia/Tokyo, whatever the host's zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

from pipeline.config import SCHEDULE_HOUR_JST
from pipeline.runs.history import counted, shown_status
from pipeline.runs.run import Run

# Japan has no daylight saving time.
JST = timezone(timedelta(hours=9))


@dataclass(frozen=True)
class Day:
    """One day of the chart, in Asia/Tokyo: the newest success's records and bytes, or those of a document that no run
    tells of, or that was written over since (``unchecked``); ``failed`` runs; ``late`` when a past day has neither."""

    day: date
    records: int | None
    bytes: int | None
    failed: int
    late: bool
    unchecked: bool = False


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


def days(runs: Sequence[Run], now: datetime, count: int = 30) -> tuple[Day, ...]:
    """The last ``count`` days, oldest first. Days before the first run of all are not late."""
    today = now.astimezone(JST).date()
    by_day: dict[date, list[Run]] = {}
    for run in counted(runs):
        by_day.setdefault(run.started_at.astimezone(JST).date(), []).append(run)
    first = min(by_day, default=today)
    wanted = [today - timedelta(days=back) for back in reversed(range(count))]
    return tuple(_day(day, by_day.get(day, []), now, first <= day < today) for day in wanted)


def _day(day: date, runs: Sequence[Run], now: datetime, past: bool) -> Day:
    good = next((run for run in runs if run.is_good), None)
    shown = good or next((run for run in runs if run.legacy or run.spoiled == "replaced"), None)
    failed = sum(shown_status(run, now) in {"failed", "lost"} for run in runs)
    figures = (shown.records, shown.bytes) if shown else (None, None)
    return Day(day, *figures, failed, past and shown is None, shown is not None and good is None)
