"""Exports grow along a line that one wrong day does not move, and the day of a bound is named."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from pipeline.analysis.forecast.growth import BYTES, RECORDS, Growth, growth, line
from pipeline.analysis.forecast.series import Floats
from tests.analysis.forecast.worlds import MONDAY, climb


def of(values: Floats) -> Growth:
    days = [MONDAY + timedelta(days=at) for at in range(len(values))]
    return growth(RECORDS, days, values.tolist(), MONDAY + timedelta(days=len(values)))


def test_a_steady_growth_goes_on() -> None:
    made = of(1000 + 10 * np.arange(100.0))
    assert made.outlook.used == "steady" and made.outlook.verdict == "better"
    assert [one.value for one in made.outlook.days[:3]] == [2000, 2010, 2020]
    assert (made.per_day, made.slowest, made.fastest, made.level) == (10, 10, 10, 1990)


def test_what_does_not_grow_is_foreseen_as_it_is() -> None:
    made = of(np.full(100, 882.0))
    assert made.per_day == 0 and {one.value for one in made.outlook.days} == {882}
    assert made.outlook.verdict == "no_better" and made.reaches(883) == (None, None)


def test_one_wrong_export_does_not_move_the_line() -> None:
    values = climb(100, np.random.default_rng(1))
    spoiled = values.copy()
    spoiled[95] = 1e9
    assert line(spoiled) == pytest.approx(line(values), rel=0.01)


def test_days_without_an_export_are_gaps() -> None:
    values = 1000 + 10 * np.arange(100.0)
    values[[60, 97]] = np.nan
    assert line(values) == pytest.approx((1990, 10))


def test_the_day_of_a_bound_is_named_with_the_earliest() -> None:
    made = of(climb(100, np.random.default_rng(1)))
    likely, earliest = made.reaches(3000)
    assert likely and earliest and earliest <= likely
    assert abs((likely - made.outlook.end).days - 100) < 10


def test_a_bound_that_is_behind_is_reached() -> None:
    made = of(1000 + 10 * np.arange(100.0))
    assert made.reaches(1990) == (made.outlook.end, made.outlook.end)


def test_a_bound_beyond_ten_years_has_no_day() -> None:
    assert of(1000 + 10 * np.arange(100.0)).reaches(1e9) == (None, None)


@pytest.mark.parametrize("days", [0, 1, 2, 14])
def test_a_few_exports_give_no_growth_and_no_warning(days: int) -> None:
    made = of(np.arange(float(days)))
    assert (made.per_day, made.reaches(5)) == (None, (None, None)) and made.outlook.verdict == "not_yet"


def test_sizes_in_bytes_are_judged_alike() -> None:
    values = (1e9 + 1e6 * np.arange(100.0)).tolist()
    days = [MONDAY + timedelta(days=at) for at in range(100)]
    assert growth(BYTES, days, values, MONDAY + timedelta(days=100)).per_day == 1e6
