"""A person's nights and days: sleep, work, mood, and what of one moves the other. Pure, seeded.

What is planted, and what only looks so, is listed in ``planted.py``. Weekdays differ and days are alike the day before,
as they are with people, so that plain correlation finds too much.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from pipeline.embedded.sample.draws import SEED, bounded, carried, rng, wave
from pipeline.embedded.sample.people import person
from pipeline.embedded.sample.weather import Weather, weather

USUAL_SLEEP = 6.8
ABSENT = 0.1
MOST_SESSIONS = 4
_DAY = timedelta(days=1)
_CACHED = 4096
# Monday first: hours of sleep, sessions, focus and evening mood that a weekday has more or less than others.
_SLEEP = (-0.2, -0.1, -0.1, -0.1, -0.3, 0.5, 0.3)
_SESSIONS = (0.4, 0.4, 0.3, 0.3, 0.1, -0.6, -0.9)
_FOCUS = (-0.4, 0.2, 0.3, 0.2, -0.2, 0.0, -0.1)
_MOOD = (-0.3, -0.1, 0.0, 0.0, 0.3, 0.3, -0.2)


@dataclass(frozen=True)
class Night:
    """A user's night before ``day``: sleep in hours, quality 1–5, fatigue 1–10, weight in kilograms."""

    day: date
    sleep_hours: float
    sleep_quality: int
    fatigue: int
    weight: Decimal


@dataclass(frozen=True)
class Session:
    """One of a day's sessions: begun at ``hour`` in Tokyo, so many minutes long; focus 1–10, mood and dopamine 1–5."""

    number: int
    hour: float
    minutes: int
    focus: int
    mood: int
    dopamine: int


def is_absent(user: str, day: date, seed: int = SEED) -> bool:
    """Whether nothing was noted on the day, as on one in ten; the night and the weather are there all the same."""
    return rng(seed, "absent", user, day).random() < ABSENT


@lru_cache(maxsize=_CACHED)
def night(user: str, day: date, seed: int = SEED) -> Night:
    """The sample's sleep of a user in the night that ends on ``day``, and how tired the day before left them."""
    draw, hours = rng(seed, "night", user, day), sleep_hours(user, day, seed)
    worked = worked_minutes(user, day - _DAY, seed) - 1.6 * person(user, seed).minutes
    tired = 5.2 - 0.9 * (hours - USUAL_SLEEP) + 0.014 * worked + draw.gauss(0, 0.9)
    weight = person(user, seed).weight + 2 * wave(day) + draw.gauss(0, 0.4)
    quality = bounded(hours - 3.8 + draw.gauss(0, 0.7), 1, 5)
    return Night(day, hours, quality, bounded(tired, 1, 10), Decimal(f"{weight:.1f}"))


@lru_cache(maxsize=_CACHED)
def sleep_hours(user: str, day: date, seed: int = SEED) -> float:
    """Hours of the night that ends on ``day``."""
    hours = USUAL_SLEEP + _SLEEP[day.weekday()] + carried(seed, "sleep", user, day, 0.25)
    return round(min(9.5, max(3.5, hours)), 2)


def worked_minutes(user: str, day: date, seed: int = SEED) -> int:
    """Minutes of all the day's sessions."""
    return sum(session.minutes for session in sessions(user, day, seed))


@lru_cache(maxsize=_CACHED)
def sessions(user: str, day: date, seed: int = SEED) -> tuple[Session, ...]:
    """The day's sessions in their order; none of a day on which nothing was noted, and of some others."""
    if is_absent(user, day, seed):
        return ()
    some = rng(seed, "sessions", user, day).gauss(0, 0.5) + 0.4 * carried(seed, "busy", user, day, 0.5)
    count = bounded(1.55 + _SESSIONS[day.weekday()] + some, 0, MOST_SESSIONS)
    level, sky = _Level(user, day, seed), weather(day, seed)
    return tuple(_session(level, sky, number, rng(seed, "session", user, day, number)) for number in range(count))


def evening_mood(user: str, day: date, seed: int = SEED) -> int:
    """The mood at the end of the day, from 1 to 5."""
    slept, sky = sleep_hours(user, day, seed) - USUAL_SLEEP, weather(day, seed)
    own = -0.45 if person(user, seed).turns else 0.4
    carry = 0.3 * carried(seed, "mood", user, day, 0.5)
    sunny = 0.1 * (sky.sunshine_hours - 5)
    by_chance = rng(seed, "evening", user, day).gauss(0, 0.5)
    return bounded(3.2 + own * slept + sunny + _MOOD[day.weekday()] + carry + by_chance, 1, 5)


class _Level:
    """What a day's sessions have in common: sleep that is longer or shorter than usual, focus, mood, length."""

    def __init__(self, user: str, day: date, seed: int) -> None:
        slept = sleep_hours(user, day, seed) - USUAL_SLEEP
        self.minutes = person(user, seed).minutes + 9 * slept
        self.focus = 6.05 + 0.6 * slept + _FOCUS[day.weekday()] + 0.5 * carried(seed, "focus", user, day, 0.5)
        # The mood of these years follows the wave, as weight does, and neither the other.
        self.mood = 3.4 + 0.3 * slept + 0.4 * wave(day) + 0.25 * carried(seed, "calm", user, day, 0.4)


def _session(level: _Level, sky: Weather, number: int, draw: random.Random) -> Session:
    wet = 1.0 if sky.is_wet else 0.0
    mood = bounded(level.mood - 0.4 * wet + draw.gauss(0, 0.55), 1, 5)
    return Session(
        number,
        hour=9 + 3 * number + draw.uniform(0, 1),
        minutes=bounded(level.minutes + draw.gauss(0, 12), 15, 115),
        focus=bounded(level.focus - 0.9 * wet + draw.gauss(0, 1), 1, 10),
        mood=mood,
        dopamine=bounded(mood + draw.gauss(0, 0.8), 1, 5),
    )
