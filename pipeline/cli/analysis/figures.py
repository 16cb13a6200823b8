"""Figures as a terminal shows them: the true minus sign, so many decimals. Pure.

What there is none of is a dash.
"""

from __future__ import annotations

from math import isfinite

NOTHING = "–"
MINUS = "\u2212"
_LEAST_P, _HOLDS = 0.001, 0.05


def signed(value: float | None, digits: int = 2, plus: bool = True) -> str:
    """A figure with its sign; what rounds to 0 has none."""
    if value is None or not isfinite(value):
        return NOTHING
    figure = round(value, digits)
    sign = MINUS if figure < 0 else "+" if plus and figure > 0 else ""
    return f"{sign}{abs(figure):,.{digits}f}"


def p(value: float) -> str:
    """A p; what does not hold at 0.05 is never rounded to what does."""
    if not isfinite(value):
        return NOTHING
    if value < _LEAST_P:
        return f"< {_LEAST_P}"
    return f"> {_HOLDS:.3f}" if value > _HOLDS >= round(value, 3) else f"{value:.3f}"


def interval(low: float | None, high: float | None, digits: int = 2) -> str:
    """Both ends."""
    if low is None or high is None or not (isfinite(low) and isfinite(high)):
        return NOTHING
    return f"{signed(low, digits)} … {signed(high, digits)}"


def percent(share: float | None, plus: bool = False) -> str:
    """A share of 1."""
    return NOTHING if share is None or not isfinite(share) else f"{signed(100 * share, 0, plus)}%"


def percents(low: float | None, high: float | None) -> str:
    """Both ends of a share's interval."""
    return NOTHING if low is None or high is None else f"{percent(low, plus=True)} … {percent(high, plus=True)}"
