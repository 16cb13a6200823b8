"""The sample's weather of Tokyo: one sky over all its people. Pure, seeded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipeline.embedded.sample.draws import SEED, rng


@dataclass(frozen=True)
class Weather:
    """One day in Tokyo, made up: degrees Celsius, millimetres, hectopascals, percent, hours."""

    temperature_mean_c: float
    temperature_min_c: float
    temperature_max_c: float
    precipitation_mm: float
    pressure_hpa: float
    humidity_percent: float
    sunshine_hours: float

    @property
    def is_wet(self) -> bool:
        """Whether it rained so much that people noticed."""
        return self.precipitation_mm > 1


def weather(day: date, seed: int = SEED) -> Weather:
    """The sample's weather of a day; the same for the same seed."""
    draw = rng(seed, "weather", day)
    season = 16 - 11 * _cosine_of_year(day)
    mean = season + draw.gauss(0, 2.5)
    rainy = draw.random() < 0.32  # noqa: PLR2004 - share of rainy days in Tokyo
    return Weather(
        temperature_mean_c=round(mean, 1),
        temperature_min_c=round(mean - draw.uniform(3, 5), 1),
        temperature_max_c=round(mean + draw.uniform(3, 6), 1),
        precipitation_mm=round(draw.expovariate(1 / 9), 1) if rainy else 0.0,
        pressure_hpa=round((1004 if rainy else 1016) + draw.gauss(0, 3), 1),
        humidity_percent=round(min(98, (80 if rainy else 55) + draw.gauss(0, 6)), 1),
        sunshine_hours=round(draw.uniform(0, 2) if rainy else draw.uniform(4, 10), 1),
    )


def _cosine_of_year(day: date) -> float:
    # A parabola close enough to a cosine: 1 in mid-January, -1 in mid-July.
    position = ((day.timetuple().tm_yday - 15) % 365) / 365
    return 8 * (position - 0.5) ** 2 - 1
