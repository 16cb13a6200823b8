"""Lives that mart_daily_wellness tells of: five people, of whom sleep tells focus in four, and a weather over all."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from pipeline.clock import utc_now
from pipeline.lake.bucket import Lake
from tests.support.lakes.marts import publish_wellness

PEOPLE = {"akari": 200, "kenji": 120, "mio": 60, "sora": 45, "ren": 20}
# One of them sleeps less before good days.
OTHERWISE = "kenji"


def lives(today: date, people: dict[str, int] | None = None) -> Iterator[dict[str, Any]]:
    """A row a person and day up to yesterday; some days of the ratings are missing."""
    for person, days in (people or PEOPLE).items():
        for back in range(days, 0, -1):
            yield _row(person, today - timedelta(days=back))


def fill(lake: Lake, people: dict[str, int] | None = None) -> None:
    """Publish them, of the tables of today."""
    now = utc_now()
    publish_wellness(lake, list(lives((now + timedelta(hours=9)).date(), people)), now.date())


def _row(person: str, day: date) -> dict[str, Any]:
    own, sky = random.Random(f"{person} {day}"), random.Random(f"sky {day}")  # noqa: S311 - the same at each run
    hours, bright = own.gauss(7, 1), max(sky.gauss(5, 3), 0.0)
    slept = -hours if person == OTHERWISE else hours
    focus = min(max(6 + 1.2 * (slept - (-7 if person == OTHERWISE else 7)) + own.gauss(0, 1), 1), 10)
    missing = own.random() < 0.1  # noqa: PLR2004 - share of days without ratings
    ratings = {"focus": round(focus, 1), "session_mood": round(min(max(own.gauss(3, 1), 1), 5), 1)}
    return {
        "user_id": person,
        "day": day,
        "sleep_hours": round(hours, 2),
        "sleep_quality": float(min(max(round(own.gauss(3, 1)), 1), 5)),
        "fatigue": float(min(max(round(own.gauss(5, 2)), 1), 10)),
        "steps": float(round(own.gauss(7000, 2000))),
        "focus_minutes": 0.0 if missing else max(round(90 + 12 * (day.weekday() < 5) + own.gauss(0, 20)), 0),  # noqa: PLR2004
        "sessions": 0.0 if missing else float(own.randint(1, 4)),
        "mood": round(min(max(3 + own.gauss(0, 0.8), 1), 5), 1),
        "temperature_c": round(10 + sky.gauss(0, 4), 1),
        "sunshine_hours": round(bright, 1),
        **({} if missing else ratings),
    }
