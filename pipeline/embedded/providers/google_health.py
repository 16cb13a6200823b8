"""The Health API of the Google of this machine: what it answers to a question about points. Pure.

Shapes and limits after Google's documentation of the Health API (dataPoints.list, dataPoints.dailyRollUp).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from werkzeug.routing import Rule

from pipeline.embedded.providers.google_data import Point

# (type, day) → the points of that day.
PointsOf = Callable[[str, date], Iterable[Point]]

POINTS = "/v4/users/me/dataTypes/<kind>/dataPoints"
ROUTES = (
    Rule(POINTS, endpoint="listed", methods=["GET"]),
    Rule(f"{POINTS}:dailyRollUp", endpoint="rolled_up", methods=["POST"]),
)
SLEEP_PAGE, MOST_POINTS, USUAL_PAGE = 25, 10_000, 1440
_FILTER = re.compile(r'([a-z_.]+) >= "(\d{4}-\d\d-\d\d)" AND \1 < "(\d{4}-\d\d-\d\d)"')
_FIELDS = {"sleep": "sleep.interval.civil_end_time", "daily-resting-heart-rate": "daily_resting_heart_rate.date"}
# Type → the longest range of its daily roll-up, in days.
_ROLL_UPS = {"steps": 90, "distance": 90, "total-calories": 14, "active-minutes": 14}
_SCOPE = {"sleep": "sleep", "daily-resting-heart-rate": "health_metrics_and_measurements"}


def is_known(endpoint: str, kind: str) -> bool:
    """Whether there is such a type to be listed or rolled up."""
    return kind in (_ROLL_UPS if endpoint == "rolled_up" else _FIELDS)


def covers(scopes: Iterable[str], kind: str) -> bool:
    """Whether a consent to these scopes lets the points of a type be read."""
    needed = f"googlehealth.{_SCOPE.get(kind, 'activity_and_fitness')}"
    return any(needed in scope for scope in scopes)


def page(kind: str, asked: Mapping[str, Any], points_of: PointsOf) -> dict[str, Any]:
    """One page of the points asked for. Raise KeyError, TypeError or ValueError for a question that is none."""
    first, end = _rolled_range(kind, asked) if kind in _ROLL_UPS else _listed_range(kind, asked)
    days = (first + timedelta(days=passed) for passed in range((end - first).days))
    points = [point for day in days for point in points_of(kind, day)]
    size = min(int(asked.get("pageSize") or USUAL_PAGE), SLEEP_PAGE if kind == "sleep" else MOST_POINTS)
    at = int(str(asked.get("pageToken") or "page-0").removeprefix("page-"))
    key = "rollupDataPoints" if kind in _ROLL_UPS else "dataPoints"
    answer: dict[str, Any] = {key: points[at : at + size]} if points else {}
    return {**answer, "nextPageToken": f"page-{at + size}"} if at + size < len(points) else answer


def _rolled_range(kind: str, asked: Mapping[str, Any]) -> tuple[date, date]:
    start, end = (date(**asked["range"][name]["date"]) for name in ("start", "end"))
    if not 0 < (end - start).days <= _ROLL_UPS[kind]:
        raise ValueError(f"the range of {kind} has at most {_ROLL_UPS[kind]} days")
    if asked["windowSizeDays"] != 1:
        raise ValueError("windowSizeDays is 1 here")
    return start, end


def _listed_range(kind: str, asked: Mapping[str, Any]) -> tuple[date, date]:
    match = _FILTER.fullmatch(str(asked.get("filter", "")))
    if match is None or match[1] != _FIELDS[kind]:
        raise ValueError(f"the filter of {kind} is {_FIELDS[kind]} >= … AND … < …")
    return date.fromisoformat(match[2]), date.fromisoformat(match[3])
