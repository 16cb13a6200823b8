"""Each way to foresee does what its name says, with gaps, and with nothing to go by."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.analysis.forecast.candidates.known import CANDIDATES, Candidate
from pipeline.analysis.forecast.candidates.level import level_and_weekday, weekday_effects
from pipeline.analysis.forecast.candidates.ridge import RIDGE_FROM, ridge
from pipeline.analysis.forecast.candidates.trivial import (
    last_day,
    mean_of_28,
    mean_of_all,
    same_weekday,
    weekday_mean,
)
from tests.analysis.forecast.worlds import noise, strongly_carried, weekday

MISSING = np.nan


def test_the_mean_of_all_leaves_gaps_out() -> None:
    assert mean_of_all(np.array([1.0, MISSING, 3.0]), 2).tolist() == [2.0, 2.0]


def test_the_last_day_is_the_last_that_was_measured() -> None:
    assert last_day(np.array([1.0, 3.0, MISSING]), 2).tolist() == [3.0, 3.0]


def test_the_mean_of_28_days_falls_back_to_all_days() -> None:
    old = np.array([5.0] * 10)
    assert mean_of_28(np.concatenate([old, np.full(30, 7.0)]), 1).tolist() == [7.0]
    assert mean_of_28(np.concatenate([old, np.full(30, MISSING)]), 1).tolist() == [5.0]


def test_the_same_weekday_is_the_last_one_that_was_measured() -> None:
    values = np.arange(1.0, 17)
    values[9] = MISSING
    assert same_weekday(values, 8).tolist() == [3.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 3.0]


def test_a_weekday_s_mean_is_over_eight_weeks() -> None:
    values = np.concatenate([np.full(70, 1000.0), np.tile(np.arange(7.0), 8)])
    assert weekday_mean(values, 14).tolist() == [*range(7), *range(7)]


def test_a_weekday_that_was_never_measured_is_foreseen_as_the_mean() -> None:
    assert same_weekday(np.array([2.0, 4.0]), 7).tolist() == [3.0] * 5 + [2.0, 4.0]


@pytest.mark.parametrize("candidate", CANDIDATES, ids=lambda one: one.name)
@pytest.mark.parametrize("days", [0, 1, 27, 200])
def test_nothing_measured_gives_no_number_and_no_warning(candidate: Candidate, days: int) -> None:
    assert np.isnan(candidate.foresee(np.full(days, MISSING), 14)).all()


@pytest.mark.parametrize("candidate", CANDIDATES, ids=lambda one: one.name)
def test_days_that_are_all_alike_go_on_so(candidate: Candidate) -> None:
    assert candidate.foresee(np.full(200, 42.0), 14) == pytest.approx(np.full(14, 42.0))


@pytest.mark.parametrize("candidate", CANDIDATES, ids=lambda one: one.name)
def test_a_quarter_of_the_days_may_be_missing(candidate: Candidate) -> None:
    rng = np.random.default_rng(1)
    values = weekday(250, rng)
    values[rng.random(250) < 0.25] = MISSING
    foreseen = candidate.foresee(values, 14)
    assert foreseen.shape == (14,) and np.isfinite(foreseen).all() and abs(foreseen - 180).max() < 130


@pytest.mark.parametrize("candidate", CANDIDATES, ids=lambda one: one.name)
def test_a_scale_times_ten_is_foreseen_ten_times_as_high(candidate: Candidate) -> None:
    values = strongly_carried(250, np.random.default_rng(2))
    assert candidate.foresee(10 * values, 14) == pytest.approx(10 * candidate.foresee(values, 14))


def test_weekdays_are_learned_where_there_are_any() -> None:
    effects = weekday_effects(weekday(182, np.random.default_rng(3)))
    assert effects == pytest.approx(np.array([10, 15, 20, 10, -5, -45, -30]) + 25 / 7, abs=16)


def test_weekdays_are_shrunk_where_there_are_none() -> None:
    sizes = [np.abs(weekday_effects(noise(182, np.random.default_rng(seed)))).max() for seed in range(40)]
    assert np.mean(sizes) < 5


def test_the_level_follows_a_step() -> None:
    values = np.concatenate([np.full(60, 100.0), np.full(30, 200.0)])
    values += np.random.default_rng(4).normal(0, 5, 90)
    assert level_and_weekday(values, 7) == pytest.approx(np.full(7, 200.0), abs=10)


def test_the_ridge_sees_what_carries_over() -> None:
    values = strongly_carried(400, np.random.default_rng(5))
    values[-1] += 100
    without = values.copy()
    without[-1] -= 100
    pulled = ridge(values, 14) - ridge(without, 14)
    assert pulled[0] > 40 and 0 < pulled[6] < pulled[0] / 2


@pytest.mark.parametrize("start", range(3))
def test_the_ridge_says_of_each_day_what_its_weekday_is_like(start: int) -> None:
    week = np.array([10.0, 15, 20, 10, -5, -45, -30])
    values = np.tile(week, 60)[start : start + 350]
    assert ridge(values, 14) == pytest.approx(np.resize(np.roll(week, -start), 14), abs=6)


def test_the_ridge_waits_for_150_days() -> None:
    assert [one.days_from for one in CANDIDATES if one.name == "ridge"] == [RIDGE_FROM] == [150]
