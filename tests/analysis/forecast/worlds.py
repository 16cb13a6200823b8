"""Worlds whose truth is known: what nobody can foresee, and what somebody can. Minutes of focus a day, seeded."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np

from pipeline.analysis.forecast.series import Floats, Series, Target, series_of

MONDAY = date(2025, 1, 6)
ANY = Target("minutes", -1e12, 1e12)
_WEEKDAYS = np.array([10.0, 15, 20, 10, -5, -45, -30])
Generator = np.random.Generator


def noise(days: int, rng: Generator) -> Floats:
    return 180 + rng.normal(0, 40, days)


def weekday(days: int, rng: Generator) -> Floats:
    return noise(days, rng) + _of_week(days)


def carried(days: int, rng: Generator, share: float = 0.5, size: float = 35) -> Floats:
    """A weekday's share, and a rest that carries over from day to day."""
    rest = np.zeros(days)
    for day, new in enumerate(rng.normal(0, size, days)):
        rest[day] = share * rest[day - 1] + new
    return 180 + _of_week(days) + rest


def strongly_carried(days: int, rng: Generator) -> Floats:
    return carried(days, rng, 0.8, 25)


def trend(days: int, rng: Generator) -> Floats:
    return noise(days, rng) + _of_week(days) + 0.15 * np.arange(days)


def walk(days: int, rng: Generator) -> Floats:
    return np.asarray(180 + np.cumsum(rng.normal(0, 8, days)))


def climb(days: int, rng: Generator) -> Floats:
    """What can be foreseen by whoever sees the climb, and by no baseline."""
    return 1000 + 10 * np.arange(days) + rng.normal(0, 5, days)


def sessions(days: int, rng: Generator) -> Floats:
    """Counts: some on weekdays, hardly any on weekends."""
    return rng.poisson(np.where(np.arange(days) % 7 < 5, 3.5, 0.5)).astype(float)


def moods(days: int, rng: Generator) -> Floats:
    """Whole ratings from 1 to 5."""
    return np.clip(np.round(3.3 + rng.normal(0, 0.9, days)), 1, 5)


def minutes(days: int, rng: Generator) -> Floats:
    """Minutes of sessions, nothing of days without, a quarter of the days missing."""
    worked = np.array([rng.normal(45, 15, int(number)).clip(5).sum() for number in sessions(days, rng)])
    return np.where(rng.random(days) < 0.25, np.nan, worked)


World = Callable[[int, Generator], Floats]
UNFORESEEABLE: tuple[World, ...] = (noise, walk)
ALL: tuple[World, ...] = (noise, weekday, carried, trend, walk, strongly_carried)


def series(values: Floats, target: Target = ANY) -> Series:
    """These values from a Monday on."""
    days = [MONDAY + timedelta(days=at) for at in range(len(values))]
    return series_of(target, days, [float(value) for value in values], MONDAY + timedelta(days=len(values)))


def tell(line: str) -> None:
    """A line of a table that ``-m soak -s`` shows."""
    sys.stdout.write(f"{line}\n")


def _of_week(days: int) -> Floats:
    return np.asarray(_WEEKDAYS[np.arange(days) % 7])
