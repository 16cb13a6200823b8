"""The verdict is by rule: no earlier than day 74, "better" hardly ever where nothing can be foreseen."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from pipeline.analysis.forecast.backtest import backtest
from pipeline.analysis.forecast.candidates.known import CANDIDATES, Candidate
from pipeline.analysis.forecast.candidates.trivial import last_day
from pipeline.analysis.forecast.growth import steady
from pipeline.analysis.forecast.series import Floats
from pipeline.analysis.forecast.verdict import LEAST_DAYS, Judged, choose, judge, skill_of, verdict_of
from tests.analysis.forecast.worlds import ALL, ANY, UNFORESEEABLE, World, climb, noise, tell

NAMES = [one.name for one in CANDIDATES]


def judged(values: Floats) -> Judged:
    return judge(backtest(ANY, values, CANDIDATES))


def shares(world: World, days: int, runs: int, seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    told = Counter(judged(world(days, rng)).verdict for _ in range(runs))
    return {name: told[name] / runs for name in ("better", "no_better", "worse", "not_yet")}


def test_the_first_verdict_is_on_day_74() -> None:
    values = noise(80, np.random.default_rng(1))
    assert LEAST_DAYS == 74
    assert judged(values[:73]).verdict == "not_yet" and judged(values[:74]).verdict != "not_yet"


@pytest.mark.parametrize(("days", "left"), [(0, 74), (1, 73), (45, 29), (73, 1)])
def test_days_left_are_counted_down(days: int, left: int) -> None:
    assert judged(noise(days, np.random.default_rng(1))).days_left == left


@pytest.mark.parametrize("seed", range(20))
def test_a_verdict_comes_when_the_days_that_are_left_have_come(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = noise(int(rng.integers(1, 110)), rng)
    values[rng.random(len(values)) < rng.random()] = np.nan
    found = judged(values)
    if found.verdict != "not_yet":
        values = values[:40]
        found = judged(values)
    later = np.concatenate([values, noise(found.days_left, rng)])
    assert judged(later[:-1]).verdict == "not_yet" and judged(later).verdict != "not_yet"


def test_nobody_is_chosen_before_four_origins_are_over() -> None:
    tried = backtest(ANY, noise(80, np.random.default_rng(1)), CANDIDATES)
    assert choose(tried, 43) is None and choose(tried, 44) is not None


def test_a_model_is_used_only_where_it_was_two_percent_better() -> None:
    by = [
        Candidate(name, foresee, name == "last_day") for name, foresee in (("last_day", last_day), ("steady", steady))
    ]
    climbing, flat = climb(90, np.random.default_rng(1)), noise(90, np.random.default_rng(1))
    flat[:] = 5.0
    up, level = choose(backtest(ANY, climbing, by), 90), choose(backtest(ANY, flat, by), 90)
    assert up and level and (up.used, up.baseline) == (1, 0) and (level.used, level.baseline) == (0, 0)


@pytest.mark.parametrize(("missed", "used"), [(9.81, 0), (9.79, 1)])
def test_two_percent_is_where_a_model_begins_to_be_used(missed: float, used: int) -> None:
    by = [
        Candidate("off by ten", lambda values, horizon: np.full(horizon, 10.0), is_baseline=True),
        Candidate("off by less", lambda values, horizon: np.full(horizon, missed)),
    ]
    chosen = choose(backtest(ANY, np.zeros(60), by), 60)
    assert chosen and chosen.used == used


def test_what_can_be_foreseen_is_called_better() -> None:
    by = [Candidate("last_day", last_day, is_baseline=True), Candidate("steady", steady)]
    values = climb(120, np.random.default_rng(1))
    found = judge(backtest(ANY, values, by))
    assert found.verdict == "better" and found.skill and found.skill > 0.5


def test_days_that_are_all_alike_are_no_better_than_ever() -> None:
    found = judged(np.full(100, 42.0))
    assert (found.verdict, found.skill) == ("no_better", None)


@pytest.mark.parametrize(
    ("skill", "low", "high", "verdict"),
    [
        (0.06, 0.01, 0.11, "better"),
        (0.049, 0.01, 0.11, "no_better"),
        (0.2, -0.01, 0.4, "no_better"),
        (-0.06, -0.1, -0.01, "worse"),
        (-0.01, -0.02, -0.001, "no_better"),
        (0.2, None, None, "no_better"),
        (None, None, None, "no_better"),
    ],
)
def test_the_rule(skill: float | None, low: float | None, high: float | None, verdict: str) -> None:
    assert verdict_of(skill, low, high) == verdict


def test_a_skill_is_the_share_by_which_less_was_erred() -> None:
    skill, low, high = skill_of(np.full(9, 10.0), np.full(9, 8.0), 3)
    assert (skill, low, high) == (0.2, 0.2, 0.2)


@pytest.mark.parametrize("world", UNFORESEEABLE, ids=lambda world: world.__name__)
def test_what_nobody_can_foresee_is_called_better_in_at_most_five_percent(world: World) -> None:
    found = [shares(world, days, 60, seed)["better"] for seed, days in enumerate((80, 150, 250))]
    assert np.mean(found) <= 0.05


@pytest.mark.soak
@pytest.mark.parametrize("world", ALL, ids=lambda world: world.__name__)
def test_verdicts_in_full(world: World) -> None:
    tell(f"\n{world.__name__}: share of verdicts of 300 runs")
    for seed, days in enumerate((74, 90, 120, 180, 365)):
        found = shares(world, days, 300, seed)
        tell(f"  {days:4} days " + " ".join(f"{name} {share:.3f}" for name, share in found.items()))
        assert found["worse"] <= 0.05
        if world in UNFORESEEABLE:
            assert found["better"] <= 0.05
