"""ranks, detrend, effective, interval, family, lags, wander: each step by what it must do to known series."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipeline.analysis.correlation import effective, interval
from pipeline.analysis.correlation.detrend import design, residuals
from pipeline.analysis.correlation.family import corrected
from pipeline.analysis.correlation.lags import lagged, prepared
from pipeline.analysis.correlation.ranks import Floats, changes, ranks
from pipeline.analysis.correlation.wander import correlations, studied
from tests.analysis.correlation import worlds

VALUES = st.lists(st.one_of(st.just(nan), st.floats(-3, 3).map(lambda value: round(value, 1))), min_size=1, max_size=30)


def column(*values: float) -> Floats:
    return np.array(values, float)[:, None]


@given(VALUES)
def test_ranks_are_scipy_s_and_nothing_has_none(values: list[float]) -> None:
    ranked, known = ranks(column(*values))[:, 0], ~np.isnan(values)
    np.testing.assert_array_equal(ranked[known], stats.rankdata(np.array(values)[known]))
    assert np.isnan(ranked[~known]).all()


def test_one_value_of_a_billion_weighs_no_more_than_the_greatest() -> None:
    wild = ranks(column(1, 3, 1e9, 2))
    np.testing.assert_array_equal(wild, ranks(column(1, 3, 4, 2)))


def test_a_change_needs_both_days() -> None:
    np.testing.assert_array_equal(changes(column(1, 4, nan, 5, 7))[:, 0], [nan, 3, nan, nan, 2])


@pytest.mark.parametrize(("days", "controls"), [(45, 7), (90, 8), (180, 9), (365, 11)])
def test_there_are_as_many_controls_as_the_method_says(days: int, controls: int) -> None:
    assert design(days, 0).shape == (days, controls + 1)


@pytest.mark.parametrize("first", range(7))
def test_what_follows_the_week_is_taken_away_whatever_the_first_day(first: int) -> None:
    at = np.arange(100)
    followed = residuals(column(*((at + first) % 7 + 0.01 * np.sin(at))), first).values[:, 0]
    assert abs(np.corrcoef(followed, (at + first) % 7)[0, 1]) < 1e-6


def test_a_series_of_weekdays_alone_has_nothing_left() -> None:
    assert np.isnan(residuals(ranks(column(*(np.arange(100.0) % 7))), 0).values).all()


def test_a_measure_that_began_late_is_detrended_over_its_own_days() -> None:
    late = np.full((400, 1), nan)
    late[310:, 0] = np.random.default_rng(1).normal(size=90)
    alone = residuals(late[310:], 310 % 7)
    np.testing.assert_allclose(residuals(late, 0).values[310:], alone.values)
    assert residuals(late, 0).share == alone.share == pytest.approx(8 / 90)


def test_independent_days_are_worth_what_they_are() -> None:
    base = prepared(np.random.default_rng(1).normal(size=(1_000, 2)), 0)
    assert lagged(base, [0])[0].worth[0, 1] > 900


@pytest.mark.parametrize(("carry", "worth"), [(0.5, 600), (0.8, 220)])
def test_days_that_resemble_each_other_are_worth_bartlett_s_number(carry: float, worth: float) -> None:
    random = np.random.default_rng(1)
    found = [lagged(prepared(worlds.carried(random, 1_000, [carry] * 2), 0), [0])[0].worth[0, 1] for _ in range(20)]
    assert np.mean(found) == pytest.approx(worth, rel=0.15)


def test_gaps_make_days_more_independent() -> None:
    series = worlds.carried(np.random.default_rng(1), 600, [0.8, 0.8])
    alternate = np.where((np.arange(600) % 3 == 0)[:, None], series, nan)
    whole, part = (lagged(prepared(values, 0), [0])[0] for values in (series, alternate))
    assert part.worth[0, 1] / part.days[0, 1] > 1.5 * whole.worth[0, 1] / whole.days[0, 1]


def test_effective_days_are_never_more_than_the_days() -> None:
    opposed = np.tile([-1.0, 1.0], 30) + 0.1 * np.random.default_rng(1).normal(size=60)
    base = prepared(np.column_stack([opposed, worlds.carried(np.random.default_rng(2), 60, [0.8])[:, 0]]), 0)
    found = lagged(base, [0])[0]
    assert (found.worth <= found.days).all() and (found.worth >= 2).all()


def test_nothing_is_put_back_where_nothing_was_taken() -> None:
    seen = np.array([[0.5], [0.2], [-0.1]])
    np.testing.assert_array_equal(effective.restored(seen, np.zeros(1)), seen)


@given(st.floats(-0.99, 0.99), st.integers(3, 2_000))
def test_p_is_that_of_student_s_t(r: float, degrees: int) -> None:
    ours = interval.p_values(np.array(r), np.array(float(degrees)))
    wanted = 2 * stats.t.sf(abs(r) * np.sqrt(degrees / (1 - r * r)), degrees)
    assert float(ours) == pytest.approx(wanted, rel=1e-6, abs=1e-300)


def test_the_interval_is_scipy_s_where_nothing_is_taken_away() -> None:
    random = np.random.default_rng(1)
    left, right = random.normal(size=(2, 50))
    wanted = stats.pearsonr(left, right)
    bounds = interval.bounds(np.array(wanted.statistic), np.array(48.0))
    np.testing.assert_allclose(bounds, wanted.confidence_interval(), rtol=1e-9)


def test_without_degrees_there_is_no_p_and_the_interval_says_nothing() -> None:
    none = np.array(0.0)
    assert np.isnan(interval.p_values(np.array(0.3), none))
    assert interval.bounds(np.array(0.3), none) == (-1, 1)


@pytest.mark.parametrize(
    ("days", "controls", "one", "twelve"),
    [(45, 7, 0.44, 0.56), (90, 8, 0.31, 0.39), (180, 9, 0.21, 0.28), (365, 11, 0.15, 0.20)],
)
def test_the_strength_that_days_can_find_is_the_formula_s(days: int, controls: int, one: float, twelve: float) -> None:
    degrees = days - controls - 2
    assert interval.findable(degrees) == pytest.approx(one, abs=0.006)
    assert interval.findable(degrees, 12) == pytest.approx(twelve, abs=0.006)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_the_correction_is_scipy_s(p: list[float]) -> None:
    np.testing.assert_allclose(corrected(np.array(p)), stats.false_discovery_control(p))


def test_what_was_not_asked_is_outside_of_the_family() -> None:
    found = corrected(np.array([0.01, nan, 0.04]))
    np.testing.assert_allclose(found, [0.02, nan, 0.04])
    assert np.isnan(corrected(np.array([nan]))).all() and corrected(np.array([])).size == 0


def test_a_lag_is_from_the_row_s_day_to_the_column_s() -> None:
    left = np.random.default_rng(1).normal(size=200)
    right = np.concatenate([[0.0, 0.0], left[:-2]])
    found = lagged(prepared(np.column_stack([left, right]), 0), range(4))
    assert [round(float(at.r[0, 1]), 1) for at in found] == [pytest.approx(0, abs=0.2)] * 2 + [1.0] + [
        pytest.approx(0, abs=0.2)
    ]
    assert found[2].days[0, 1] == 198


def test_walks_are_compared_by_their_changes_and_others_by_their_levels() -> None:
    study = studied(worlds.carried(np.random.default_rng(1), 365, [1, 1, 0.3]), 0)
    assert study.pairs.tolist() == [[True, True, False], [True, True, False], [False, False, False]]


def test_a_pair_has_the_same_r_beside_others_and_alone() -> None:
    series = worlds.carried(np.random.default_rng(1), 365, [1, 0.3, 1])
    beside = correlations(studied(series, 0), [0, 2])
    alone = correlations(studied(series[:, [0, 2]], 0), [0, 2])
    for many, two in zip(beside, alone, strict=True):
        np.testing.assert_allclose(many.r[np.ix_([0, 2], [0, 2])], two.r, rtol=1e-9)
