"""Six digits, intervals of means that follow each other, and quantiles that scipy agrees with."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from pipeline.analysis.forecast.numbers import block_interval, rounded, rounded_all, t_quantile


@pytest.mark.parametrize(
    ("value", "kept"),
    [(0.1 + 0.2, 0.3), (123456.789, 123457.0), (-1 / 3, -0.333333), (-0.0, 0.0), (1e-20, 1e-20), (0.0, 0.0)],
)
def test_numbers_have_six_digits(value: float, kept: float) -> None:
    found = rounded(value)
    assert found == kept and math.copysign(1, found) == math.copysign(1, kept)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_none(value: float) -> None:
    assert rounded(value) is None


def test_an_array_keeps_its_shape_and_its_gaps() -> None:
    found = rounded_all(np.array([[1.23456789, np.nan]]))
    assert found.shape == (1, 2) and found[0, 0] == 1.23457 and np.isnan(found[0, 1])


@pytest.mark.parametrize("freedom", range(1, 400))
def test_quantiles_of_t_are_scipys(freedom: int) -> None:
    assert t_quantile(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=2e-3)


def test_an_interval_of_one_block_has_no_bounds() -> None:
    assert block_interval(np.ones(5), 3) == (-math.inf, math.inf)
    assert block_interval(np.empty(0), 3) == (-math.inf, math.inf)


def test_an_interval_is_student_s_over_the_means_of_blocks() -> None:
    low, high = block_interval(np.array([-1.0, 1, 0, 2, 1, 3]), 3)
    assert (low, high) == pytest.approx((1 - 12.706205, 1 + 12.706205))


def test_an_interval_of_values_that_carry_over_holds_the_mean_in_about_95_percent() -> None:
    rng = np.random.default_rng(1)
    held = []
    for _ in range(400):
        values = np.convolve(rng.normal(0, 1, 122), np.ones(3) / 3, "valid")
        low, high = block_interval(values, 6)
        held.append(low <= 0 <= high)
    assert 0.89 <= np.mean(held) <= 0.98
