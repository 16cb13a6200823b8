"""Records as the short texts that a preview shows: long values cut, and how to get at a whole one. Pure.

A page sends its tables whole to the browser: 50 records of 380 KB were 15 MB of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.tables.values import text

CUT_AT = 2_000
# What one table sends at most, in characters; where many long cells meet, each is cut shorter.
TABLE_CHARACTERS = 1_000_000
SHORTEST_CUT = 20
# The longest value that is shown whole: all that fits into an item of DynamoDB (400 KB).
WHOLE_AT = 400 * 1024
# Cells that were cut and can be asked for, one table.
LISTED = 200
CUT = "…"


@dataclass(frozen=True)
class Long:
    """A cell that was cut: its record (from 0), its column, and its length in characters."""

    row: int
    column: str
    length: int


@dataclass(frozen=True)
class Shown:
    """Rows of text, None for null and for what is missing; which cells were cut, and at how many characters."""

    rows: tuple[dict[str, str | None], ...]
    cut: tuple[Long, ...]
    cut_at: int


def shown(records: Sequence[dict[str, Any]]) -> Shown:
    """Records as a table shows them: nested values as JSON, numbers with every digit, long texts cut."""
    limit = _limit(records)
    cut: list[Long] = []
    rows = []
    for number, record in enumerate(records):
        row = {name: cell(value) for name, value in record.items()}
        cut += (Long(number, name, len(each)) for name, each in row.items() if each and len(each) > limit)
        rows.append({name: short(each, limit) for name, each in row.items()})
    return Shown(tuple(rows), tuple(cut), limit)


def whole(records: Sequence[dict[str, Any]], long: Long) -> str:
    """The value of a cell that was cut, to its end or to 400 KB."""
    return (cell(records[long.row].get(long.column)) or "")[:WHOLE_AT]


def cell(value: Any) -> str | None:
    """A value as text: nested ones as JSON, numbers with every digit."""
    return None if value is None else text(value)


def short(each: str | None, limit: int = CUT_AT) -> str | None:
    """A text, cut."""
    return each if each is None or len(each) <= limit else each[:limit] + CUT


def _limit(records: Sequence[dict[str, Any]]) -> int:
    sizes = list(_sizes(records))
    if sum(min(size, CUT_AT) for size in sizes) <= TABLE_CHARACTERS:
        return CUT_AT
    return max(SHORTEST_CUT, TABLE_CHARACTERS // len(sizes))


def _sizes(records: Sequence[dict[str, Any]]) -> Iterator[int]:
    for record in records:
        for value in record.values():
            yield len(cell(value) or "")
