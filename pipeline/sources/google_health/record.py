"""The daily record of a person's health: its fields, units and limits, checked by pydantic. Imported when first needed.

Limits are what a living person can have on one day; beyond them a unit has changed.
"""

from __future__ import annotations

import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

_Hours = Annotated[float | None, Field(ge=0, le=25)]


class HealthDay(BaseModel):
    """One person's day: their own civil day in ``timezone``; a field without a value is null."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)

    user: Annotated[str, Field(min_length=1, max_length=64)]
    date: datetime.date
    timezone: str
    sleep_hours: _Hours = None
    sleep_efficiency_percent: Annotated[float | None, Field(ge=0, le=100)] = None
    sleep_start: AwareDatetime | None = None
    sleep_end: AwareDatetime | None = None
    sleep_deep_hours: _Hours = None
    sleep_light_hours: _Hours = None
    sleep_rem_hours: _Hours = None
    sleep_awake_hours: _Hours = None
    steps: Annotated[int | None, Field(ge=0, le=200_000)] = None
    distance_km: Annotated[float | None, Field(ge=0, le=500)] = None
    calories_kcal: Annotated[float | None, Field(ge=0, le=20_000)] = None
    active_minutes: Annotated[int | None, Field(ge=0, le=1_500)] = None
    resting_heart_rate_bpm: Annotated[int | None, Field(ge=20, le=250)] = None
