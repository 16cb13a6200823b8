"""pipeline.analysis.reports.forms.xlsx: what openpyxl, which reads as people's programs do, finds in it."""

from __future__ import annotations

import io
import math
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from pipeline.analysis.reports.document import Column, Facts, Paragraph, Table, Value
from pipeline.analysis.reports.forms.xlsx import xlsx
from tests.support.forms.workbooks import sheets
from tests.support.reports.documents import document, week


def opened(*parts: Any) -> Any:
    return openpyxl.load_workbook(io.BytesIO(xlsx(document(*parts))))


def cell(value: Value) -> Any:
    return opened(Table("t", (Column("a"),), ((value,),)))["t"]["A2"]


@pytest.mark.parametrize(
    ("value", "kind", "wanted"),
    [
        ("=1+1", "s", "=1+1"),
        ("http://sheet.example", "s", "http://sheet.example"),
        ("0012", "s", "0012"),
        (12, "n", 12),
        (Decimal("1.25"), "n", 1.25),
        (Decimal("1234567890123456.5"), "s", "1234567890123456.5"),
        (2**60, "s", str(2**60)),
        (0.1 + 0.2, "n", 0.1 + 0.2),
        (math.inf, "s", "inf"),
        (True, "b", True),
        (date(2026, 2, 28), "d", datetime(2026, 2, 28)),
        (datetime(2026, 11, 29, 15, 30, tzinfo=UTC), "d", datetime(2026, 11, 30, 0, 30)),
        (date(1899, 12, 31), "s", "1899-12-31"),
        (None, "n", None),
    ],
)
def test_a_value_keeps_its_type(value: Value, kind: str, wanted: Any) -> None:
    held = cell(value)
    assert held.data_type == kind
    assert held.value == (pytest.approx(wanted, rel=1e-15) if isinstance(wanted, float) else wanted)


@pytest.mark.parametrize("text", ["<r><t>x</t></r>", "<r>x</r>", "_x0041_x0042_", "_x003C_r>", "a\tb\n c ", "&<>\"'"])
def test_a_text_like_the_format_s_own_notation_stays_a_text(text: str) -> None:
    """Read as ECMA-376 has it; openpyxl decodes some escapes only."""
    _, sheet = sheets(xlsx(document(Table("t", (Column("a"),), ((text,),)))))
    assert sheet.cells["A2"] == text


def test_a_week_has_a_sheet_for_each_table_and_chart() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(week())))
    assert book.sheetnames == ["レポート", "集中時間と予測", "状態別の実行", "実行履歴"]
    assert book["レポート"]["A1"].value == "週次エクスポート報告"
    assert [each.value for each in book["実行履歴"][2]][1:4] == [98_765, "exports-0", 2.5]


@pytest.mark.parametrize("title", ["", "[]:*?/\\", "'x'", "History", "レポート", "x" * 99, "🍣" * 40, "a\nb"])
def test_two_tables_of_any_name_have_sheets_of_their_own(title: str) -> None:
    names = opened(*(Table(title, (Column("a"),), ((number,),)) for number in range(2))).sheetnames
    assert len({name.casefold() for name in names}) == 3
    assert all(0 < len(name.encode("utf-16-le")) // 2 <= 31 for name in names)


def test_all_rows_and_columns_are_there() -> None:
    sheet = opened(Table("t", tuple(Column(str(number)) for number in range(14)), ((1,) * 14,) * 1_200))["t"]
    assert (sheet.max_row, sheet.max_column) == (1_201, 14)


def test_facts_are_values_beside_their_names() -> None:
    first = opened(Facts((("成功", 6), ("=x", "=1")))).worksheets[0]
    assert [each.value for each in first[2]] == ["成功", 6]
    assert first["B3"].data_type == "s"


def test_a_long_text_is_cut_at_what_a_cell_holds() -> None:
    assert len(opened(Paragraph("x" * 40_000)).worksheets[0]["A2"].value) == 32_767
