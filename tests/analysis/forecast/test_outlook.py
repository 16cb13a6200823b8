"""What is said of the next two weeks, whatever the days before were like."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from pipeline.analysis.forecast.candidates.known import CANDIDATES
from pipeline.analysis.forecast.outlook import Outlook, all_ahead, outlook
from pipeline.analysis.forecast.series import TARGETS, Floats, series_of
from tests.analysis.forecast.worlds import ANY, MONDAY, carried, climb, noise, series, weekday

MINUTES = TARGETS["focus_minutes"]
RNG = np.random.default_rng


def without(values: Floats, missing: Floats) -> Floats:
    return np.where(missing, np.nan, values)


def by_week(days: int) -> Floats:
    """Every fourth week is missing."""
    return (np.arange(days) // 7) % 4 == 2


def test_it_is_of_the_fourteen_days_after_the_last() -> None:
    made = outlook(series(weekday(120, RNG(1))))
    assert [one.day for one in made.days] == [MONDAY + timedelta(days=120 + at) for at in range(14)]
    assert made.end == made.days[0].day and made.observed == 120


def test_a_band_stands_around_each_value_and_within_what_can_be() -> None:
    made = outlook(series(np.clip(noise(200, RNG(1)) - 150, 0, None), MINUTES))
    assert all(one.low is not None and one.high is not None for one in made.days)
    assert all(0 <= (one.low or 0) <= one.value <= (one.high or 0) <= 1440 for one in made.days)


def test_every_candidate_is_told_with_its_error() -> None:
    made = outlook(series(carried(200, RNG(1))))
    assert [one.name for one in made.candidates] == [one.name for one in CANDIDATES]
    assert all(one.error and one.mase and one.origins for one in made.candidates)
    assert made.used in {one.name for one in CANDIDATES} and made.error and made.covered


def test_every_candidate_s_days_are_kept_beside() -> None:
    whole = series(carried(200, RNG(1)))
    made, rows = outlook(whole), all_ahead(whole)
    assert len(rows) == 14 * len(CANDIDATES)
    assert tuple(row.ahead for row in rows if row.is_used) == made.days
    assert {row.candidate for row in rows if row.is_used} == {made.used}


def test_the_ridge_s_days_are_left_out_while_it_may_not_speak() -> None:
    assert len(all_ahead(series(carried(100, RNG(1))))) == 14 * (len(CANDIDATES) - 1)


def test_the_same_days_give_the_same_outlook() -> None:
    assert outlook(series(carried(150, RNG(1)))) == outlook(series(carried(150, RNG(1))))


def numbers(made: Outlook) -> list[float]:
    told = [made.skill, made.low, made.high, made.error, made.covered]
    told += [number for one in made.candidates for number in (one.error, one.mase)]
    told += [number for one in made.days for number in (one.value, one.low, one.high, one.baseline)]
    return [number for number in told if number is not None]


BAD: dict[str, Callable[[], Floats]] = {
    "one day": lambda: np.array([60.0]),
    "27 days": lambda: noise(27, RNG(1)),
    "all alike": lambda: np.full(200, 120.0),
    "all zero": lambda: np.zeros(200),
    "all missing": lambda: np.full(200, np.nan),
    "a quarter missing": lambda: without(noise(200, RNG(1)), RNG(2).random(200) < 0.25),
    "every fourth week missing": lambda: without(noise(200, RNG(1)), by_week(200)),
    "only Mondays": lambda: without(noise(200, RNG(1)), np.arange(200) % 7 > 0),
    "every second day": lambda: without(noise(200, RNG(1)), np.arange(200) % 2 > 0),
    "a step": lambda: np.concatenate([noise(100, RNG(1)), noise(100, RNG(2)) + 300]),
    "a value of 1e9": lambda: np.where(np.arange(200) == 190, 1e9, noise(200, RNG(1))),
    "two values": lambda: np.arange(200.0) % 2,
    "the last weeks missing": lambda: without(noise(200, RNG(1)), np.arange(200) > 160),
}


@pytest.mark.parametrize("values", BAD.values(), ids=BAD)
def test_whatever_the_days_were_like_numbers_are_numbers_and_nothing_warns(values: Callable[[], Floats]) -> None:
    found = values()
    days = [MONDAY + timedelta(days=at) for at in range(len(found))]
    for target in (ANY, MINUTES):
        made = outlook(series_of(target, days, found.tolist(), MONDAY + timedelta(days=len(found))))
        assert all(map(math.isfinite, numbers(made)))
        assert len(made.days) == (14 if made.observed >= 14 else 0)
        assert (made.verdict == "not_yet") == (made.days_left > 0)


def test_one_value_of_a_thousand_million_changes_no_minute() -> None:
    values = noise(200, RNG(1))
    spoiled = np.where(np.arange(200) == 190, 1e9, values)
    gap = np.where(np.arange(200) == 190, np.nan, values)
    made = outlook(series(spoiled, MINUTES))
    assert made.refused == 1
    assert replace(made, refused=0) == outlook(series(gap, MINUTES))


def test_below_fourteen_measured_days_nothing_is_foreseen() -> None:
    made = outlook(series(noise(13, RNG(1))))
    assert (made.days, made.used, made.verdict, made.days_left) == ((), None, "not_yet", 61)
    assert all_ahead(series(noise(13, RNG(1)))) == ()


def test_before_anybody_could_be_chosen_the_mean_speaks_without_a_band() -> None:
    made = outlook(series(noise(30, RNG(1))))
    assert made.used == "mean_of_all" and {one.low for one in made.days} == {None}


def test_two_people_do_not_reach_each_other() -> None:
    one, nobody = series(noise(120, RNG(1))), series(np.full(120, np.nan))
    before = outlook(one)
    assert outlook(nobody).days == () and outlook(one) == before


def test_a_day_less_after_a_change_of_the_time_zone_is_a_gap() -> None:
    days = [MONDAY + timedelta(days=at) for at in range(120) if at != 60]
    made = outlook(series_of(ANY, days, noise(119, RNG(1)).tolist(), MONDAY + timedelta(days=120)))
    assert made.missing == 1 and len(made.days) == 14


def test_days_that_are_late_are_told_and_what_is_foreseen_begins_today() -> None:
    days = [MONDAY + timedelta(days=at) for at in range(120)]
    today = MONDAY + timedelta(days=124)
    made = outlook(series_of(ANY, days, climb(120, RNG(1)).tolist(), today))
    assert made.stale == 4 and made.missing == 4 and made.days[0].day == today
