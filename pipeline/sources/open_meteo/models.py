"""The normalised day of weather, as pydantic sees it: types, units in the names, and what is physically possible.

Apart from its normaliser, so that pydantic is loaded only when a day is really validated.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

# World Meteorological Organization, "World Weather & Climate Extremes Archive": -89.2 °C and 56.7 °C, 1,825 mm in a
# day; surface pressure from the top of Everest to the highest sea-level reading; the longest civil day has 25 hours.
Temperature = Annotated[float | None, Field(ge=-95, le=65, allow_inf_nan=False)]
Percent = Annotated[float | None, Field(ge=0, le=100, allow_inf_nan=False)]
Rain = Annotated[float | None, Field(ge=0, le=2000, allow_inf_nan=False)]
Pressure = Annotated[float | None, Field(ge=300, le=1100, allow_inf_nan=False)]
Hours = Annotated[float | None, Field(ge=0, le=25, allow_inf_nan=False)]


class DailyWeather(BaseModel):
    """One day at one place; a measured value that is unknown or was refused is null."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    date: str
    place_id: str
    place_name: str
    latitude: float
    longitude: float
    timezone: str
    kind: Literal["archive", "forecast"]
    # World Meteorological Organization, code table 4677: present weather.
    weather_code: Annotated[int | None, Field(ge=0, le=99)]
    temperature_min_c: Temperature
    temperature_mean_c: Temperature
    temperature_max_c: Temperature
    humidity_mean_percent: Percent
    precipitation_mm: Rain
    pressure_mean_hpa: Pressure
    daylight_hours: Hours
    sunshine_hours: Hours
