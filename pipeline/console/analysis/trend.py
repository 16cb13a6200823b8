"""The last 30 days of a table's quality: a grade a day, also of those that nobody has looked at. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.analysis.quality.anomaly import LEARNED_DAYS
from pipeline.analysis.quality.profile import ColumnProfile, Profile
from pipeline.analysis.quality.result import Result
from pipeline.analysis.quality.standing import Grade
from pipeline.analysis.quality.store import Kept


@dataclass(frozen=True)
class TrendDay:
    """A day as it was looked at: without the marks, which are about today."""

    day: date
    grade: Grade
    errors: int = 0
    warnings: int = 0
    records: int | None = None


@dataclass(frozen=True)
class ColumnRow:
    """A column of a kind of records; ``null_rate`` from 0 to 1."""

    name: str
    null_rate: float
    column: ColumnProfile


def trend(kept: Kept, today: date, days: int) -> tuple[TrendDay, ...]:
    """Every one of the last ``days``, oldest first."""
    found: Mapping[date, Result] = {one.day: one for one in kept.results}
    every = (today - timedelta(days=back) for back in range(days - 1, -1, -1))
    return tuple(_day(found[day]) if day in found else TrendDay(day, "not_run") for day in every)


def columns(profile: Profile, entity: str) -> tuple[ColumnRow, ...]:
    """The columns of a kind of records, by name."""
    own = ((name, column) for (kind, name), column in profile.columns.items() if kind == entity)
    return tuple(ColumnRow(name, profile.null_rate(entity, name), column) for name, column in own)


def _day(result: Result) -> TrendDay:
    errors = sum(one.finding.grade == "error" for one in result.findings)
    warnings = len(result.findings) - errors
    learned: Grade = "good" if result.learned >= LEARNED_DAYS else "learning"
    grade: Grade = "error" if errors else "warning" if warnings else learned
    return TrendDay(result.day, grade, errors, warnings, result.profile.records if result.profile else None)
