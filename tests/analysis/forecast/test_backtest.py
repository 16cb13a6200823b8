"""The past is foreseen from its own past only: every third day from day 28 on, and what is unknown does not count."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.analysis.forecast.backtest import FIRST_ORIGIN, HORIZON, STEP, backtest, foresee, weekly_change
from pipeline.analysis.forecast.candidates.known import CANDIDATES, Candidate
from pipeline.analysis.forecast.candidates.trivial import last_day
from pipeline.analysis.forecast.series import TARGETS
from tests.analysis.forecast.worlds import ANY, carried, noise

LAST = Candidate("last_day", last_day, is_baseline=True)


def test_nothing_after_an_origin_reaches_a_forecast_made_there() -> None:
    values = carried(200, np.random.default_rng(1))
    changed = values.copy()
    changed[160:] = 1e6
    one, other = backtest(ANY, values, CANDIDATES), backtest(ANY, changed, CANDIDATES)
    until = [at for at, origin in enumerate(one.origins) if origin <= 160]
    assert len(until) > 40
    assert np.array_equal(one.foreseen[:, until], other.foreseen[:, until], equal_nan=True)


def test_origins_are_every_third_day_from_day_28_on() -> None:
    tried = backtest(ANY, noise(100, np.random.default_rng(1)), CANDIDATES)
    assert tried.origins[:3] == (FIRST_ORIGIN, FIRST_ORIGIN + STEP, FIRST_ORIGIN + 2 * STEP) == (28, 31, 34)


def test_an_error_is_the_mean_of_a_week_s_misses() -> None:
    tried = backtest(ANY, np.arange(60.0), [LAST])
    assert tried.errors[0, 0] == 4.0 and tried.came[0].tolist() == list(range(28, 42))


def test_only_origins_whose_week_was_over_are_finished() -> None:
    tried = backtest(ANY, np.arange(60.0), [LAST])
    assert [tried.origins[at] for at in tried.finished(41)] == [28, 31, 34]
    assert [tried.origins[at] for at in tried.finished(60)][-1] == 52


def test_a_week_that_was_mostly_not_measured_does_not_count() -> None:
    values = np.arange(60.0)
    values[28:32] = np.nan
    tried = backtest(ANY, values, [LAST])
    assert np.isnan(tried.errors[0, 0]) and 0 not in tried.finished(60)


def test_an_origin_with_hardly_a_day_before_it_is_left_out() -> None:
    values = np.full(60, np.nan)
    values[20:] = 1.0
    assert backtest(ANY, values, [LAST]).origins[0] == 34


@pytest.mark.parametrize("days", [0, 1, 27, 31])
def test_too_few_days_give_no_origins(days: int) -> None:
    tried = backtest(ANY, np.ones(days), CANDIDATES)
    assert tried.origins == () and tried.foreseen.shape == (len(CANDIDATES), 0, HORIZON)
    assert np.isnan(tried.means([])).all()


def test_what_is_foreseen_can_be() -> None:
    falling = np.linspace(100, 0, 60)
    steep = Candidate("steep", lambda values, horizon: np.full(horizon, values[-1] - 1000))
    assert foresee(TARGETS["focus_minutes"], steep, falling).tolist() == [0.0] * HORIZON


def test_who_may_not_speak_yet_says_nothing() -> None:
    tried = backtest(ANY, noise(200, np.random.default_rng(1)), CANDIDATES)
    spoke = np.isfinite(tried.errors[-1])
    assert CANDIDATES[-1].name == "ridge" and [tried.origins[at] >= 150 for at in range(len(spoke))] == spoke.tolist()


def test_days_that_are_all_alike_are_missed_by_nothing() -> None:
    tried = backtest(ANY, np.full(100, 0.1), CANDIDATES)
    assert np.nanmax(tried.errors) == 0.0


def test_a_scale_is_the_change_from_week_to_week() -> None:
    assert weekly_change(np.arange(20.0)) == 7.0
    assert np.isnan(weekly_change(np.arange(7.0)))
