"""pages.insights.questions under AppTest: a draft of other questions, saved with what was seen, and what was before."""

from __future__ import annotations

import orjson
import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import reads
from pipeline.analysis.correlation.questions import MOST_QUESTIONS, Question, questions
from pipeline.console.insights.questions import NamedQuestions, QuestionSet, question_of, title
from pipeline.lake.analysis_keys import QUESTIONS
from pipeline.lake.bucket import Lake
from pipeline.words.catalogue import LANGUAGES, Words
from tests.pages.conftest import texts

STEPS = question_of("steps", "mood", 2)
WORDS = Words("ja")


def draw_questions() -> None:
    from pages.insights import questions as drawn  # noqa: PLC0415 - AppTest runs this function's source by itself
    from pages.sign_in import signed_in  # noqa: PLC0415
    from pages.ui import notice, state  # noqa: PLC0415

    notice.begin()
    drawn.render(signed_in.app(), state.words())


def opened(language: str = "ja") -> AppTest:
    page = AppTest.from_function(draw_questions, default_timeout=30)
    page.query_params["lang"] = language
    return page.run()


def edited(language: str = "ja") -> AppTest:
    return opened(language).button(key="asked-edit").click().run()


def adding(page: AppTest, question: Question) -> AppTest:
    page.selectbox(key="asked-driver").select(question.driver)
    page.selectbox(key="asked-outcome").select(question.outcome)
    return page.selectbox(key="asked-lag").select(question.lag).run()


def added(page: AppTest, question: Question) -> AppTest:
    return adding(page, question).button(key="asked-add").click().run()


def saved(page: AppTest) -> AppTest:
    return page.button(key="asked-save").click().run()


def drafted(page: AppTest) -> list[str]:
    return [one.key for one in page.button if (one.key or "").startswith("asked-remove-")]


def kept() -> NamedQuestions:
    return reads.base().insights.questions


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_why_questions_are_named_first_and_whose_they_are(
    on_aws: pytest.MonkeyPatch, lake: Lake, language: str
) -> None:
    page, words = opened(language), Words(language)
    assert not page.exception
    assert words("asked.why") in texts(page) and words("asked.stock", count=len(questions())) in texts(page)
    assert drafted(page) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_draft_lists_every_question_by_its_name(on_aws: pytest.MonkeyPatch, lake: Lake, language: str) -> None:
    page, words = edited(language), Words(language)
    assert not page.exception and len(drafted(page)) == len(questions())
    assert all(title(words, one) in texts(page) for one in questions())
    assert page.button(key="asked-save").disabled


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_added_is_warned_of_saved_and_told(on_aws: pytest.MonkeyPatch, lake: Lake, language: str) -> None:
    page, words = added(edited(language), STEPS), Words(language)
    warned = texts(page)
    assert words("asked.family") in warned and words("asked.new", title=title(words, STEPS)) in warned
    assert kept().current().version == 0
    page = saved(page)
    assert not page.exception and words("asked.saved") in texts(page) and drafted(page) == []
    assert kept().current().questions == (*questions(), STEPS)


def test_what_is_removed_is_gone_once_it_is_saved(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    page = edited()
    page = page.button(key=drafted(page)[0]).click().run()
    saved(page)
    assert kept().current().questions == questions()[1:]


def test_a_question_is_asked_of_another_day(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    page = edited()
    page = page.selectbox(key="asked-lag-sleep_hours-focus-0").select(3).run()
    assert not page.exception
    saved(page)
    assert kept().current().questions[0] == question_of("sleep_hours", "focus", 3)


def test_what_is_dropped_changes_nothing(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    page = added(edited(), STEPS).button(key="asked-drop").click().run()
    assert drafted(page) == [] and kept().current().version == 0
    assert len(drafted(page.button(key="asked-edit").click().run())) == len(questions())


@pytest.mark.parametrize(
    ("asked", "why"),
    [(questions()[0], "asked.already"), (Question("", "mood", "mood", 1), "asked.itself")],
    ids=["stands already", "itself"],
)
def test_what_cannot_be_asked_cannot_be_added(
    on_aws: pytest.MonkeyPatch, lake: Lake, asked: Question, why: str
) -> None:
    page = adding(edited(), asked)
    assert page.button(key="asked-add").disabled and WORDS(why) in texts(page)


def test_weather_is_not_asked_about(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    page = edited()
    weather = WORDS("insights.measure.rain_mm")
    assert weather in page.selectbox(key="asked-driver").options
    assert weather not in page.selectbox(key="asked-outcome").options


def test_there_are_so_many_and_no_more(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    outcomes = ("mood", "focus", "fatigue", "dopamine")
    many = [question_of("steps", outcome, lag) for outcome in outcomes for lag in range(8)][:MOST_QUESTIONS]
    kept().save(many, kept().current())
    page = adding(edited(), question_of("rain_mm", "mood", 1))
    assert page.button(key="asked-add").disabled and WORDS("asked.full", most=MOST_QUESTIONS) in texts(page)


def test_none_at_all_cannot_be_saved(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    kept().save([STEPS], kept().current())
    page = edited()
    page = page.button(key=drafted(page)[0]).click().run()
    assert page.button(key="asked-save").disabled and WORDS("asked.empty") in texts(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_was_slower_is_told_and_keeps_the_draft(on_aws: pytest.MonkeyPatch, lake: Lake, language: str) -> None:
    page, words = added(edited(language), STEPS), Words(language)
    faster = kept().save([question_of("rain_mm", "mood", 0)], kept().current())
    page = saved(page)
    assert [
        one.proto.title for one in page.error if words.error_of_code("E003", "insights_changed")[0] in one.proto.title
    ]
    assert len(drafted(page)) == len(questions()) + 1
    assert kept().current() == faster


def test_those_of_the_console_come_back_as_a_draft(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    kept().save([STEPS], kept().current())
    page = edited().button(key="asked-back").click().run()
    assert len(drafted(page)) == len(questions())
    saved(page)
    assert kept().current().questions == questions()


def history(page: AppTest) -> list[dict[str, object]]:
    [frame] = page.dataframe
    rows: list[dict[str, object]] = frame.value.to_dict("records")
    return rows


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_history_says_who_changed_what_newest_first(on_aws: pytest.MonkeyPatch, lake: Lake, language: str) -> None:
    words = Words(language)
    kept().save([*questions()[1:], STEPS], kept().current())
    newest, oldest = history(opened(language))
    assert newest[words("asked.version")] == "1" and newest[words("asked.person")] == "local"
    assert newest[words("asked.new_ones")] == title(words, STEPS)
    assert newest[words("asked.gone_ones")] == title(words, questions()[0])
    assert oldest[words("asked.person")] == words("asked.console")


def test_an_earlier_set_becomes_the_draft(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    first = kept().save([STEPS], kept().current())
    kept().save([question_of("rain_mm", "mood", 0)], first)
    page = opened()
    page = page.selectbox(key="asked-restored").select(1).run()
    page = page.button(key="asked-restore").click().run()
    assert drafted(page) == ["asked-remove-steps-mood-2"]
    saved(page)
    assert kept().current() == QuestionSet((STEPS,), 3, kept().current().changed_at, "local")


def test_without_a_change_there_is_no_history(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    assert len(opened().dataframe) == 0


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("raw", [{"format": 9}, b"\x00"], ids=["another shape", "no JSON"])
def test_what_cannot_be_read_is_said_with_its_key_and_nobody_can_edit(
    on_aws: pytest.MonkeyPatch, lake: Lake, language: str, raw: object
) -> None:
    body = raw if isinstance(raw, bytes) else orjson.dumps(raw)
    lake.s3.put_object(Bucket=lake.bucket, Key=QUESTIONS, Body=body)
    page, words = opened(language), Words(language)
    said = texts(page)
    assert not page.exception and words("asked.meanwhile") in said and QUESTIONS in said
    assert [one.key for one in page.button] == []


def test_a_name_is_shown_as_it_is(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    asked = [{"id": "a", "driver": "steps", "outcome": "mood", "lag": 2}]
    begun = {"version": 0, "changed_at": None, "changed_by": "", "questions": asked}
    changed = {"version": 1, "changed_at": "2026-11-01T00:00:00Z", "changed_by": "**<b>x</b>**", "questions": asked}
    body = orjson.dumps({"format": 1, **changed, "earlier": [begun]})
    lake.s3.put_object(Bucket=lake.bucket, Key=QUESTIONS, Body=body)
    page = opened()
    assert [one.value for one in page.text if "**<b>x</b>**" in one.value]
    assert not [one for one in page.markdown if "<b>" in one.value]
