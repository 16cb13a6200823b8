"""Which count and which rate of nulls is unlike the days before. Pure; figures: this room's README.md.

The value that is tested is never part of what it is tested against.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from statistics import median

WINDOW_DAYS = 28
LEARNED_DAYS = 14
THRESHOLD = 5.0
# The median deviation of normal values is smaller than their standard deviation by this factor; what is left over after
# a median of four was taken away is too small by about a fifth, after one of two or three by far more: three's is one
# of them, and leaves a zero.
_MAD, _OF_FOUR, _OF_FEW = 1.4826, 1.25, 2.5
# So many changes are four of most weekdays.
_FEWEST = 26
_LEAST_RECORDS, _OF_LEVEL, _LEAST_RATE = 1.0, 0.001, 0.02
_DAY = timedelta(days=1)
_WEEK = 7


@dataclass(frozen=True)
class Verdict:
    """What was found beside what was expected, and how far off it may be; all in records, or all in rates from 0 to
    1."""

    expected: float
    found: float
    tolerance: float

    @property
    def is_odd(self) -> bool:
        """Whether it is farther off than it may be."""
        return abs(self.found - self.expected) > self.tolerance


def learned(days: Sequence[date] | Mapping[date, object], day: date) -> int:
    """How many of the days before ``day`` there are to learn from, of the last WINDOW_DAYS."""
    return sum(day - timedelta(days=WINDOW_DAYS) <= one < day for one in days)


def count_verdict(history: Mapping[date, int], day: date, count: int) -> Verdict | None:
    """Whether ``count`` records on ``day`` are as many as the days before let expect: the change since the newest of
    them against the medians of its weekdays. None below LEARNED_DAYS of history, and for weekdays that were never seen:
    nobody can tell."""
    # One more than the window: the first of its changes begins there.
    known = {one: history[one] for one in history if day - timedelta(days=WINDOW_DAYS + 1) <= one < day}
    changes = {one: known[one] - known[one - _DAY] for one in known if one - _DAY in known}
    last = max(known, default=day)
    by_weekday = _by_weekday(changes)
    since = [by_weekday[(last + timedelta(days=step)).weekday()] for step in range(1, (day - last).days + 1)]
    if learned(history, day) < LEARNED_DAYS or not all(since):
        return None
    spread = max(_spread_beside(by_weekday), _LEAST_RECORDS, _OF_LEVEL * known[last])
    return Verdict(sum(median(some) for some in since), count - known[last], THRESHOLD * spread * sqrt(len(since)))


def rate_verdict(history: Sequence[float], rate: float, records: int) -> Verdict | None:
    """Whether a rate of nulls among ``records`` is as in the ``history`` of rates. None below LEARNED_DAYS."""
    known = history[-WINDOW_DAYS:]
    if len(known) < LEARNED_DAYS:
        return None
    centre, most = median(known), max(records, 1)
    spread = max(_spread(known), sqrt(centre * (1 - centre) / most), 1 / most)
    return Verdict(centre, rate, max(THRESHOLD * spread, _LEAST_RATE))


def _by_weekday(changes: Mapping[date, int]) -> list[list[int]]:
    """The changes of each weekday, Monday first."""
    found: list[list[int]] = [[] for _ in range(_WEEK)]
    for day, change in changes.items():
        found[day.weekday()].append(change)
    return found


def _spread_beside(by_weekday: Sequence[Sequence[int]]) -> float:
    """How far changes lie from the median of their weekday."""
    # One value is its own median, and says nothing.
    left = [change - median(some) for some in by_weekday if len(some) > 1 for change in some]
    few = sum(map(len, by_weekday)) < _FEWEST
    return (_OF_FEW if few else _OF_FOUR) * _spread(left) if left else 0.0


def _spread(values: Sequence[float]) -> float:
    centre = median(values)
    return _MAD * median(abs(value - centre) for value in values)
