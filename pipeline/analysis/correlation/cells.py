"""One cell of the mart as a number, or why it is none. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from math import nan
from typing import Any

from pipeline.errors import DataInvalid
from pipeline.untrusted import quoted

Row = Mapping[str, Any]
FORECAST = "forecast"
_SHOWN = 40
_DAY_LETTERS = 10
# No day has measured more, and the sums of such figures stay figures.
MOST = 1e15


class Missing(StrEnum):
    """Why a day has no value of a measure; the first is none."""

    PRESENT = "present"
    NO_ROW = "no_row"
    NOT_RECORDED = "not_recorded"
    FORECAST = "forecast"
    UNREADABLE = "unreadable"
    BEFORE_FIRST = "before_first"
    AFTER_LAST = "after_last"
    NEVER = "never"


def number_of(cell: object) -> tuple[float, Missing]:
    """The cell's number, NaN beside the reason where it has none; infinity is no measurement, nor is what is
    beyond MOST."""
    if cell is None:
        return nan, Missing.NOT_RECORDED
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
        return nan, Missing.UNREADABLE
    try:
        number = float(cell)
    except (OverflowError, ValueError):
        return nan, Missing.UNREADABLE
    return (number, Missing.PRESENT) if abs(number) <= MOST else (nan, Missing.UNREADABLE)


def day_of(cell: object) -> date:
    """The day of a row, a date or its text. Raise DataInvalid (``insights_row``)."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    try:
        return date.fromisoformat(str(cell)[:_DAY_LETTERS])
    except ValueError as error:
        text = f"{quoted(str(cell), _SHOWN)} is not the day of a row"
        raise DataInvalid(text, situation="insights_row") from error
