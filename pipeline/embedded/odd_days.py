"""Days of which the demo's providers tell something odd, as real ones do now and then: what a person is to find.

Counted back from the day on which the demo begins. One fails until it is asked for again after the beginning.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pipeline.embedded.providers.google_data import Point
from pipeline.sources.day_documents import MOST_RAW_BYTES

# Within the calendar's half year; the failed one behind the month that a backfill asks for where nobody says more.
FAILED_DAYS_AGO = 100
# Weather that has no value at all is waited for a month long.
PARTIAL_DAYS_AGO, LACKING = 20, ("sunshine_duration",)
HEART_DAYS_AGO, STEPS_DAYS_AGO = 45, 12


@dataclass
class OddDays:
    """What is odd, seen from ``today`` (the civil day of the providers); once ``mended``, the failed day fails no
    more."""

    today: date
    mended: bool = False

    @property
    def lacking(self) -> dict[date, tuple[str, ...]]:
        """The fields of weather that have no value, by day."""
        return {self.today - timedelta(days=PARTIAL_DAYS_AGO): LACKING}

    def altered(self, kind: str, day: date, points: list[Any]) -> list[Any]:
        """A person's points of a type and a day, as they are told."""
        ago = (self.today - day).days
        if (kind, ago) == ("sleep", FAILED_DAYS_AGO) and not self.mended:
            return [_with_log(point) for point in points]
        if (kind, ago) == ("daily-resting-heart-rate", HEART_DAYS_AGO):
            return [_of_half_a_beat(point) for point in points]
        if (kind, ago) == ("steps", STEPS_DAYS_AGO):
            return [{**point, "steps": {"countSum": "-250"}} for point in points]
        return points


def _with_log(point: Point) -> Point:
    """A night with its device's whole log: more than is kept of one day."""
    return {**point, "deviceLog": "." * MOST_RAW_BYTES}


def _of_half_a_beat(point: Point) -> Point:
    value = point["dailyRestingHeartRate"]
    return {**point, "dailyRestingHeartRate": {**value, "beatsPerMinute": f"{value['beatsPerMinute']}.5"}}
