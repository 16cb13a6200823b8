"""The sample's weather: the same for the same day, possible on every one, warmer in summer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from statistics import mean

from pipeline.embedded.sample.draws import SEED
from pipeline.embedded.sample.weather import weather

TODAY = date(2024, 2, 1)


def every_day_of(year: int) -> Iterator[date]:
    return (date(year, 1, 1) + timedelta(days=n) for n in range(365))


def test_weather_is_the_same_for_the_same_day_and_seed() -> None:
    assert weather(TODAY) == weather(TODAY, SEED) != weather(TODAY, SEED + 1)


def test_weather_is_possible_on_every_day() -> None:
    for sky in map(weather, every_day_of(2025)):
        assert -15 < sky.temperature_min_c < sky.temperature_mean_c < sky.temperature_max_c < 45
        assert 970 < sky.pressure_hpa < 1050 and 10 < sky.humidity_percent <= 100
        assert sky.precipitation_mm >= 0 and 0 <= sky.sunshine_hours <= 14


def test_summer_is_warmer_than_winter() -> None:
    by_month = {
        month: mean(weather(day).temperature_mean_c for day in days)
        for month, days in groupby(every_day_of(2025), key=lambda day: day.month)
    }
    assert by_month[7] - by_month[1] > 15
