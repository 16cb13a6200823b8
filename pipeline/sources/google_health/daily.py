"""A day of Google Health as it was received → one daily record, and what could not be taken over. Pure and total.

``active_minutes`` are the moderate and the vigorous ones, as Fitbit counts them; the light ones stay in the raw
answer. An empty value object (``"steps": {}``) is refused, not taken for zero: whether the provider leaves out zeros
is not proven.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import orjson

from pipeline.decoding import sifted
from pipeline.sources.google_health.fields import Notes, civil_day, shown
from pipeline.sources.google_health.record import HealthDay
from pipeline.sources.google_health.sleep import POINT, sleep_figures
from pipeline.sources.protocol import Rejected

SLEEP, RESTING = "sleep", "daily-resting-heart-rate"
# Data type → the object that holds its value, in a roll-up.
ROLL_UPS = {
    "steps": "steps",
    "distance": "distance",
    "total-calories": "totalCalories",
    "active-minutes": "activeMinutes",
}
# What could not be put on any day of the span; named where it was found.
UNPLACED = "unplaced"
_LEVELS = ("LIGHT", "MODERATE", "VIGOROUS", "SEDENTARY")
_ACTIVE = ("MODERATE", "VIGOROUS")
_MILLIMETRES_PER_KM = 1_000_000

Figures = dict[str, Any]
Reader = Callable[[Notes, str, Any], float | int | None]


def normalised(user: str, day: date, timezone: str, data: Any) -> tuple[Figures | None, tuple[Rejected, ...]]:
    """The record of a day (None without any value) and the fields that were refused; never an exception."""
    notes = Notes(day)
    figures = _figures(notes, data, ZoneInfo(timezone))
    record = _checked(notes, {"user": user, "date": day, "timezone": timezone}, figures)
    return record, tuple(notes.rejected)


def rollup_day(point: Any) -> date | None:
    """The civil day of a roll-up's point."""
    start = point.get("civilStartTime") if isinstance(point, dict) else None
    return civil_day(start.get("date")) if isinstance(start, dict) else None


def resting_day(point: Any) -> date | None:
    """The day of a resting heart rate."""
    value = point.get("dailyRestingHeartRate") if isinstance(point, dict) else None
    return civil_day(value.get("date")) if isinstance(value, dict) else None


def _figures(notes: Notes, data: Any, zone: ZoneInfo) -> Figures:
    try:
        # What JSON cannot say (nested too deep, a number too large) is refused before anything walks through it.
        orjson.dumps(data)
    except TypeError:
        notes.refuse("data", None, "cannot be represented as JSON")
        return {}
    types = notes.mapping("data", data, (SLEEP, RESTING, *ROLL_UPS, UNPLACED))
    for number, raw in enumerate(notes.listing(UNPLACED, types.get(UNPLACED))):
        notes.refuse(f"{UNPLACED}[{number}]", raw, "belongs to none of the days that were asked for")
    figures = sleep_figures(notes, notes.listing(SLEEP, types.get(SLEEP)), zone)
    for name, (field, read) in _READERS.items():
        value = _one(notes, name, notes.listing(name, types.get(name)), read)
        if value is not None:
            figures[field] = value
    return figures


def _one(notes: Notes, name: str, points: Sequence[Any], read: Reader) -> float | int | None:
    """The one value of a day; the same value twice is a duplicate, two different ones are none."""
    named = [(f"{name}[{number}]", read(notes, f"{name}[{number}]", point)) for number, point in enumerate(points)]
    values = [(path, value) for path, value in named if value is not None]
    differ = len({value for _, value in values}) > 1
    for path, value in values if differ else values[1:]:
        notes.refuse(path, value, "another point of this day has another value" if differ else "duplicate")
    return values[0][1] if values and not differ else None


def _rolled_up(notes: Notes, path: str, point: Any, container: str, names: Sequence[str]) -> Figures:
    outer = notes.mapping(path, point, ("civilStartTime", "civilEndTime", container))
    if outer and rollup_day(outer) != notes.day:
        notes.refuse(f"{path}.civilStartTime", outer.get("civilStartTime"), f"is not {notes.day}")
        return {}
    return notes.mapping(f"{path}.{container}", outer.get(container), names) if outer else {}


def _steps(notes: Notes, path: str, point: Any) -> int | None:
    value = _rolled_up(notes, path, point, "steps", ("countSum",))
    return notes.whole(f"{path}.steps.countSum", value.get("countSum"))


def _distance(notes: Notes, path: str, point: Any) -> float | None:
    value = _rolled_up(notes, path, point, "distance", ("millimetersSum",))
    millimetres = notes.whole(f"{path}.distance.millimetersSum", value.get("millimetersSum"))
    return None if millimetres is None else millimetres / _MILLIMETRES_PER_KM


def _calories(notes: Notes, path: str, point: Any) -> float | None:
    value = _rolled_up(notes, path, point, "totalCalories", ("kcalSum",))
    return notes.number(f"{path}.totalCalories.kcalSum", value.get("kcalSum"))


def _active(notes: Notes, path: str, point: Any) -> int | None:
    name = "activeMinutesRollupByActivityLevel"
    value = _rolled_up(notes, path, point, "activeMinutes", (name,))
    path = f"{path}.activeMinutes.{name}"
    if not isinstance(value.get(name), list):
        notes.refuse(path, value.get(name), "missing" if value.get(name) is None else "expected a list")
        return None
    minutes: dict[str, int] = {}
    for number, raw in enumerate(value[name]):
        level = notes.mapping(f"{path}[{number}]", raw, ("activityLevel", "activeMinutesSum"))
        kind = level.get("activityLevel")
        whole = notes.whole(f"{path}[{number}].activeMinutesSum", level.get("activeMinutesSum"))
        if kind not in _LEVELS or kind in minutes:
            notes.refuse(f"{path}[{number}].activityLevel", kind, "unknown level, or one that was met before")
        elif whole is not None:
            minutes[kind] = whole
    counted = [minutes[kind] for kind in _ACTIVE if kind in minutes]
    return sum(counted) if counted or minutes else None


def _resting(notes: Notes, path: str, point: Any) -> int | None:
    outer = notes.mapping(path, point, (*POINT, "dailyRestingHeartRate"))
    names = ("date", "beatsPerMinute", "dailyRestingHeartRateMetadata")
    inner = f"{path}.dailyRestingHeartRate"
    value = notes.mapping(inner, outer.get("dailyRestingHeartRate"), names)
    if value and resting_day(outer) != notes.day:
        notes.refuse(f"{inner}.date", value.get("date"), f"is not {notes.day}")
        return None
    return notes.whole(f"{inner}.beatsPerMinute", value.get("beatsPerMinute"))


_READERS: dict[str, tuple[str, Reader]] = {
    "steps": ("steps", _steps),
    "distance": ("distance_km", _distance),
    "total-calories": ("calories_kcal", _calories),
    "active-minutes": ("active_minutes", _active),
    RESTING: ("resting_heart_rate_bpm", _resting),
}


def _checked(notes: Notes, keys: Figures, figures: Figures) -> Figures | None:
    record, misfits = sifted({**keys, **figures}, HealthDay)
    if record is not None:
        return dict(msgspec.to_builtins(record)) if figures else None
    wrong = {one.field: one.expected for one in misfits}
    if wrong.keys() & keys.keys():
        notes.refuse("record", shown({name: str(value) for name, value in keys.items()}), "; ".join(wrong.values()))
        return None
    for name, why in wrong.items():
        notes.refuse(name, str(figures[name]), why)
    return _checked(notes, keys, {name: value for name, value in figures.items() if name not in wrong})
