"""pages.insights.forecast.projects under AppTest: days and minutes with their interval, or what is still missing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pipeline.analysis.forecast.completion import Completion
from pipeline.analysis.forecast.result import Project
from pipeline.analysis.forecast.store import Forecasts
from pipeline.console.insights.foreseeing.tasks import open_projects
from pipeline.lake.bucket import Lake
from pipeline.words.catalogue import LANGUAGES, Words
from tests.pages.conftest import texts
from tests.pages.insights.forecast.conftest import PERSON, minutes, occasion, opened, publish_days
from tests.pages.models.conftest import cards
from tests.support.lakes.marts import publish_tasks

DAYS = date(2026, 12, 10), date(2026, 12, 20), date(2027, 1, 5)
FORESEEN = Completion("foreseen", 12, 5, 2, 0, 0, 1.34, 300, 420, 610, *DAYS)


def task(number: int, name: str = "site", **more: Any) -> dict[str, Any]:
    told = {"user_id": PERSON, "project_id": "p1", "project": name, "project_status": "active", "status": "open"}
    return {**told, "big_task_id": f"t{number}", "estimated_minutes": 60.0, **more}


def keep_project(lake: Lake, told: Completion, name: str = "site", **whose: Any) -> None:
    publish_days(lake, minutes(60))
    rows = [task(1, name)]
    current = publish_tasks(lake, rows)
    (project,) = open_projects(rows).projects
    made = occasion(current).forecast(project.target, completion=told, project=Project("p1", name, **whose))
    Forecasts(lake).save(made)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_project_is_foreseen_as_days_and_minutes_with_the_number_of_tasks(
    on_aws: pytest.MonkeyPatch, lake: Lake, language: str
) -> None:
    keep_project(lake, FORESEEN)
    page, words = opened(language, target="projects"), Words(language)
    assert not page.exception and cards(page) == []
    shown = texts(page)
    days = {"first": "2026/12/10", "middle": "2026/12/20", "last": "2027/01/05"}
    assert words("foreseen.project.foreseen", **days) in shown
    assert words("foreseen.project.minutes", low="300", middle="420", high="610") in shown
    assert words("foreseen.project.rests", tasks="12", open="5") in shown
    assert words("foreseen.project.ratio", ratio="1.34", tasks="12") in shown
    assert words("foreseen.project.left_out", number="2") in shown


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("told", "key", "number"),
    [
        (Completion("not_enough_tasks", 3, 4, tasks_left=5), "not_enough_tasks", 5),
        (Completion("not_enough_tasks", 9, 4), "no_estimates", 0),
        (Completion("not_enough_days", 9, 4, weeks_left=2), "not_enough_days", 2),
        (Completion("done", 9, 0), "done", 0),
        (Completion("too_far", 9, 4, low=1e6, middle=2e6, high=3e6), "too_far", 0),
    ],
)
def test_what_cannot_be_foreseen_says_what_is_missing(
    on_aws: pytest.MonkeyPatch, lake: Lake, language: str, told: Completion, key: str, number: int
) -> None:
    keep_project(lake, told)
    page, words = opened(language, target="projects"), Words(language)
    assert not page.exception
    shown = texts(page)
    assert words(f"foreseen.project.{key}", number=number) in shown
    assert words("foreseen.project.rests", tasks=str(told.tasks), open=str(told.open_tasks)) in shown


def test_whose_tasks_and_minutes_stand_in_for_the_project_s_is_said(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    keep_project(lake, FORESEEN, tasks="person", worked="person")
    shown, words = texts(opened(target="projects")), Words("ja")
    assert words("foreseen.project.tasks_of_person") in shown and words("foreseen.project.worked_of_person") in shown


def test_a_name_is_shown_as_it_is(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    keep_project(lake, FORESEEN, name="**<b>x</b>** [a](http://b)")
    page = opened(target="projects")
    (name,) = [header.value for header in page.subheader if "x" in header.value]
    assert name == r"\*\*\<b\>x\</b\>\*\* \[a\]\(http\://b\)"


def test_a_person_without_a_project_is_told_so(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    days = minutes(60)
    current = publish_days(lake, days)
    Forecasts(lake).save(occasion(current).forecast("completion_0", completion=FORESEEN, project=Project("p", "n")))
    page = opened(target="projects")
    # Its tasks are not published any more, and nothing else was foreseen.
    assert not page.exception and Words("ja")("foreseen.none") in texts(page)
