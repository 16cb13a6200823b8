"""The band that eight of ten days should fall into: by how far forecasts missed before. Pure, numpy only.

Split conformal: the quantile of past misses, pooled with the neighbouring horizons, at the rank that a finite number of
them asks for.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from pipeline.analysis.forecast.series import Floats

LEVEL: Final = 0.8
# With fewer finished origins no band is shown: measured, this room's README.
LEAST_ORIGINS: Final = 8


def half_widths(misses: Floats, level: float = LEVEL) -> Floats | None:
    """Half the band's width at each horizon (h,), from signed misses (origins, h), NaN where unknown; None below
    LEAST_ORIGINS of them."""
    if np.isfinite(misses).any(axis=1).sum() < LEAST_ORIGINS:
        return None
    horizon = misses.shape[1]
    widths = [_quantile(np.abs(misses[:, max(0, at - 1) : at + 2]), level) for at in range(horizon)]
    # A band that grew narrower with the distance would say that the far is surer than the near.
    return np.maximum.accumulate(np.array(widths))


def _quantile(sizes: Floats, level: float) -> float:
    seen = np.sort(sizes[np.isfinite(sizes)])
    if not len(seen):
        return 0.0
    rank = math.ceil((len(seen) + 1) * level)
    return float(seen[min(rank, len(seen)) - 1])
