"""The daily frame: a row a day on a complete calendar, a column a measure, and why a value is missing. Pure.

The day is the one in the key: when a record was made says another day wherever UTC is not the person's time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.analysis.correlation.cells import FORECAST, Missing, Row, day_of, number_of
from pipeline.analysis.correlation.measures import Measure, measures
from pipeline.analysis.correlation.ranks import Floats
from pipeline.errors import DataInvalid, NotFound
from pipeline.untrusted import quoted

MOST_DAYS = 1_095
MOST_MEASURES = 60
_CODES = tuple(Missing)
_SHOWN = 80


@dataclass(frozen=True)
class LeftOut:
    """What of the rows is not in a frame: days that are not over, days before MOST_DAYS, rows that said the same
    twice, and the names of the measures beyond MOST_MEASURES."""

    unfinished: int = 0
    older: int = 0
    repeated: int = 0
    measures: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Frame:
    """One person's days. ``values``: days × measures, in the measures' units, NaN where there is none; ``why``: of the
    same shape, codes of Missing."""

    person: str
    first: date
    measures: tuple[str, ...]
    values: Floats
    why: NDArray[np.uint8]
    left_out: LeftOut

    @property
    def days(self) -> tuple[date, ...]:
        """The calendar, no day left out."""
        return tuple(self.first + timedelta(days=at) for at in range(len(self.values)))

    @property
    def counts(self) -> dict[str, int]:
        """Days with a value, by measure."""
        return dict(zip(self.measures, (~np.isnan(self.values)).sum(0).tolist(), strict=True))

    def column(self, measure: str) -> Floats:
        """One measure's values, a day each; all NaN where the frame has no such measure."""
        known = measure in self.measures
        return self.values[:, self.measures.index(measure)] if known else np.full(len(self.values), np.nan)

    def missing(self, measure: str) -> dict[date, Missing]:
        """The days without a value of one measure, and why each has none."""
        if measure not in self.measures:
            return dict.fromkeys(self.days, Missing.NEVER)
        codes, days = self.why[:, self.measures.index(measure)], self.days
        return {days[at]: _CODES[codes[at]] for at in np.flatnonzero(codes)}

    def between(self, first: date, last: date) -> Frame:
        """The days from ``first`` to ``last``, both included. Raise NotFound (``insights_no_days``)."""
        start, end = max((first - self.first).days, 0), (last - self.first).days + 1
        if end <= start or start >= len(self.values):
            raise _no_days(self.person)
        part = replace(self, values=self.values[start:end], why=self.why[start:end])
        return replace(part, first=self.first + timedelta(days=start))


def frame_sql(wanted: Iterable[Measure] | None = None) -> str:
    """The SQL whose rows make one person's frame; its parameters are ``person``, and ``from`` and ``today`` as
    2026-11-30. A forecast is no measurement, nor is a change since one."""
    columns = ",\n    ".join(_sql_of(measure) for measure in wanted or measures().values())
    return f"""select
    day,
    weather_kind,
    {columns}
from mart_daily_wellness
where user_id = {{{{person}}}} and day >= cast({{{{from}}}} as date) and day < cast({{{{today}}}} as date)
order by day"""  # noqa: S608 - the names are those of measures.toml


def frames(rows: Iterable[Row], today: date, wanted: Sequence[Measure] | None = None) -> dict[str, Frame]:
    """Everybody's frame by their id, of rows of ``mart_daily_wellness``; who has no finished day is left out. Raise
    DataInvalid for a row without person or day (``insights_row``), and for a day that stands twice with different
    values (``insights_day_twice``)."""
    by_person: dict[str, list[Row]] = {}
    for row in rows:
        by_person.setdefault(_person_of(row), []).append(row)
    found = {person: _frame(person, some, today, wanted) for person, some in sorted(by_person.items())}
    return {person: frame for person, frame in found.items() if frame}


def frame_of(person: str, rows: Iterable[Row], today: date, wanted: Sequence[Measure] | None = None) -> Frame:
    """One person's frame, of the rows that ``frame_sql`` gives. Raise NotFound (``insights_no_days``) where none of
    the days is over, DataInvalid as ``frames`` does."""
    frame = _frame(person, rows, today, wanted)
    if frame is None:
        raise _no_days(person)
    return frame


def _frame(person: str, rows: Iterable[Row], today: date, wanted: Sequence[Measure] | None) -> Frame | None:
    asked = list(wanted or measures().values())
    kept, beyond = asked[:MOST_MEASURES], tuple(measure.name for measure in asked[MOST_MEASURES:])
    by_day, repeated = _by_day(person, rows)
    oldest = today - timedelta(days=MOST_DAYS)
    days = {day: row for day, row in sorted(by_day.items()) if oldest <= day < today}
    if not days:
        return None
    late, early = sum(day >= today for day in by_day), sum(day < oldest for day in by_day)
    values, why = _cells(days, kept)
    names = tuple(measure.name for measure in kept)
    return Frame(person, min(days), names, values, _seen(why), LeftOut(late, early, repeated, beyond))


def _by_day(person: str, rows: Iterable[Row]) -> tuple[dict[date, Row], int]:
    """Rows by their day, and how many said the same again."""
    found: dict[date, Row] = {}
    repeated = 0
    for row in rows:
        day = day_of(row.get("day"))
        if day in found and dict(found[day]) != dict(row):
            text = f"{day} of {quoted(person, _SHOWN)} stands twice, with different values"
            raise DataInvalid(text, situation="insights_day_twice", insights_day=day.isoformat())
        repeated += day in found
        found[day] = row
    return found, repeated


def _cells(days: Mapping[date, Row], kept: Sequence[Measure]) -> tuple[Floats, NDArray[np.uint8]]:
    first, last = min(days), max(days)
    values = np.full(((last - first).days + 1, len(kept)), np.nan)
    why = np.full(values.shape, _CODES.index(Missing.NO_ROW), np.uint8)
    for day, row in days.items():
        before = days.get(day - timedelta(days=1), {})
        for column, measure in enumerate(kept):
            value, reason = _cell(row, before, measure)
            values[(day - first).days, column] = value
            why[(day - first).days, column] = _CODES.index(reason)
    return values, why


def _cell(row: Row, before: Row, measure: Measure) -> tuple[float, Missing]:
    settled = row.get("weather_kind") != FORECAST
    if measure.since_yesterday:
        settled = settled and before.get("weather_kind") != FORECAST
    return number_of(row.get(measure.name)) if settled or not measure.weather else (np.nan, Missing.FORECAST)


def _seen(why: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Reasons, in which a measure's own beginning and end are told apart from what was left out between them."""
    told = why.copy()
    for column in range(told.shape[1]):
        here = np.flatnonzero(told[:, column] == 0)
        unwritten = np.isin(told[:, column], [_CODES.index(Missing.NO_ROW), _CODES.index(Missing.NOT_RECORDED)])
        at = np.arange(len(told))
        if not len(here):
            told[unwritten, column] = _CODES.index(Missing.NEVER)
        else:
            told[unwritten & (at < here[0]), column] = _CODES.index(Missing.BEFORE_FIRST)
            told[unwritten & (at > here[-1]), column] = _CODES.index(Missing.AFTER_LAST)
    return told


def _person_of(row: Row) -> str:
    person: Any = row.get("user_id")
    if not isinstance(person, str) or not person:
        raise DataInvalid("a row names no person", situation="insights_row")
    return person


def _sql_of(measure: Measure) -> str:
    if not measure.weather:
        return measure.name
    settled = f"weather_kind is distinct from '{FORECAST}'"
    # Of the same person: the SQL of everybody's days is this one, too.
    before = f" and lag(weather_kind) over (partition by user_id order by day) is distinct from '{FORECAST}'"
    return f"case when {settled}{before if measure.since_yesterday else ''} then {measure.name} end as {measure.name}"


def _no_days(person: str) -> NotFound:
    return NotFound(f"no finished day of {quoted(person, _SHOWN)}", situation="insights_no_days")
