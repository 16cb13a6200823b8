"""Daily means of what is in the air at places, from the hourly values of Open-Meteo's air quality endpoint.

A whole source over places in one short file; pipeline/sources/ADDING.md tells how one is added.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from pipeline.sources.open_meteo import api
from pipeline.sources.open_meteo.api import Block, Endpoint, Json, shown
from pipeline.sources.open_meteo.place_source import OfPlaces
from pipeline.sources.open_meteo.places import Place
from pipeline.sources.protocol import FetchedDay, Rejected, Span

HOURLY = Block("hourly", ("pm2_5", "pm10", "nitrogen_dioxide", "ozone"))
UNIT = "μg/m³"
# Fewer hours than this make no mean of a day. 10,000 μg/m³ is beyond any dust storm.
LEAST_HOURS, MOST = 18, 10_000


@dataclass(frozen=True)
class AirQuality(OfPlaces):
    """The source. Source of the reach: Open-Meteo, "Air Quality API": global data from August 2022."""

    name: ClassVar[str] = "air-quality"
    reach: ClassVar[date] = date(2022, 8, 1)
    span_days: ClassVar[int] = 92

    def of_place(self, place: Place, span: Span, now: datetime) -> list[FetchedDay]:
        endpoint = Endpoint(self.endpoints["open_meteo_air_quality"], "/v1/air-quality")
        answer = api.ask(self.tools.http, endpoint, HOURLY, place, span)
        days, strays = api.cut_days(answer, HOURLY, span)
        return [
            FetchedDay(
                day,
                api.envelopes(self.name, place, day, now, {endpoint.version: data}),
                *_records(place, day, data, tuple(one for one in strays if one.day == day)),
                # Until the day is over it is a forecast.
                partial=day >= place.today(now),
            )
            for day, data in days.items()
        ]


def _records(
    place: Place, day: date, answer: Any, strays: tuple[Rejected, ...]
) -> tuple[tuple[Json, ...], tuple[Rejected, ...]]:
    arrays, rejected = api.of_day(answer, HOURLY, place, day)
    rejected += strays
    means: Json = {}
    for name in HOURLY.fields:
        hours = [value for value in arrays[name] if value is not None]
        good = [value for value in hours if _is_possible(value)]
        unit = api.unit_of(answer, HOURLY, name)
        if api.conversion(unit, UNIT) is None:
            rejected += (Rejected(day, f"hourly.{name}", shown(unit), "unknown unit"),)
            good = []
        elif len(good) < len(hours):
            wrong = [value for value in hours if not _is_possible(value)]
            rejected += (Rejected(day, f"hourly.{name}", shown(wrong), f"no number from 0 to {MOST}"),)
        means[f"{name}_mean_ug_m3"] = round(sum(good) / len(good), 2) if len(good) >= LEAST_HOURS else None
    record = {"date": day.isoformat(), "place_id": place.place_id, "place_name": place.name, **means}
    known = any(value is not None for value in means.values())
    return (record,) if known else (), api.of_place(place, rejected)


def _is_possible(value: Any) -> bool:
    return api.is_number(value) and 0 <= value <= MOST
