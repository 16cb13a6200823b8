"""pipeline.tables.types: facts only widen, in any order to the same, and types hold every value."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.tables import types
from pipeline.tables.types import NOTHING, TEXT, Facts, Type, file_type, observed, of, table_type
from tests.support.forms.records import RECORDS, VALUES

FACTS = VALUES.map(of)
EXACT = Decimal("12345678901234567.5")


def together(*values: Any) -> Facts:
    return observed({"v": value} for value in values)["v"]


@given(FACTS, FACTS, FACTS)
def test_widening_gives_the_same_in_any_order_and_however_often(one: Facts, two: Facts, three: Facts) -> None:
    assert one.widened(two) == two.widened(one)
    assert one.widened(two).widened(three) == one.widened(two.widened(three))
    assert one.widened(two).widened(one) == one.widened(two)
    assert one.widened(NOTHING) == one


@given(RECORDS, RECORDS)
def test_days_seen_one_by_one_are_what_they_are_seen_together(monday: list[Any], tuesday: list[Any]) -> None:
    assert types.widened([observed(monday), observed(tuesday)]) == observed([*monday, *tuesday])


@pytest.mark.parametrize(
    ("values", "in_tables", "in_files"),
    [
        ((1, 2, None), Type("int64"), Type("double")),
        ((1, Decimal("0.5")), Type("double"), Type("double")),
        ((Decimal("1E+2"),), Type("int64"), Type("double")),
        ((2**53 + 1,), Type("int64"), Type("decimal", 0)),
        ((2**53 + 1, Decimal("0.5")), Type("decimal", 1), Type("decimal", 1)),
        ((2**63,), Type("decimal", 0), Type("decimal", 0)),
        ((2**63 + 1,), Type("decimal", 0), Type("decimal", 0)),
        ((EXACT, Decimal("0.25")), Type("decimal", 2), Type("decimal", 2)),
        # Case 12: 38 digits and one behind the point are more than a decimal holds.
        ((12345678901234567890123456789012345678, Decimal("0.5")), TEXT, TEXT),
        ((12345678901234567890123456789012345678, 0), Type("decimal", 0), Type("decimal", 0)),
        ((Decimal("1E-130"), Decimal("9.99E+125")), Type("double"), Type("double")),
        ((Decimal("1E+999999"),), TEXT, TEXT),
        ((True, False), Type("boolean"), Type("boolean")),
        ((True, 1), TEXT, TEXT),
        (("x", 1), TEXT, TEXT),
        (("2026-11-27T14:00:00Z", "2026-11-27T14:00:00+09:00"), Type("timestamp"), Type("timestamp")),
        (("2026-11-27T14:00:00Z", "tomorrow"), TEXT, TEXT),
        ((None,), TEXT, TEXT),
        (({},), TEXT, TEXT),
        ((["x"], []), Type("list", element=TEXT), Type("list", element=TEXT)),
        (([], []), Type("list", element=TEXT), Type("list", element=TEXT)),
        (([1], [None, 2]), Type("list", element=Type("int64")), Type("list", element=Type("double"))),
        (([{"a": 1}],), Type("list", element=TEXT), Type("list", element=TEXT)),
        (([1], "not a list"), TEXT, TEXT),
    ],
)
def test_a_column_has_the_type_of_all_its_values(values: tuple[Any, ...], in_tables: Type, in_files: Type) -> None:
    assert table_type(together(*values)) == in_tables
    assert file_type(together(*values)) == in_files


def test_lists_in_lists_are_lists_to_the_fourth_level() -> None:
    deep: Any = 1
    for _ in range(6):
        deep = [deep]
    kind: Type | None = table_type(of(deep))
    levels = 0
    while kind and kind.name == "list":
        kind, levels = kind.element, levels + 1
    assert (kind, levels) == (TEXT, types.LIST_LEVELS)


@given(st.lists(FACTS, min_size=1, max_size=4))
def test_a_type_once_text_stays_text(facts: list[Facts]) -> None:
    widest = facts[0]
    for each in facts[1:]:
        was_text = len(widest.kinds) > 1
        widest = widest.widened(each)
        assert not was_text or file_type(widest) == TEXT
