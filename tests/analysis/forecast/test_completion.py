"""When a project will be done, by how estimates turned out before; and when nobody can say."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from pipeline.analysis.forecast.completion import LEAST_TASKS, MOST_TASKS, Completion, Task, completion
from pipeline.analysis.forecast.series import Floats
from pipeline.errors import DataInvalid
from tests.analysis.forecast.worlds import tell

TODAY = date(2026, 11, 30)
EVEN = np.full(56, 60.0)


def finished(number: int, ratio: float = 1.0) -> list[Task]:
    return [Task(60, 60 * ratio, True)] * number


def waiting(number: int) -> list[Task]:
    return [Task(60, 0, False)] * number


def asked(tasks: list[Task], worked: Floats = EVEN) -> Completion:
    return completion(tasks, worked, TODAY, seed=1)


def test_estimates_that_always_held_give_the_day_itself() -> None:
    made = asked(finished(10) + waiting(5))
    assert (made.answer, made.low, made.middle, made.high, made.ratio) == ("foreseen", 300, 300, 300, 1)
    # An hour a day: the fifth hour is worked on the fifth day, which is four days from today.
    assert made.first_day == made.last_day == TODAY + timedelta(days=4)


def test_estimates_that_were_always_half_double_the_time() -> None:
    made = asked(finished(10, 2.0) + waiting(5))
    assert (made.middle, made.ratio) == (600, 2)


def test_minutes_that_were_worked_already_are_taken_off() -> None:
    assert asked(finished(10) + [Task(60, 45, False)]).middle == 15
    assert asked(finished(10) + [Task(60, 90, False)]).middle == 0


def test_below_eight_tasks_there_is_no_answer_and_it_says_how_many_are_missing() -> None:
    made = asked(finished(LEAST_TASKS - 3) + waiting(5))
    assert (made.answer, made.tasks_left, made.middle, made.last_day) == ("not_enough_tasks", 3, None, None)


def test_open_tasks_without_an_estimate_give_no_answer() -> None:
    made = asked(finished(10) + [Task(0, 0, False), Task(np.nan, 0, False)])
    assert (made.answer, made.open_tasks, made.left_out) == ("not_enough_tasks", 2, 2)


@pytest.mark.parametrize("task", [Task(0, 60, True), Task(60, 0, True), Task(-60, 60, True), Task(np.inf, 60, True)])
def test_a_finished_task_without_minutes_or_estimate_is_left_out_and_told(task: Task) -> None:
    made = asked([*finished(10), task, *waiting(1)])
    assert (made.tasks, made.left_out, made.middle) == (10, 1, 60)


def test_a_project_without_open_tasks_is_done() -> None:
    assert asked(finished(3)).answer == "done"


def test_below_four_weeks_of_work_there_are_minutes_but_no_day() -> None:
    made = asked(finished(10) + waiting(5), np.full(20, 60.0))
    assert (made.answer, made.weeks_left, made.middle, made.last_day) == ("not_enough_days", 2, 300, None)


def test_weeks_with_days_that_are_not_known_are_not_drawn_from() -> None:
    worked = EVEN.copy()
    worked[3] = np.nan
    assert asked(finished(10) + waiting(5), worked) == asked(finished(10) + waiting(5), EVEN)


def test_work_that_is_hardly_done_is_too_far_away_for_a_day() -> None:
    assert asked(finished(10) + waiting(5), np.zeros(56)).answer == "too_far"


def test_the_same_seed_gives_the_same_answer() -> None:
    tasks = [Task(60, minutes, True) for minutes in range(30, 130, 10)] + waiting(6)
    one = asked(tasks)
    assert one == asked(tasks) and one.low and one.middle and one.high and one.low < one.middle < one.high


def test_few_finished_tasks_leave_more_open_than_many_of_the_same_kind() -> None:
    pair = [Task(60, 30, True), Task(60, 90, True)]
    few, many = asked(pair * 4 + waiting(50)), asked(pair * 40 + waiting(50))
    assert few.low and few.high and many.low and many.high
    assert few.high - few.low > 1.6 * (many.high - many.low)


def test_more_tasks_than_anybody_has_are_refused() -> None:
    with pytest.raises(DataInvalid, match="at most"):
        asked(waiting(MOST_TASKS + 1))


def held(runs: int, tasks: int, open_tasks: int, seed: int) -> float:
    """Share of worlds whose minutes left lay within the interval."""
    rng = np.random.default_rng(seed)
    inside = []
    for _ in range(runs):
        ratios = rng.lognormal(0.3, 0.5, tasks + open_tasks)
        done = [Task(60, 60 * ratio, True) for ratio in ratios[:tasks]]
        made = completion(done + waiting(open_tasks), EVEN, TODAY, seed=int(rng.integers(2**31)))
        assert made.low is not None and made.high is not None
        inside.append(made.low <= 60 * ratios[tasks:].sum() <= made.high)
    return float(np.mean(inside))


def test_the_interval_holds_about_eight_times_of_ten() -> None:
    assert 0.70 <= held(100, 20, 8, 1) <= 0.90


@pytest.mark.soak
def test_intervals_in_full() -> None:
    tell("\nShare of projects whose minutes left lay within 80 %: finished tasks, open tasks")
    for tasks in (8, 12, 20, 50):
        for open_tasks in (1, 5, 20):
            found = held(600, tasks, open_tasks, tasks)
            tell(f"  {tasks:3} {open_tasks:3} {found:.3f}")
            assert 0.72 <= found <= 0.88


@pytest.mark.parametrize("minutes", [1e308, -1e308, math.inf, math.nan, 0.0, 1e-300, 1e12])
def test_minutes_that_no_task_has_are_left_out_and_told(minutes: float) -> None:
    whole = [Task(60.0, 60.0 + at, True) for at in range(9)] + [Task(60.0, math.nan, False)]
    spoiled = [Task(minutes, 60.0, True), Task(60.0, minutes, True), Task(minutes, math.nan, False)]
    found, expected = asked(whole + spoiled), asked(whole)
    assert found == replace(expected, open_tasks=2, left_out=3) and expected.answer == "foreseen"
