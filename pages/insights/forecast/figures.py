"""Figures of forecasts as a person reads them: in the target's unit, shares, differences, intervals, names. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from pages.ui import format as fmt
from pipeline.analysis.forecast.candidates.known import CANDIDATES
from pipeline.analysis.forecast.growth import CANDIDATES as GROWING
from pipeline.words.catalogue import Words

# A day's decimals, by target; bytes have a unit of their own.
DIGITS: Final[Mapping[str, int]] = {"focus_minutes": 0, "sessions": 1, "mood": 2, "records": 0}
BYTES: Final = "bytes"
_NAMES: Final = frozenset(one.name for one in (*CANDIDATES, *GROWING))


def value(words: Words, target: str, figure: float | None, plus: bool = False) -> str:
    """A figure in the target's unit; a dash for None. ``plus``: a difference, which carries its sign."""
    if figure is None:
        return fmt.NOTHING
    if target == BYTES:
        sign = fmt.MINUS if figure < 0 else "+" if plus else ""
        return f"{sign}{fmt.size(round(abs(figure)), words.language)}"
    shown = fmt.signed(figure, DIGITS[target], words.language, plus=plus)
    return words(f"foreseen.value.{target}", n=shown)


def miss(words: Words, target: str, figure: float | None) -> str:
    """How large a miss is: the same in one decimal more."""
    if figure is None or target == BYTES:
        return value(words, target, figure)
    return words(f"foreseen.value.{target}", n=fmt.signed(figure, DIGITS[target] + 1, words.language))


def share(words: Words, part: float | None, plus: bool = False) -> str:
    """A share of 1 in per cent; ``plus``: a difference of shares."""
    if part is None:
        return fmt.NOTHING
    return f"{fmt.signed(100 * part, 0, words.language, plus=plus)}%"


def chance(words: Words, part: float | None) -> str:
    """A chance in per cent: neither certain nor impossible, as no forecast is."""
    return share(words, part if part is None else min(max(part, 0.01), 0.99))


def interval(words: Words, low: str, high: str) -> str:
    """A 95 % interval of figures as shown; said where there is none."""
    if fmt.NOTHING in {low, high}:
        return words("foreseen.no_interval")
    return words("foreseen.interval", low=low, high=high)


def shares(words: Words, low: float | None, high: float | None) -> str:
    """The interval of a difference of shares."""
    return interval(words, share(words, low, plus=True), share(words, high, plus=True))


def day(moment: date) -> str:
    """A day with its year: forecasts are kept, and two weeks may lead into another one."""
    return f"{moment:%Y/%m/%d}"


def named(words: Words, candidate: str | None) -> str:
    """Who foresees; no name that stands in a file of the lake alone is drawn."""
    return words(f"foreseen.name.{candidate if candidate in _NAMES else 'other'}")
