"""Athena's answers as results: its pages as bounded rows of texts, its types as DuckDB writes them.

Source: Athena API Reference, "GetQueryResults", "ColumnInfo" and "Datum" (a datum without a value is NULL).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from pipeline.analysis.query.face import Bounds, Cut, ResultColumn, Row

Answer = Mapping[str, Any]
_TYPES = {"real": "FLOAT", "varbinary": "BLOB", "char": "VARCHAR", "string": "VARCHAR"}


def columns_of(page: Answer) -> tuple[ResultColumn, ...]:
    """The columns that a page tells of."""
    return tuple(
        ResultColumn(_label(each), _type(each)) for each in page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    )


def rows_of(pages: Iterable[Answer], titled: bool) -> Iterator[Row]:
    """The rows of all pages. Of a SELECT the first one is the titles (``titled``); of an EXPLAIN it may be."""
    pages = iter(pages)
    first = next(pages, None)
    if first is None:
        return
    titles = tuple(_label(each) for each in first["ResultSet"]["ResultSetMetadata"]["ColumnInfo"])
    rows = first["ResultSet"]["Rows"]
    if rows and (titled or _row(rows[0], len(titles)) == titles):
        rows = rows[1:]
    further = chain.from_iterable(page["ResultSet"]["Rows"] for page in pages)
    yield from (_row(row, len(titles)) for row in chain(rows, further))


def bounded(rows: Iterable[Row], bounds: Bounds) -> tuple[tuple[Row, ...], Cut, int]:
    """As many rows as are taken, which bound ended them, and their bytes."""
    taken: list[Row] = []
    size = 0
    for row in rows:
        if len(taken) == bounds.rows:
            return tuple(taken), "rows", size
        size += sum(len(value.encode()) for value in row if value is not None)
        if size > bounds.bytes:
            return tuple(taken), "bytes", size - sum(len(value.encode()) for value in row if value is not None)
        taken.append(row)
    return tuple(taken), "", size


def _label(column: Answer) -> str:
    return str(column.get("Label") or column["Name"])


def _row(row: Answer, size: int) -> Row:
    values = [datum.get("VarCharValue") for datum in row.get("Data", ())]
    # NULLs at the end of a row may be left out.
    return tuple(values + [None] * (size - len(values)))


def _type(column: Answer) -> str:
    name = str(column["Type"])
    if name == "decimal":
        return f"DECIMAL({column.get('Precision', 38)},{column.get('Scale', 0)})"
    return _TYPES.get(name, name.upper())
