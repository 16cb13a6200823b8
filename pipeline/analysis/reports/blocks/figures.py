"""Figures of insights as a reader of a report has them: with their sign, as shares, a p that holds or does not. Pure.

As pages show them: what does not hold is never rounded to what does, and no chance is certain.
"""

from __future__ import annotations

from math import isfinite
from typing import Final

from pipeline.analysis.reports.shown import NOTHING, Shown

# The true minus sign: as wide as +, and no hyphen where a line breaks.
MINUS: Final = "\u2212"
_P_DIGITS: Final = 3
_P_HOLDS: Final = 0.05
_LEAST_CHANCE: Final = 0.01


def signed(shown: Shown, value: float | None, digits: int, plus: bool = False) -> str:
    """A figure with so many decimals, ``plus``: also with +; a dash for None and for what is no number."""
    if value is None or not isfinite(value):
        return NOTHING
    figure = round(value, digits)
    sign = MINUS if figure < 0 else "+" if plus and figure > 0 else ""
    return f"{sign}{shown.number(float(abs(figure)), digits)}"


def probability(shown: Shown, value: float) -> str:
    """A p with three decimals; < 0.001 below, and > 0.05 where rounding would make it hold."""
    least = 10.0**-_P_DIGITS
    if isfinite(value) and value < least:
        return f"< {signed(shown, least, _P_DIGITS)}"
    if value > _P_HOLDS >= round(value, _P_DIGITS):
        return f"> {signed(shown, _P_HOLDS, 2)}"
    return signed(shown, value, _P_DIGITS)


def share(shown: Shown, part: float | None, plus: bool = False) -> str:
    """A share of 1 in per cent; ``plus``: a difference of shares."""
    return NOTHING if part is None else f"{signed(shown, 100 * part, 0, plus)}%"


def chance(shown: Shown, part: float) -> str:
    """A chance in per cent: neither sure nor impossible, as no forecast is."""
    return share(shown, min(max(part, _LEAST_CHANCE), 1 - _LEAST_CHANCE))


def interval(shown: Shown, low: str, high: str) -> str:
    """A 95 % interval of figures as shown; said where there is none."""
    if NOTHING in {low, high}:
        return shown.words("foreseen.no_interval")
    return shown.words("foreseen.interval", low=low, high=high)
