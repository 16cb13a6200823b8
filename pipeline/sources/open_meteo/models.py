"""The normalised day of weather: types, units in the names, and what is physically possible.

Apart from its normaliser, which knows the provider.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

# World Meteorological Organization, "World Weather & Climate Extremes Archive": -89.2 °C and 56.7 °C, 1,825 mm in a
# day; surface pressure from the top of Everest to the highest sea-level reading; the longest civil day has 25 hours.
Temperature = Annotated[float, Meta(ge=-95, le=65)] | None
Percent = Annotated[float, Meta(ge=0, le=100)] | None
Rain = Annotated[float, Meta(ge=0, le=2000)] | None
Pressure = Annotated[float, Meta(ge=300, le=1100)] | None
Hours = Annotated[float, Meta(ge=0, le=25)] | None


class DailyWeather(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One day at one place; a measured value that is unknown or was refused is null."""

    date: str
    place_id: str
    place_name: str
    latitude: float
    longitude: float
    timezone: str
    kind: Literal["archive", "forecast"]
    # World Meteorological Organization, code table 4677: present weather.
    weather_code: Annotated[int, Meta(ge=0, le=99)] | None
    temperature_min_c: Temperature
    temperature_mean_c: Temperature
    temperature_max_c: Temperature
    humidity_mean_percent: Percent
    precipitation_mm: Rain
    pressure_mean_hpa: Pressure
    daylight_hours: Hours
    sunshine_hours: Hours
