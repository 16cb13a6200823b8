"""pipeline.lake.analysis_keys: keys are built from checked parts and read back the same."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import DataInvalid
from pipeline.lake import analysis_keys
from tests.lake.test_keys import DAYS, RUN_IDS, TABLES

DAY = date(2024, 2, 1)


def test_keys_are_those_of_the_specification() -> None:
    assert analysis_keys.quality_key("t-1", DAY, "q1") == "metadata/quality/t-1/dt=2024-02-01/q1.json"
    assert analysis_keys.quality_marks_key("t-1") == "metadata/quality/t-1/marks.json"


@given(TABLES, DAYS, RUN_IDS)
def test_a_key_is_read_back_as_it_was_built(table: str, day: date, run_id: str) -> None:
    key = analysis_keys.quality_key(table, day, run_id)
    assert analysis_keys.parse_quality_key(key) == (table, day, run_id)
    assert analysis_keys.parse_quality_marks_key(key) is None
    marks = analysis_keys.quality_marks_key(table)
    assert analysis_keys.parse_quality_marks_key(marks) == table
    assert analysis_keys.parse_quality_key(marks) is None


@given(st.text(max_size=60))
def test_no_name_leaves_its_prefix(text: str) -> None:
    for build in (analysis_keys.quality_marks_key, lambda name: analysis_keys.quality_key("t-1", DAY, name)):
        try:
            key = build(text)
        except DataInvalid:
            continue
        assert key.startswith("metadata/quality/") and not set(text) & set("/\\%\0\n ")


@pytest.mark.parametrize(
    "key",
    [
        "metadata/quality/t-1/dt=2024-02-30/q1.json",
        "metadata/quality/t-1/dt=2024-02-01/sub/q1.json",
        "metadata/quality/../dt=2024-02-01/q1.json/x",
        "metadata/runs/dt=2024-02-01/q1.json",
    ],
)
def test_a_foreign_key_is_no_result(key: str) -> None:
    assert analysis_keys.parse_quality_key(key) is None


def test_the_named_questions_are_neither_a_result_nor_marks() -> None:
    assert analysis_keys.QUESTIONS == "metadata/insights/questions.json"
    assert analysis_keys.parse_quality_key(analysis_keys.QUESTIONS) is None
    assert analysis_keys.parse_quality_marks_key(analysis_keys.QUESTIONS) is None
