"""A person's days as a series: a complete calendar, missing days as NaN, impossible values left out and counted. Pure.

What comes in is what a frame holds: a list of days and a list of values, in any order, today not yet left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, get_args

import numpy as np
import numpy.typing as npt

from pipeline.errors import DataInvalid
from pipeline.untrusted import quoted

Floats = npt.NDArray[np.float64]
TargetName = Literal["focus_minutes", "sessions", "mood"]
# Ten years: a day of another century in one record would make a calendar of forty thousand days.
MOST_DAYS: Final = 3660
# Older than this a mart is told to be stale: one night may be missed.
FRESH_DAYS: Final = 2


@dataclass(frozen=True)
class Target:
    """What is foreseen, in its unit; a day outside of ``low`` … ``high`` cannot be and counts as not measured."""

    name: str
    low: float
    high: float = math.inf

    def holds(self, value: float) -> bool:
        """Whether a day can have this value."""
        return math.isfinite(value) and self.low <= value <= self.high


# A day has 1,440 minutes; moods are rated from 1 to 5 (expectations of quality).
TARGETS: Final[Mapping[TargetName, Target]] = {
    "focus_minutes": Target("focus_minutes", 0, 1440),
    "sessions": Target("sessions", 0, 200),
    "mood": Target("mood", 1, 5),
}
TARGET_NAMES: Final = get_args(TargetName)


@dataclass(frozen=True)
class Series:
    """Values (n,) of the days from ``first`` on, NaN where nothing was measured; ``refused`` of the values were
    impossible; the last measured day is ``stale`` days older than yesterday."""

    target: Target
    first: date
    values: Floats
    refused: int = 0
    stale: int = 0

    @property
    def end(self) -> date:
        """The first day that is foreseen: the one after the last."""
        return self.first + timedelta(days=len(self.values))

    @property
    def observed(self) -> int:
        """Days that were measured."""
        return int(np.isfinite(self.values).sum())

    @property
    def is_stale(self) -> bool:
        """Whether the days that it should have been made of have not come for longer than a night."""
        return self.stale > FRESH_DAYS


def series_of(target: Target, days: Sequence[date], values: Sequence[float | None], today: date) -> Series:
    """The days before ``today``, from the first measured one to yesterday. Raise DataInvalid for lists of unlike
    length, a day that stands twice, and more than MOST_DAYS of calendar."""
    told = _by_day(target.name, days, values, today)
    numbers = {day: value for day, value in told.items() if value is not None and not math.isnan(value)}
    possible = {day: value for day, value in numbers.items() if target.holds(value)}
    first = min(possible, default=today)
    if (today - first).days > MOST_DAYS:
        raise _refused(target.name, f"{first} … {today} are more than {MOST_DAYS} days", "days")
    calendar = np.full((today - first).days, np.nan)
    for day, value in possible.items():
        calendar[(day - first).days] = value
    stale = (today - max(possible, default=today)).days - 1
    return Series(target, first, calendar, len(numbers) - len(possible), max(stale, 0))


def _by_day(name: str, days: Sequence[date], values: Sequence[float | None], today: date) -> dict[date, float | None]:
    if len(days) != len(values):
        raise _refused(name, f"{len(days)} days and {len(values)} values", "values")
    told: dict[date, float | None] = {}
    for day, value in zip(days, values, strict=True):
        if day in told:
            raise _refused(name, f"{quoted(day.isoformat())} stands twice", "day")
        told[day] = value
    return {day: value for day, value in told.items() if day < today}


def _refused(name: str, text: str, field: str) -> DataInvalid:
    return DataInvalid(f"{name} is no series of days: {text}", record=name, field=field)
