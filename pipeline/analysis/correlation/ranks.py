"""Ranks in place of values, so that one wild value weighs no more than any other. Pure.

Arrays of this room are days × variables on a complete calendar; NaN is a day without a value.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Masks = NDArray[np.bool_]


def ranks(values: Floats) -> Floats:
    """Ranks from 1 within each column, equal values sharing their mean rank; NaN stays NaN."""
    ranked = np.full(values.shape, np.nan)
    for column, known in enumerate(~np.isnan(values.T)):
        ranked[known, column] = _ranked(values[known, column])
    return ranked


def changes(values: Floats) -> Floats:
    """Each day's change since the day before, in the units of the values; NaN where either is missing."""
    changed = np.full(values.shape, np.nan)
    changed[1:] = values[1:] - values[:-1]
    return changed


def _ranked(values: Floats) -> Floats:
    _, place, times = np.unique(values, return_inverse=True, return_counts=True)
    means: Floats = np.cumsum(times) - (times - 1) / 2
    return means[place]
