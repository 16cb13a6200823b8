"""A document as a table for other programs: CSV that no spreadsheet runs as a formula, and Parquet.

Nested objects become dotted columns (``tables.names``), arrays become JSON; numbers keep every digit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import IO, Any

from pipeline.errors import DataInvalid
from pipeline.lake.document import EXPORTED_AT
from pipeline.tables import types
from pipeline.tables.names import flat
from pipeline.tables.types import Facts
from pipeline.tables.values import text

Records = Callable[[], Iterable[dict[str, Any]]]
MOST_COLUMNS = 5_000
_BOM = "\ufeff"
_LINE_END = "\r\n"
_ANY_MOMENT = "2000-01-01T00:00:00Z"
_QUOTED = re.compile(r'[",\r\n]')
# OWASP, "CSV Injection"; and what a spreadsheet skips before it: blanks of every kind, control and format characters,
# and those that no letter has yet.
_SKIPPED = {"Zs", "Zl", "Zp", "Cc", "Cf", "Cn", "Co", "Cs"}
_BEGIN_A_FORMULA = frozenset("=+-@")
_NEVER_FIRST = ("\t", "\r", "\n")
_NEGATIVE = re.compile(r"-\d+(?:\.\d+)?(?:[eE][-+]?\d+)?", re.ASCII)


def write_csv(records: Records, out: IO[bytes]) -> None:
    """RFC 4180 with a byte order mark, for spreadsheets. Null and what is missing are empty, "" is two quotes. Text
    that a spreadsheet would run gets a leading quote, and so does text that would read like one that got it."""
    for piece in csv_pieces(records):
        out.write(piece)


def csv_pieces(records: Records) -> Iterator[bytes]:
    """The same a row a piece, however many there are; the records are asked for twice."""
    names = columns(records)
    _refuse_too_wide(len(names))
    yield (_BOM + _line([guarded(name) for name in names])).encode()
    for record in records():
        row = flat(record)
        yield _line([_cell(row.get(name)) for name in names]).encode()


def csv_of_texts(names: Sequence[str], rows: Iterable[Sequence[str | None]]) -> Iterator[bytes]:
    """The same form of rows that are texts already, a row a piece; None is empty. Every text is guarded: a negative
    number needs none, and gets none."""
    yield (_BOM + _line([guarded(name) for name in names])).encode()
    for row in rows:
        yield _line([None if text is None else guarded(text) for text in row]).encode()


def write_parquet(records: Records, out: IO[bytes], known: Mapping[str, Facts] | None = None) -> None:
    """Typed columns. ``known``: facts of the table's other days, by which types and columns are the same on all."""
    # Imported here: Streamlit brings it, the Lambda has none of it.
    from pipeline.tables import parquet  # noqa: PLC0415

    # A table that was empty on every day has the column that every record would have.
    schema = types.widened([known or {}, types.observed(records())]) or types.observed([{EXPORTED_AT: _ANY_MOMENT}])
    _refuse_too_wide(len(schema))
    parquet.write(records(), {name: types.file_type(facts) for name, facts in schema.items()}, out)


def columns(records: Records) -> list[str]:
    """Every flattened column, in the order in which they first appear."""
    return list(dict.fromkeys(name for record in records() for name in flat(record)))


def _refuse_too_wide(columns: int) -> None:
    if columns > MOST_COLUMNS:
        # Objects keyed by ids: every record has columns of its own, and all the others empty.
        text = f"{columns:,} columns, at most {MOST_COLUMNS:,}: objects keyed by ids have a column for each of them"
        raise DataInvalid(text, record="columns", field="columns", situation="too_wide")


def guarded(cell: str) -> str:
    """Text that no spreadsheet runs; ``unguarded`` gives it back."""
    return f"'{cell}" if _would_run(cell.lstrip("'")) else cell


def unguarded(cell: str) -> str:
    """What ``guarded`` was given."""
    return cell[1:] if cell.startswith("'") and _would_run(cell.lstrip("'")) else cell


def _would_run(cell: str) -> bool:
    if cell.startswith(_NEVER_FIRST):
        return True
    first = next((letter for letter in cell if unicodedata.category(letter) not in _SKIPPED), "")
    # Full-width and small forms are what they are forms of: ＝ is run as = where people type Japanese.
    return unicodedata.normalize("NFKC", first) in _BEGIN_A_FORMULA and not _NEGATIVE.fullmatch(cell)


def _cell(value: Any) -> str | None:
    if value is None:
        return None
    shown = text(value)
    return guarded(shown) if isinstance(value, str) else shown


def _line(cells: list[str | None]) -> str:
    # The only cell of a line is never empty: readers skip empty lines.
    only = len(cells) == 1
    return ",".join('""' if only and cell is None else _written(cell) for cell in cells) + _LINE_END


def _written(cell: str | None) -> str:
    if cell is None:
        return ""
    if cell == "" or _QUOTED.search(cell):
        return '"' + cell.replace('"', '""') + '"'
    return cell
