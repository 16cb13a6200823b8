"""A document as an XLSX workbook: text stays text, no digit is lost, and a second sheet says what did not fit.

Excel's limits are those that XlsxWriter 3.3 keeps (worksheet.py), which drops what is beyond them without a word.
Imported where a workbook is made, never at start.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import IO, Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from pipeline.documents.forms import Records, columns
from pipeline.tables.names import flat
from pipeline.tables.values import digits, text
from pipeline.words.catalogue import Words

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
# Counted in UTF-16 units, as Excel does.
MOST_UNITS = 32_767
MOST_DIGITS = 15
# Of what was cut so many are named; all are counted.
NAMED = 1_000
# Comes with every Excel that speaks Japanese; others take one of their own in its place.
FONT = "Yu Gothic"
WIDTH = 18
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_format_properties": {"font_name": FONT, "font_size": 11},
}
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9a-fA-F]{4}_)")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


class Sheet(Worksheet):  # type: ignore[misc]
    """XlsxWriter's sheet; of texts that look like its own notation it makes what stands in them."""

    @staticmethod
    def _escape_control_characters(data: Any) -> Any:
        # XlsxWriter 3.3 takes text in <r>…</r> for markup, and leaves the second of two overlapping escapes.
        if not isinstance(data, str):
            return data
        written = _NOT_IN_XML.sub(lambda odd: f"_x{ord(odd[0]):04X}_", _ESCAPE_LIKE.sub("_x005F_", data))
        return f"_x003C_{written[1:]}" if written.startswith("<r>") else written


@dataclass
class _Left:
    """What did not fit: cut cells as (cell, column, length in UTF-16 units), columns and records left out."""

    cells: list[tuple[str, str, int]] = field(default_factory=list)
    cut: int = 0
    columns: list[str] = field(default_factory=list)
    rows: int = 0

    @property
    def anything(self) -> bool:
        return bool(self.cut or self.columns or self.rows)

    def take(self, row: int, column: int, name: str, length: int) -> None:
        self.cut += 1
        if len(self.cells) < NAMED:
            self.cells.append((xl_rowcol_to_cell(row, column), name, length))


class _Writer:
    """Writes one sheet row after row, and keeps what did not fit."""

    def __init__(self, book: Workbook, sheet: Worksheet, names: list[str]) -> None:
        self.left = _Left(columns=names[MOST_COLUMNS:])
        self._sheet = sheet
        self._names = names[:MOST_COLUMNS]
        self._text = book.add_format({"num_format": "@"})
        self._bold = book.add_format({"num_format": "@", "bold": True})

    def header(self) -> None:
        for column, name in enumerate(self._names):
            self._string(0, column, name, self._bold)
        self._sheet.freeze_panes(1, 0)

    def line(self, row: int, values: Iterable[Any]) -> None:
        for column, value in enumerate(islice(values, len(self._names))):
            if value is not None:
                self._value(row, column, value)

    def end(self, rows: int) -> None:
        if self._names:
            self._sheet.autofilter(0, 0, rows, len(self._names) - 1)
            self._sheet.set_column(0, len(self._names) - 1, WIDTH)

    def _value(self, row: int, column: int, value: Any) -> None:
        if isinstance(value, bool):
            self._sheet.write_boolean(row, column, value)
        elif isinstance(value, int | Decimal) and sum(digits(value)) <= MOST_DIGITS:
            self._sheet.write_number(row, column, float(value))
        else:
            self._string(row, column, text(value), self._text)

    def _string(self, row: int, column: int, shown: str, form: Any) -> None:
        kept, length = fitting(shown)
        if length > MOST_UNITS:
            self.left.take(row, column, self._names[column], length)
        self._sheet.write_string(row, column, kept, form)


def write_xlsx(records: Records, out: IO[bytes], words: Words, most_rows: int = MOST_ROWS) -> None:
    """One sheet of records, its header frozen; numbers past 15 digits are text, as all texts are. What Excel cannot
    hold is cut, and a second sheet says so in the words' language. Null is no cell, "" an empty one."""
    names = columns(records)
    write_rows(names, (map(flat(record).get, names) for record in records()), out, words, most_rows)


def write_rows(
    names: list[str], rows: Iterable[Iterable[Any]], out: IO[bytes], words: Words, most_rows: int = MOST_ROWS
) -> None:
    """The same of rows of values under these names, which may be there twice."""
    # XlsxWriter writes into what it is handed: the next workbook's styles would be others.
    with Workbook(out, deepcopy(_OPTIONS)) as book:
        writer = _Writer(book, book.add_worksheet(words("workbook.records"), worksheet_class=Sheet), names)
        writer.header()
        all_rows = iter(rows)
        last = 0
        for last, row in enumerate(islice(all_rows, most_rows - 1), 1):
            writer.line(last, row)
        writer.end(last)
        writer.left.rows = sum(1 for _ in all_rows)
        if writer.left.anything:
            _tell(book, words, writer.left, most_rows)


def fitting(cell: str) -> tuple[str, int]:
    """As much of a text as a cell holds, and how long all of it is, in UTF-16 units."""
    if len(cell) <= MOST_UNITS // 2:
        return cell, len(cell)
    units = cell.encode("utf-16-le")
    # Half of a pair at the end is left out.
    return units[: 2 * MOST_UNITS].decode("utf-16-le", "ignore"), len(units) // 2


def _tell(book: Workbook, words: Words, left: _Left, most_rows: int) -> None:
    sheet = book.add_worksheet(words("workbook.left"), worksheet_class=Sheet)
    bold = book.add_format({"bold": True})
    for row, (line, heading) in enumerate(_lines(words, left, most_rows)):
        for column, cell in enumerate(line):
            sheet.write_string(row, column, fitting(cell)[0], *([bold] if heading else []))
    sheet.set_column(0, 2, 2 * WIDTH)


def _lines(words: Words, left: _Left, most_rows: int) -> Iterator[tuple[Iterable[str], bool]]:
    yield (words("workbook.about"),), True
    if left.rows:
        yield (words("workbook.rows", count=f"{left.rows:,}", most=f"{most_rows:,}"),), False
    if left.columns:
        yield (words("workbook.columns", count=f"{len(left.columns):,}", most=f"{MOST_COLUMNS:,}"),), False
    if left.cut:
        yield (words("workbook.cut", count=f"{left.cut:,}", most=f"{MOST_UNITS:,}"),), False
        yield (words("workbook.cell"), words("workbook.column"), words("workbook.length")), True
        yield from (((cell, name, f"{length:,}"), False) for cell, name, length in left.cells)
    if left.columns:
        yield (words("workbook.left_columns"),), True
        yield from (((name,), False) for name in left.columns[:NAMED])
