"""An outsider's model agrees: ETS(A,N,A) of statsmodels errs by the same as level and weekday."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from pipeline.analysis.forecast.backtest import weekly_change
from pipeline.analysis.forecast.candidates.level import level_and_weekday
from pipeline.analysis.forecast.series import Floats
from tests.analysis.forecast.worlds import ALL, tell

DAYS, FIRST, STEP, WEEK = 200, 60, 21, 7


def ets(values: Floats) -> Floats:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # noqa: PLC0415

    with warnings.catch_warnings():
        # Its optimiser tells where it gives up; what it has by then is its forecast.
        warnings.simplefilter("ignore")
        model = ETSModel(values, error="add", seasonal="add", seasonal_periods=WEEK)
        return np.asarray(model.fit(disp=False).forecast(WEEK))


def compared(people: int) -> Floats:
    """Mean MASE (worlds, 2): ours, theirs."""
    rng = np.random.default_rng(11)
    found = []
    for world in ALL:
        errors = []
        for values in (world(DAYS, rng) for _ in range(people)):
            for day in range(FIRST, DAYS - WEEK, STEP):
                known, came = values[:day], values[day : day + WEEK]
                both = (level_and_weekday(known, WEEK), ets(known))
                errors.append([np.abs(came - one).mean() / weekly_change(values) for one in both])
        found.append(np.mean(errors, axis=0))
    return np.array(found)


@pytest.mark.parametrize("people", [3, pytest.param(40, marks=pytest.mark.soak)])
def test_level_and_weekday_err_as_statsmodels_ets_does_within_three_percent(people: int) -> None:
    found = compared(people)
    tell("\nMASE of level and weekday, of ETS, by world:")
    for world, (ours, theirs) in zip(ALL, found, strict=True):
        tell(f"  {world.__name__:18} {ours:.3f} {theirs:.3f}")
    ours, theirs = found.mean(axis=0)
    tell(f"  {'all':18} {ours:.3f} {theirs:.3f} ratio {ours / theirs:.3f}")
    assert ours / theirs == pytest.approx(1, abs=0.03)
