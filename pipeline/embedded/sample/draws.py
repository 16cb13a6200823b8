"""What the sample's chance is made of: draws by name, person and day, and what carries over from day to day. Pure.

Nothing here knows how many days were asked for, nor which day today is: the past never shifts.
"""

from __future__ import annotations

import hashlib
import math
import random
from datetime import date, timedelta
from functools import lru_cache

SEED = 20240201
# A wave of three years: within one year it looks like a trend, and it never leaves its bounds.
WAVE_DAYS = 1096
_CREST = date(2024, 1, 1)
# What is left of a shock after so many days is nothing, as long as a day keeps .6 of itself at most.
_REMEMBERED = 14
_MOST_KEPT = 0.6
_SHOCKS_KEPT = 50_000


def rng(seed: int, *parts: object) -> random.Random:
    """A generator of its own for what is rolled for; the same for the same parts."""
    digest = hashlib.sha256(repr((seed, *map(str, parts))).encode()).digest()
    return random.Random(digest)  # noqa: S311 - sample data, not cryptography


def carried(seed: int, name: str, user: str, day: date, keep: float) -> float:
    """A series with mean 0 and spread 1, of which a day keeps ``keep`` (0 to .6) of the day before. Made of the last
    days' shocks, so that it needs no first day."""
    if not 0 <= keep <= _MOST_KEPT:
        raise ValueError(f"a day keeps from 0 to {_MOST_KEPT} of the day before, not {keep}")
    shocks = (_shock(seed, name, user, day - timedelta(days=back)) for back in range(_REMEMBERED))
    return math.sqrt(1 - keep**2) * sum(keep**back * shock for back, shock in enumerate(shocks))


def wave(day: date) -> float:
    """From −1 to 1 and back in three years; the same for everybody."""
    return math.cos(2 * math.pi * (day - _CREST).days / WAVE_DAYS)


def bounded(value: float, low: int, high: int) -> int:
    """The whole number of a scale that is nearest."""
    return max(low, min(high, round(value)))


@lru_cache(maxsize=_SHOCKS_KEPT)
def _shock(seed: int, name: str, user: str, day: date) -> float:
    return rng(seed, name, user, day).gauss(0, 1)
