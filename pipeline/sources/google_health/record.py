"""The daily record of a person's health: its fields, units and limits.

Limits are what a living person can have on one day; beyond them a unit has changed.
"""

from __future__ import annotations

import datetime
from typing import Annotated

from msgspec import Meta, Struct

_Moment = Annotated[datetime.datetime, Meta(tz=True)]
_Hours = Annotated[float, Meta(ge=0, le=25)] | None


class HealthDay(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One person's day: their own civil day in ``timezone``; a field without a value is null."""

    user: Annotated[str, Meta(min_length=1, max_length=64)]
    date: datetime.date
    timezone: str
    sleep_hours: _Hours = None
    sleep_efficiency_percent: Annotated[float, Meta(ge=0, le=100)] | None = None
    sleep_start: _Moment | None = None
    sleep_end: _Moment | None = None
    sleep_deep_hours: _Hours = None
    sleep_light_hours: _Hours = None
    sleep_rem_hours: _Hours = None
    sleep_awake_hours: _Hours = None
    steps: Annotated[int, Meta(ge=0, le=200_000)] | None = None
    distance_km: Annotated[float, Meta(ge=0, le=500)] | None = None
    calories_kcal: Annotated[float, Meta(ge=0, le=20_000)] | None = None
    active_minutes: Annotated[int, Meta(ge=0, le=1_500)] | None = None
    resting_heart_rate_bpm: Annotated[int, Meta(ge=20, le=250)] | None = None
