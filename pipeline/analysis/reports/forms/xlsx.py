"""A document as an XLSX workbook: a first sheet that reads like the report, then a sheet for each table and chart.

Numbers, days and times are real ones; texts stay texts, escaped as in ``documents.workbook``. No file is written on
the way: neither a full disk nor the time of day is in it.
"""

from __future__ import annotations

import io
import re
from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.packager import Packager
from xlsxwriter.sharedstrings import SharedStrings

from pipeline.analysis.reports.document import Chart, Document, Facts, Heading, Paragraph, Table, Value, as_table, clean
from pipeline.analysis.reports.shown import Shown, midnight
from pipeline.documents.workbook import FONT, MOST_COLUMNS, MOST_DIGITS, MOST_ROWS, WIDTH, Sheet, fitting
from pipeline.tables.values import digits

_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
    "default_format_properties": {"font_name": FONT, "font_size": 11},
}
_FORMS: Final = {
    "text": {"num_format": "@", "text_wrap": True, "valign": "top"},
    "bold": {"num_format": "@", "bold": True},
    "title": {"num_format": "@", "bold": True, "font_size": 16},
    "day": {"num_format": "yyyy-mm-dd"},
    "minute": {"num_format": "yyyy-mm-dd hh:mm"},
}
# Excel counts its days from here, and its leap year 1900 was none. Source: Microsoft, "Date systems in Excel".
_FIRST_DAY: Final = date(1900, 3, 1)
_MOST_NAME: Final = 31
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


class _Strings(SharedStrings):  # type: ignore[misc]
    """The workbook's texts; of one that looks like XlsxWriter's own notation they make what stands in it."""

    _escape_control_characters = staticmethod(Sheet._escape_control_characters)


class _Packager(Packager):  # type: ignore[misc]
    """Puts our texts in the place of XlsxWriter's, which take <r>…</r> for markup and write it as it is."""

    def _write_shared_strings_file(self) -> None:
        strings = _Strings()
        strings.string_table = self.workbook.str_table
        if strings.string_table.count:
            strings._set_xml_writer(self._filename("xl/sharedStrings.xml"))
            strings._assemble_xml_file()


class _Book(Workbook):  # type: ignore[misc]
    """A workbook with that packager."""

    def _get_packager(self) -> _Packager:
        return _Packager()


def xlsx(document: Document) -> bytes:
    """The file. Whatever Excel cannot hold is cut, and the first sheet says so."""
    out = io.BytesIO()
    # A copy: XlsxWriter writes into what it is handed, and the second workbook would differ from the first.
    with _Book(out, deepcopy(_OPTIONS)) as book:
        book.set_properties({"title": clean(document.title)[:255], "created": _created(document)})
        _Writer(book, document).write()
    return out.getvalue()


class _Writer:
    """Writes the sheets of one workbook."""

    def __init__(self, book: Workbook, document: Document) -> None:
        self._book, self._document, self._shown = book, document, Shown(document)
        self._forms = {name: book.add_format(form) for name, form in _FORMS.items()}
        self._names: set[str] = set()
        self._first = self._sheet(self._shown.words("report.sheet"))
        self._row = 0

    def write(self) -> None:
        self._say(self._document.title, "title")
        self._say(self._document.subtitle)
        for part in self._document.outlined():
            if isinstance(part, Heading):
                self._say(part.text, "bold")
            elif isinstance(part, Paragraph):
                self._paragraph(part)
            elif isinstance(part, Facts):
                self._facts(part)
            else:
                self._grid(as_table(part) if isinstance(part, Chart) else part)
        self._say(self._shown.made(self._document))
        self._first.set_column(0, 1, 3 * WIDTH)

    def _say(self, text: str, form: str = "text") -> None:
        if text:
            self._string(self._first, self._row, 0, text, form)
            self._row += 1

    def _paragraph(self, part: Paragraph) -> None:
        for line in part.text.split("\n"):
            self._say(line)

    def _facts(self, part: Facts) -> None:
        for name, value in part.rows:
            self._string(self._first, self._row, 0, name)
            self._value(self._first, self._row, 1, value)
            self._row += 1

    def _grid(self, table: Table) -> None:
        sheet = self._sheet(table.title or self._shown.words("report.table"))
        self._say(self._shown.words("report.on_sheet", title=table.title, sheet=sheet.get_name()))
        for column, each in enumerate(table.columns[:MOST_COLUMNS]):
            self._string(sheet, 0, column, each.name, "bold")
        for row, values in enumerate(table.rows[: MOST_ROWS - 1], 1):
            for column, value in enumerate(values[:MOST_COLUMNS]):
                self._value(sheet, row, column, value)
        if len(table.rows) >= MOST_ROWS:
            self._say(self._shown.words("report.too_many", most=self._shown.number(MOST_ROWS - 1)))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(len(table.columns) - 1, 0), WIDTH)

    def _value(self, sheet: Any, row: int, column: int, value: Value) -> None:
        if value is None:
            return
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value)
        elif isinstance(value, date):
            self._moment(sheet, row, column, value)
        elif isinstance(value, str) or not _is_held(value):
            self._string(sheet, row, column, str(value))
        else:
            sheet.write_number(row, column, float(value))

    def _moment(self, sheet: Any, row: int, column: int, value: date) -> None:
        local = self._shown.local(value) if isinstance(value, datetime) else midnight(value)
        if local.date() < _FIRST_DAY:
            self._string(sheet, row, column, self._shown.moment(value))
        else:
            form = "minute" if isinstance(value, datetime) else "day"
            sheet.write_datetime(row, column, local, self._forms[form])

    def _string(self, sheet: Any, row: int, column: int, text: str, form: str = "text") -> None:
        if row < MOST_ROWS:
            sheet.write_string(row, column, fitting(clean(text))[0], self._forms[form])

    def _sheet(self, title: str) -> Any:
        name = _name(title, self._names)
        self._names.add(name.casefold())
        return self._book.add_worksheet(name)


def _created(document: Document) -> datetime:
    return document.made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def _is_held(value: int | float | Decimal) -> bool:
    """Whether Excel keeps all of a number: floating ones are what it has, of exact ones it drops digits past 15."""
    if isinstance(value, float):
        return value - value == 0
    if not Decimal(value).is_finite():
        return False
    return sum(digits(value)) <= MOST_DIGITS


def _name(title: str, taken: set[str]) -> str:
    """A name that no other sheet has and that Excel takes."""
    # Excel keeps "History" for itself.
    plain = _NOT_IN_NAMES.sub(" ", clean(title)).strip().strip("'").strip() or "_"
    plain = f"{plain}_" if plain.casefold() == "history" else plain
    name, number = _units(plain, _MOST_NAME), 1
    while name.casefold() in taken:
        number += 1
        ending = f" {number}"
        name = _units(plain, _MOST_NAME - len(ending)) + ending
    return name


def _units(text: str, most: int) -> str:
    """As much of a text as so many UTF-16 units hold, as Excel counts."""
    return text.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore").strip().strip("'") or "_"
