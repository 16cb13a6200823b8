"""pipeline.console.insights.questions: what operators name, kept with its history; the slower of two is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from pipeline.access import Person, Role
from pipeline.analysis.correlation.measures import measures
from pipeline.analysis.correlation.questions import MOST_QUESTIONS, Question, questions
from pipeline.console.audit import Actor, Audit
from pipeline.console.insights.questions import (
    MOST_EARLIER,
    NamedQuestions,
    QuestionSet,
    added,
    question_of,
    title,
)
from pipeline.errors import DataInvalid, Forbidden, SchemaMismatch
from pipeline.lake.analysis_keys import QUESTIONS
from pipeline.lake.bucket import Lake
from pipeline.words.catalogue import LANGUAGES, Words

NOW = datetime(2026, 11, 27, 16, 0, 0, 123456, tzinfo=UTC)
STEPS = question_of("steps", "mood", 2)
RAIN = question_of("rain_mm", "mood", 0)
Of = Callable[..., NamedQuestions]


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def named(lake: Lake, lines: list[str]) -> Of:
    def of(role: Role | None = "operator", name: str = "p@example.com") -> NamedQuestions:
        person = Person(name, verified=True, role=role)
        return NamedQuestions(lake, lambda: NOW, Actor(lambda: person, Audit(lines.append, lambda: NOW)))

    return of


def put(lake: Lake, raw: Any) -> None:
    body = raw if isinstance(raw, bytes) else orjson.dumps(raw)
    lake.s3.put_object(Bucket=lake.bucket, Key=QUESTIONS, Body=body)


def stored(lake: Lake) -> dict[str, Any]:
    found = lake.read_json(QUESTIONS)
    assert found
    raw: dict[str, Any] = found[0]
    return raw


def test_before_anybody_changes_them_those_of_the_console_are_asked(named: Of) -> None:
    assert named().current() == QuestionSet(questions(), 0, None, "")
    assert named().history() == (named().current(),)


def test_what_was_saved_is_asked_from_then_on_and_says_by_whom_and_when(named: Of) -> None:
    made = named().save([*questions(), STEPS], named().current())
    assert named().current() == made
    assert (made.version, made.questions[-1], made.changed_by) == (1, STEPS, "p@example.com")
    assert made.changed_at == NOW.replace(microsecond=123000)


def test_what_was_asked_before_is_kept_newest_first(named: Of) -> None:
    begun = named().current()
    first = named().save([STEPS], begun)
    second = named("operator", "other@example.com").save([RAIN, STEPS], first)
    assert named().history() == (second, first, begun)


def test_an_earlier_set_comes_back_as_a_new_version(named: Of) -> None:
    begun = named().current()
    changed = named().save([STEPS], begun)
    back = named().save(begun.questions, changed)
    assert (back.version, back.questions) == (2, begun.questions)


def test_the_slower_of_two_is_told_and_changes_nothing(named: Of) -> None:
    seen = named().current()
    faster = named().save([STEPS], seen)
    with pytest.raises(DataInvalid) as told:
        named().save([RAIN], seen)
    assert told.value.state == "insights_changed"
    assert named().current() == faster


def test_of_two_writers_between_reading_and_writing_one_wins(named: Of, lake: Lake) -> None:
    seen, slower = named().current(), named()
    rival = replace(slower, actor=Actor(lambda: Person("r", verified=True, role="operator"), slower.actor.audit))
    events, hook = lake.s3.meta.events, "before-call.s3.PutObject"

    def beaten(**request: Any) -> None:
        events.unregister(hook, beaten)
        rival.save([RAIN], seen)

    events.register(hook, beaten)
    with pytest.raises(DataInvalid) as told:
        slower.save([STEPS], seen)
    assert told.value.state == "insights_changed"
    assert named().current().questions == (RAIN,)


def test_saving_what_is_asked_already_makes_no_version(named: Of, lake: Lake) -> None:
    seen = named().current()
    assert named().save(seen.questions, seen) == seen
    assert lake.read_json(QUESTIONS) is None


def test_so_many_earlier_sets_are_kept_and_no_more(named: Of, lake: Lake) -> None:
    def raw(version: int) -> dict[str, Any]:
        asked = [{"id": "a", "driver": "steps", "outcome": "mood", "lag": version % 2}]
        return {"version": version, "changed_at": "2026-11-01T00:00:00Z", "changed_by": "x", "questions": asked}

    top = 90
    put(lake, {"format": 1, **raw(top), "earlier": [raw(top - back) for back in range(1, MOST_EARLIER + 1)]})
    made = named().save([STEPS], named().current())
    kept = [one.version for one in named().history()]
    assert kept == list(range(top + 1, top - MOST_EARLIER, -1))
    assert made.version == top + 1 and len(stored(lake)["earlier"]) == MOST_EARLIER


WRONG = {
    "none": (),
    "more than there may be": tuple(question_of("steps", name, lag) for name in measures() for lag in range(2)),
    "a question that stands twice": (STEPS, replace(STEPS, id="again")),
    "an id that stands twice": (STEPS, replace(RAIN, id=STEPS.id)),
    "weather that is asked about": (Question("a", "steps", "rain_mm", 0),),
    "itself": (Question("a", "mood", "mood", 1),),
    "a lag beyond a week": (Question("a", "steps", "mood", 8),),
    "what is no measure": (Question("a", "steps", "<b>", 0),),
}


@pytest.mark.parametrize("wanted", WRONG.values(), ids=WRONG)
def test_what_cannot_be_asked_is_refused_and_nothing_is_written(
    named: Of, lake: Lake, wanted: tuple[Question, ...]
) -> None:
    assert len(WRONG["more than there may be"]) > MOST_QUESTIONS
    with pytest.raises(DataInvalid) as refused:
        named().save(wanted, named().current())
    assert refused.value.state == "insights_questions"
    assert lake.read_json(QUESTIONS) is None


def a_set(**changes: Any) -> dict[str, Any]:
    asked = [{"id": "a", "driver": "steps", "outcome": "mood", "lag": 1}]
    whole = {"format": 1, "version": 1, "changed_at": "2026-11-01T00:00:00Z", "changed_by": "x", "questions": asked}
    return {**whole, "earlier": [], **changes}


FOREIGN = {
    "no JSON": b"\x00",
    "a list": [],
    "nothing": {},
    "another format": a_set(format=2),
    "no measure": a_set(questions=[{"id": "a", "driver": "nothing", "outcome": "mood", "lag": 1}]),
    "no questions": a_set(questions=[]),
    "no time": a_set(changed_at=None),
    "a time that is none": a_set(changed_at="yesterday"),
    "a person that is none": a_set(changed_by=7),
    "a person without an end": a_set(changed_by="x" * 400),
    "a version that is none": a_set(version=-1),
    "an earlier set that is none": a_set(earlier=[7]),
    "versions with a gap": a_set(version=5, earlier=[a_set(version=2)]),
    "more sets than are kept": a_set(version=99, earlier=[a_set(version=98 - back) for back in range(60)]),
}


@pytest.mark.parametrize("raw", FOREIGN.values(), ids=FOREIGN)
def test_an_object_that_holds_no_questions_is_told_by_its_key(named: Of, lake: Lake, raw: Any) -> None:
    put(lake, raw)
    with pytest.raises(SchemaMismatch) as told:
        named().history()
    assert (told.value.state, told.value.facts["key"]) == ("insights_questions_unread", QUESTIONS)


def test_meanwhile_those_of_the_console_are_asked_and_that_is_said(named: Of, lake: Lake) -> None:
    put(lake, {"format": 9})
    found = named().current()
    assert (found.questions, found.version, found.unread) == (questions(), 0, QUESTIONS)


def test_what_nobody_can_read_is_overwritten_by_nobody(named: Of, lake: Lake) -> None:
    put(lake, {"format": 9})
    with pytest.raises(SchemaMismatch):
        named().save([STEPS], named().current())
    assert stored(lake) == {"format": 9}


@pytest.mark.parametrize("role", [None, "viewer"])
def test_they_are_an_operator_s_to_read_and_to_change(named: Of, role: Role | None, lake: Lake) -> None:
    seen = named().current()
    for act in (NamedQuestions.current, NamedQuestions.history, lambda one: one.save([STEPS], seen)):
        with pytest.raises(Forbidden):
            act(named(role))
    assert lake.read_json(QUESTIONS) is None


def test_the_audit_log_has_ids_of_what_is_new_and_what_is_gone(named: Of, lines: list[str]) -> None:
    seen = named().current()
    named().save([*seen.questions[1:], STEPS], seen)
    [line] = map(json.loads, lines)
    assert (line["action"], line["target"], line["outcome"]) == ("insights", "questions", "done")
    assert line["detail"] == "version 1, 12 questions +steps_mood_2 -sleep_focus"


def test_a_change_that_was_refused_is_in_the_audit_log(named: Of, lines: list[str]) -> None:
    seen = named().current()
    with pytest.raises(DataInvalid):
        named().save([], seen)
    assert [json.loads(line)["outcome"] for line in lines] == ["failed"]


def test_an_id_is_that_of_what_is_asked() -> None:
    assert question_of("sleep_hours", "focus", 0).id == "sleep_focus"
    assert question_of("sleep_hours", "focus", 1).id == "sleep_hours_focus_1"


def test_every_question_that_can_be_asked_has_an_id_of_its_own() -> None:
    names = list(measures())
    every = [question_of(one, other, lag).id for one in names for other in names for lag in range(8)]
    assert len(set(every)) == len(every) and max(map(len, every)) <= 60


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_of_the_console_has_its_own_name(language: str) -> None:
    words = Words(language)
    assert [title(words, one) for one in questions()] == [words(f"insights.question.{one.id}") for one in questions()]


TITLES = {
    "ja": (
        "歩数と同じ日の気分は、一緒に動いた？",
        "歩数と次の日の気分は、一緒に動いた？",
        "歩数と3日後の気分は、一緒に動いた？",
    ),
    "en": (
        "Did steps walked and mood on the same day move together?",
        "Did steps walked and mood on the next day move together?",
        "Did steps walked and mood 3 days later move together?",
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_any_other_question_is_named_by_its_measures_and_its_lag(language: str) -> None:
    asked = [Question("", "steps", "mood", lag) for lag in (0, 1, 3)]
    assert tuple(title(Words(language), one) for one in asked) == TITLES[language]


def test_a_name_of_the_console_is_not_lent_to_another_question() -> None:
    words = Words("en")
    assert title(words, Question("sleep_focus", "sleep_hours", "focus", 3)) == (
        "Did hours of sleep and focus 3 days later move together?"
    )


def test_what_is_new_is_what_was_not_asked_before_under_whatever_id() -> None:
    before, after = (
        QuestionSet((STEPS, RAIN)),
        QuestionSet((replace(RAIN, id="other"), question_of("steps", "mood", 3))),
    )
    assert [one.lag for one in added(before, after)] == [3]
