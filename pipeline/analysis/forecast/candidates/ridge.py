"""Ridge regression on a person's own past: one set of features a day, one equation a horizon. Pure, numpy only.

From 150 days on: with fewer it errs by more than level and weekday do (measured: this room's README).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from pipeline.analysis.forecast.candidates.level import WEEK, mean_of, weeks
from pipeline.analysis.forecast.series import Floats

RIDGE_FROM: Final = 150
# Two years, and how strongly coefficients of standardised features are drawn to 0.
WINDOW: Final = 104 * WEEK
PENALTY: Final = 20.0
_LONG, _LAGS = 28, (0, 1, 6)


def ridge(values: Floats, horizon: int) -> Floats:
    """Forecast (horizon,) of the days after ``values`` (n,); NaN where there is too little to learn from."""
    recent = values[-WINDOW:]
    features = _features(_filled(recent))
    if len(features) <= horizon:
        return np.full(horizon, np.nan)
    known, now = features[:-1], features[-1]
    ahead = np.lib.stride_tricks.sliding_window_view(
        np.concatenate([recent[_LONG:], np.full(horizon - 1, np.nan)]), horizon
    )[: len(known)]
    return _foreseen(known, np.asarray(ahead), now)


def _foreseen(known: Floats, ahead: Floats, now: Floats) -> Floats:
    """From features (m, p) and what followed (m, horizon), NaN where unknown, to what follows ``now`` (p,)."""
    centre, width = known.mean(axis=0), known.std(axis=0)
    scale = np.where(width > 0, width, 1.0)
    design = np.column_stack([np.ones(len(known)), (known - centre) / scale])
    point = np.concatenate([[1.0], (now - centre) / scale])
    seen = np.isfinite(ahead)
    middle = mean_of(ahead)
    masked = seen.T[:, None, :] * design.T[None]
    penalty = np.diag([1e-6] + [PENALTY] * known.shape[1])
    right = masked @ np.where(seen, ahead - middle, 0.0).T[:, :, None]
    return np.asarray(middle + np.linalg.solve(masked @ design + penalty, right)[..., 0] @ point)


def _features(filled: Floats) -> Floats:
    """A row (n - 27, p) a day from the 28th on: the day, two lags, means of a week and of four, the weekday."""
    days = np.arange(_LONG - 1, len(filled))
    if not len(days):
        return np.empty((0, 0))
    sums = np.concatenate([[0.0], np.cumsum(filled)])
    means = [(sums[days + 1] - sums[days + 1 - width]) / width for width in (WEEK, _LONG)]
    weekday = (days - len(filled))[:, None] % WEEK == np.arange(WEEK - 1)
    return np.column_stack([*(filled[days - lag] for lag in _LAGS), *means, weekday])


def _filled(values: Floats) -> Floats:
    """Missing days as the mean of their weekday, so that a gap looks like an ordinary week."""
    rows = weeks(values)
    usual = mean_of(rows, axis=0)
    usual = np.where(np.isfinite(usual), usual, np.nan_to_num(mean_of(values)))
    return np.asarray(np.where(np.isfinite(rows), rows, usual).ravel()[-len(values) :])
