"""What a correlation over so many days is worth: its p, its interval, and what could have been found at all. Pure."""

from __future__ import annotations

import numpy as np
from scipy import special

from pipeline.analysis.correlation.ranks import Floats

LEVEL = 0.95
POWER = 0.8
_MOST = 0.999999


def p_values(r: Floats, degrees: Floats) -> Floats:
    """Two-sided p of correlations with so many degrees of freedom; NaN without any. (Of t, as a beta function.)"""
    known = degrees > 0
    unexplained = np.clip(1 - r**2, 0, 1)
    p: Floats = np.where(known, special.betainc(np.where(known, degrees, 1.0) / 2, 0.5, unexplained), np.nan)
    return p


def bounds(r: Floats, degrees: Floats) -> tuple[Floats, Floats]:
    """Lower and upper end of the LEVEL interval (Fisher's z, whose variance is 1 / (degrees − 1)); NaN where r is, −1
    and 1 where there are too few days."""
    z = np.arctanh(np.clip(r, -_MOST, _MOST))
    half = special.ndtri(0.5 + LEVEL / 2) / np.sqrt(np.maximum(degrees - 1, 1e-9))
    return np.tanh(z - half), np.tanh(z + half)


def findable(degrees: float, tests: int = 1) -> float:
    """The weakest correlation, 0 to 1, that the strictest of so many tests finds with POWER."""
    z = special.ndtri(1 - (1 - LEVEL) / 2 / max(tests, 1)) + special.ndtri(POWER)
    return float(np.tanh(z / np.sqrt(max(degrees - 1, 1e-9))))
