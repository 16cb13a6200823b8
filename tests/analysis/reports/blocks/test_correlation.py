"""pipeline.analysis.reports.blocks.correlation: named questions first, each with what it is worth, and no claim."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.analysis.correlation.answer import Answer, Family
from pipeline.analysis.correlation.questions import Question
from pipeline.analysis.reports.blocks.correlation import MOST_EXPLORED, Together, parts
from pipeline.analysis.reports.document import Heading, Paragraph, Table
from pipeline.analysis.reports.forms.formats import FORMATS
from pipeline.analysis.reports.shown import Shown
from tests.support.places import ROOT
from tests.support.reports.documents import document
from tests.support.reports.insights import READY, alone, everybody
from tests.words.test_claims import FIXED, claims


def texts(told: Together, language: str = "ja") -> list[str]:
    found = parts(told, Shown(document(language=language)))
    return [part.text for part in found if isinstance(part, Paragraph)]


def table(told: Together, title: str) -> Table:
    found = parts(told, Shown(document()))
    return next(part for part in found if isinstance(part, Table) and part.title == title)


def test_one_person_s_block_is_told_as_it_was() -> None:
    told = document(Heading("関連"), *parts(alone(), Shown(document())))
    golden = ROOT / "tests" / "golden" / "reports" / "correlation.md"
    assert FORMATS["md"].make(told).decode() == golden.read_text("utf-8")


def test_the_named_questions_come_before_the_exploration() -> None:
    found = parts(alone(), Shown(document()))
    assert [part.text for part in found if isinstance(part, Heading)] == ["質問", "探索"]


def test_an_answer_that_holds_is_told_with_all_that_it_is_worth() -> None:
    told = next(text for text in texts(alone()) if text.startswith("睡眠と集中？"))
    for worth in ("同じ日に一緒に動いた", "弱い", "+0.42", "+0.28から+0.54", "170", "150", "< 0.001", FIXED["ja"]):
        assert worth in told


def test_what_does_not_hold_is_never_rounded_to_what_does() -> None:
    row = table(alone(), "質問ごとの答え").rows[1]
    assert row[1] == "この日数では見つけられません" and row[7] == "> 0.05"


def test_a_question_without_days_says_how_many_are_missing() -> None:
    row = table(alone(), "質問ごとの答え").rows[3]
    assert row[1] == "まだ判定できません（あと16日）" and row[2:] == (None, None, None, 12, None, None, None)


def test_what_is_true_of_one_question_is_told_of_it_alone() -> None:
    told = [text for text in texts(alone()) if text.startswith("区間は1組だけを見たときのもの")]
    assert told == ["区間は1組だけを見たときのもの（あてはまる質問: 歩数と気分？）"]


def test_everybody_is_told_by_a_dot_a_person_where_they_differ() -> None:
    rows = table(everybody(), "人ごとの関連").rows
    assert [row[1] for row in rows] == ["u1", "u2", "u3", "u4", "u5"]
    assert any(text.startswith("人によって向きが逆です") for text in texts(everybody()))


def test_of_everybody_no_dot_is_shown_where_nothing_is_said() -> None:
    told = everybody()
    answer = replace(told.named[0].answer, signs_differ=False)
    named = (replace(told.named[0], answer=answer),)
    found = parts(replace(told, named=named), Shown(document()))
    assert [part.title for part in found if isinstance(part, Table)] == ["質問ごとの答え"]


def test_of_many_finds_the_strongest_are_shown_and_the_rest_counted() -> None:
    many = tuple(
        Answer(Question("", "steps", "mood", lag % 8), READY, corrected=0.001 * lag, findable=0.3)
        for lag in range(1, MOST_EXPLORED + 6)
    )
    told = alone(many)
    assert len(table(told, "見つかった組").rows) == MOST_EXPLORED
    assert any("5組" in text for text in texts(told))


def test_where_nothing_could_be_asked_that_is_said() -> None:
    told = replace(alone(), page=replace(alone().page, explored=Family(())))
    assert sum(text.startswith("まだ調べられる組がありません") for text in texts(told)) == 1


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("told", [alone(), everybody()], ids=["one", "everybody"])
def test_nothing_is_claimed(told: Together, language: str) -> None:
    found = texts(replace(told, beside=()), language)
    assert [text for text in found if claims(text, language)] == []
    assert found[-1].startswith(FIXED[language])


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_every_form_holds_it(form: object) -> None:
    assert form.make(document(*parts(everybody(), Shown(document()))))  # type: ignore[attr-defined]
