"""pipeline.console.insights.foreseeing.tasks: open projects, and whose finished tasks a completion uses."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pipeline.analysis.forecast.completion import Task
from pipeline.console.insights.foreseeing.tasks import MOST_PROJECTS, completed, open_projects
from tests.console.insights.foreseeing.world import TODAY, task

WORKED = np.full(70, 30.0)


def rows(finished: int, elsewhere: int = 0, waiting: int = 1) -> list[dict[str, Any]]:
    """As TASKS_SQL gives them."""
    own = [task("a", "p2", number) for number in range(finished)]
    own += [task("a", "p2", 50 + number, "active") for number in range(waiting)]
    own += [task("a", "p1", number, project_status="completed") for number in range(elsewhere)]
    return [one | {"minutes": one["actual_minutes"]} for one in own]


def test_a_completed_project_is_not_foreseen() -> None:
    assert [one.id for one in open_projects(rows(2, 3)).projects] == ["p2"]


def test_a_project_has_its_name_and_one_without_its_id() -> None:
    found = open_projects([task("a", "p1", 1), task("a", "p2", 1) | {"project": None}])
    assert [one.name for one in found.projects] == ["p1 計画", "p2"]


def test_minutes_that_are_missing_are_no_number() -> None:
    (project,) = open_projects([task("a", "p", 1, "active", estimated_minutes=None)]).projects
    (one,) = project.tasks
    assert math.isnan(one.estimated) and math.isnan(one.actual) and not one.is_finished


def test_targets_of_projects_differ_and_stay() -> None:
    one, other = open_projects([task("a", "p/1", 1), task("a", "p 1", 1)]).projects
    assert one.target != other.target
    assert one.target == open_projects([task("b", one.id, 7)]).projects[0].target
    assert len(one.target) == len("completion_") + 12


def test_more_projects_than_the_bound_are_left_out_and_told() -> None:
    found = open_projects([task("a", f"p{number:02}", 1) for number in range(MOST_PROJECTS + 2)])
    assert len(found.projects) == MOST_PROJECTS and found.left_out == 2


def test_a_project_with_finished_tasks_enough_rests_on_its_own() -> None:
    (project,) = open_projects(rows(9, 30)).projects
    made, about = completed(project, WORKED, TODAY, 0)
    assert (made.answer, made.tasks, about.tasks, about.name) == ("foreseen", 9, "project", "p2 計画")


def test_one_with_too_few_rests_on_all_that_the_person_has_finished() -> None:
    (project,) = open_projects(rows(3, 6)).projects
    made, about = completed(project, WORKED, TODAY, 0)
    assert (made.answer, made.tasks, made.open_tasks, about.tasks) == ("foreseen", 9, 1, "person")


def test_too_few_of_both_says_how_many_are_missing() -> None:
    (project,) = open_projects(rows(3, 2)).projects
    made, about = completed(project, WORKED, TODAY, 0)
    assert (made.answer, made.tasks_left, about.tasks) == ("not_enough_tasks", 3, "person")


def test_finished_tasks_of_another_project_are_not_this_one_s_open_ones() -> None:
    (project,) = open_projects([*rows(1, 4), task("a", "p1", 9, "active", project_status="completed")]).projects
    assert project.finished == (Task(60.0, 90.0, is_finished=True),) * 4


def test_minutes_of_whoever_works_are_told_to_be_the_person_s() -> None:
    (project,) = open_projects(rows(9)).projects
    assert completed(project, WORKED, TODAY, 0)[1].worked == "person"
