"""A document as a table for other programs: CSV that no spreadsheet runs as a formula, and Parquet.

Nested objects become dotted columns, arrays become JSON; numbers keep every digit.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

import orjson

from pipeline.lake.document import exact

Records = Callable[[], Iterable[dict[str, Any]]]
# OWASP, "CSV Injection".
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BOM = "\ufeff"
_ESCAPE_LEVELS = 32


def to_csv(records: Records) -> bytes:
    """RFC 4180 with a byte order mark, for spreadsheets; text that a spreadsheet would run gets a leading quote."""
    return b"".join(csv_pieces(records))


def csv_pieces(records: Records) -> Iterator[bytes]:
    """The same a row a piece, however many there are; the records are asked for twice."""
    names = columns(records)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    out.write(_BOM)
    writer.writerow([_safe(name) for name in names])
    for record in records():
        yield _taken(out)
        row = flat(record)
        writer.writerow([_cell(row.get(name)) for name in names])
    yield _taken(out)


def to_parquet(records: Records) -> bytes:
    """Typed columns: boolean, decimal, or text; a column of several types is text."""
    # Imported here: Streamlit brings it, the Lambda has none of it.
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    names = columns(records)
    held: dict[str, list[Any]] = {name: [] for name in names}
    for record in records():
        row = flat(record)
        for name in names:
            held[name].append(row.get(name))
    out = io.BytesIO()
    pq.write_table(pa.table({name: _arrow(pa, values) for name, values in held.items()}), out)
    return out.getvalue()


def columns(records: Records) -> list[str]:
    """Every flattened column, in the order in which they first appear."""
    return list(dict.fromkeys(name for record in records() for name in flat(record)))


def flat(record: dict[str, Any]) -> dict[str, Any]:
    """One level: ``{"a": {"b": 1}}`` becomes ``{"a.b": 1}``; empty objects stay, as JSON."""
    return dict(_flat(record, "", _ESCAPE_LEVELS))


def _flat(record: dict[str, Any], prefix: str, levels: int) -> Iterator[tuple[str, Any]]:
    for name, value in record.items():
        if isinstance(value, dict) and value and levels:
            yield from _flat(value, f"{prefix}{name}.", levels - 1)
        else:
            yield prefix + name, value


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return str(value)
    return _safe(value if isinstance(value, str) else _json(value))


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _taken(out: io.StringIO) -> bytes:
    written = out.getvalue().encode("utf-8")
    out.seek(0)
    out.truncate()
    return written


def _json(value: Any) -> str:
    return orjson.dumps(exact(value)).decode()


def _arrow(pa: Any, values: list[Any]) -> Any:
    present = [value for value in values if value is not None]
    if present and all(isinstance(value, bool) for value in present):
        return pa.array(values, pa.bool_())
    if present and all(isinstance(value, int | Decimal) and not isinstance(value, bool) for value in present):
        try:
            return pa.array([None if value is None else Decimal(value) for value in values])
        except pa.ArrowInvalid:
            # More digits in one column than any decimal type holds.
            return pa.array([None if value is None else str(value) for value in values], pa.string())
    texts = [None if value is None else value if isinstance(value, str) else _cell_json(value) for value in values]
    return pa.array(texts, pa.string())


def _cell_json(value: Any) -> str:
    return _json(value)
