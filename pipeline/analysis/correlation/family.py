"""One correction over everything that was asked together (Benjamini and Hochberg). Pure."""

from __future__ import annotations

import numpy as np

from pipeline.analysis.correlation.ranks import Floats

# Of what is shown as found, so much is by chance, on average.
SHARE = 0.05


def corrected(p: Floats) -> Floats:
    """The p of one family, corrected; of any shape. NaN was not asked and stays NaN."""
    out = np.full(p.shape, np.nan)
    asked = ~np.isnan(p)
    if not asked.any():
        return out
    known = p[asked]
    order = np.argsort(known)
    stepped = (known[order] * len(known) / np.arange(1, len(known) + 1))[::-1]
    least = np.empty(len(known))
    least[order] = np.minimum(np.minimum.accumulate(stepped)[::-1], 1)
    out[asked] = least
    return out
