"""Who may foresee: two models, and the baselines that they have to beat. Pure.

Weighed and left: ETS of statsmodels, which errs by the same as level and weekday and takes a hundred times as long.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pipeline.analysis.forecast.candidates.level import level_and_weekday
from pipeline.analysis.forecast.candidates.ridge import RIDGE_FROM, ridge
from pipeline.analysis.forecast.candidates.trivial import last_day, mean_of_28, mean_of_all, same_weekday, weekday_mean
from pipeline.analysis.forecast.series import Floats


@dataclass(frozen=True)
class Candidate:
    """One way to foresee: ``foresee(values (n,), horizon)`` gives (horizon,), NaN where it cannot; it may speak from
    ``days_from`` days of history on."""

    name: str
    foresee: Callable[[Floats, int], Floats]
    is_baseline: bool = False
    days_from: int = 1


# The order settles ties: what is simpler stands first.
CANDIDATES: Final = (
    Candidate("mean_of_all", mean_of_all, is_baseline=True),
    Candidate("mean_of_28", mean_of_28, is_baseline=True),
    Candidate("last_day", last_day, is_baseline=True),
    Candidate("same_weekday", same_weekday, is_baseline=True),
    Candidate("weekday_mean", weekday_mean, is_baseline=True),
    Candidate("level_and_weekday", level_and_weekday),
    Candidate("ridge", ridge, days_from=RIDGE_FROM),
)
