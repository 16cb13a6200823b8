"""The band: at the rank that finite numbers ask for, wider with the distance, and held by eight days of ten."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.analysis.forecast.backtest import backtest
from pipeline.analysis.forecast.candidates.known import CANDIDATES
from pipeline.analysis.forecast.conformal import LEAST_ORIGINS, half_widths
from pipeline.analysis.forecast.outlook import covered, misses
from pipeline.analysis.forecast.series import TARGETS, Target, TargetName
from pipeline.analysis.forecast.verdict import judge
from tests.analysis.forecast.worlds import ALL, ANY, World, minutes, moods, noise, sessions, tell

ENOUGH = 26


def test_the_rank_is_that_of_a_finite_sample() -> None:
    found = half_widths(np.arange(1.0, 10)[:, None])
    assert found is not None and found.tolist() == [8.0]


def test_neighbouring_horizons_are_pooled() -> None:
    missed = np.zeros((20, 3))
    missed[:, 2] = 5.0
    found = half_widths(missed)
    assert found is not None and found.tolist() == [0.0, 5.0, 5.0]


def test_a_band_never_grows_narrower() -> None:
    found = half_widths(np.random.default_rng(1).normal(0, 1, (50, 14)) * np.linspace(2, 1, 14))
    assert found is not None and (np.diff(found) >= 0).all()


def test_no_band_is_made_of_few_origins() -> None:
    missed = np.ones((LEAST_ORIGINS - 1, 14))
    assert half_widths(missed) is None
    assert half_widths(np.vstack([missed, np.full((5, 14), np.nan)])) is None
    assert half_widths(np.empty((0, 14))) is None


def test_misses_are_only_those_that_were_known() -> None:
    values = noise(100, np.random.default_rng(1))
    tried = backtest(ANY, values, CANDIDATES)
    known = misses(tried, 0, 50)
    assert len(known) == len(tried.finished(50)) == 6
    assert np.isfinite(known).sum(axis=1).tolist() == [14, 14, 14, 13, 10, 7]


LIFELIKE: tuple[tuple[World, TargetName], ...] = (
    (sessions, "sessions"),
    (moods, "mood"),
    (minutes, "focus_minutes"),
)


NAMED = [name for _, name in LIFELIKE]


def coverage(world: World, days: int, runs: int, seed: int, target: Target = ANY) -> tuple[float, float]:
    """Share of days within the band, from 26 finished origins on; and from 8 on."""
    rng = np.random.default_rng(seed)
    some, all_ = [], []
    for _ in range(runs):
        tried = backtest(target, world(days, rng), CANDIDATES)
        found = judge(tried)
        some.append(covered(tried, found, ENOUGH))
        all_.append(covered(tried, found))
    return float(np.concatenate(some).mean()), float(np.concatenate(all_).mean())


@pytest.mark.parametrize("world", ALL, ids=lambda world: world.__name__)
def test_from_26_origins_the_band_holds_eight_days_of_ten(world: World) -> None:
    assert 0.75 <= coverage(world, 200, 12, 7)[0] <= 0.88


@pytest.mark.parametrize(("world", "name"), LIFELIKE, ids=NAMED)
def test_the_band_holds_counts_ratings_and_minutes_with_gaps_as_well(world: World, name: TargetName) -> None:
    assert 0.75 <= coverage(world, 200, 12, 7, TARGETS[name])[0] <= 0.88


@pytest.mark.soak
@pytest.mark.parametrize("world", ALL, ids=lambda world: world.__name__)
def test_coverage_in_full(world: World) -> None:
    tell(f"\n{world.__name__}: coverage of the 80 % band from 26 origins, from 8")
    for days in (130, 200, 365):
        some, all_ = coverage(world, days, 150, days)
        tell(f"  {days:4} days {some:.3f} {all_:.3f}")
        assert 0.75 <= some <= 0.88


@pytest.mark.soak
@pytest.mark.parametrize(("world", "name"), LIFELIKE, ids=NAMED)
def test_coverage_of_counts_ratings_and_minutes_in_full(world: World, name: TargetName) -> None:
    some, all_ = coverage(world, 200, 100, 200, TARGETS[name])
    tell(f"\n{name}: coverage from 26 origins, from 8: {some:.3f} {all_:.3f}")
    assert 0.75 <= some <= 0.88
