"""pipeline.analysis.quality.anomaly: by simulation, few false alarms and hardly a fault that is not found."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analysis.quality.anomaly import LEARNED_DAYS, count_verdict, learned, rate_verdict

FIRST = date(2026, 1, 5)
WEEK = (1.0, 1.05, 1.0, 0.95, 1.1, 0.5, 0.4)
DAYS, ROUNDS = 135, 6
Grow = Callable[[random.Random, int, float], int]


def poisson(dice: random.Random, rate: float) -> int:
    """Few events by Knuth's method, many by a normal distribution."""
    if rate > 60:
        return max(0, round(dice.gauss(rate, math.sqrt(rate))))
    count, product, limit = 0, dice.random(), math.exp(-rate)
    while product > limit:
        count, product = count + 1, product * dice.random()
    return count


# Where a table begins, and what is added on a day: a small one, a medium, a large, one that hardly changes, and one
# whose records expire as they come.
SHAPES: dict[str, tuple[int, Callable[[random.Random, float], int]]] = {
    "small": (800, lambda dice, week: poisson(dice, 15 * week)),
    "medium": (50_000, lambda dice, week: poisson(dice, 600 * week)),
    "large": (2_000_000, lambda dice, week: poisson(dice, 9000 * week)),
    "flat": (3_000, lambda dice, week: dice.choice((0, 0, 0, 1, -1))),
    "expiring": (10_000, lambda dice, week: poisson(dice, 400 * week) - poisson(dice, 395 * week)),
}


def series(shape: str, seed: int) -> list[int]:
    level, grow = SHAPES[shape]
    dice, counts = random.Random(f"{shape} {seed}"), []  # noqa: S311 - dice
    for day in range(DAYS):
        level += grow(dice, WEEK[day % 7])
        counts.append(level)
    return counts


def history(counts: list[int]) -> dict[date, int]:
    return {FIRST + timedelta(days=at): count for at, count in enumerate(counts)}


def is_odd(counts: list[int], at: int, count: int) -> bool:
    verdict = count_verdict(history(counts[:at]), FIRST + timedelta(days=at), count)
    assert verdict
    return verdict.is_odd


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("seeds", "first", "last"), [(40, LEARNED_DAYS, 35), (12, 35, DAYS)])
def test_a_regular_table_has_at_most_one_false_alarm_in_100_days(shape: str, seeds: int, first: int, last: int) -> None:
    many = [series(shape, seed) for seed in range(seeds)]
    alarms = [is_odd(counts, at, counts[at]) for counts in many for at in range(first, last)]
    assert len(alarms) >= 800 and 100 * sum(alarms) / len(alarms) <= 1.0


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("factor", [0.9, 1.1, 2.0])
def test_a_tenth_more_or_less_is_found(shape: str, factor: float) -> None:
    many = [series(shape, seed) for seed in range(ROUNDS)]
    days = range(LEARNED_DAYS, DAYS, 7)
    found = [is_odd(counts, at, round(counts[at] * factor)) for counts in many for at in days]
    assert sum(found) / len(found) >= 0.95


@given(st.lists(st.integers(0, 10**9), max_size=LEARNED_DAYS - 1), st.integers(0, 10**9))
def test_below_fourteen_days_nothing_is_said(counts: list[int], count: int) -> None:
    assert count_verdict(history(counts), FIRST + timedelta(days=len(counts)), count) is None


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_the_tested_day_and_what_came_after_it_are_no_part_of_its_baseline(own: int, later: int, count: int) -> None:
    counts, day = series("medium", 0)[:40], FIRST + timedelta(days=40)
    more = history(counts) | {day: own, day + timedelta(days=1): later}
    assert count_verdict(more, day, count) == count_verdict(history(counts), day, count)


def test_after_days_that_are_missing_the_change_is_that_of_all_of_them() -> None:
    counts = series("medium", 1)
    assert not is_odd(counts[:40], 43, counts[43])
    assert is_odd(counts[:40], 43, counts[39] * 2)


def test_a_history_of_every_other_day_has_no_changes_to_compare() -> None:
    every_other = {FIRST + timedelta(days=2 * at): 100 for at in range(14)}
    assert learned(every_other, FIRST + timedelta(days=28)) == 14
    assert count_verdict(every_other, FIRST + timedelta(days=28), 100) is None
    assert count_verdict({}, FIRST, 100) is None


def test_an_import_is_odd_and_the_days_after_it_are_not() -> None:
    counts = series("medium", 2)
    after = counts[:40] + [2 * count for count in counts[40:]]
    odd = [at for at in range(35, 60) if is_odd(after, at, after[at])]
    assert odd == [40]


@pytest.mark.parametrize(("rate", "odd"), [(0.02, False), (0.035, False), (0.12, True), (0.0, False)])
def test_a_rate_of_nulls_drifts_by_more_than_two_points(rate: float, odd: bool) -> None:
    verdict = rate_verdict([0.02, 0.021, 0.019] * 7, rate, 10_000)
    assert verdict and verdict.is_odd is odd


def test_a_rate_of_few_records_may_drift_further_and_one_without_history_is_not_judged() -> None:
    few = rate_verdict([0.0] * 20, 0.3, 10)
    assert few and not few.is_odd
    assert rate_verdict([0.0] * (LEARNED_DAYS - 1), 1.0, 10_000) is None
