"""What the models are built from in tests: the demo's sample with what is hard beside it, and with faults."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pipeline.embedded.sample.draws import SEED
from pipeline.embedded.sample.items import items as sample_items
from pipeline.embedded.sample.people import person
from pipeline.embedded.sample.weather import weather as sample_weather
from tests.support.tables.days import Records

TODAY = date(2026, 11, 24)
FIRST = person("akari").first_day(TODAY)
DAYS = (TODAY - FIRST).days + 1
# No row of anybody's: the calendar has it all the same.
NOTHING = TODAY - timedelta(days=20)
TOKYO, SAPPORO = "geonames-1850147", "geonames-2128295"
PLACES = {"kenji": SAPPORO}
# 38 digits: a double holds 17 of them.
WEIGHT = Decimal("61.123456789012345678901234567890123456")


def items() -> Records:
    """The sample's people in two time zones; one weight of 38 digits, one day on which nothing is known of kenji."""
    return [_changed(item) for item in sample_items(TODAY) if not _is_of(item, "kenji", NOTHING)] + [
        _mood("akari", "2026-11-20T22:30:00Z", 2),
        _mood("akari", "2026-11-21T04:00:00Z", 4),
    ]


def _is_of(item: dict[str, Any], user: str, day: date) -> bool:
    return f"{item['PK']}/{item['SK']}".startswith((f"USER#{user}#DATE#{day}", f"USER#{user}/CONDITION#{day}"))


def _changed(item: dict[str, Any]) -> dict[str, Any]:
    as_exported = {name: sorted(value) if isinstance(value, set) else value for name, value in item.items()}
    if (item["PK"], item["SK"]) == ("USER#mio", "PROFILE"):
        return {**as_exported, "timezone": "America/New_York"}
    if (item["PK"], item["SK"]) == ("USER#kenji", f"CONDITION#{TODAY}"):
        return {**as_exported, "weight": WEIGHT}
    return as_exported


def _mood(user: str, at: str, rating: int) -> dict[str, Any]:
    key = {"PK": f"USER#{user}#DATE#2026-11-21", "SK": f"MOOD#{at}", "entity_type": "mood"}
    return {**key, "mood_rating": rating, "notes": "", "created_at": at, "updated_at": at}


def in_whole_numbers(item: dict[str, Any]) -> dict[str, Any]:
    """The same, cut: columns of such are whole ones."""
    cut = {name: int(value) for name, value in item.items() if isinstance(value, float | Decimal)}
    return {**item, **cut}


def weather() -> Records:
    """Two places; Tokyo's first day is missing."""
    return list(_weather())


def _weather() -> Iterator[dict[str, Any]]:
    for passed in range(DAYS):
        day = FIRST + timedelta(days=passed)
        for place, seed in ((TOKYO, SEED), (SAPPORO, 2)):
            sky = sample_weather(day, seed)
            if (place, passed) != (TOKYO, 0):
                yield {
                    "date": day.isoformat(),
                    "place_id": place,
                    "place_name": place,
                    "kind": "archive",
                    "temperature_mean_c": sky.temperature_mean_c,
                    "temperature_min_c": sky.temperature_min_c,
                    "temperature_max_c": sky.temperature_max_c,
                    "precipitation_mm": sky.precipitation_mm,
                    "pressure_mean_hpa": sky.pressure_hpa,
                    "humidity_mean_percent": sky.humidity_percent,
                    "sunshine_hours": sky.sunshine_hours,
                }


def health() -> Records:
    """Of akari, five days longer than the table goes back; on every seventh day the night is unknown."""
    days = (FIRST + timedelta(days=passed) for passed in range(-5, DAYS))
    return [
        {
            "user": "akari",
            "date": day.isoformat(),
            "timezone": "Asia/Tokyo",
            "sleep_hours": None if number % 7 == 0 else round(6 + number / 50, 3),
            "sleep_efficiency_percent": 80.5 + number % 10,
            "sleep_deep_hours": 1.25,
            "sleep_rem_hours": 1.5,
            "steps": 4000 + 13 * number,
            "active_minutes": None if number % 3 else 30,
            "resting_heart_rate_bpm": 55 + number % 6,
        }
        for number, day in enumerate(days)
    ]


def faulty() -> Records:
    """A person who stands twice, a session of nobody, a kind that no model knows, a missing day, a focus of 11; and
    what does not belong in its column, which must not end a build."""
    records = [item for item in items() if (item["PK"], item["SK"]) != ("USER#mio", f"CONDITION#{NOTHING}")]
    (profile,) = (item for item in records if (item["PK"], item["SK"]) == ("USER#akari", "PROFILE"))
    some = next(item for item in records if item["entity_type"] == "session")
    return [
        *records,
        profile,
        {**profile, "PK": "USER#far", "user_id": 12, "timezone": "Mars/Olympus"},
        {**some, "PK": f"USER#ghost#DATE#{TODAY}", "SK": "SESSION#ghost-1"},
        {**some, "SK": "SESSION#high", "focus_level": 11, "mood_rating": "good", "start_time": "soon"},
        {"PK": "USER#akari", "SK": "REWARD#1", "entity_type": "reward"},
        {"PK": "USER#akari", "SK": "CONDITION#yesterday", "entity_type": "condition", "sleep_hours": ["?"]},
        {"PK": "USER#akari", "SK": "CONDITION#9999-01-01", "entity_type": "condition", "sleep_hours": True},
    ]


def films() -> Records:
    """A table that knows nothing of people and their days."""
    return [{"year": 1990 + number, "title": f"film {number}", "info": {"rating": 7.5}} for number in range(3)]
