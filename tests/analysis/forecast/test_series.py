"""Days and values become a calendar: today is left out, gaps are gaps, and what cannot be is no value."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest

from pipeline.analysis.forecast.series import MOST_DAYS, TARGETS, series_of
from pipeline.errors import DataInvalid

TODAY = date(2026, 11, 30)
MINUTES = TARGETS["focus_minutes"]


def before(*days: int) -> list[date]:
    return [TODAY - timedelta(days=day) for day in days]


def test_days_in_any_order_become_a_calendar_with_gaps_up_to_yesterday() -> None:
    made = series_of(MINUTES, before(2, 5), [20.0, 50.0], TODAY)
    assert made.first == TODAY - timedelta(days=5) and made.end == TODAY
    assert np.array_equal(made.values, [50, np.nan, np.nan, 20, np.nan], equal_nan=True)
    assert made.observed == 2


def test_today_and_later_are_left_out() -> None:
    assert series_of(MINUTES, before(1, 0, -1), [1.0, 2.0, 3.0], TODAY).values.tolist() == [1.0]


@pytest.mark.parametrize("value", [1e9, -1.0, math.inf, 1440.5])
def test_a_value_that_no_day_can_have_counts_as_missing_and_is_told(value: float) -> None:
    made = series_of(MINUTES, before(3, 2, 1), [60.0, value, 90.0], TODAY)
    assert made.refused == 1 and made.observed == 2 and np.isnan(made.values[1])


@pytest.mark.parametrize("values", [[None, None], [math.nan, None]])
def test_all_missing_is_an_empty_series(values: list[float | None]) -> None:
    made = series_of(MINUTES, before(2, 1), values, TODAY)
    assert len(made.values) == 0 and made.observed == 0 and made.refused == 0 and not made.is_stale


def test_nothing_at_all_is_an_empty_series() -> None:
    assert series_of(MINUTES, [], [], TODAY).end == TODAY


def test_a_day_that_stands_twice_is_named() -> None:
    with pytest.raises(DataInvalid, match="2026-11-29 stands twice"):
        series_of(MINUTES, before(1, 1), [1.0, 1.0], TODAY)


def test_lists_of_unlike_length_are_refused() -> None:
    with pytest.raises(DataInvalid, match="2 days and 1 values"):
        series_of(MINUTES, before(1, 2), [1.0], TODAY)


def test_a_day_of_another_century_is_refused_before_a_calendar_is_made() -> None:
    with pytest.raises(DataInvalid, match=f"more than {MOST_DAYS} days"):
        series_of(MINUTES, [date(1926, 1, 1), *before(1)], [1.0, 1.0], TODAY)


@pytest.mark.parametrize(("last", "stale"), [(1, False), (3, False), (4, True)])
def test_days_that_have_not_come_for_longer_than_two_nights_are_told(last: int, stale: bool) -> None:
    made = series_of(MINUTES, before(last), [1.0], TODAY)
    assert made.stale == last - 1 and made.is_stale == stale
