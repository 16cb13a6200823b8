"""pipeline.documents.workbook: text stays text, no digit is lost, and what did not fit is said."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from pipeline.documents import workbook
from pipeline.documents.forms import columns
from pipeline.tables.names import flat
from pipeline.tables.values import digits, text
from pipeline.words.catalogue import LANGUAGES, Words
from tests.support.forms.records import RECORDS
from tests.support.forms.workbooks import Sheet, part, sheets


def made(records: list[dict[str, Any]], language: str = "ja") -> bytes:
    out = io.BytesIO()
    workbook.write_xlsx(lambda: records, out, Words(language))
    return out.getvalue()


def only(records: list[dict[str, Any]]) -> Sheet:
    (sheet,) = sheets(made(records))
    return sheet


def test_case_06_no_cell_is_a_formula_a_link_or_a_number_that_was_text() -> None:
    cells = [
        "=1+1",
        "＝1",
        "\n=1",
        "@foo",
        "-5",
        "+81-90",
        "0120034",
        "http://example.com",
        "1e5",
        " =1",
        "{=1}",
        "#N/A",
    ]
    sheet = only([{f"c{place}": cell for place, cell in enumerate(cells)}])
    assert sheet.rows()[1] == cells
    assert "<f>" not in sheet.xml and "hyperlink" not in sheet.xml


def test_a_second_workbook_of_a_process_has_the_styles_of_the_first() -> None:
    first, second = (part(made([{"a": "text", "b": 1}]), "xl/styles.xml") for _ in range(2))
    assert first == second


def test_numbers_are_numbers_to_15_digits_and_text_beyond() -> None:
    wide = [
        1009513310189256287,
        Decimal("9.99E+125"),
        Decimal("0.1234567890123456"),
        12345678901234567890123456789012345678,
        10**400,
    ]
    values = [-5, Decimal("0.1"), 999999999999999, Decimal("1E+2"), Decimal("12345.678"), 0, *wide]
    row = only([{f"c{place}": value for place, value in enumerate(values)}]).rows()[1]
    assert row[:6] == [-5.0, 0.1, 999999999999999.0, 100.0, 12345.678, 0.0]
    assert row[6:] == [str(value) for value in wide]


def test_booleans_null_and_an_empty_text_differ() -> None:
    assert only([{"a": True, "b": None, "c": "", "d": [1, "x"]}]).rows()[1] == [True, None, "", '[1,"x"]']


@pytest.mark.parametrize(
    "odd", ["<r>x</r>", "<r><t>x</t></r>", "_x0041_x0042_", "_x005F_", "\x00\x1f", "\ufffe", "a\r\nb", " x ", "<&>\"'"]
)
def test_texts_that_look_like_the_files_own_notation_come_back(odd: str) -> None:
    assert only([{"v": odd}]).rows()[1] == [odd]


def comparable(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | Decimal) and sum(digits(value)) <= workbook.MOST_DIGITS:
        return Decimal(value)
    return workbook.fitting(text(value))[0]


@given(RECORDS)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_names_and_values_come_back(records: list[dict[str, Any]]) -> None:
    sheet = sheets(made(records))[0]
    names = columns(lambda: records)
    header, *rows = sheet.rows() or [[]]
    assert header == names
    for record, row in zip(map(flat, records), [*rows, *([[None] * len(names)] * len(records))], strict=False):
        found = [Decimal(f"{cell:.15g}") if isinstance(cell, float) else cell for cell in row]
        assert found == [comparable(record.get(name)) for name in names]


def test_the_header_is_bold_frozen_and_filtered_and_the_font_knows_japanese() -> None:
    raw = made([{"名前": "あ", "n": 1}, {"名前": "い", "n": 2}])
    (sheet,) = sheets(raw)
    assert sheet.name == "レコード"
    assert 'ySplit="1"' in sheet.xml and 'state="frozen"' in sheet.xml
    assert '<autoFilter ref="A1:B3"/>' in sheet.xml
    styles = part(raw, "xl/styles.xml")
    assert styles.count('<name val="Yu Gothic"/>') == styles.count("<name val=") and "<b/>" in styles


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cell_that_is_cut_is_named_on_a_second_sheet(language: str) -> None:
    records = [{"id": "a", "v": "x" * 32_767}, {"id": "b", "v": "😀" * 20_000}]
    data, left = sheets(made(records, language))
    assert [len(str(row[1]).encode("utf-16-le")) // 2 for row in data.rows()[1:]] == [32_767, 32_766]
    assert left.name == Words(language)("workbook.left")
    lines = left.rows()
    assert lines[0][0] == Words(language)("workbook.about")
    assert lines[-1] == ["B3", "v", "40,000"] and len(lines) == 4


def test_records_past_the_last_row_are_counted() -> None:
    out = io.BytesIO()
    workbook.write_xlsx(lambda: ({"n": number} for number in range(5)), out, Words("en"), most_rows=4)
    data, left = sheets(out.getvalue())
    assert [row[0] for row in data.rows()] == ["n", 0.0, 1.0, 2.0]
    assert "Records left out: 2 (a sheet holds 4 rows)" in [row[0] for row in left.rows()]


def test_columns_past_the_last_one_are_named() -> None:
    data, left = sheets(made([{f"c{number}": number for number in range(16_386)}], "en"))
    assert len(data.rows()[0]) == 16_384
    lines = [row[0] for row in left.rows()]
    assert "Columns left out: 2 (a sheet holds 16,384 columns)" in lines and lines[-2:] == ["c16384", "c16385"]


def test_no_records_make_a_workbook() -> None:
    assert only([]).rows() == []
