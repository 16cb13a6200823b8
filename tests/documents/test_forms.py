"""pipeline.documents.forms: CSV that no spreadsheet runs, and Parquet; numbers keep every digit."""

from __future__ import annotations

import csv
import io
import unicodedata
from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.documents.forms import columns, guarded, unguarded, write_csv, write_parquet
from pipeline.tables.names import flat, path_of
from pipeline.tables.types import observed
from pipeline.tables.values import text
from tests.support.forms.records import RECORDS, TEXTS

EXACT = Decimal("1234567890123456789012345678.9012345678")
RECORDS_OF_TWO: list[dict[str, Any]] = [
    {"id": "一", "n": 1, "exact": EXACT, "flag": True, "deep": {"a": {"b": "x"}, "l": [1, Decimal("2.5")]}},
    {"id": "two", "n": 2, "flag": None, "extra": "", "empty": {}},
]
# Case 06, third item; and what stands beside it.
RUN = [
    "=1+1",
    "＝1＋1",
    "\n=1+1",
    "\t=1",
    "\r=1",
    "@foo",
    " =1+1",
    "\u00a0=1+1",
    "\u3000＝1",
    "+81-90-0000-0000",
    "－1",
]
RUN += ["-", "-5-3", "\u200b=1", "\ufeff=1", "\u2028@x", "﹢1", "'=1", "''＠x", "\tplain", "\nplain", "−=1"[1:]]
LEFT = ["-5", "-5.25", "-1e-7", "0120034", '行1\r\n行2,"q"', "a=1", "", " x", "'quoted'", "it's", "<b>bold</b>", "(=1)"]


def csv_of(records: list[dict[str, Any]]) -> str:
    out = io.BytesIO()
    write_csv(lambda: records, out)
    return out.getvalue().decode("utf-8-sig")


def rows_of(records: list[dict[str, Any]]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_of(records), newline="")))


def parquet_of(records: list[dict[str, Any]], known: Any = None) -> io.BytesIO:
    out = io.BytesIO()
    write_parquet(lambda: records, out, known)
    return out


def test_nested_objects_become_dotted_columns() -> None:
    first, second = rows_of(RECORDS_OF_TWO)
    assert (first["deep.a.b"], first["deep.l"]) == ("x", "[1,2.5]")
    assert (second["deep.a.b"], second["empty"]) == ("", "{}")


def test_case_01_a_dotted_name_and_a_nested_one_are_two_columns() -> None:
    (row,) = rows_of([{"id": "a", "a.b": "dotted attribute", "a": {"b": "nested value"}, "userId": "U", "userid": "u"}])
    assert (row["a\\.b"], row["a.b"]) == ("dotted attribute", "nested value")
    assert (row["userId"], row["userid"]) == ("U", "u")


def test_numbers_keep_every_digit_and_booleans_are_words() -> None:
    first = rows_of(RECORDS_OF_TWO)[0]
    assert (first["exact"], first["flag"], first["id"]) == (str(EXACT), "true", "一")


def test_a_spreadsheet_sees_utf8() -> None:
    out = io.BytesIO()
    write_csv(lambda: RECORDS_OF_TWO, out)
    assert out.getvalue().startswith("\ufeff".encode())


@pytest.mark.parametrize("cell", RUN)
def test_case_06_text_that_a_spreadsheet_would_run_gets_a_quote(cell: str) -> None:
    (row,) = rows_of([{"cell": cell, f"{cell}name": "x", "PK": "1"}])
    assert row["cell"] == f"'{cell}"
    assert list(row)[1] == guarded(f"{cell}name") == f"'{cell}name"


@pytest.mark.parametrize("cell", LEFT)
def test_case_06_other_text_stays_as_it_is(cell: str) -> None:
    assert rows_of([{"cell": cell, "PK": "1"}])[0]["cell"] == cell


def test_case_06_a_negative_number_stays_a_number() -> None:
    assert rows_of([{"n": -5, "d": Decimal("-0.5"), "l": [-1]}])[0] == {"n": "-5", "d": "-0.5", "l": "[-1]"}


@given(TEXTS)
def test_what_the_guard_does_is_undone(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell


@given(st.one_of(TEXTS, st.text(max_size=4)), st.one_of(TEXTS, st.text(max_size=4)))
def test_two_texts_never_read_alike_behind_the_guard(one: str, other: str) -> None:
    assert (guarded(one) == guarded(other)) == (one == other)


@given(RECORDS)
@settings(deadline=None)
def test_no_cell_begins_like_a_formula(records: list[dict[str, Any]]) -> None:
    for row in csv.reader(io.StringIO(csv_of(records), newline="")):
        for cell in row:
            seen = "".join(letter for letter in cell if unicodedata.category(letter)[0] not in "ZC")
            begins = unicodedata.normalize("NFKC", seen[:1])
            assert begins not in {"=", "+", "@"}
            assert begins != "-" or Decimal(seen) < 0 or Decimal(seen) == 0


@given(RECORDS)
@settings(deadline=None)
def test_names_and_values_come_back_from_csv(records: list[dict[str, Any]]) -> None:
    header, *rows = csv.reader(io.StringIO(csv_of(records), newline=""))
    names = columns(lambda: records)
    assert [path_of(unguarded(name)) for name in header] == [path_of(name) for name in names]
    if not names:
        return
    for row, record in zip(rows, map(flat, records), strict=True):
        wanted = ["" if record.get(name) is None else text(record[name]) for name in names]
        assert [unguarded(cell) for cell in row] == wanted


def test_null_and_an_empty_text_differ(tmp_path: Any) -> None:
    assert csv_of([{"a": None, "b": "", "c": 1}, {"c": 2}]).splitlines() == ["a,b,c", ',"",1', ",,2"]
    path = tmp_path / "a.csv"
    path.write_text(csv_of([{"a": None, "b": "", "c": "x"}]), "utf-8")
    read = "SELECT a IS NULL, b IS NULL FROM read_csv(?, all_varchar = true, allow_quoted_nulls = false)"
    assert duckdb.execute(read, [str(path)]).fetchall() == [(True, False)]


def test_a_table_of_one_column_has_a_line_for_each_record() -> None:
    assert [row["a"] for row in rows_of([{"a": None}, {"a": "x"}, {"a": None}])] == ["", "x", ""]


def test_parquet_holds_typed_columns() -> None:
    found = pd.read_parquet(parquet_of(RECORDS_OF_TWO))
    assert list(found["id"]) == ["一", "two"]
    assert found["n"].sum() == 3
    assert found["exact"][0] == EXACT
    assert bool(found["flag"][0]) is True
    assert list(found["deep.l"][0]) == [1, 2.5]


def test_a_column_of_several_types_is_text_in_parquet() -> None:
    found = pd.read_parquet(parquet_of([{"v": 1}, {"v": "x"}, {"v": [True]}]))
    assert list(found["v"]) == ["1", "x", "[true]"]


def test_types_are_those_of_the_other_days_and_so_are_the_columns() -> None:
    known = observed([{"v": "text", "more": True}])
    found = pq.read_table(parquet_of([{"v": 1}], known))
    assert found.to_pylist() == [{"v": "1", "more": None}]


def test_no_records_make_an_empty_table_that_every_reader_takes(tmp_path: Any) -> None:
    (tmp_path / "a.parquet").write_bytes(parquet_of([]).getvalue())
    assert duckdb.read_parquet(str(tmp_path / "a.parquet")).fetchall() == []
    assert csv_of([]).strip() == ""


def test_a_thousand_columns_and_deep_values_are_fine() -> None:
    deep: Any = "x"
    for _ in range(40):
        deep = {"d": deep}
    record = {f"c{n}": n for n in range(1000)} | {"deep": deep}
    assert len(rows_of([record])[0]) == 1001
