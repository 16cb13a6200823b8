"""Correlations of all variables with all others, the same day and some days later, in a few products of matrices. Pure.

At lag l the row variable is of day t − l and the column variable of day t.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pipeline.analysis.correlation import detrend, effective, interval
from pipeline.analysis.correlation.ranks import Floats, ranks

_CONSTANT = 1e-9


@dataclass(frozen=True)
class Prepared:
    """What correlations are computed from: days × variables of residual ranks, the share of each variable's days that
    the controls use up, autocorrelations (lags from 1 × variables)."""

    residuals: Floats
    share: Floats
    autocorrelation: Floats


@dataclass(frozen=True)
class Lagged:
    """variables × variables at one lag: r, days with both values, effective days, degrees of freedom, p, interval."""

    lag: int
    r: Floats
    days: Floats
    worth: Floats
    degrees: Floats
    p: Floats
    low: Floats
    high: Floats


def prepared(values: Floats, weekday: int) -> Prepared:
    """Ranks without weekday, trend and season. ``weekday`` is the first day's, Monday 0."""
    left = detrend.residuals(ranks(values), weekday)
    seen = effective.autocorrelations(left.values)
    return Prepared(left.values, left.share, effective.restored(seen, left.slow))


def lagged(base: Prepared, lags: Iterable[int]) -> list[Lagged]:
    """Each lag's correlations. A lag is from 0 to the days less one."""
    return [_at(base, lag) for lag in lags]


def _at(base: Prepared, lag: int) -> Lagged:
    end = len(base.residuals) - lag
    r, left, right = _correlated(base.residuals[:end], base.residuals[lag:])
    worth = effective.effective_days(left, right, base.autocorrelation)
    degrees = worth * (1 - np.maximum.outer(base.share, base.share)) - 2
    low, high = interval.bounds(r, degrees)
    return Lagged(lag, r, left.T @ right, worth, degrees, interval.p_values(r, degrees), low, high)


def _correlated(left: Floats, right: Floats) -> tuple[Floats, Floats, Floats]:
    """Pearson's r of each pair over the days that have both; and where either has values."""
    here, there = (~np.isnan(left)).astype(float), (~np.isnan(right)).astype(float)
    x, y = np.where(here > 0, left, 0.0), np.where(there > 0, right, 0.0)
    days = np.maximum(here.T @ there, 1)
    sum_x, sum_y = x.T @ there, here.T @ y
    spread_x, spread_y = (x * x).T @ there - sum_x**2 / days, here.T @ (y * y) - sum_y**2 / days
    varied = (spread_x > _CONSTANT * days) & (spread_y > _CONSTANT * days)
    scale = np.sqrt(np.where(varied, spread_x * spread_y, np.nan))
    return np.clip((x.T @ y - sum_x * sum_y / days) / scale, -1, 1), here, there
