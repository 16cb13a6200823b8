"""pipeline.analysis.reports.document and shown: what a document may be, its values as a reader has them."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pipeline.analysis.reports.document import Chart, Column, Heading, Series, Table, Value, as_table, clean
from pipeline.analysis.reports.shown import Shown
from tests.support.reports.documents import document


@pytest.mark.parametrize(
    ("value", "decimals", "wanted"),
    [
        (None, None, "—"),
        (1234567, None, "1,234,567"),
        (-5, None, "−5"),
        (10**40 + 1, None, f"10,{'000,' * 12}001"),
        (Decimal("12345678901234567890.50"), None, "12,345,678,901,234,567,890.50"),
        (Decimal("1E+125"), None, "1E+125"),
        (0.1 + 0.2, None, "0.3"),
        (1 / 3, 2, "0.33"),
        (2.0, 2, "2.00"),
        (math.nan, None, "—"),
        (math.inf, 2, "—"),
        (True, None, "はい"),
        (date(2026, 2, 28), None, "2026-02-28"),
        (datetime(2026, 11, 29, 15, 30, tzinfo=UTC), None, "2026-11-30 00:30"),
        (datetime(2026, 11, 29, 15, 30), None, "2026-11-29 15:30"),
        (datetime.max.replace(tzinfo=UTC), None, "9999-12-31 23:59"),
        ("=1+1", None, "=1+1"),
    ],
)
def test_a_value_is_written_for_its_reader(value: Value, decimals: int | None, wanted: str) -> None:
    assert Shown(document()).value(value, decimals) == wanted


def test_of_a_table_so_much_is_on_paper_and_the_rest_is_told() -> None:
    table = Table("t", tuple(Column(str(number)) for number in range(14)), ((1,) * 14,) * 1_003)
    grid = Shown(document()).grid(table)
    assert (len(grid.rows), len(grid.head), len(grid.rows[0])) == (1_000, 12, 12)
    assert grid.left == (
        "このほかに3行あります。すべての行はXLSXにあります。",
        "このほかに2列あります。すべての列はXLSXにあります。",
    )


def test_a_long_cell_is_cut() -> None:
    (row,) = Shown(document()).grid(Table("t", (Column("a"),), (("x" * 501,),))).rows
    assert row == ("x" * 500 + "…",)


def test_a_column_of_numbers_stands_to_the_right_and_one_of_mixed_values_does_not() -> None:
    table = Table("t", tuple(map(Column, "abcd")), ((1, 1, None, True), (None, "x", None, False)))
    assert Shown(document()).grid(table).numeric == (True, False, False, False)


def test_a_text_has_neither_what_no_file_holds_nor_what_turns_other_text() -> None:
    assert clean("a\x00b\ud83dc\u202ed\r\ne\rf\u2028") == "a\ufffdb\ufffdc\ufffdd\ne\nf\ufffd"


def test_a_chart_s_figures_are_a_table_with_its_band() -> None:
    chart = Chart("t", "", "x", (1, 2), (Series("a", (3.0, None), (1.0, 2.0), (5.0, 6.0)),))
    assert as_table(chart).rows == ((1, 3.0, 1.0, 5.0), (2, None, 2.0, 6.0))


def test_no_heading_is_empty_or_skips_a_level() -> None:
    texts = (("a", 3), (" ", 2), ("b", 3), ("c", 2), ("d", 3))
    outlined = document(*(Heading(text, level) for text, level in texts)).outlined()  # type: ignore[arg-type]
    assert list(outlined) == [Heading("a", 2), Heading("b", 3), Heading("c", 2), Heading("d", 3)]


def test_parts_that_do_not_fit_together_are_refused() -> None:
    with pytest.raises(ValueError, match="has not 1 values"):
        Table("t", (Column("a"),), ((1, 2),))
    with pytest.raises(ValueError, match="has not 1 values"):
        Chart("t", "", "x", (1,), (Series("a", (1.0, 2.0)),))
    with pytest.raises(ValueError, match="7 series"):
        Chart("t", "", "x", (), (Series("a", ()),) * 7)
    with pytest.raises(ValueError, match="time zone"):
        document(made_at=datetime(2026, 1, 1))
