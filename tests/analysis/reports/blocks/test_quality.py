"""pipeline.analysis.reports.blocks.quality: what stood open, what healed, and nothing that a person has typed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.analysis.quality.findings import CHECKS
from pipeline.analysis.quality.standing import Seen
from pipeline.analysis.reports.blocks.quality import Looked, quality
from pipeline.analysis.reports.document import Heading, Paragraph, Part, Table
from pipeline.analysis.reports.forms.markdown import markdown
from pipeline.analysis.reports.shown import Shown
from tests.support.reports.documents import document
from tests.support.reports.exports import AT, FIRST, LAST, found, looked

SHOWN = Shown(document())


def parts(*tables: Looked) -> tuple[Part, ...]:
    return quality(tables, FIRST, LAST, AT, SHOWN)


def test_a_reason_and_who_has_given_it_stay_out() -> None:
    told = markdown(document(*parts(*looked()))).decode()
    assert "ミュート" in told and "private reason" not in told and "p@example" not in told


def test_a_muted_finding_is_shown_and_does_not_make_the_verdict() -> None:
    table = looked()[0]
    only = replace(table, stands=replace(table.stands, grade="good", findings=table.stands.findings[1:]))
    verdict = parts(only)[1]
    assert isinstance(verdict, Paragraph) and (verdict.tone, "正常" in verdict.text) == ("plain", True)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_check_has_a_row_in_words(language: str) -> None:
    table = looked()[0]
    seen = tuple(Seen(found(check, "x", 28, 29), None) for check in CHECKS)
    every = replace(table, stands=replace(table.stands, findings=seen))
    shown = Shown(document(language=language))
    rows = next(part.rows for part in quality((every,), FIRST, LAST, AT, shown) if isinstance(part, Table))
    assert [row[1] for row in rows] == [shown.words(f"quality.check.{check}") for check in CHECKS]


def test_the_table_s_part_has_records_and_the_models_one_has_none() -> None:
    table = looked()[0]
    models = replace(table, name="")
    last = [part.columns[-1].name for part in parts(table, models) if isinstance(part, Table) and len(part.rows) == 7]
    assert last == ["件数", "注意"]


def test_results_that_cannot_be_read_are_told_also_where_there_are_no_others() -> None:
    nothing = replace(looked()[0], results={}, stands=replace(looked()[0].stands, result=None), unread=2)
    told = parts(nothing)
    assert isinstance(told[0], Heading) and isinstance(told[1], Paragraph) and "2日" in told[1].text


def test_marks_that_cannot_be_read_are_told() -> None:
    table = looked()[0]
    told = parts(replace(table, stands=replace(table.stands, unread_marks="metadata/quality/x/marks.json")))
    assert any(isinstance(part, Paragraph) and "読み取れない" in part.text for part in told)
