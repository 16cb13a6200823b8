"""実質日数: how many independent days a series of days that resemble each other is worth. Pure.

n / (1 + 2·Σ c(k)/n·ρx(k)·ρy(k)), c(k) being the pairs of complete days k apart (Bartlett's formula, with gaps).
"""

from __future__ import annotations

import numpy as np

from pipeline.analysis.correlation.ranks import Floats

FARTHEST = 30
_FEWEST = 2.0
_PAIRS = 5
_MOST_TAKEN = 0.5


def autocorrelations(residuals: Floats) -> Floats:
    """min(FARTHEST, days // 3) × variables: each column's with itself k days before, k from 1."""
    known = ~np.isnan(residuals)
    centred = np.where(known, residuals - _means(residuals), 0.0)
    spread = (centred**2).sum(0) / np.maximum(known.sum(0), 1)
    found = np.zeros((min(FARTHEST, len(residuals) // 3), residuals.shape[1]))
    for step in range(1, len(found) + 1):
        pairs = (known[step:] & known[:-step]).sum(0)
        together = (centred[step:] * centred[:-step]).sum(0) / np.maximum(pairs, 1)
        found[step - 1] = np.where((pairs > _PAIRS) & (spread > 0), together / np.where(spread > 0, spread, 1), 0)
    clipped: Floats = np.clip(found, -1, 1)
    return clipped


def restored(autocorrelation: Floats, slow: Floats) -> Floats:
    """The autocorrelations before level, trend and season were taken away, which takes more from what is alike for
    long; ``slow``: these controls as a share of each variable's days. One step: more of them overdo it."""
    alike = 1 + 2 * (np.cumprod(autocorrelation > 0, axis=0) * autocorrelation).sum(0)
    taken = np.minimum(slow * alike, _MOST_TAKEN)
    whole: Floats = autocorrelation * (1 - taken) + taken
    return whole


def effective_days(left: Floats, right: Floats, autocorrelation: Floats) -> Floats:
    """variables × variables: of each pair, from 2 to its days. ``left`` and ``right``: days × variables, 1 where there
    is a value, already shifted by the lag. The sum ends where a product of autocorrelations is not positive."""
    days: Floats = left.T @ right
    total, going = np.zeros_like(days), np.ones_like(days)
    for step, own in enumerate(autocorrelation, start=1):
        product = np.outer(own, own)
        going *= product > 0
        if not going.any():
            break
        total += going * product * ((left[step:] * left[:-step]).T @ (right[step:] * right[:-step]))
    worth: Floats = days / (1 + 2 * total / np.maximum(days, 1))
    return np.clip(worth, np.minimum(_FEWEST, days), days)


def _means(residuals: Floats) -> Floats:
    known = ~np.isnan(residuals)
    means: Floats = np.where(known, residuals, 0.0).sum(0) / np.maximum(known.sum(0), 1)
    return means
