"""What the marts must hold, computed from the records in plain Python: no SQL, and nothing of the project's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.support.tables.days import Records, exact

Row = dict[str, Any]
UTC = ZoneInfo("UTC")


class Expected:
    """The rows of the marts by their keys, from a table's records and those of the sources."""

    def __init__(self, items: Records, weather: Records, health: Records, places: dict[str, str]) -> None:
        self.of = {kind: [item for item in items if item["entity_type"] == kind] for kind in _KINDS}
        self.zones = {item["user_id"]: ZoneInfo(item["timezone"]) for item in self.of["user"]}
        self.sky = {(one["place_id"], date.fromisoformat(one["date"])): one for one in weather}
        self.body = {(one["user"], date.fromisoformat(one["date"])): one for one in health}
        self.places = places
        self.conditions = {(_user(item), date.fromisoformat(_rest(item["SK"]))): item for item in self.of["condition"]}
        self.sessions, self.moods = self._by_day("session"), self._by_day("mood")

    def _by_day(self, kind: str) -> dict[tuple[str, date], list[Row]]:
        days: dict[tuple[str, date], list[Row]] = defaultdict(list)
        for item in self.of[kind]:
            at = self._local(item)
            days[_user(item), at.date()].append({**item, "hour": at.hour})
        return days

    def _local(self, item: Row) -> datetime:
        at = datetime.fromisoformat(item.get("start_time") or _rest(item["SK"]))
        return at.astimezone(self.zones[_user(item)])

    def daily(self) -> dict[tuple[str, date], Row]:
        """By person and day."""
        known = [*self.sessions, *self.moods, *self.conditions, *self.body]
        return {
            (user, day): self._day(user, day)
            for user in {user for user, _ in known}
            for day in _days([day for one, day in known if one == user])
        }

    def _day(self, user: str, day: date) -> Row:
        return {
            "user_id": user,
            "day": day,
            "weekday": day.isoweekday(),
            **self._night(user, day),
            **self._work(user, day),
            **self._mood(user, day),
            **self._weather(user, day),
        }

    def _night(self, user: str, day: date) -> Row:
        own, body = self.conditions.get((user, day), {}), self.body.get((user, day), {})
        slept, told = body.get("sleep_hours"), own.get("sleep_hours")
        origin = "google-health" if slept is not None else "condition" if told is not None else None
        return {
            "sleep_hours": told if slept is None else slept,
            "sleep_source": origin,
            "recorded_sleep_hours": told,
            "weight_kg": own.get("weight"),
            "sleep_efficiency_percent": body.get("sleep_efficiency_percent"),
            "deep_sleep_hours": body.get("sleep_deep_hours"),
            "rem_sleep_hours": body.get("sleep_rem_hours"),
            "resting_heart_rate": body.get("resting_heart_rate_bpm"),
            **{name: own.get(name) for name in ("sleep_quality", "fatigue")},
            **{name: body.get(name) for name in ("steps", "active_minutes")},
        }

    def _work(self, user: str, day: date) -> Row:
        held = self.sessions.get((user, day), [])
        return {
            "sessions": len(held),
            "focus_minutes": sum(one["duration_minutes"] for one in held),
            "projects": len({_project(one["small_task_id"]) for one in held}),
            "focus": _mean(one["focus_level"] for one in held),
            "session_mood": _mean(one["mood_rating"] for one in held),
            "dopamine": _mean(one["dopamine_level"] for one in held),
        }

    def _mood(self, user: str, day: date) -> Row:
        noted = self.moods.get((user, day), [])
        return {
            "mood": _mean(one["mood_rating"] for one in noted),
            "morning_mood": _mean(one["mood_rating"] for one in noted if one["hour"] <= 11),
            "evening_mood": _mean(one["mood_rating"] for one in noted if one["hour"] >= 17),
        }

    def _weather(self, user: str, day: date) -> Row:
        place = self.places.get(user, min(place for place, _ in self.sky))
        sky, before = self.sky.get((place, day), {}), self.sky.get((place, day - timedelta(days=1)))
        change = exact(sky["pressure_mean_hpa"]) - exact(before["pressure_mean_hpa"]) if sky and before else None
        return {
            "place_id": place,
            "pressure_change_hpa": change,
            "weather_kind": sky.get("kind"),
            **{name: sky.get(_SKY.get(name, name)) for name in (*_SKY, "temperature_min_c", "temperature_max_c")},
            "sunshine_hours": sky.get("sunshine_hours"),
        }

    def tasks(self) -> dict[str, Row]:
        """By big task."""
        return {_rest(item["SK"]): self._task(item) for item in self.of["bigtask"]}

    def _task(self, item: Row) -> Row:
        key = _rest(item["SK"])
        (project,) = (one for one in self.of["project"] if _rest(one["SK"]) == _rest(item["PK"]))
        parts = [one for one in self.of["smalltask"] if _rest(one["PK"]) == key]
        worked = [
            (day, one)
            for (_, day), held in self.sessions.items()
            for one in held
            if one["small_task_id"] in {_rest(part["SK"]) for part in parts}
        ]
        return {
            "big_task_id": key,
            "project_id": _rest(item["PK"]),
            "user_id": _user(project),
            "project": project["name"],
            "project_status": project["status"],
            "deadline": date.fromisoformat(project["deadline"]),
            "big_task": item["name"],
            **{name: item[name] for name in ("category", "week_number", "status", "estimated_hours", "actual_minutes")},
            "estimated_minutes": item["estimated_hours"] * 60,
            "sessions": len(worked),
            "session_minutes": sum(one["duration_minutes"] for _, one in worked),
            "last_worked_day": max((day for day, _ in worked), default=None),
            "small_tasks": len(parts),
            "small_tasks_done": sum(part["status"] == "completed" for part in parts),
            "small_task_minutes": sum(part["estimated_minutes"] for part in parts),
        }

    def hours(self) -> dict[tuple[str, int, int], Row]:
        """By person, weekday and hour."""
        held: dict[tuple[str, int, int], list[Row]] = defaultdict(list)
        for (user, day), sessions in self.sessions.items():
            for one in sessions:
                held[user, day.isoweekday(), one["hour"]].append(one)
        return {key: _hour(key, sessions) for key, sessions in held.items()}


_KINDS = ("user", "project", "bigtask", "smalltask", "session", "mood", "condition")
_SKY = {
    "temperature_c": "temperature_mean_c",
    "rain_mm": "precipitation_mm",
    "pressure_hpa": "pressure_mean_hpa",
    "humidity_percent": "humidity_mean_percent",
}


def _hour(key: tuple[str, int, int], held: list[Row]) -> Row:
    return {
        **dict(zip(("user_id", "weekday", "hour"), key, strict=True)),
        "sessions": len(held),
        "minutes": sum(one["duration_minutes"] for one in held),
        "focus": _mean(one["focus_level"] for one in held),
        "mood": _mean(one["mood_rating"] for one in held),
    }


def _rest(key: str) -> str:
    return key.partition("#")[2]


def _user(item: Row) -> str:
    return _rest(item["PK"]).partition("#")[0]


def _project(small_task: str) -> str:
    return "-".join(small_task.split("-")[:2])


def _days(known: list[date]) -> Iterable[date]:
    return (min(known) + timedelta(days=passed) for passed in range((max(known) - min(known)).days + 1))


def _mean(values: Iterable[Any]) -> Decimal | None:
    numbers = [Decimal(value) for value in values]
    return (sum(numbers, Decimal(0)) / len(numbers)).quantize(Decimal("0.01"), ROUND_HALF_UP) if numbers else None
