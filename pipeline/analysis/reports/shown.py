"""Values as a reader's language writes them, and how much of a table stands on paper; the rest is in the XLSX. Pure.

The same text in HTML, PDF and Markdown. Exact numbers keep every digit; floating ones six, where nothing else is fixed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from pipeline.analysis.reports.document import Column, Document, Table, Value, clean
from pipeline.words.catalogue import Words

NOTHING: Final = "—"
ROWS_SHOWN: Final = 1_000
COLUMNS_SHOWN: Final = 12
CELL_CHARACTERS: Final = 500
_DIGITS: Final = 6
# Written out, a number beyond this is a line of zeros.
_MOST_EXPONENT: Final = 40


@dataclass(frozen=True)
class Grid:
    """As much of a table as stands on paper, as texts; ``numeric`` are the columns that are set to the right, ``left``
    the sentences that say what is not there."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    left: tuple[str, ...]


class Shown:
    """Writes values for one document's reader."""

    def __init__(self, document: Document) -> None:
        self.words = Words(document.language)
        self._zone = ZoneInfo(document.zone)

    def value(self, value: Value, decimals: int | None = None) -> str:
        """Any value as a text; a dash for None and for what is no number."""
        if value is None:
            return NOTHING
        if isinstance(value, bool):
            return self.words("report.true" if value else "report.false")
        if isinstance(value, int | float | Decimal):
            return self.number(value, decimals)
        return clean(value) if isinstance(value, str) else self.moment(value)

    def number(self, value: int | float | Decimal, decimals: int | None = None) -> str:
        """A number with separators; a dash where it is infinite or none."""
        exact = _rounded(value, decimals)
        if not exact.is_finite():
            return NOTHING
        if abs(exact.adjusted()) > _MOST_EXPONENT:
            return str(exact)
        # Both languages write numbers so. Babel's would lose digits past the 28 of Python's decimal context.
        return f"{exact:,f}".replace("-", "\N{MINUS SIGN}")

    def moment(self, value: date | datetime) -> str:
        """A day, or a minute in the document's zone (as it is where it has no zone)."""
        if not isinstance(value, datetime):
            return value.isoformat()
        return f"{self.local(value):%Y-%m-%d %H:%M}"

    def local(self, value: datetime) -> datetime:
        """A moment by the clock of the document's zone, without a zone."""
        try:
            return (value.astimezone(self._zone) if value.tzinfo else value).replace(tzinfo=None)
        except OverflowError:
            # The first and the last day that there are.
            return value.replace(tzinfo=None)

    def grid(self, table: Table) -> Grid:
        """What is shown of a table."""
        columns = table.columns[:COLUMNS_SHOWN]
        rows = table.rows[:ROWS_SHOWN]
        return Grid(
            clean(table.title),
            tuple(_cut(clean(column.name)) for column in columns),
            tuple(tuple(map(self._cell, row, columns)) for row in rows),
            tuple(_is_numeric(row[at] for row in rows) for at in range(len(columns))),
            tuple(self._left(table)),
        )

    def made(self, document: Document) -> str:
        """When the data of a document stood so, with the zone's name."""
        return self.words("report.made", moment=self.moment(document.made_at), zone=document.zone)

    def _cell(self, value: Value, column: Column) -> str:
        return _cut(self.value(value, column.decimals if isinstance(value, float) else None))

    def _left(self, table: Table) -> list[str]:
        rows, columns = len(table.rows) - ROWS_SHOWN, len(table.columns) - COLUMNS_SHOWN
        counts = (("report.rows_left", rows), ("report.columns_left", columns))
        left = [self.words.count(key, count, self.number(count)) for key, count in counts if count > 0]
        return left if table.rows else [*left, self.words("report.no_rows")]


def midnight(day: date) -> datetime:
    """A day's first moment, without a zone."""
    return datetime.combine(day, time())


def _is_numeric(values: object) -> bool:
    held = [value for value in values if value is not None]  # type: ignore[attr-defined]
    return bool(held) and all(
        isinstance(value, int | float | Decimal) and not isinstance(value, bool) for value in held
    )


def _rounded(value: int | float | Decimal, decimals: int | None) -> Decimal:
    if not isinstance(value, float):
        return Decimal(value)
    if not math.isfinite(value):
        return Decimal("NaN")
    # By way of text: round() of a float, and a Decimal of one, show digits that nobody has measured. 0 has no sign.
    fixed = decimals is not None and abs(value) < 10.0**_MOST_EXPONENT
    return Decimal(f"{value:.{decimals}f}" if fixed else f"{value:.{_DIGITS}g}") + 0


def _cut(text: str) -> str:
    return text if len(text) <= CELL_CHARACTERS else f"{text[:CELL_CHARACTERS]}…"
