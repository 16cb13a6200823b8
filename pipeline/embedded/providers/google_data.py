"""A sample user's days in Google Health's shapes: the nights are those of the sample's CONDITION records. Pure, seeded.

What moves the sample's sessions (sleep, fatigue) moves steps and heart rate here, too.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.embedded.sample.days import night as night_of
from pipeline.embedded.sample.draws import SEED

ZONE = ZoneInfo("Asia/Tokyo")
CYCLES = 5
_OFFSET = "32400s"
_SOURCE = {"platform": "FITBIT", "device": {"displayName": "Stand-in", "formFactor": "WATCH"}}

Point = dict[str, Any]


def points(kind: str, user: str, day: date, now: datetime, seed: int = SEED) -> list[Point]:
    """The points of a type on a day, as far as that day has gone by ``now``."""
    return _KINDS[kind](user, day, _share_of(day, now), now, seed)


def sleep_points(user: str, day: date, share: float, now: datetime, seed: int) -> list[Point]:
    """The night that ends on ``day``, once it has ended: as long as the sample's ``sleep_hours`` say."""
    night, rng = night_of(user, day, seed), _rng(seed, "sleep", user, day)
    asleep = round(night.sleep_hours * 3600)
    awake = round(asleep * (0.16 - 0.02 * night.sleep_quality + rng.uniform(0, 0.02)))
    end = datetime(day.year, day.month, day.day, 6, rng.randrange(60), tzinfo=ZONE)
    start = end - timedelta(seconds=asleep + awake)
    if end > now:
        return []
    stages = list(_stages(start, asleep, awake, rng))
    sleep = {
        "interval": {**_interval(start, end), "civilStartTime": _civil(start), "civilEndTime": _civil(end)},
        "type": "STAGES",
        "stages": stages,
        "metadata": {"stagesStatus": "SUCCEEDED", "processed": True, "nap": False, "mainSleep": True},
        "summary": _summary(stages, asleep, awake),
    }
    return [{"name": f"users/me/dataTypes/sleep/dataPoints/{day:%Y%m%d}", "dataSource": _SOURCE, "sleep": sleep}]


def _stages(start: datetime, asleep: int, awake: int, rng: random.Random) -> Iterator[Point]:
    """Cycles of light, deep, light and REM sleep, a little awake between them; the seconds add up exactly."""
    at = start
    slept, woken = _cut(asleep, CYCLES), _cut(awake, CYCLES)
    for number in range(CYCLES):
        # Deep sleep comes first in a night, REM sleep last.
        deep = int(slept[number] * (0.28 - 0.05 * number + rng.uniform(0, 0.03)))
        rem = int(slept[number] * (0.10 + 0.06 * number + rng.uniform(0, 0.03)))
        light = slept[number] - deep - rem
        parts = (
            ("AWAKE", woken[number]),
            ("LIGHT", light // 2),
            ("DEEP", deep),
            ("LIGHT", light - light // 2),
            ("REM", rem),
        )
        for kind, seconds in parts:
            if seconds:
                yield {**_interval(at, at + timedelta(seconds=seconds)), "type": kind}
            at += timedelta(seconds=seconds)


def _summary(stages: list[Point], asleep: int, awake: int) -> Point:
    kinds = [stage["type"] for stage in stages]
    return {
        "minutesInSleepPeriod": str(round((asleep + awake) / 60)),
        "minutesToFallAsleep": "0",
        "minutesAfterWakeUp": "0",
        "minutesAsleep": str(round(asleep / 60)),
        "minutesAwake": str(round(awake / 60)),
        "stagesSummary": [{"type": kind, "count": str(kinds.count(kind))} for kind in sorted(set(kinds))],
    }


def _resting(user: str, day: date, share: float, now: datetime, seed: int) -> list[Point]:
    night, rng = night_of(user, day, seed), _rng(seed, "resting", user, day)
    beats = round(54 + night.fatigue + rng.gauss(0, 1))
    value = {"date": _date(day), "beatsPerMinute": str(beats)}
    point = {"name": f"users/me/dataTypes/daily-resting-heart-rate/dataPoints/{day:%Y%m%d}", "dataSource": _SOURCE}
    return [{**point, "dailyRestingHeartRate": value}] if share else []


def _steps_of(user: str, day: date, share: float, seed: int) -> int:
    night, rng = night_of(user, day, seed), _rng(seed, "steps", user, day)
    return max(0, round(share * (10_500 - 450 * night.fatigue + rng.gauss(0, 1200))))


def _steps(user: str, day: date, share: float, now: datetime, seed: int) -> list[Point]:
    return _rolled(day, share, "steps", {"countSum": str(_steps_of(user, day, share, seed))})


def _distance(user: str, day: date, share: float, now: datetime, seed: int) -> list[Point]:
    return _rolled(day, share, "distance", {"millimetersSum": str(_steps_of(user, day, share, seed) * 690)})


def _calories(user: str, day: date, share: float, now: datetime, seed: int) -> list[Point]:
    kcal = round(share * 1450 + 0.042 * _steps_of(user, day, share, seed), 1)
    return _rolled(day, share, "totalCalories", {"kcalSum": kcal})


def _active(user: str, day: date, share: float, now: datetime, seed: int) -> list[Point]:
    walked = _steps_of(user, day, share, seed)
    minutes = {"LIGHT": walked // 60, "MODERATE": walked // 250, "VIGOROUS": walked // 900}
    levels = [{"activityLevel": level, "activeMinutesSum": str(count)} for level, count in minutes.items()]
    return _rolled(day, share, "activeMinutes", {"activeMinutesRollupByActivityLevel": levels})


def _rolled(day: date, share: float, container: str, value: Point) -> list[Point]:
    ends = {"civilStartTime": {"date": _date(day)}, "civilEndTime": {"date": _date(day + timedelta(days=1))}}
    return [{**ends, container: value}] if share else []


_KINDS = {
    "sleep": sleep_points,
    "daily-resting-heart-rate": _resting,
    "steps": _steps,
    "distance": _distance,
    "total-calories": _calories,
    "active-minutes": _active,
}


def _share_of(day: date, now: datetime) -> float:
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZONE)
    return max(0.0, min(1.0, (now - midnight) / timedelta(days=1)))


def _cut(whole: int, pieces: int) -> list[int]:
    return [whole // pieces + (1 if number < whole % pieces else 0) for number in range(pieces)]


def _interval(start: datetime, end: datetime) -> Point:
    return {"startTime": _utc(start), "startUtcOffset": _OFFSET, "endTime": _utc(end), "endUtcOffset": _OFFSET}


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _civil(at: datetime) -> Point:
    return {"date": _date(at.date()), "time": {"hours": at.hour, "minutes": at.minute, "seconds": at.second}}


def _date(day: date) -> Point:
    return {"year": day.year, "month": day.month, "day": day.day}


def _rng(seed: int, *parts: object) -> random.Random:
    digest = hashlib.sha256(repr(("google", seed, *map(str, parts))).encode()).digest()
    return random.Random(digest)  # noqa: S311 - sample data, not cryptography
