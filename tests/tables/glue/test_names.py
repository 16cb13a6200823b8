"""pipeline.tables.glue.names: one Glue name a table and a column, whatever DynamoDB allows."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.tables.glue.names import LONGEST, column_name, day_column, table_name, takes
from pipeline.tables.names import apart

DOCUMENTS = st.from_regex(r"[A-Za-z0-9_.-]{3,255}", fullmatch=True)
KINDS = st.sampled_from(["session", "order_", "all_records", "t_1", "a_b", "b"])


@pytest.mark.parametrize(
    ("document", "name"),
    [
        ("moderation-craft-data", "moderation_craft_data__session"),
        ("craft", "craft__session"),
        ("pipeline.ledger", "pipeline_ledger_1c4f9bf5__session"),
    ],
)
def test_a_table_is_called_by_its_document_and_its_kind(document: str, name: str) -> None:
    assert re.sub("[0-9a-f]{8}__", "…", table_name(document, "session")) == re.sub("[0-9a-f]{8}__", "…", name)


@given(DOCUMENTS, DOCUMENTS, KINDS, KINDS)
def test_no_two_tables_have_one_name(one: str, other: str, kind: str, other_kind: str) -> None:
    same = table_name(one, kind) == table_name(other, other_kind)
    assert same is ((one, kind) == (other, other_kind))


@pytest.mark.parametrize(("one", "other"), [("a.b", "a_b"), ("A-b", "a-b"), ("a_b", "a-b"), ("a" * 130, "a" * 131)])
def test_names_that_letters_do_not_tell_apart_end_with_a_digest(one: str, other: str) -> None:
    assert table_name(one, "x") != table_name(other, "x")


@given(DOCUMENTS, KINDS)
def test_a_table_s_name_is_one_that_athena_reads(document: str, kind: str) -> None:
    assert re.fullmatch(r"[a-z0-9_]+", table_name(document, kind)) and len(table_name(document, kind)) <= LONGEST


@pytest.mark.parametrize("name", ["userId", "a.b", r"a\.b", "日本語", "a b", "a\N{NO-BREAK SPACE}b", "x" * 255])
def test_a_column_keeps_its_name_but_for_capitals(name: str) -> None:
    assert takes(name) and column_name(name) == name.lower()


@pytest.mark.parametrize("name", ["a\nb", "a\tb", "a\x00b", "a\x85b", "", "x" * 256, "語" * 86, "\ud800"])
def test_what_glue_refuses_is_no_column(name: str) -> None:
    assert not takes(name)


@given(st.lists(st.text(max_size=5), max_size=8))
def test_columns_that_were_told_apart_stay_apart(names: list[str]) -> None:
    shown = apart(names).values()
    assert len({column_name(name) for name in shown}) == len(set(names))


@pytest.mark.parametrize(("names", "day"), [([], "dt"), (["DT"], "dt_"), (["dt", "dt_"], "dt__")])
def test_the_day_has_a_name_that_no_column_has(names: list[str], day: str) -> None:
    assert day_column(names) == day
