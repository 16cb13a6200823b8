"""Logistic regression with a penalty, by Newton's method; probabilities, and how they are scored. Pure, numpy only.

Small on purpose: tens of features, hundreds of days. Agrees with scikit-learn's (a test does it).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.analysis.forecast.series import Floats

# 3 costs noise a skill of .15 at 117 days, 40 a real effect a fifth of its skill (this room's README).
PENALTY: Final = 20.0
BINS: Final = 5
_ROUNDS, _CLOSE, _FAR, _ALIKE = 30, 1e-10, 30.0, 1e-9


@dataclass(frozen=True)
class Fitted:
    """Weights (p + 1,), the first of them alone, of features (p,) standardised by ``centre`` and ``scale``."""

    weights: Floats
    centre: Floats
    scale: Floats

    def chances(self, features: Floats) -> Floats:
        """The probability (m,) of each row (m, p); what is missing counts as usual."""
        return _chance(_design(features, self.centre, self.scale), self.weights)


@dataclass(frozen=True)
class Bin:
    """Of ``days`` whose probability lay from ``low`` to ``high``: what was foreseen on average, and what came."""

    low: float
    high: float
    days: int
    foreseen: float
    came: float


def fit(features: Floats, outcomes: Floats, penalty: float = PENALTY) -> Fitted:
    """Features (m, p), NaN where missing, and outcomes (m,) of 0 and 1."""
    centre, scale = _standard(features)
    design = _design(features, centre, scale)
    ridge = np.diag([_ALIKE] + [penalty] * features.shape[1])
    weights = np.zeros(design.shape[1])
    for _ in range(_ROUNDS):
        chance = _chance(design, weights)
        curve = design.T @ (design * (chance * (1 - chance))[:, None]) + ridge
        step = np.linalg.solve(curve, design.T @ (chance - outcomes) + ridge @ weights)
        weights = weights - step
        if np.abs(step).max() < _CLOSE:
            break
    return Fitted(weights, centre, scale)


def calibration(chances: Floats, outcomes: Floats) -> tuple[Bin, ...]:
    """Probabilities (n,) in five bins against what came (n,); empty bins are left out."""
    place = np.minimum((chances * BINS).astype(int), BINS - 1)
    found = ((at, place == at) for at in range(BINS))
    return tuple(
        Bin(at / BINS, (at + 1) / BINS, int(some.sum()), float(chances[some].mean()), float(outcomes[some].mean()))
        for at, some in found
        if some.any()
    )


def _standard(features: Floats) -> tuple[Floats, Floats]:
    seen = np.isfinite(features)
    number = np.maximum(seen.sum(axis=0), 1)
    centre = np.where(seen, features, 0.0).sum(axis=0) / number
    width = np.sqrt((np.where(seen, features - centre, 0.0) ** 2).sum(axis=0) / number)
    return centre, np.where(width > _ALIKE, width, np.inf)


def _design(features: Floats, centre: Floats, scale: Floats) -> Floats:
    usual = np.where(np.isfinite(features), (features - centre) / scale, 0.0)
    return np.column_stack([np.ones(len(features)), usual])


def _chance(design: Floats, weights: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(design @ weights, -_FAR, _FAR))))
