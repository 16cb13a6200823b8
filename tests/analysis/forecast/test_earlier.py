"""What was foreseen is put beside what came; drift is told where errors have grown for longer than by chance."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from pipeline.analysis.forecast.earlier import Earlier, earlier
from pipeline.analysis.forecast.outlook import DayAhead, Outlook, outlook
from pipeline.analysis.forecast.series import Floats
from tests.analysis.forecast.worlds import MONDAY, noise, series, tell, weekday

LEARNED = 120


def made_on(day: int, value: float, error: float | None = 10.0, width: float | None = 5.0) -> Outlook:
    """An outlook of day number ``day`` and on that says ``value``."""
    end = MONDAY + timedelta(days=day)
    band = (None, None) if width is None else (value - width, value + width)
    days = tuple(DayAhead(end + timedelta(days=at), value, *band, value) for at in range(14))
    base = outlook(series(noise(30, np.random.default_rng(1))))
    return replace(base, end=end, error=error, days=days)


def test_an_outlook_is_scored_over_its_first_week_and_its_band_over_all_days_that_came() -> None:
    came = np.full(60, 100.0)
    came[55:] = 104.0
    found = earlier([made_on(50, 101.0)], series(came))
    assert found.scored[0].error == pytest.approx((5 * 1 + 2 * 3) / 7, rel=1e-5)
    assert (found.outlooks, found.days, found.covered) == (1, 10, 1.0)


def test_days_outside_of_the_band_are_counted() -> None:
    found = earlier([made_on(50, 120.0)], series(np.full(60, 100.0)))
    assert (found.days, found.covered, found.error) == (10, 0.0, 20.0)


def test_an_outlook_without_a_band_counts_for_its_error_only() -> None:
    found = earlier([made_on(50, 120.0, width=None)], series(np.full(60, 100.0)))
    assert (found.outlooks, found.days, found.covered) == (1, 0, None)


def test_an_outlook_whose_week_has_hardly_come_is_not_scored() -> None:
    assert earlier([made_on(57, 1.0)], series(np.full(60, 100.0))) == Earlier("not_yet", 0)
    assert earlier([made_on(56, 1.0)], series(np.full(60, 100.0))).outlooks == 1


def test_days_that_were_not_measured_are_left_out() -> None:
    came = np.full(60, 100.0)
    came[51:54] = np.nan
    assert earlier([made_on(50, 120.0)], series(came)).days == 7


def test_of_two_outlooks_of_a_day_the_later_one_counts() -> None:
    found = earlier([made_on(50, 1.0), made_on(50, 100.0)], series(np.full(60, 100.0)))
    assert (found.outlooks, found.error) == (1, 0.0)


def test_without_earlier_outlooks_nothing_is_told() -> None:
    assert earlier([], series(np.full(60, 100.0))) == Earlier("not_yet", 0)
    assert earlier([made_on(50, 1.0)], series(np.empty(0))) == Earlier("not_yet", 0)


def test_drift_takes_eight_outlooks_three_days_apart() -> None:
    came = series(np.full(130, 100.0))
    every = [made_on(day, 150.0) for day in range(100, 122)]
    assert earlier(every[:-1], came).drift == "not_yet" and earlier(every, came).drift == "drifting"


@pytest.mark.parametrize(("value", "drift"), [(112.0, "steady"), (113.0, "drifting"), (90.0, "steady")])
def test_errors_drift_from_a_quarter_more_than_expected(value: float, drift: str) -> None:
    every = [made_on(day, value) for day in range(60, 122)]
    assert earlier(every, series(np.full(130, 100.0))).drift == drift


def test_outlooks_that_expected_nothing_tell_no_drift() -> None:
    every = [made_on(day, 150.0, error=None) for day in range(60, 122)]
    assert earlier(every, series(np.full(130, 100.0))).drift == "not_yet"


def lived(values: Floats, every: int = 3) -> Earlier:
    """A life with an outlook every third day from day 120 on, looked back at from its end."""
    outlooks = [outlook(series(values[:day])) for day in range(LEARNED, len(values), every)]
    return earlier(outlooks, series(values))


def drifts(runs: int, change: float) -> float:
    """Share of lives called drifting whose spread was multiplied on day 120."""
    told: Counter[str] = Counter()
    for seed in range(runs):
        values = weekday(LEARNED + 80, np.random.default_rng(seed))
        values[LEARNED:] = 180 + change * (values[LEARNED:] - 180)
        told[lived(values).drift] += 1
    return told["drifting"] / runs


def test_a_life_that_goes_on_as_it_was_hardly_drifts() -> None:
    assert drifts(12, 1.0) <= 0.1


def test_a_life_whose_days_became_twice_as_unlike_drifts() -> None:
    assert drifts(6, 2.0) >= 0.8


@pytest.mark.soak
def test_drift_in_full() -> None:
    tell("\nShare of 80 lives called drifting, by the change of their spread:")
    for change, least, most in ((1.0, 0.0, 0.05), (1.25, 0.0, 1.0), (1.5, 0.0, 1.0), (2.0, 0.9, 1.0)):
        found = drifts(80, change)
        tell(f"  x{change:.2f} {found:.3f}")
        assert least <= found <= most
