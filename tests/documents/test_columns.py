"""pipeline.documents.columns: what the columns of some records are."""

from __future__ import annotations

from decimal import Decimal

from pipeline.documents.columns import Column, profile

ROWS = [
    {"id": "a", "n": 1, "x": None, "mixed": "s"},
    {"id": "b", "n": Decimal("1.5"), "mixed": 3, "deep": {"k": [1]}},
    {"id": "a", "n": 1, "mixed": "t", "flag": True},
]


def test_columns_come_in_the_order_in_which_they_first_appear() -> None:
    assert [column.name for column in profile(ROWS)] == ["id", "n", "x", "mixed", "deep", "flag"]


def test_a_column_tells_types_missing_nulls_and_distinct() -> None:
    found = {column.name: column for column in profile(ROWS)}
    assert found["id"] == Column("id", ("string",), 0, 0, 2)
    assert found["n"] == Column("n", ("number",), 0, 0, 2)
    assert found["x"] == Column("x", (), 2, 1, 1)
    assert found["mixed"].types == ("string", "number")
    assert found["deep"].types == ("object",)
    assert found["flag"].types == ("boolean",)


def test_no_rows_have_no_columns() -> None:
    assert profile([]) == ()


def test_values_nested_deep_are_counted() -> None:
    value: object = 1
    for _ in range(32):
        value = [value]
    assert profile([{"deep": value}, {"deep": value}])[0].distinct == 1
