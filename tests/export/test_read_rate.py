"""pipeline.export.read_rate: a read budget over all segments, fewer of them when throttled, and jittered waits."""

from __future__ import annotations

import random

import pytest

from pipeline.backoff import LONGEST_WAIT_SECONDS, backoff_seconds
from pipeline.export.read_rate import QUIET_SECONDS, Gate, ReadBudget


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_without_a_rate_nobody_waits() -> None:
    budget = ReadBudget(None, Time())
    budget.spend(1_000_000)
    assert (budget.wait_seconds(), budget.spent) == (0.0, 1_000_000)


def test_spending_stays_below_the_rate_over_time() -> None:
    time = Time()
    budget = ReadBudget(100.0, time)
    pages = 0
    while time.now < 60:
        wait = budget.wait_seconds()
        if wait:
            time.now += wait
        budget.spend(128)
        pages += 1
    assert budget.spent / time.now <= 100 * 1.05
    assert budget.spent / time.now >= 100 * 0.9


def test_idle_time_is_not_saved_up_for_a_burst() -> None:
    time = Time()
    budget = ReadBudget(100.0, time)
    time.now = 1000.0
    for _ in range(5):
        budget.spend(128)
    assert budget.wait_seconds() == pytest.approx(5.4)


def test_a_throttle_halves_the_segments() -> None:
    gate = Gate(8, Time())
    gate.throttled()
    assert sum(gate.enter(0.0) for _ in range(8)) == 4
    assert gate.throttles == 1


def test_one_segment_always_goes_on() -> None:
    gate = Gate(4, Time())
    for _ in range(10):
        gate.throttled()
    assert sum(gate.enter(0.0) for _ in range(4)) == 1


def test_after_a_quiet_time_one_more_segment_reads() -> None:
    time = Time()
    gate = Gate(4, time)
    gate.throttled()
    gate.throttled()
    time.now += QUIET_SECONDS + 1
    assert sum(gate.enter(0.0) for _ in range(4)) == 2


def test_a_place_that_is_given_back_is_taken_again() -> None:
    gate = Gate(1, Time())
    assert gate.enter(0.0)
    assert not gate.enter(0.0)
    gate.leave()
    assert gate.enter(0.0)


def test_waits_are_jittered_and_bounded() -> None:
    rng = random.Random(1)  # noqa: S311 - a reproducible choice, no secret
    waits = [backoff_seconds(attempt, rng) for attempt in range(30)]
    assert all(0 <= wait <= LONGEST_WAIT_SECONDS for wait in waits)
    assert len(set(waits)) == 30
