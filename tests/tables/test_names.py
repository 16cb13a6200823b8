"""pipeline.tables.names: no two ways down a record read alike, and each is read back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.tables.names import apart, flat, joined, path_of
from tests.support.forms.records import NAMES, RECORDS

PATHS = st.lists(st.one_of(NAMES, st.text(max_size=4)), min_size=1, max_size=4)

CASES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    # Case 01: both values survive.
    (
        {"id": "a", "a.b": "dotted attribute", "a": {"b": "nested value"}},
        {"id": "a", "a\\.b": "dotted attribute", "a.b": "nested value"},
    ),
    ({"a\\": {"b": 1}, "a\\.b": 2}, {"a\\\\.b": 1, "a\\\\\\.b": 2}),
    ({"": {"": 1}, ".": 2}, {"\\e.\\e": 1, "\\.": 2}),
    ({"a": {}, "b": [{"c": 1}], "d": None}, {"a": {}, "b": [{"c": 1}], "d": None}),
    ({"\ud800": 1, "\\ud800": 2}, {"\\ud800": 1, "\\\\ud800": 2}),
]


@pytest.mark.parametrize(("record", "columns"), CASES)
def test_a_record_is_one_level_under_names_that_do_not_collide(record: dict[str, Any], columns: dict[str, Any]) -> None:
    assert flat(record) == columns


@given(PATHS)
def test_a_name_is_read_back(path: list[str]) -> None:
    assert path_of(joined(path)) == tuple(path)


@given(st.lists(PATHS, max_size=6))
def test_names_are_told_apart_where_case_does_not_count_and_are_still_read_back(paths: list[list[str]]) -> None:
    found = apart(map(joined, paths))
    assert len({name.casefold() for name in found.values()}) == len(found) == len({tuple(path) for path in paths})
    assert {path_of(name) for name in found.values()} == {tuple(path) for path in paths}
    assert all(name.encode() for name in found.values())


@given(RECORDS)
def test_no_value_is_lost(records: list[dict[str, Any]]) -> None:
    def leaves(value: Any) -> int:
        return sum(map(leaves, value.values())) if isinstance(value, dict) and value else 1

    for record in records:
        assert len(flat(record)) == sum(map(leaves, record.values()))


def test_of_names_that_differ_in_case_none_keeps_the_name_that_it_has_alone() -> None:
    # Another day's file may have one of them alone: nothing of the others may be read as that one.
    marked = apart(["userid", "userId", "x"])
    assert marked["x"] == "x"
    assert {marked["userid"].casefold(), marked["userId"].casefold()}.isdisjoint({"userid"})
    assert apart(["userId", "userid"]) == apart(["userid", "userId"])


def test_a_mark_depends_on_the_name_alone() -> None:
    few, many = apart(["userId", "userid"]), apart(["USERID", "userId", "userid"])
    assert few["userid"] == many["userid"] != "userid"


def test_below_32_levels_an_object_stays_one() -> None:
    deep: Any = "x"
    for _ in range(40):
        deep = {"d": deep}
    ((name, value),) = flat({"deep": deep}).items()
    assert name == ".".join(["deep", *"d" * 32]) and isinstance(value, dict)
