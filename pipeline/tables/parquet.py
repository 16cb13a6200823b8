"""Records as one Parquet file, in columns of given types, in batches that stay small in memory.

Imported where a file is written, never at start: pyarrow takes a moment, and the export function has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import IO, Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.tables.names import apart, flat, path_of
from pipeline.tables.types import MOST_DIGITS, Type
from pipeline.tables.values import boolean, double, exactly, text, time, whole, whole_number

BATCH_ROWS = 10_000
BATCH_CELLS = 1_000_000
BATCH_LETTERS = 8 * 1024 * 1024
# What would have to be rounded is no value of the column.
_EXACT = Context(prec=MOST_DIGITS, traps=[Inexact, InvalidOperation])
_PLAIN = {"boolean": pa.bool_(), "int64": pa.int64(), "double": pa.float64(), "text": pa.string()}


def write(records: Iterable[dict[str, Any]], columns: Mapping[str, Type], out: IO[bytes]) -> None:
    """Write one file; ``columns`` are flattened names (``tables.names``), and what is in none of them is left out.
    Names that differ in case only are told apart; each column's metadata says the attribute names that lead to it."""
    schema = pa.schema([_field(name, shown, columns[name]) for name, shown in apart(columns).items()])
    convert = {name: converter(kind) for name, kind in columns.items()}
    with pq.ParquetWriter(out, schema) as file:
        for rows in _batches(records, max(1, min(BATCH_ROWS, BATCH_CELLS // max(1, len(columns))))):
            arrays = [
                pa.array([None if (value := row.get(name)) is None else change(value) for row in rows], field.type)
                for (name, change), field in zip(convert.items(), schema, strict=True)
            ]
            file.write_batch(pa.record_batch(arrays, schema=schema))


def arrow_type(kind: Type) -> Any:
    """The Arrow type that a file's column has."""
    if kind.name == "decimal":
        return pa.decimal128(MOST_DIGITS, kind.scale)
    if kind.name == "timestamp":
        return pa.timestamp("us", "UTC")
    return pa.list_(arrow_type(kind.element)) if kind.element else _PLAIN[kind.name]


def converter(kind: Type) -> Callable[[Any], Any]:
    """How a value becomes one of a type's; null is left to whoever calls it. What it gives raises ValueError and
    ArithmeticError for a value that the type does not hold to the last digit."""
    if kind.name == "list" and kind.element:
        each = converter(kind.element)
        return lambda values: [None if value is None else each(value) for value in values]
    if kind.name == "decimal":
        step = Decimal(1).scaleb(-kind.scale)
        return lambda value: Decimal(exactly(value)).quantize(step, context=_EXACT)
    plain: dict[str, Callable[[Any], Any]] = {
        "boolean": boolean,
        "int64": whole_number,
        "double": double,
        "timestamp": time,
    }
    return plain.get(kind.name, text)


def _field(name: str, shown: str, kind: Type) -> Any:
    return pa.field(shown, arrow_type(kind), metadata={"path": orjson.dumps([*map(whole, path_of(name))])})


def _batches(records: Iterable[dict[str, Any]], most: int) -> Iterator[list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    letters = 0
    for row in map(flat, records):
        rows.append(row)
        letters += sum(map(_letters, row.values()))
        if len(rows) == most or letters > BATCH_LETTERS:
            yield rows
            # The one list, so that whoever took it does not hold two batches.
            rows.clear()
            letters = 0
    if rows:
        yield rows


def _letters(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 8 + sum(map(_letters, inner))
