"""全員: each person for themselves first, then the mean of what was found within people (random effects). Pure.

Rows of several people in one heap say how people differ, not what moved together: their sign is wrong often.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from pipeline.analysis.correlation.interval import LEVEL, POWER
from pipeline.analysis.correlation.ranks import Floats

FEWEST_PEOPLE = 5
_MOST = 0.999


@dataclass(frozen=True)
class Dot:
    """One person's correlation: r and its interval, days, effective days, degrees of freedom."""

    person: str
    r: float
    low: float
    high: float
    days: int
    worth: float
    degrees: float


@dataclass(frozen=True)
class Mean:
    """The mean r over people with its interval and p; of Fisher's z: ``spread``, the standard deviation between people,
    and ``error``, the mean's standard error."""

    r: float
    low: float
    high: float
    p: float
    spread: float
    error: float

    def findable(self, people: int, tests: int) -> float:
        """The weakest mean r that the strictest of so many tests finds with POWER among so many people."""
        strict = special.stdtrit(people - 1, 1 - (1 - LEVEL) / 2 / max(tests, 1))
        return float(np.tanh((strict + special.stdtrit(people - 1, POWER)) * self.error))


def mean_of(dots: Sequence[Dot]) -> Mean | None:
    """The random-effects mean (DerSimonian and Laird's spread, Hartung and Knapp's interval by t, never narrower than
    the plain one). None below FEWEST_PEOPLE: a mean of a few tells of each."""
    if len(dots) < FEWEST_PEOPLE:
        return None
    z = np.arctanh(np.clip([dot.r for dot in dots], -_MOST, _MOST))
    variance = 1 / np.maximum(np.array([dot.degrees for dot in dots]) - 1, 1)
    between = _between(z, variance)
    weight = 1 / (variance + between)
    middle = float(weight @ z / weight.sum())
    wider = max(1.0, float(weight @ (z - middle) ** 2 / (len(z) - 1)))
    error = float(np.sqrt(wider / weight.sum()))
    half = float(special.stdtrit(len(z) - 1, 0.5 + LEVEL / 2)) * error
    p = float(2 * special.stdtr(len(z) - 1, -abs(middle) / error))
    r, low, high = np.tanh([middle, middle - half, middle + half]).tolist()
    return Mean(r, low, high, p, float(np.sqrt(between)), error)


def signs_differ(dots: Sequence[Dot]) -> bool:
    """Whether it is positive in one person and negative in another, each by their own interval."""
    return any(dot.low > 0 for dot in dots) and any(dot.high < 0 for dot in dots)


def between_people(means: Sequence[tuple[float, float]]) -> float | None:
    """r of people's own means, which tells how people differ. NaN are left out; None below FEWEST_PEOPLE, and where one
    of both is the same in all."""
    known = np.array([pair for pair in means if not np.isnan(pair).any()]).reshape(-1, 2)
    if len(known) < FEWEST_PEOPLE or (known.std(0) == 0).any():
        return None
    return float(np.corrcoef(known.T)[0, 1])


def _between(z: Floats, variance: Floats) -> float:
    """Variance of people's true Fisher z, 0 or more."""
    weight = 1 / variance
    off = float(weight @ (z - weight @ z / weight.sum()) ** 2)
    return max(0.0, (off - len(z) + 1) / float(weight.sum() - weight @ weight / weight.sum()))
