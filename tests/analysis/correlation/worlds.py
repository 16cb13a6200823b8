"""Worlds whose truth is known: series that carry over, rise, follow the week or the season; effects are planted or not.

Every world is drawn by a generator of its own, so that the same number gives the same days.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

import numpy as np

from pipeline.analysis.correlation.cells import Missing
from pipeline.analysis.correlation.frame import Frame, LeftOut
from pipeline.analysis.correlation.measures import measures
from pipeline.analysis.correlation.questions import Question
from pipeline.analysis.correlation.ranks import Floats

FIRST = date(2024, 1, 1)
_WARM_UP = 200
_YEAR = 365
# What the worlds plant: driver, outcome, days later, strength.
EFFECTS = (
    Question("", "sleep_hours", "focus", 0),
    Question("", "steps", "focus_minutes", 1),
    Question("", "rain_mm", "mood", 0),
)
STRENGTHS = (0.45, 0.35, -0.3)


def carried(random: np.random.Generator, days: int, carry: Floats | Sequence[float]) -> Floats:
    """days × variables with spread 1, each of which keeps ``carry`` of itself from day to day; 1 is a random walk."""
    kept = np.asarray(carry, float)
    shocks = random.normal(size=(days + _WARM_UP, len(kept))) * np.where(kept < 1, np.sqrt(np.abs(1 - kept**2)), 1.0)
    series = np.zeros_like(shocks)
    for day in range(1, len(series)):
        series[day] = kept * series[day - 1] + shocks[day]
    return series[_WARM_UP:] - np.where(kept < 1, 0.0, series[_WARM_UP])


def weekend(days: int) -> Floats:
    """1 on every sixth and seventh day."""
    return np.isin(np.arange(days) % 7, (5, 6)).astype(float)


def season(days: int, turn: float) -> Floats:
    """A year's wave, begun at ``turn``."""
    return np.sin(2 * np.pi * np.arange(days) / _YEAR + turn)


def names() -> list[str]:
    """Drivers and outcomes of the matrix, in its order."""
    return [name for name, measure in measures().items() if measure.role != "asked"]


def page(random: np.random.Generator, days: int, strengths: Sequence[float] = (), absent: float = 0.1) -> Frame:
    """A person's frame of the matrix's measures, with weekday, trend and season in some of them, scales that are
    rounded, days that are missing; ``strengths`` of EFFECTS are planted."""
    columns = names()
    outcomes = [name for name in columns if measures()[name].role == "outcome"]
    carry = np.where(np.isin(columns, outcomes), random.choice([0.2, 0.4, 0.5], len(columns)), 0.0)
    carry = np.where(carry > 0, carry, random.choice([0, 0.3, 0.5, 0.8], len(columns)))
    values = carried(random, days, carry)
    _plant(values, columns, strengths)
    wave = season(days, random.uniform(0, 2 * math.pi))
    for shape, sizes in ((np.linspace(-1, 1, days), (0.8, -0.8)), (weekend(days), (1, -1)), (wave, (1, 1))):
        values += shape[:, None] * random.choice([0, 0, *sizes], len(columns))
    for at, outcome in enumerate(outcomes):
        middle, spread, most = (6, 1.6, 10) if at % 2 else (3.3, 0.9, 5)
        place = columns.index(outcome)
        values[:, place] = np.clip(np.round(middle + spread * values[:, place]), 1, most)
    values[random.random(values.shape) < absent] = np.nan
    return framed(values, columns)


def framed(values: Floats, columns: Sequence[str], person: str = "p", first: date = FIRST) -> Frame:
    """Days × measures as one person's frame."""
    why = np.where(np.isnan(values), list(Missing).index(Missing.NOT_RECORDED), 0).astype(np.uint8)
    return Frame(person, first, tuple(columns), values, why, LeftOut())


def two(left: Floats, right: Floats, person: str = "p") -> Frame:
    """Two series as hours of sleep and focus."""
    return framed(np.column_stack([left, right]), ["sleep_hours", "focus"], person)


def people(
    random: np.random.Generator, number: int, days: int, within: float = 0, between: float = 0, differ: float = 0
) -> dict[str, Frame]:
    """So many people's sleep and focus: r ``within`` each (by ``differ`` another in each), and ``between`` people."""
    found = {}
    for at in range(number):
        level = random.normal()
        own = float(np.clip(within + differ * random.normal(), -0.95, 0.95))
        left, noise = carried(random, days, [0.4, 0.4]).T
        right = own * left + math.sqrt(1 - own**2) * noise
        found[f"p{at}"] = two(left + 1.5 * level, right + 1.5 * between * level, f"p{at}")
    return found


def _plant(values: Floats, columns: Sequence[str], strengths: Sequence[float]) -> None:
    for effect, strength in zip(EFFECTS, strengths, strict=False):
        driver, outcome = columns.index(effect.driver), columns.index(effect.outcome)
        cause = np.roll(values[:, driver], effect.lag)
        values[:, outcome] = strength * cause + math.sqrt(1 - strength**2) * values[:, outcome]
