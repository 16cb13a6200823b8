"""pipeline.console.insights.correlations: a report of one version, one period, the questions of now; an operator's."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.access import Person, Role
from pipeline.analysis.correlation.cases import State
from pipeline.analysis.correlation.questions import Question, questions
from pipeline.analysis.models.kept import Kept
from pipeline.analysis.query.engines import Engines
from pipeline.console.audit import Actor, Audit
from pipeline.console.insights.correlations import Correlations
from pipeline.console.insights.daily import Daily
from pipeline.console.insights.questions import NamedQuestions
from pipeline.console.queries import Queries
from pipeline.errors import Forbidden, NotFound
from pipeline.lake.bucket import Lake
from pipeline.tables.manifest import Manifests
from pipeline.words.catalogue import Words
from tests.analysis.query.days import engine
from tests.support.lakes.marts import publish_wellness

# 01:00 of the 28th in Tokyo.
NOW = datetime(2026, 11, 27, 16, tzinfo=UTC)
TODAY = date(2026, 11, 28)
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Desk:
    """The rooms that a report needs, in somebody's hands."""

    queries: Queries
    kept: Kept

    @property
    def daily(self) -> Daily:
        return Daily(self.queries, self.kept)

    @property
    def questions(self) -> NamedQuestions:
        return NamedQuestions(self.queries.manifests.lake, self.queries.now, self.queries.actor)

    @property
    def correlations(self) -> Correlations:
        return Correlations(self.daily, self.questions, self.kept)


Of = Callable[..., Desk]


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def insights(lake: Lake, tmp_path: Path, lines: list[str]) -> Of:
    def of(role: Role | None = "operator") -> Desk:
        person = Person("p@example.com", verified=True, role=role)
        actor = Actor(lambda: person, Audit(lines.append, lambda: NOW))
        engines = Engines({"server": engine(lake, tmp_path)})
        return Desk(Queries(Manifests(lake), engines, lambda: NOW, actor), Kept())

    return of


def days_of(person: str, many: int, seed: int = 1) -> Rows:
    """Finished days in which focus follows sleep."""
    rng = np.random.default_rng(seed)
    sleep = rng.normal(7, 1, many)
    focus = sleep + rng.normal(0, 0.5, many)
    first = TODAY - timedelta(days=many)
    return [
        {
            "user_id": person,
            "day": first + timedelta(days=at),
            "sleep_hours": float(sleep[at]),
            "focus": float(focus[at]),
        }
        for at in range(many)
    ]


def test_a_report_is_of_one_version_and_says_which(lake: Lake, insights: Of) -> None:
    publish_wellness(lake, days_of("a", 120))
    report = insights().correlations.report("a")
    assert report.version == insights().daily.version()
    assert list(report.frames) == ["a"] and report.page.people == ("a",)
    assert [answer.question.id for answer in report.page.named.found] == ["sleep_focus"]


def test_a_named_answer_stands_in_the_place_of_one_of_exploration(lake: Lake, insights: Of) -> None:
    publish_wellness(lake, days_of("a", 60))
    report = insights().correlations.report("a")
    assert report.answers["sleep_hours", "focus", 0].question.id == "sleep_focus"
    assert report.answers["sleep_hours", "focus", 1].question.id == ""


def test_the_last_days_are_counted_from_yesterday(lake: Lake, insights: Of) -> None:
    publish_wellness(lake, days_of("a", 120))
    page = insights().correlations.report("a", 90).page
    assert (page.first, page.last) == (TODAY - timedelta(days=90), TODAY - timedelta(days=1))


def test_a_period_without_days_is_said(lake: Lake, insights: Of) -> None:
    publish_wellness(lake, [row | {"day": row["day"] - timedelta(days=200)} for row in days_of("a", 30)])
    for person in ("a", None):
        with pytest.raises(NotFound) as refused:
            insights().correlations.report(person, 90)
        assert refused.value.state == "insights_no_days"


def test_of_everybody_those_without_a_day_in_the_period_are_named(lake: Lake, insights: Of) -> None:
    old = [row | {"day": row["day"] - timedelta(days=200)} for row in days_of("old", 30)]
    publish_wellness(lake, days_of("a", 60) + old)
    report = insights().correlations.report(None, 90)
    assert (report.silent, list(report.frames), report.beyond) == (("old",), ["a"], 0)


def test_what_the_rows_left_out_is_summed_over_people(lake: Lake, insights: Of) -> None:
    a, b = days_of("a", 40), days_of("b", 40, 2)
    publish_wellness(lake, [*a, *b, a[1], b[2], b[3]])
    assert insights().correlations.report().left_out.repeated == 3


def test_the_same_report_is_computed_once(lake: Lake, insights: Of) -> None:
    publish_wellness(lake, days_of("a", 60))
    asked = insights()
    assert asked.correlations.report("a") is asked.correlations.report("a")
    assert asked.correlations.report("a") is not asked.correlations.report("a", 365)


def test_changed_questions_and_a_new_build_are_asked_anew(lake: Lake, insights: Of) -> None:
    publish_wellness(lake, days_of("a", 60))
    asked = insights()
    before = asked.correlations.report("a")
    asked.questions.save([Question("sleep_hours_focus_2", "sleep_hours", "focus", 2)], asked.questions.current())
    changed = asked.correlations.report("a")
    assert [answer.question.lag for answer in changed.page.named.answers] == [2]
    assert changed.questions.version == 1 and len(before.page.named.answers) == len(questions())
    publish_wellness(lake, days_of("a", 80), run_id="build-2")
    assert asked.correlations.report("a").version.run_id == "build-2"


@pytest.mark.parametrize("role", [None, "viewer"])
def test_it_is_nobody_s_but_an_operator_s_though_it_is_kept(lake: Lake, insights: Of, role: Role | None) -> None:
    publish_wellness(lake, days_of("a", 30))
    kept = insights()
    kept.correlations.report("a")
    other = Desk(insights(role).queries, kept.kept)
    with pytest.raises(Forbidden):
        other.correlations.report("a")
    with pytest.raises(Forbidden):
        other.correlations.csv(Words("en"), "a", None)


def test_the_file_has_every_pair_with_figures_for_machines(lake: Lake, insights: Of) -> None:
    publish_wellness(lake, [row | {"focus": -row["focus"]} for row in days_of("a", 120)])
    raw = insights().correlations.csv(Words("en"), "a", None).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(raw)))
    report = insights().correlations.report("a")
    assert len(rows) == len(report.page.named.answers) + len(report.page.explored.answers)
    [one] = [
        row
        for row in rows
        if (row["first column"], row["second column"], row["days later"]) == ("sleep_hours", "focus", "0")
    ]
    answer = report.answers["sleep_hours", "focus", 0]
    assert float(one["r"]) == answer.case.r < 0 and float(one["p corrected"]) == answer.corrected
    assert (one["family"], one["holds"], one["build"]) == ("Questions", "1", "build-1")
    unasked = [row for row in rows if row["first column"] == "steps"]
    assert answer.case.state == State.READY and {row["r"] for row in unasked} == {""}


def test_the_audit_log_tells_of_the_file_and_of_nobody(lake: Lake, insights: Of, lines: list[str]) -> None:
    publish_wellness(lake, days_of("akari", 30))
    insights().correlations.csv(Words("ja"), "akari", None)
    [line] = [one for one in map(json.loads, lines) if one["action"] == "download"]
    assert line["target"] == "correlations build-1" and "akari" not in json.dumps(lines)
