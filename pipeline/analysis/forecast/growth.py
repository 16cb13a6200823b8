"""How a table's exports grow, in records and in bytes: two weeks ahead, and when a bound is reached. Pure, numpy only.

The same back-test and the same rule as for people's days; the baseline is that nothing changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from pipeline.analysis.forecast.candidates.known import Candidate
from pipeline.analysis.forecast.candidates.level import WEEK
from pipeline.analysis.forecast.candidates.trivial import last_day
from pipeline.analysis.forecast.numbers import block_interval, rounded
from pipeline.analysis.forecast.outlook import Outlook, outlook
from pipeline.analysis.forecast.series import Floats, Series, Target, series_of

RECORDS: Final = Target("records", 0)
BYTES: Final = Target("bytes", 0)
# Beyond ten years no day is named.
FARTHEST_DAYS: Final = 3650
_RECENT = 28


@dataclass(frozen=True)
class Growth:
    """``outlook`` of two weeks; what a day adds: ``per_day`` with its 95 % interval ``slowest`` to ``fastest`` (None:
    fewer than two weeks of exports)."""

    outlook: Outlook
    per_day: float | None = None
    slowest: float | None = None
    fastest: float | None = None
    level: float | None = None

    def reaches(self, bound: float) -> tuple[date | None, date | None]:
        """The day on which ``bound`` is reached, and the earliest at the fastest growth; None beyond ten years, and
        where nothing grows."""
        return self._day(bound, self.per_day), self._day(bound, self.fastest)

    def _day(self, bound: float, per_day: float | None) -> date | None:
        if self.level is None or per_day is None:
            return None
        if self.level >= bound:
            return self.outlook.end
        days = (bound - self.level) / per_day if per_day > 0 else FARTHEST_DAYS + 1
        return self.outlook.end + timedelta(days=int(np.ceil(days))) if days <= FARTHEST_DAYS else None


def growth(target: Target, days: Sequence[date], values: Sequence[float | None], today: date) -> Growth:
    """From the exports' days and counts, or sizes. Raise DataInvalid as ``series_of`` does."""
    series = series_of(target, days, values, today)
    ahead = outlook(series, CANDIDATES)
    changes = _changes(series)
    if len(changes) < 2 * WEEK:
        return Growth(ahead)
    level, per_day = line(series.values)
    # A week's changes are one block: what is cleared on Sundays is no surprise.
    low, high = block_interval(changes, WEEK)
    width = (high - low) / 2
    return Growth(ahead, rounded(per_day), rounded(per_day - width), rounded(per_day + width), rounded(level))


def steady(values: Floats, horizon: int) -> Floats:
    """On along the line of the last 28 days (horizon,)."""
    level, per_day = line(values)
    return np.asarray(level + per_day * np.arange(1, horizon + 1))


def line(values: Floats) -> tuple[float, float]:
    """Level on the last day and change a day, of the last 28: medians, which one wrong export does not move. NaN where
    nothing was measured. Source: Wikipedia, "Theil–Sen estimator"."""
    recent = values[-_RECENT:]
    days = np.flatnonzero(np.isfinite(recent))
    seen = recent[days]
    if len(seen) <= 1:
        return float(seen[0]) if len(seen) else float("nan"), 0.0
    one, other = np.triu_indices(len(seen), 1)
    per_day = float(np.median((seen[other] - seen[one]) / (days[other] - days[one])))
    newest = days[-WEEK:]
    return float(np.median(recent[newest] + per_day * (len(recent) - 1 - newest))), per_day


def _changes(series: Series) -> Floats:
    """The change of each day of the last 28 whose day before was exported, too."""
    steps = np.diff(series.values[-_RECENT - 1 :])
    return np.asarray(steps[np.isfinite(steps)])


CANDIDATES: Final = (Candidate("last_day", last_day, is_baseline=True), Candidate("steady", steady))
