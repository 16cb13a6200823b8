"""pipeline.analysis.query.forms: JSON and Parquet of a result keep every digit, and its rows' CSV runs no formula."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analysis.query.face import Result, ResultColumn
from pipeline.analysis.query.forms import is_number, json_pieces, parquet
from pipeline.documents.forms import csv_of_texts, unguarded

Cells = list[str | None]
NANOSECONDS = "2026-11-27 09:00:00.123456789"
DIGITS = "12345678901234567890123456789012345678"


def result(kind: str, cells: Cells) -> Result:
    return Result((ResultColumn("x", kind),), tuple((cell,) for cell in cells), "", 0.1, 1)


def as_json(found: Result) -> list[Any]:
    rows = json.loads(b"".join(json_pieces(found)), parse_float=Decimal)
    return [row["x"] for row in rows]


@pytest.mark.parametrize(
    ("kind", "cells", "in_json", "in_parquet"),
    [
        ("HUGEINT", [DIGITS, None], [int(DIGITS), None], [Decimal(DIGITS), None]),
        ("HUGEINT", ["1" * 39], [int("1" * 39)], ["1" * 39]),
        ("BIGINT", ["-9223372036854775808"], [-(2**63)], [-(2**63)]),
        ("DECIMAL(38,2)", ["-0.01"], [Decimal("-0.01")], [Decimal("-0.01")]),
        ("DOUBLE", ["1e+300", "0.1"], [Decimal("1e300"), Decimal("0.1")], [1e300, 0.1]),
        ("DOUBLE", ["inf"], ["inf"], [float("inf")]),
        ("BOOLEAN", ["true", "false", None], [True, False, None], [True, False, None]),
        ("VARCHAR", ["1", "", None, "あ\n\""], ["1", "", None, "あ\n\""], ["1", "", None, "あ\n\""]),
        ("TIMESTAMP_NS", [NANOSECONDS], [NANOSECONDS], [NANOSECONDS]),
        ("DATE", ["10000-01-01"], ["10000-01-01"], ["10000-01-01"]),
        ("INTEGER[]", ["[1, NULL]"], ["[1, NULL]"], ["[1, NULL]"]),
        ("BIGINT", [], [], []),
    ],
)  # fmt: skip
def test_values_come_back(kind: str, cells: Cells, in_json: list[Any], in_parquet: list[Any]) -> None:
    found = result(kind, cells)
    assert as_json(found) == in_json
    assert pq.read_table(io.BytesIO(parquet(found)))["x"].to_pylist() == in_parquet


def test_moments_are_moments_in_parquet() -> None:
    found = pq.read_table(io.BytesIO(parquet(result("TIMESTAMP WITH TIME ZONE", ["2026-11-27 00:00:00.123456+00"]))))
    assert str(found.schema.field("x").type) == "timestamp[us, tz=UTC]"
    assert found["x"].to_pylist()[0].isoformat() == "2026-11-27T00:00:00.123456+00:00"


@given(st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"]))))
def test_any_text_comes_back_from_every_form(cells: Cells) -> None:
    found = result("VARCHAR", cells)
    assert as_json(found) == cells
    assert pq.read_table(io.BytesIO(parquet(found)))["x"].to_pylist() == cells
    text = b"".join(csv_of_texts(["x"], found.rows)).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert [unguarded(row[0]) for row in rows] == ["x", *(cell or "" for cell in cells)]


@pytest.mark.parametrize("cell", ["=1+1", "@x", "+1", "-x", " =1", "\t=1", "＝1"])
def test_no_cell_of_the_csv_is_run(cell: str) -> None:
    head, row, _ = b"".join(csv_of_texts([cell], [(cell,)])).decode("utf-8-sig").split("\r\n")
    assert head == row == f"'{cell}"


def test_a_negative_number_is_no_formula() -> None:
    assert b"".join(csv_of_texts(["x"], [("-5",), ("-1e+300",)])).endswith(b"x\r\n-5\r\n-1e+300\r\n")


def test_numbers_are_known_by_their_types() -> None:
    numbers = "TINYINT UBIGINT HUGEINT DOUBLE FLOAT DECIMAL(9,2)".split()
    assert all(is_number(ResultColumn("x", kind)) for kind in numbers)
    assert not any(is_number(ResultColumn("x", kind)) for kind in ("VARCHAR", "BIGINT[]", "DATE", "BOOLEAN"))


def test_of_columns_with_one_name_none_is_lost() -> None:
    columns = tuple(ResultColumn(name, "BIGINT") for name in ("a", "a", "a_1", "b", "a", "A"))
    found = Result(columns, (("1", "2", "3", "4", "5", "6"),), "", 0.1, 1)
    expected = {"a": 1, "a_2": 2, "a_1": 3, "b": 4, "a_3": 5, "A": 6}
    assert json.loads(b"".join(json_pieces(found))) == [expected]
    assert pq.read_table(io.BytesIO(parquet(found))).to_pylist() == [expected]
