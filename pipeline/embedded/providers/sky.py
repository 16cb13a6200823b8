"""The weather and the air of the provider: made up, seeded; in Tokyo the days of ``embedded.sample``. Pure.

So what a person finds between the demo's weather and its sessions is really there.
"""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import date

from pipeline.embedded.sample.draws import SEED
from pipeline.embedded.sample.weather import Weather
from pipeline.embedded.sample.weather import weather as weather_of

TOKYO = (35.69, 139.69)
AIR_FIELDS = ("pm2_5", "pm10", "nitrogen_dioxide", "ozone")
_AIR_MEANS = {"pm2_5": 11.0, "pm10": 19.0, "nitrogen_dioxide": 24.0, "ozone": 62.0}
_CODES = ((0.0, 1), (1.0, 61), (10.0, 63), (30.0, 65))

Values = dict[str, float | int]


def weather(latitude: float, longitude: float, day: date, seed: int = SEED) -> Weather:
    """The weather of a day at a place; near Tokyo the sample's own, elsewhere another, colder towards the poles."""
    if math.dist((latitude, longitude), TOKYO) < 0.5:  # noqa: PLR2004 - the city and its outskirts
        return weather_of(day, seed)
    as_in_tokyo = weather_of(day, seed + round(latitude * 100) * 36000 + round(longitude * 100))
    colder = round(0.6 * (abs(latitude) - TOKYO[0]), 1)
    return replace(
        as_in_tokyo,
        temperature_min_c=round(as_in_tokyo.temperature_min_c - colder, 1),
        temperature_mean_c=round(as_in_tokyo.temperature_mean_c - colder, 1),
        temperature_max_c=round(as_in_tokyo.temperature_max_c - colder, 1),
    )


def daily(latitude: float, longitude: float, day: date, seed: int = SEED) -> Values:
    """The same under Open-Meteo's names: °C, %, mm, hPa, seconds, WMO code."""
    sky = weather(latitude, longitude, day, seed)
    sunshine = round(sky.sunshine_hours * 3600, 2)
    return {
        "weather_code": [code for least, code in _CODES if sky.precipitation_mm >= least][-1],
        "temperature_2m_min": sky.temperature_min_c,
        "temperature_2m_mean": sky.temperature_mean_c,
        "temperature_2m_max": sky.temperature_max_c,
        "relative_humidity_2m_mean": sky.humidity_percent,
        "precipitation_sum": sky.precipitation_mm,
        "surface_pressure_mean": sky.pressure_hpa,
        "daylight_duration": max(sunshine, _daylight_seconds(latitude, day)),
        "sunshine_duration": sunshine,
    }


def hourly_air(latitude: float, longitude: float, day: date, hour: int, seed: int = SEED) -> Values:
    """Concentrations in one hour of a day, in μg/m³."""
    rng = random.Random(f"{seed} {latitude:.2f} {longitude:.2f} {day}")  # noqa: S311 - sample data
    level = {name: mean * rng.uniform(0.5, 1.6) for name, mean in _AIR_MEANS.items()}
    course = 1 + 0.3 * math.sin((hour - 6) * math.pi / 12)
    return {name: round(value * course, 1) for name, value in level.items()}


def _daylight_seconds(latitude: float, day: date) -> float:
    # The sunrise equation, with the sun's declination to a degree or so.
    tilt = math.radians(-23.44) * math.cos(2 * math.pi * (day.timetuple().tm_yday + 10) / 365)
    angle = -math.tan(math.radians(max(-89.9, min(89.9, latitude)))) * math.tan(tilt)
    return round(math.acos(max(-1.0, min(1.0, angle))) * 24 / math.pi * 3600, 2)
