"""pipeline.tables.observe: facts of whole columns are those of their values, one by one."""

from __future__ import annotations

from functools import reduce
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipeline.tables.entities import OTHERS
from pipeline.tables.observe import MOST_COLUMNS, MOST_KINDS, Profile, column_facts
from pipeline.tables.types import NOTHING, Facts, of, table_type
from tests.support.forms.records import VALUES


def one_by_one(values: list[Any]) -> Facts:
    return reduce(Facts.widened, map(of, values), NOTHING)


@given(st.lists(st.one_of(VALUES, st.floats(allow_nan=False, allow_infinity=False)), max_size=6))
def test_a_column_has_the_type_that_its_values_ask_for(values: list[Any]) -> None:
    assert table_type(column_facts(values)) == table_type(one_by_one(values))


@given(st.lists(VALUES, max_size=4), st.lists(VALUES, max_size=4))
def test_looked_at_in_parts_it_has_the_same_type(some: list[Any], others: list[Any]) -> None:
    apart = column_facts(some).widened(column_facts(others))
    assert table_type(apart) == table_type(column_facts(some + others))


def test_columns_past_the_most_are_said_to_overflow() -> None:
    profile = Profile({})
    for number in range(MOST_COLUMNS + 5):
        profile.add("user", {f"a{number}": 1}, 10)
    profile.close()
    assert len(profile.columns["user"]) == MOST_COLUMNS
    assert profile.overflowing == {"user"}


def test_kinds_past_the_most_are_counted_together() -> None:
    profile = Profile({})
    for number in range(MOST_KINDS + 5):
        profile.add(f"kind{number}", {"a": 1}, 10)
    profile.close()
    assert profile.records[OTHERS] == 5
