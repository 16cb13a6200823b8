"""pipeline.analysis.query.athena.answers: pages become bounded rows of texts; NULL is no empty text."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.analysis.query.athena.answers import bounded, columns_of, rows_of
from pipeline.analysis.query.face import Bounds, ResultColumn

INFO = [
    {"Name": "a", "Label": "A", "Type": "varchar", "Precision": 2147483647, "Scale": 0},
    {"Name": "b", "Type": "decimal", "Precision": 38, "Scale": 2},
]


def page(*rows: tuple[str | None, ...], info: list[dict[str, Any]] = INFO) -> dict[str, Any]:
    data = [{"Data": [{} if value is None else {"VarCharValue": value} for value in row]} for row in rows]
    return {"ResultSet": {"Rows": data, "ResultSetMetadata": {"ColumnInfo": info}}}


def test_columns_have_their_labels_and_types_as_the_other_engines_write_them() -> None:
    assert columns_of(page()) == (ResultColumn("A", "VARCHAR"), ResultColumn("b", "DECIMAL(38,2)"))


@pytest.mark.parametrize(
    ("athena", "ours"),
    [
        ("bigint", "BIGINT"),
        ("real", "FLOAT"),
        ("varbinary", "BLOB"),
        ("timestamp with time zone", "TIMESTAMP WITH TIME ZONE"),
        ("array", "ARRAY"),
    ],
)
def test_a_type_is_in_the_words_of_the_other_engines(athena: str, ours: str) -> None:
    assert columns_of(page(info=[{"Name": "x", "Type": athena}])) == (ResultColumn("x", ours),)


def test_a_missing_value_is_null_and_an_empty_text_is_one() -> None:
    first = page(("A", "b"), ("", None), (None, "1.50"))
    first["ResultSet"]["Rows"].append({"Data": [{"VarCharValue": "x"}]})
    assert list(rows_of([first], titled=True)) == [("", None), (None, "1.50"), ("x", None)]


def test_titles_stand_on_the_first_page_alone() -> None:
    pages = [page(("A", "b"), ("1", "2")), page(("A", "b"))]
    assert list(rows_of(pages, titled=True)) == [("1", "2"), ("A", "b")]


@pytest.mark.parametrize(("rows", "expected"), [([("A", "b"), ("1", "2")], [("1", "2")]), ([("1", "2")], [("1", "2")])])
def test_of_what_is_no_select_the_first_row_is_a_title_if_it_reads_like_one(rows: Any, expected: Any) -> None:
    assert list(rows_of([page(*rows)], titled=False)) == expected


def test_no_page_is_no_row() -> None:
    assert list(rows_of([], titled=True)) == []


@pytest.mark.parametrize(
    ("bounds", "rows", "cut", "size"),
    [
        (Bounds(3, 100), 3, "", 9),
        (Bounds(2, 100), 2, "rows", 6),
        (Bounds(3, 8), 2, "bytes", 6),
        (Bounds(3, 9), 3, "", 9),
        (Bounds(3, 2), 0, "bytes", 0),
    ],
)
def test_a_result_ends_at_its_bounds_and_says_at_which(bounds: Bounds, rows: int, cut: str, size: int) -> None:
    found, ended, taken = bounded([("語", None)] * 3, bounds)
    assert (len(found), ended, taken) == (rows, cut, size)
