"""What the sample's people work on: sessions, small tasks, big tasks and projects agree with each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from statistics import median

import numpy as np
import pytest

from pipeline.analysis.forecast.completion import Task, completion
from pipeline.embedded.sample.days import worked_minutes
from pipeline.embedded.sample.items import Item, items
from pipeline.embedded.sample.people import PEOPLE, USERS

TODAY = date(2026, 11, 25)
OTHER_DAYS = (TODAY, date(2024, 2, 1), date(2026, 11, 29), date(2026, 11, 30))


@cache
def of_type(kind: str, today: date = TODAY) -> tuple[Item, ...]:
    return tuple(item for item in items(today) if item["entity_type"] == kind)


def key(item: Item) -> str:
    return str(item["SK"].partition("#")[2])


def parent(item: Item) -> str:
    return str(item["PK"].partition("#")[2])


def summed(found: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for name, number in found:
        sums[name] += number
    return sums


@pytest.mark.parametrize("today", OTHER_DAYS)
def test_the_minutes_of_a_finished_small_task_are_those_of_its_sessions(today: date) -> None:
    held = summed((one["small_task_id"], one["duration_minutes"]) for one in of_type("session", today))
    finished = [one for one in of_type("smalltask", today) if one["status"] == "completed"]
    assert len(finished) > 80
    assert {key(one): one["actual_minutes"] for one in finished} == {key(one): held[key(one)] for one in finished}


@pytest.mark.parametrize("today", OTHER_DAYS)
def test_the_minutes_of_a_finished_big_task_are_those_of_its_small_ones(today: date) -> None:
    parts = summed((parent(one), one["actual_minutes"] or Decimal()) for one in of_type("smalltask", today))
    finished = [one for one in of_type("bigtask", today) if one["status"] == "completed"]
    assert {key(one): one["actual_minutes"] for one in finished} == {key(one): parts[key(one)] for one in finished}


def test_what_is_not_over_has_no_actual_minutes() -> None:
    going = [one for kind in ("smalltask", "bigtask") for one in of_type(kind) if one["status"] == "active"]
    assert going and {one["actual_minutes"] for one in going} == {None}


def test_estimates_add_up_from_small_tasks_to_projects() -> None:
    parts = summed((parent(one), one["estimated_minutes"]) for one in of_type("smalltask"))
    assert {key(one): one["estimated_hours"] * 60 for one in of_type("bigtask")} == parts
    tasks = summed((parent(one), one["estimated_hours"]) for one in of_type("bigtask"))
    assert {key(one): one["estimated_total_hours"] for one in of_type("project")} == tasks


def test_estimates_are_believable_and_wrong() -> None:
    finished = [one for one in of_type("smalltask") if one["status"] == "completed" and one["actual_minutes"]]
    ratios = [float(one["actual_minutes"] / one["estimated_minutes"]) for one in finished]
    assert 0.8 < median(ratios) < 1.3
    assert 0.1 < float(np.quantile(ratios, 0.75) - np.quantile(ratios, 0.25)) < 0.8


@pytest.mark.parametrize("today", OTHER_DAYS)
def test_every_finished_project_has_sessions_and_every_user_has_one_that_goes_on(today: date) -> None:
    worked = {one["small_task_id"].rsplit("-", 2)[0] for one in of_type("session", today)}
    states = {key(one): (parent(one), one["status"]) for one in of_type("project", today)}
    assert {name for name, (_, status) in states.items() if status == "completed"} <= worked
    assert sorted(user for user, status in states.values() if status == "active") == sorted(USERS)
    assert {user for user, status in states.values() if status == "completed"} == set(USERS)


def test_a_user_has_no_two_projects_of_one_name() -> None:
    named = [(one["PK"], one["name"]) for one in of_type("project")]
    assert len(set(named)) == len(named)


@pytest.mark.parametrize("today", OTHER_DAYS)
def test_the_end_of_the_first_user_s_project_can_be_foreseen(today: date) -> None:
    own = [one for one in of_type("smalltask", today) if key(one).startswith("akari-")]
    tasks = [
        Task(float(one["estimated_minutes"]), float(one["actual_minutes"] or 0), one["status"] == "completed")
        for one in own
    ]
    first = PEOPLE[0].first_day(today)
    days = [first + timedelta(days=passed) for passed in range((today - first).days)]
    worked = np.array([float(worked_minutes("akari", day)) for day in days])
    assert completion(tasks, worked, today, 1).answer == "foreseen"
