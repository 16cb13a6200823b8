"""Level and shrunk weekday: the model that most forecasts come from. Pure, numpy only.

A level by exponential weights whose memory the past chooses, plus what a weekday differs by, as far as it can be told
from chance.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from pipeline.analysis.forecast.series import Floats

WEEK: Final = 7
# Half a year: older days say nothing of today's level, and next to nothing of weekdays.
WINDOW: Final = 26 * WEEK
# How much of the level a new day takes; the first is nearly the mean of the window.
MEMORIES: Final = (0.01, 0.03, 0.07, 0.15, 0.3, 0.5, 0.8)
_ENOUGH, _HALF, _WARM_UP = 4, 3, 7


def weeks(values: Floats) -> Floats:
    """Rows of seven days (k, 7), oldest first, padded with NaN in front: column c is the weekday of the day c + 1 days
    after the end."""
    padding = -len(values) % WEEK if len(values) else WEEK
    return np.concatenate([np.full(padding, np.nan), values]).reshape(-1, WEEK)


def mean_of(values: Floats, axis: int | None = None) -> Floats:
    """The mean of what is there; NaN where nothing is, without a warning."""
    seen = np.isfinite(values)
    number = seen.sum(axis=axis)
    total = np.where(seen, values, 0.0).sum(axis=axis)
    return np.asarray(np.divide(total, number, out=np.full(np.shape(number), np.nan), where=number > 0))


def level_and_weekday(values: Floats, horizon: int) -> Floats:
    """Forecast (horizon,) of the days after ``values`` (n,); NaN where nothing was measured."""
    recent = values[-WINDOW:]
    effects = weekday_effects(recent)
    rows = weeks(recent) - effects
    return level(rows.ravel()[-len(recent) :]) + np.resize(effects, horizon)


def weekday_effects(values: Floats) -> Floats:
    """What each of the seven coming weekdays differs by (7,), shrunk towards 0 as James and Stein do: by the share of
    their spread that chance explains."""
    rows = weeks(values - _around(values))
    seen = np.isfinite(rows)
    number = seen.sum(axis=0)
    if len(rows) <= 1 or number.min() <= 1:
        return np.zeros(WEEK)
    effects = mean_of(rows, axis=0)
    left = np.where(seen, rows - effects, 0.0)
    chance = np.mean((left**2).sum() / (number.sum() - WEEK) / number)
    spread = np.mean(effects**2)
    kept = max(0.0, 1 - chance / spread) if spread > 0 else 0.0
    return np.asarray(kept * (effects - effects.mean()))


def level(values: Floats) -> float:
    """The level after the last of ``values`` (n,), by the memory that foresaw best the mean of the week after each day
    so far."""
    seen = np.isfinite(values)
    both = np.stack([np.where(seen, values, 0.0), seen.astype(float)], axis=1)
    weighted = _weights(WINDOW)[:, : len(values) + 1, : len(values)] @ both
    levels = np.divide(weighted[..., 0], weighted[..., 1], out=np.zeros(weighted.shape[:2]), where=weighted[..., 1] > 0)
    errors = _errors(levels[:, :-1], both)
    return float(levels[int(np.argmin(errors)), -1]) if seen.any() else float("nan")


def _errors(levels: Floats, both: Floats) -> Floats:
    """Squared errors (memories,) of each day's level against the week that followed."""
    sums = np.concatenate([np.zeros((1, 3)), np.cumsum(np.column_stack([both, both[:, :1] ** 2]), axis=0)])
    ends = np.minimum(np.arange(len(both)) + WEEK, len(both))
    total, number, squares = (sums[ends] - sums[: len(both)]).T
    errors = squares - 2 * levels * total + levels**2 * number
    return np.asarray(errors[:, _WARM_UP:].sum(axis=1))


def _around(values: Floats) -> Floats:
    """The mean of the week around each day, NaN where it is not whole or mostly missing."""
    out = np.full(len(values), np.nan)
    if len(values) < WEEK:
        return out
    seen = np.isfinite(values)
    number = np.convolve(seen.astype(float), np.ones(WEEK), "valid")
    total = np.convolve(np.where(seen, values, 0.0), np.ones(WEEK), "valid")
    out[_HALF : len(values) - _HALF] = np.divide(
        total, number, out=np.full(len(total), np.nan), where=number >= _ENOUGH
    )
    return out


@lru_cache(maxsize=1)
def _weights(days: int) -> Floats:
    """Weight (memories, days + 1, days) of each day for the level before each day."""
    age = np.arange(days + 1)[:, None] - 1 - np.arange(days)[None, :]
    keep = 1 - np.array(MEMORIES)[:, None, None]
    return np.asarray(np.where(age >= 0, keep ** np.maximum(age, 0), 0.0))
