"""pipeline.console.reports.gathering.unanswered: why a question has no answer, and what of the days is in none."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from pipeline.analysis.correlation.answer import of_people, of_person
from pipeline.analysis.correlation.frame import Frame, frames
from pipeline.analysis.correlation.questions import Question
from pipeline.analysis.reports.shown import Shown
from pipeline.console.insights.correlations import Report
from pipeline.console.insights.daily import Version
from pipeline.console.insights.questions import QuestionSet
from pipeline.console.reports.gathering.unanswered import left_out, why
from pipeline.words.catalogue import Words
from tests.support.lakes.insights import lives
from tests.support.reports.desk import NOW, TODAY
from tests.support.reports.documents import document

SLEEP = Question("sleep_focus", "sleep_hours", "focus", 0)
VERSION = Version("build-1", "k", "v", "c", date(2026, 11, 29), NOW)


def of(people: dict[str, int], **otherwise: Any) -> dict[str, Frame]:
    return frames([{"weather_kind": "measured", **row, **otherwise} for row in lives(TODAY, people)], TODAY)


def report(found: dict[str, Frame], person: str | None, asked: Question = SLEEP, **others: Any) -> Report:
    page = of_people(found, [asked]) if person is None else of_person(found[person], [asked])
    return Report(VERSION, QuestionSet((asked,)), page, found, person, None, **others)


def told(one: Report) -> str:
    return why(Words("ja"), one, one.page.named.answers[0])


def test_an_answer_needs_no_reason() -> None:
    assert told(report(of({"a": 120}), "a")) == ""


def test_too_few_days_say_how_many_more() -> None:
    said = told(report(of({"a": 12}), "a"))
    assert said.startswith("まだ判定できません（あと") and said.endswith("日）")


def test_a_measure_that_nobody_wrote_down_is_named() -> None:
    deep = Question("deep", "deep_sleep_hours", "focus", 0)
    assert told(report(of({"a": 60}), "a", deep)) == "深い睡眠は、記録したことがありません。"


def test_a_measure_that_is_always_the_same_is_named() -> None:
    assert told(report(of({"a": 60}, sleep_hours=7.0), "a")) == "睡眠時間の値が毎日同じです。"


@pytest.mark.parametrize(
    ("days", "wanted"),
    [(12, "一人ひとりの実質日数が28日に届きません。"), (90, "調べられたのは2人です。平均は5人から出します。")],
)
def test_of_everybody_it_is_said_what_is_missing(days: int, wanted: str) -> None:
    assert told(report(of({"a": days, "b": days}), None)) == wanted


def test_days_and_people_that_are_in_no_figure_are_counted() -> None:
    rows = [{"weather_kind": "measured", **row} for row in lives(TODAY + timedelta(days=1), {"a": 40})]
    one = report(frames([*rows, rows[0]], TODAY), "a", beyond=3, silent=("b",))
    assert list(left_out(Shown(document()), one)) == [
        "同じ内容で2回ある行1件は1回だけ数えました。",
        "終わっていない1日は使っていません。",
        "記録の日数が多い50人を調べました。ほかの3人は含みません。",
        "この期間に終わった日のない1人は含みません。",
    ]
