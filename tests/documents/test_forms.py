"""pipeline.documents.forms: CSV that no spreadsheet runs, and Parquet; numbers keep every digit."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.documents.forms import flat, to_csv, to_parquet

EXACT = Decimal("1234567890123456789012345678.9012345678")
RECORDS: list[dict[str, Any]] = [
    {"id": "一", "n": 1, "exact": EXACT, "flag": True, "deep": {"a": {"b": "x"}, "l": [1, Decimal("2.5")]}},
    {"id": "two", "n": 2, "flag": None, "extra": "", "empty": {}},
]


def rows_of(raw: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def test_nested_objects_become_dotted_columns() -> None:
    first, second = rows_of(to_csv(lambda: RECORDS))
    assert (first["deep.a.b"], first["deep.l"]) == ("x", "[1,2.5]")
    assert (second["deep.a.b"], second["empty"]) == ("", "{}")


def test_numbers_keep_every_digit_and_booleans_are_words() -> None:
    first = rows_of(to_csv(lambda: RECORDS))[0]
    assert (first["exact"], first["flag"], first["id"]) == (str(EXACT), "true", "一")


def test_a_spreadsheet_sees_utf8() -> None:
    assert to_csv(lambda: RECORDS).startswith("\ufeff".encode())


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_a_spreadsheet_would_run_gets_a_quote(start: str) -> None:
    row = rows_of(to_csv(lambda: [{"cell": f"{start}cmd|' /C calc'!A0", f"{start}name": "x"}]))[0]
    assert row["cell"].startswith("'")
    assert [name[0] for name in row] == ["c", "'"]


def test_a_negative_number_stays_a_number() -> None:
    assert rows_of(to_csv(lambda: [{"n": -5}]))[0]["n"] == "-5"


@given(st.lists(st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=20), max_size=4), max_size=5))
def test_no_cell_of_text_starts_like_a_formula(records: list[dict[str, str]]) -> None:
    for row in csv.reader(io.StringIO(to_csv(lambda: records).decode("utf-8-sig"), newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_parquet_holds_typed_columns() -> None:
    found = pd.read_parquet(io.BytesIO(to_parquet(lambda: RECORDS)))
    assert list(found["id"]) == ["一", "two"]
    assert found["exact"][0] == EXACT
    assert bool(found["flag"][0]) is True
    assert found["deep.l"][0] == "[1,2.5]"


def test_a_column_of_several_types_is_text_in_parquet() -> None:
    found = pd.read_parquet(io.BytesIO(to_parquet(lambda: [{"v": 1}, {"v": "x"}, {"v": [True]}])))
    assert list(found["v"]) == ["1", "x", "[true]"]


def test_numbers_beyond_any_decimal_type_are_text_in_parquet() -> None:
    wide = [{"v": Decimal("1e-100")}, {"v": Decimal("1e60")}]
    found = pd.read_parquet(io.BytesIO(to_parquet(lambda: wide)))
    assert list(map(Decimal, found["v"])) == [row["v"] for row in wide]


def test_no_records_make_an_empty_table() -> None:
    assert len(pd.read_parquet(io.BytesIO(to_parquet(list)))) == 0
    assert to_csv(list).decode("utf-8-sig").strip() == ""


def test_a_thousand_columns_and_deep_values_are_fine() -> None:
    deep: Any = "x"
    for _ in range(40):
        deep = {"d": deep}
    record = {f"c{n}": n for n in range(1000)} | {"deep": deep}
    assert len(flat(record)) == 1001
    assert len(rows_of(to_csv(lambda: [record]))[0]) == 1001
