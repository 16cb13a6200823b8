"""pipeline.analysis.reports.blocks.status: every standing has its sentence, and what is wrong stands out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest

from pipeline.analysis.reports.blocks.status import size, status
from pipeline.analysis.reports.document import Facts, Paragraph, Table
from pipeline.analysis.reports.shown import Shown
from pipeline.runs.standing import LEVELS, State
from tests.support.reports.documents import document
from tests.support.reports.exports import AT, PLAN, exports, run

SHOWN = Shown(document())
# Those of a start that the ledger does not tell of: a page's own.
OF_A_PAGE = {"starting", "unseen"}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("state", sorted(set(get_args(State)) - OF_A_PAGE))
def test_every_standing_has_a_sentence_which_stands_out_where_something_is_wrong(state: State, language: str) -> None:
    told = exports()
    sentence = status(replace(told, standing=replace(told.standing, state=state)), Shown(document(language=language)))[
        0
    ]
    assert isinstance(sentence, Paragraph) and sentence.text
    assert (sentence.tone == "warning") == (LEVELS[state] in {"warn", "bad"})


def test_what_is_late_is_told_by_the_time_that_it_was_due() -> None:
    told = exports(at=AT + timedelta(hours=6))
    sentence = status(told, SHOWN)[0]
    assert isinstance(sentence, Paragraph) and "2026-11-30 14:00" in sentence.text


def test_a_stopped_schedule_has_no_next_run() -> None:
    facts = status(exports(plan=replace(PLAN, enabled=False)), SHOWN)[1]
    assert isinstance(facts, Facts) and "停止中" in dict(facts.rows).values()


def test_of_a_document_without_a_run_only_the_day_is_known() -> None:
    sentence = status(exports((run(29, legacy=True),)), SHOWN)[0]
    assert isinstance(sentence, Paragraph) and "2026-11-29のドキュメント" in sentence.text


def test_the_newest_run_of_each_source_is_told_with_its_last_success() -> None:
    failed = run(28, run_id="w2", table="weather-tokyo", engine="fetch", status="failed")
    good = run(27, run_id="w1", table="weather-tokyo", engine="fetch")
    table = status(exports((failed, good)), SHOWN)[-1]
    assert isinstance(table, Table)
    assert table.rows == (("ソースの取得", "weather-tokyo", "失敗", failed.started_at, good.started_at),)


@pytest.mark.parametrize(
    ("number", "told"),
    [(None, "—"), (0, "0 B"), (1023, "1,023 B"), (1536, "1.5 KB"), (3 * 2**40, "3.0 TB"), (2**60, "1,048,576.0 TB")],
)
def test_sizes_are_told_in_the_unit_that_suits(number: int | None, told: str) -> None:
    assert size(number, SHOWN) == told
