"""pipeline.analysis.reports.blocks.queries: results as tables and charts of typed values."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pipeline.analysis.query.face import Cut, Result, ResultColumn, Row
from pipeline.analysis.reports.blocks.queries import chart_of, table_of, value
from pipeline.analysis.reports.definitions.definition import ChartOfQuery, TableOfQuery
from pipeline.analysis.reports.document import Chart, Paragraph, Table, Value
from pipeline.analysis.reports.forms.formats import FORMATS
from pipeline.analysis.reports.shown import Shown
from pipeline.errors import DataInvalid
from pipeline.words.catalogue import Words
from tests.support.reports.documents import document

DAYS = (ResultColumn("day", "DATE"), ResultColumn("n", "BIGINT"), ResultColumn("name", "VARCHAR"))
ROWS: tuple[Row, ...] = (("2026-11-29", "3", "a"), ("2026-11-30", None, "b"), ("2026-12-01", "5", None))


def result(*rows: Row, cut: Cut = "") -> Result:
    return Result(DAYS, rows, cut, 0.1, 10)


def chart(of: Result, *y: str, x: str = "day") -> Chart:
    made = chart_of(of, ChartOfQuery(sql="SELECT 1", x=x, y=y), Shown(document()))[0]
    assert isinstance(made, Chart)
    return made


@pytest.mark.parametrize(
    ("kind", "text", "wanted"),
    [
        ("BIGINT", "9007199254740993", Decimal(9007199254740993)),
        ("DECIMAL(38,2)", "1.50", Decimal("1.50")),
        ("DOUBLE", "0.1", 0.1),
        ("BOOLEAN", "false", False),
        ("DATE", "2026-02-28", date(2026, 2, 28)),
        ("DATE", "0044-03-15 (BC)", "0044-03-15 (BC)"),
        ("TIMESTAMP", "2026-11-30 01:02:03.5", datetime(2026, 11, 30, 1, 2, 3, 500_000)),
        ("TIMESTAMP WITH TIME ZONE", "2026-11-30 01:02:03+00", datetime(2026, 11, 30, 1, 2, 3, tzinfo=UTC)),
        ("TIMESTAMP", "infinity", "infinity"),
        ("VARCHAR", "0012", "0012"),
        ("INTEGER[]", "[1, 2]", "[1, 2]"),
        ("BIGINT", None, None),
    ],
)
def test_a_text_becomes_what_its_type_says(kind: str, text: str | None, wanted: Value) -> None:
    held = value(ResultColumn("a", kind), text)
    assert (held, type(held)) == (wanted, type(wanted))


def test_a_table_has_all_rows_and_says_where_the_engine_has_cut() -> None:
    table, cut = table_of(result(*ROWS, cut="rows"), TableOfQuery(sql="SELECT 1", title="t"), Words("ja"))
    assert isinstance(table, Table) and table.rows[2] == (date(2026, 12, 1), Decimal(5), None)
    assert isinstance(cut, Paragraph) and cut.tone == "warning"


def test_a_chart_draws_its_columns_and_says_what_is_to_be_seen() -> None:
    made = chart(result(*ROWS), "n")
    assert made.series[0].values == (3.0, None, 5.0)
    assert made.about == "n / nは2点、最小3、最大5"


@pytest.mark.parametrize(("x", "y"), [("day", "m"), ("month", "n"), ("day", "name")])
def test_a_column_that_is_not_there_or_has_no_numbers_is_named(x: str, y: str) -> None:
    with pytest.raises(DataInvalid) as caught:
        chart(result(*ROWS), y, x=x)
    assert caught.value.state == "report_column"
    assert caught.value.facts["field"] in {x, y}


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_a_result_without_a_row_is_a_report_all_the_same(form: object) -> None:
    shown = Shown(document())
    parts = [*table_of(result(), TableOfQuery(sql="SELECT 1"), Words("ja"))]
    parts += chart_of(result(), ChartOfQuery(sql="SELECT 1", x="day", y=("n",)), shown)
    assert form.make(document(*parts))  # type: ignore[attr-defined]
