"""Sizes, times, durations and numbers as a person reads them. Pure.

Times are shown in JST whatever the host's time zone (``words/moments.py``); numbers follow the language (Babel, CLDR).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from math import isfinite

from babel.dates import format_timedelta
from babel.numbers import format_currency, format_decimal
from babel.units import format_unit

from pipeline.words.moments import TOKYO
from pipeline.words.moments import jst as jst
from pipeline.words.moments import jst_date as jst_date
from pipeline.words.moments import jst_minute as jst_minute

NOTHING = "—"
_UNITS = ("B", "KB", "MB", "GB", "TB")
_STEP = 1024
_MINUTE = 60
# The true minus sign: as wide as +, and no hyphen where a line breaks.
MINUS = "\u2212"
_P_DIGITS = 3
_P_HOLDS = 0.05


def number(value: int | None, language: str) -> str:
    """A whole number with separators; a dash for None."""
    return NOTHING if value is None else str(format_decimal(value, locale=language))


def signed(value: float | None, digits: int, language: str, plus: bool = False) -> str:
    """A figure with so many decimals and the true minus sign, ``plus``: also +; a dash for None and what is no number.
    What rounds to 0 has no sign."""
    if value is None or not isfinite(value):
        return NOTHING
    figure = round(value, digits)
    shown = format_decimal(abs(figure), format=f"#,##0.{'0' * digits}" if digits else "#,##0", locale=language)
    sign = MINUS if figure < 0 else "+" if plus and figure > 0 else ""
    return f"{sign}{shown}"


def r(value: float | None, language: str) -> str:
    """A correlation with its sign and two decimals."""
    return signed(value, 2, language, plus=True)


def p(value: float | None, language: str) -> str:
    """A p with three decimals, and < 0.001 below; what does not hold at 0.05 is never rounded to what does."""
    if value is None or not isfinite(value):
        return NOTHING
    least = 10.0**-_P_DIGITS
    if value < least:
        return f"< {signed(least, _P_DIGITS, language)}"
    if value > _P_HOLDS >= round(value, _P_DIGITS):
        return f"> {signed(_P_HOLDS, _P_DIGITS, language)}"
    return signed(value, _P_DIGITS, language)


def size(value: int | None, language: str) -> str:
    """Bytes in the unit that keeps the figure below 1,024; a dash for None."""
    if value is None:
        return NOTHING
    figure, unit = float(abs(value)), 0
    while figure >= _STEP and unit < len(_UNITS) - 1:
        figure, unit = figure / _STEP, unit + 1
    shown = format_decimal(figure, format="#,##0.#" if unit else "#,##0", locale=language)
    return f"{'-' if value < 0 else ''}{shown} {_UNITS[unit]}"


def change(value: int, language: str) -> str:
    """A difference of sizes with its sign."""
    return f"{'+' if value >= 0 else ''}{size(value, language)}"


def jst_second(moment: datetime) -> str:
    """Date and time to the second in Asia/Tokyo, under a heading that says so."""
    return moment.astimezone(TOKYO).strftime("%m/%d %H:%M:%S")


def dollars(value: float | None, language: str) -> str:
    """US dollars; very small sums keep their first digits; nothing for None."""
    if value is None:
        return ""
    return str(format_currency(value, "USD", format="¤#,##0.00####", locale=language, currency_digits=False))


def jst_time(moment: datetime) -> str:
    """The time of day in Asia/Tokyo."""
    return moment.astimezone(TOKYO).strftime("%H:%M JST")


def jst_day(moment: datetime) -> str:
    """Month and day in Asia/Tokyo."""
    return moment.astimezone(TOKYO).strftime("%m/%d")


def ago(moment: datetime, now: datetime, language: str) -> str:
    """How long ago; a moment ahead of a wrong clock reads as a second ago."""
    passed = max(now - moment, timedelta(seconds=1))
    return _close(format_timedelta(-passed, granularity="second", add_direction=True, locale=language), language)


def duration(seconds: float | None, language: str) -> str:
    """Seconds with one decimal, or minutes and seconds; a dash for None."""
    if seconds is None:
        return NOTHING
    if seconds < _MINUTE:
        return _unit(round(seconds, 1), "second", language)
    minutes, rest = divmod(round(seconds), _MINUTE)
    return _close(f"{_unit(minutes, 'minute', language)} {_unit(rest, 'second', language)}", language)


def lifetime(seconds: int, language: str) -> str:
    """For how long something is good: whole minutes from two on, else seconds; never longer than it is."""
    if seconds < 2 * _MINUTE:
        return _unit(seconds, "second", language)
    return _unit(seconds // _MINUTE, "minute", language)


@lru_cache(maxsize=4096)
def _unit(value: float, unit: str, language: str) -> str:
    return _close(format_unit(value, unit, length="short", locale=language), language)


def _close(text: str, language: str) -> str:
    # CLDR sets a blank between a figure and its unit; Japanese is written without.
    return text.replace(" ", "") if language == "ja" else text
