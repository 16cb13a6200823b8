"""What was foreseen beside what came, a day each: of every day the newest forecast made before it. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.analysis.forecast.outlook import DayAhead
from pipeline.analysis.forecast.result import Forecast
from pipeline.analysis.forecast.series import Series


@dataclass(frozen=True)
class Pair:
    """``came`` on a day that was foreseen as ``ahead``, by the forecast made for ``end`` and on."""

    end: date
    ahead: DayAhead
    came: float

    @property
    def held(self) -> bool | None:
        """Whether it fell into the band; None where there was none."""
        low, high = self.ahead.low, self.ahead.high
        return None if low is None or high is None else low <= self.came <= high


def pairs(made: Iterable[Forecast], series: Series) -> tuple[Pair, ...]:
    """Days that came, oldest first."""
    told = (one.outlook or (one.growth and one.growth.outlook) for one in made)
    outlooks = sorted((ahead for ahead in told if ahead), key=lambda ahead: ahead.end)
    newest = {ahead.day: (one.end, ahead) for one in outlooks for ahead in one.days}
    came = {series.first + timedelta(days=at): float(value) for at, value in enumerate(series.values)}
    found = ((*newest[day], value) for day, value in sorted(came.items()) if day in newest and math.isfinite(value))
    return tuple(Pair(end, ahead, value) for end, ahead, value in found)
