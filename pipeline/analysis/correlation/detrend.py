"""What weekday, trend and season explain is taken away: what merely rises in summer did not move together. Pure.

The cosines are those of a discrete cosine transform that are slower than SLOW_DAYS.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.analysis.correlation.ranks import Floats, Masks

SLOW_DAYS = 180
_WEEK = 7
# Less than this share of a column's greatest value is what rounding leaves of nothing.
_NOTHING = 1e-7


@dataclass(frozen=True)
class Residuals:
    """``values``: days × variables, each column with mean 0 and spread 1, NaN where it has no value or nothing is left
    of it; ``share``: a variable's controls as a share of its days, from 0 to 1; ``slow``: its level, trend and cosines
    as a share of the days from its first to its last."""

    values: Floats
    share: Floats
    slow: Floats


def design(days: int, weekday: int) -> Floats:
    """days × controls: level, linear trend, ⌊2·days/SLOW_DAYS⌋ cosines, six of the weekdays; ``weekday`` is the first
    day's, Monday 0."""
    at = np.arange(days)
    slow = [np.cos(np.pi * turn * (at + 0.5) / days) for turn in range(1, 2 * days // SLOW_DAYS + 1)]
    weekdays = [((at + weekday) % _WEEK == day).astype(float) for day in range(_WEEK - 1)]
    return np.column_stack([np.ones(days), np.linspace(-1, 1, days), *slow, *weekdays])


def residuals(values: Floats, weekday: int) -> Residuals:
    """Each column without what the controls explain of it, from its own first to its own last day."""
    left = np.full(values.shape, np.nan)
    share, slow = np.ones(values.shape[1]), np.zeros(values.shape[1])
    known = ~np.isnan(values)
    for columns in _alike(known):
        here = np.flatnonzero(known[:, columns[0]])
        cells = np.ix_(here, np.array(columns))
        if len(here):
            first, last = int(here[0]), int(here[-1])
            controls = design(last - first + 1, (weekday + first) % _WEEK)[here - first]
            share[columns] = min(1.0, (controls.shape[1] - 1) / len(here))
            slow[columns] = min(1.0, (controls.shape[1] - _WEEK + 1) / (last - first + 1))
            left[cells] = _unexplained(values[cells], controls)
    return Residuals(left, share, slow)


def _alike(known: Masks) -> list[list[int]]:
    """Columns that have the same days, together: one decomposition serves them all."""
    groups: dict[bytes, list[int]] = {}
    for column in range(known.shape[1]):
        groups.setdefault(known[:, column].tobytes(), []).append(column)
    return list(groups.values())


def _unexplained(values: Floats, controls: Floats) -> Floats:
    if len(values) <= controls.shape[1]:
        return np.full(values.shape, np.nan)
    left: Floats = values - controls @ np.linalg.lstsq(controls, values, rcond=None)[0]
    spread = left.std(0)
    return left / np.where(spread > _NOTHING * np.abs(values).max(0), spread, np.nan)
