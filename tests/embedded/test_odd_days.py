"""pipeline.embedded.odd_days: what a person is to find among the demo's days, told by the providers themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from pipeline.embedded.backfills import RANGES
from pipeline.embedded.odd_days import (
    FAILED_DAYS_AGO,
    HEART_DAYS_AGO,
    LACKING,
    PARTIAL_DAYS_AGO,
    STEPS_DAYS_AGO,
    OddDays,
)
from pipeline.embedded.providers.google_data import points
from pipeline.sources.day_documents import MOST_RAW_BYTES
from pipeline.sources.google_health.daily import normalised

TODAY = date(2026, 11, 27)
NOW = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)
KINDS = ("sleep", "daily-resting-heart-rate", "steps", "distance", "total-calories", "active-minutes")


def day_of(odd: OddDays, days_ago: int) -> dict[str, list[Any]]:
    """A person's day as the provider tells it."""
    day = TODAY - timedelta(days=days_ago)
    return {kind: odd.altered(kind, day, points(kind, "akari", day, NOW)) for kind in KINDS}


def refused(days_ago: int) -> list[str]:
    odd, day = OddDays(TODAY), TODAY - timedelta(days=days_ago)
    record, rejected = normalised("akari", day, "Asia/Tokyo", day_of(odd, days_ago))
    assert record
    return [one.field for one in rejected]


def test_a_night_comes_with_more_than_is_kept_of_a_day_until_it_is_mended() -> None:
    odd = OddDays(TODAY)
    assert len(str(day_of(odd, FAILED_DAYS_AGO))) > MOST_RAW_BYTES
    odd.mended = True
    assert day_of(odd, FAILED_DAYS_AGO) == day_of(OddDays(TODAY - timedelta(days=1)), FAILED_DAYS_AGO)
    assert refused(FAILED_DAYS_AGO) == ["sleep[0].deviceLog"]


@pytest.mark.parametrize(
    ("days_ago", "fields"),
    [
        (HEART_DAYS_AGO, ["daily-resting-heart-rate[0].dailyRestingHeartRate.beatsPerMinute"]),
        (STEPS_DAYS_AGO, ["steps"]),
        (PARTIAL_DAYS_AGO, []),
        (1, []),
    ],
)
def test_some_fields_are_refused_and_the_rest_of_their_day_is_taken(days_ago: int, fields: list[str]) -> None:
    assert refused(days_ago) == fields


def test_weather_lacks_a_value_on_one_day() -> None:
    assert OddDays(TODAY).lacking == {TODAY - timedelta(days=PARTIAL_DAYS_AGO): LACKING}


def test_the_day_that_fails_is_in_no_last_backfill_nor_in_a_month_that_a_person_asks_for() -> None:
    first, last = RANGES[-1]
    assert not last <= FAILED_DAYS_AGO <= first
    assert FAILED_DAYS_AGO > 30
