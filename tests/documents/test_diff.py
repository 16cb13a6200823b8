"""pipeline.documents.diff: what changed between two exports."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipeline.documents.diff import SHOWN, Change, diff

OLD: list[dict[str, Any]] = [
    {"PK": "a", "SK": "1", "n": 1, "_exported_at": "x"},
    {"PK": "b", "SK": "1", "n": 1, "gone": True},
    {"PK": "c", "SK": "1", "n": 1},
]
NEW: list[dict[str, Any]] = [
    {"PK": "a", "SK": "1", "n": 1, "_exported_at": "y"},
    {"PK": "b", "SK": "1", "n": "1", "fresh": None},
    {"PK": "d", "SK": "1", "n": 1},
]


def compared(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Any:
    return diff(lambda: iter(old), lambda: iter(new), ("PK", "SK"))


def test_records_are_told_apart_by_the_tables_key() -> None:
    found = compared(OLD, NEW)
    assert (found.added_count, found.removed_count, found.changed_count, found.same_count) == (1, 1, 1, 1)
    assert [record["PK"] for record in found.added] == ["d"]
    assert [record["PK"] for record in found.removed] == ["c"]


def test_a_changed_record_names_its_fields_with_both_sides() -> None:
    assert compared(OLD, NEW).changes == (
        Change("b / 1", (("n", 1, "1"), ("gone", True, None), ("fresh", None, None))),
    )


def test_columns_and_their_types_are_compared() -> None:
    found = compared(OLD, NEW)
    assert (found.added_columns, found.removed_columns) == (("fresh",), ("gone",))
    assert found.type_changes == (("n", "number", "number, string"),)


def test_the_time_of_the_export_is_no_difference() -> None:
    assert compared(OLD[:1], NEW[:1]).empty


def test_every_digit_counts() -> None:
    exact = {"PK": "a", "SK": "1", "n": Decimal("1234567890123456789012345678.9012345678")}
    other = {**exact, "n": Decimal("1234567890123456789012345678.9012345679")}
    assert compared([exact], [other]).changed_count == 1


def test_only_the_first_differences_are_kept_whole() -> None:
    many = [{"PK": f"{n}", "SK": "1"} for n in range(SHOWN + 7)]
    found = compared([], many)
    assert (found.added_count, len(found.added)) == (SHOWN + 7, SHOWN)


tables = st.dictionaries(st.integers(0, 30), st.one_of(st.integers(), st.text(max_size=3), st.none()), max_size=20)


@given(tables, tables)
def test_counts_are_those_of_sets(old: dict[int, Any], new: dict[int, Any]) -> None:
    found = compared(*([{"PK": key, "SK": "1", "v": value} for key, value in side.items()] for side in (old, new)))
    both = old.keys() & new.keys()
    assert found.added_count == len(new.keys() - old.keys())
    assert found.removed_count == len(old.keys() - new.keys())
    assert found.same_count == sum(type(old[key]) is type(new[key]) and old[key] == new[key] for key in both)
    assert found.changed_count == len(both) - found.same_count
