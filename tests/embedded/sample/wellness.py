"""The sample's days as rows of ``mart_daily_wellness``, straight from the generator: for as many days and people as a
test wants, without a table, a lake or dbt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pipeline.analysis.correlation.frame import Frame, frames
from pipeline.embedded.sample.days import evening_mood, is_absent, night, sessions
from pipeline.embedded.sample.draws import SEED
from pipeline.embedded.sample.people import USERS
from pipeline.embedded.sample.weather import weather

Row = dict[str, Any]
_DAY = timedelta(days=1)


def many(number: int) -> tuple[str, ...]:
    """The sample's people, and so many more that there are ``number``."""
    return USERS + tuple(f"person{at}" for at in range(len(USERS), number))


def framed(people: Iterable[str], today: date, days: int, seed: int = SEED) -> dict[str, Frame]:
    """Everybody's frame of the ``days`` before ``today``."""
    return frames((row for user in people for row in rows(user, today - days * _DAY, today, seed)), today)


def rows(user: str, first: date, end: date, seed: int = SEED) -> Iterator[Row]:
    """A row a day from ``first`` to the day before ``end``: all columns but those of health and of places."""
    for passed in range((end - first).days):
        day = first + passed * _DAY
        yield {
            "user_id": user,
            "day": day,
            "weekday": day.isoweekday(),
            **_recorded(user, day, seed),
            **_work(user, day, seed),
            **_weather(day, seed),
        }


def _recorded(user: str, day: date, seed: int) -> Row:
    if is_absent(user, day, seed):
        return dict.fromkeys(_RECORDED)
    slept, mood = night(user, day, seed), evening_mood(user, day, seed)
    values = (slept.sleep_hours, slept.sleep_quality, slept.fatigue, slept.weight, mood, mood)
    return dict(zip(_RECORDED, values, strict=True))


_RECORDED = ("sleep_hours", "sleep_quality", "fatigue", "weight_kg", "mood", "evening_mood")


def _work(user: str, day: date, seed: int) -> Row:
    held = sessions(user, day, seed)
    return {
        "sessions": len(held),
        "focus_minutes": sum(one.minutes for one in held),
        "focus": _mean([one.focus for one in held]),
        "session_mood": _mean([one.mood for one in held]),
        "dopamine": _mean([one.dopamine for one in held]),
    }


def _weather(day: date, seed: int) -> Row:
    sky, before = weather(day, seed), weather(day - _DAY, seed)
    return {
        "temperature_c": sky.temperature_mean_c,
        "temperature_min_c": sky.temperature_min_c,
        "temperature_max_c": sky.temperature_max_c,
        "rain_mm": sky.precipitation_mm,
        "pressure_hpa": sky.pressure_hpa,
        "pressure_change_hpa": round(sky.pressure_hpa - before.pressure_hpa, 2),
        "humidity_percent": sky.humidity_percent,
        "sunshine_hours": sky.sunshine_hours,
        "weather_kind": "archive",
    }


def _mean(values: list[int]) -> Decimal | None:
    whole = Decimal(sum(values)) / len(values) if values else None
    return whole.quantize(Decimal("0.01"), ROUND_HALF_UP) if whole is not None else None
