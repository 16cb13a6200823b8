"""Numbers as they are kept: six digits, so that processors agree; intervals of means by blocks. Pure.

Sums differ in their last bits between processors; six digits of them do not.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from pipeline.analysis.forecast.series import Floats

DIGITS: Final = 6
# Quantiles .975 of Student's t for 1 to 30 degrees of freedom. Source: NIST/SEMATECH e-Handbook of Statistical Methods,
# "Critical Values of the Student's t Distribution".
_T = (
    *(12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157, 2.228139),
    *(2.200985, 2.178813, 2.160369, 2.144787, 2.131450, 2.119905, 2.109816, 2.100922, 2.093024, 2.085963),
    *(2.079614, 2.073873, 2.068658, 2.063899, 2.059539, 2.055529, 2.051831, 2.048407, 2.045230, 2.042272),
)
_NORMAL = 1.959964


def rounded(value: float) -> float | None:
    """Six significant digits; None of what is no number."""
    return float(f"{value:.{DIGITS}g}") + 0.0 if math.isfinite(value) else None


def rounded_all(values: Floats) -> Floats:
    """The same of an array, NaN where there is no number."""
    flat = [rounded(float(value)) for value in values.ravel()]
    return np.array([np.nan if value is None else value for value in flat]).reshape(values.shape)


def t_quantile(freedom: int) -> float:
    """The quantile .975 of Student's t, to three digits beyond 30 degrees of freedom."""
    if freedom <= len(_T):
        return _T[max(freedom, 1) - 1]
    return _NORMAL + (_NORMAL**3 + _NORMAL) / (4 * freedom)


def block_interval(values: Floats, length: int) -> tuple[float, float]:
    """95 % interval of the mean of ``values`` (n,) that follow each other, by the means of blocks of ``length``;
    without bounds where there are fewer than two blocks."""
    blocks = len(values) // length
    if blocks <= 1:
        return -math.inf, math.inf
    means = values[: blocks * length].reshape(blocks, length).mean(axis=1)
    half = t_quantile(blocks - 1) * float(means.std(ddof=1)) / math.sqrt(blocks)
    return float(values.mean()) - half, float(values.mean()) + half
