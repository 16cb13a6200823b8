"""A query's result as a table or a chart of a document: texts become the values that their types say. Pure.

Types are DuckDB's names of them, as results have them: its documentation, "Data Types".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from pipeline.analysis.query.face import Result, ResultColumn
from pipeline.analysis.query.forms import is_number
from pipeline.analysis.reports.definitions.definition import ChartOfQuery, TableOfQuery
from pipeline.analysis.reports.document import Chart, Column, Paragraph, Part, Series, Table, Value
from pipeline.analysis.reports.shown import Shown
from pipeline.errors import DataInvalid
from pipeline.words.catalogue import Words

_READERS: Final[dict[str, Callable[[str], Value]]] = {
    "BOOLEAN": lambda text: text == "true",
    "DATE": date.fromisoformat,
    "FLOAT": float,
    "DOUBLE": float,
}


def table_of(result: Result, block: TableOfQuery, words: Words) -> tuple[Part, ...]:
    """All rows, and a sentence where the engine has taken no more of them."""
    columns = tuple(Column(column.name) for column in result.columns)
    rows = tuple(
        tuple(value(column, text) for column, text in zip(result.columns, row, strict=True)) for row in result.rows
    )
    return Table(block.title, columns, rows), *_cut(result, words)


def chart_of(result: Result, block: ChartOfQuery, shown: Shown) -> tuple[Part, ...]:
    """The chart that a block asks for. Raise DataInvalid (``report_column``) for a column that the result has not, or
    that has no numbers where they are drawn."""
    x = _values(result, block.x)
    series = tuple(Series(name, _numbers(result, name)) for name in block.y)
    title = block.title or ", ".join(block.y)
    chart = Chart(title, _about(title, series, shown), block.x, x, series, block.shape, block.unit)
    return chart, *_cut(result, shown.words)


def value(column: ResultColumn, text: str | None) -> Value:
    """A text of a result as what it is; as a text where Python has no such value (a day before the year 1)."""
    if text is None:
        return None
    try:
        return _reader(column)(text)
    except (ValueError, ArithmeticError):
        return text


def _reader(column: ResultColumn) -> Callable[[str], Value]:
    if column.type in _READERS:
        return _READERS[column.type]
    if is_number(column):
        return Decimal
    return datetime.fromisoformat if column.type.startswith("TIMESTAMP") else str


def _values(result: Result, name: str) -> tuple[Value, ...]:
    names = [column.name for column in result.columns]
    if name not in names:
        raise _no_column(name, ", ".join(names))
    at = names.index(name)
    return tuple(value(result.columns[at], row[at]) for row in result.rows)


def _numbers(result: Result, name: str) -> tuple[float | None, ...]:
    values = _values(result, name)
    column = next(each for each in result.columns if each.name == name)
    if not is_number(column):
        raise _no_column(name, "a column of numbers")
    return tuple(float(each) if isinstance(each, Decimal | float) else None for each in values)


def _about(title: str, series: Sequence[Series], shown: Shown) -> str:
    """What there is to be seen, for whom the chart is read to."""
    said = [title]
    for one in series:
        held = [each for each in one.values if each is not None]
        if held:
            low, high = shown.number(min(held)), shown.number(max(held))
            said.append(shown.words("report.seen", name=one.name, count=shown.number(len(held)), low=low, high=high))
    return " / ".join(said)


def _cut(result: Result, words: Words) -> tuple[Part, ...]:
    return (Paragraph(words("report.cut"), "warning"),) if result.truncated else ()


def _no_column(name: str, expected: str) -> DataInvalid:
    text = f"a report's chart cannot draw the column {name}: expected {expected}"
    return DataInvalid(text, record="report", field=name, expected=expected, situation="report_column")
