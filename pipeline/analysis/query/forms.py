"""A result as JSON or as a Parquet file, every number with every digit. CSV: ``documents.forms``, where the guard is.

Types are DuckDB's names of them: its documentation, "Data Types".
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import count
from typing import Any

import orjson

from pipeline.analysis.query.face import Result, ResultColumn

_WHOLE = re.compile(r"U?(?:TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|BIGNUM")
_DECIMAL = re.compile(r"DECIMAL\((?P<digits>\d+),(?P<scale>\d+)\)")
_FLOATING = frozenset(("FLOAT", "DOUBLE"))
# What JSON takes as a number: no "nan", no "inf".
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?", re.ASCII)
_ARROW = {
    "BOOLEAN": "bool_",
    "TINYINT": "int8",
    "SMALLINT": "int16",
    "INTEGER": "int32",
    "BIGINT": "int64",
    "UTINYINT": "uint8",
    "USMALLINT": "uint16",
    "UINTEGER": "uint32",
    "UBIGINT": "uint64",
    "FLOAT": "float32",
    "DOUBLE": "float64",
    "DATE": "date32",
}
_MOST_DIGITS = 38


def is_number(column: ResultColumn) -> bool:
    """Whether a column's values are numbers."""
    return bool(_WHOLE.fullmatch(column.type) or _DECIMAL.fullmatch(column.type)) or column.type in _FLOATING


def json_pieces(result: Result) -> Iterator[bytes]:
    """An array of objects, a row a line; of columns with one name each has one of its own."""
    yield b"["
    names = _apart(result.columns)
    for number, row in enumerate(result.rows):
        cells = zip(names, result.columns, row, strict=True)
        yield (b",\n" if number else b"\n") + orjson.dumps({name: _json(column, text) for name, column, text in cells})
    yield b"\n]\n"


def values(result: Result) -> Iterator[list[Any]]:
    """Each row as values that a workbook takes: exact numbers, booleans, texts, None."""
    for row in result.rows:
        yield [_value(column, text) for column, text in zip(result.columns, row, strict=True)]


def parquet(result: Result) -> bytes:
    """Typed columns; what Arrow has no type for, or does not hold exactly, is text."""
    # Imported here: pages that show a result need none of it.
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    columns = zip(*result.rows, strict=True) if result.rows else ((),) * len(result.columns)
    arrays = [_array(pa, column, texts) for column, texts in zip(result.columns, columns, strict=True)]
    out = io.BytesIO()
    pq.write_table(pa.table(arrays, names=_apart(result.columns)), out, compression="zstd")
    return out.getvalue()


def _apart(columns: Sequence[ResultColumn]) -> list[str]:
    # Athena lets two be called the same; an object would keep the last one, and readers of Parquet refuse both.
    taken = {column.name for column in columns}
    made: dict[str, None] = {}
    for column in columns:
        others = (f"{column.name}_{number}" for number in count(1))
        free = (one for one in others if one not in taken and one not in made)
        made[next(free) if column.name in made else column.name] = None
    return list(made)


def _json(column: ResultColumn, text: str | None) -> Any:
    if text is None:
        return None
    if column.type == "BOOLEAN":
        return text == "true"
    return orjson.Fragment(text) if is_number(column) and _NUMBER.fullmatch(text) else text


def _value(column: ResultColumn, text: str | None) -> Any:
    if text is None or column.type == "BOOLEAN":
        return None if text is None else text == "true"
    return Decimal(text) if is_number(column) and _NUMBER.fullmatch(text) else text


def _array(pa: Any, column: ResultColumn, texts: Any) -> Any:
    array, kind = pa.array(texts, pa.string()), _arrow_type(pa, column.type)
    try:
        return array.cast(kind) if kind else array
    except pa.ArrowInvalid:
        # A HUGEINT of 39 digits, a date before the year 0.
        return array


def _arrow_type(pa: Any, name: str) -> Any:
    decimal = _DECIMAL.fullmatch(name)
    if decimal:
        return pa.decimal128(int(decimal["digits"]), int(decimal["scale"]))
    if name.endswith("HUGEINT"):
        return pa.decimal128(_MOST_DIGITS, 0)
    if name.startswith("TIMESTAMP") and name != "TIMESTAMP_NS":
        return pa.timestamp("us", "UTC" if name == "TIMESTAMP WITH TIME ZONE" else None)
    return getattr(pa, _ARROW[name])() if name in _ARROW else None
