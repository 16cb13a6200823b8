"""Makes the normalised day of weather of what Open-Meteo answered about it. Pure and total.

Any JSON gives a record, or names what is wrong: field by field as Rejected, the whole shape as SchemaMismatch.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import msgspec

from pipeline.decoding import sifted
from pipeline.sources.open_meteo import api
from pipeline.sources.open_meteo.api import Json, shown
from pipeline.sources.open_meteo.models import DailyWeather
from pipeline.sources.open_meteo.places import Place
from pipeline.sources.protocol import Rejected

Kind = Literal["archive", "forecast"]
# The provider's name → the record's, and the unit that the record's name promises.
# Source: Open-Meteo, "Historical Weather API", "Daily Parameter Definition".
FIELDS: dict[str, tuple[str, str]] = {
    "weather_code": ("weather_code", "wmo code"),
    "temperature_2m_min": ("temperature_min_c", "°C"),
    "temperature_2m_mean": ("temperature_mean_c", "°C"),
    "temperature_2m_max": ("temperature_max_c", "°C"),
    "relative_humidity_2m_mean": ("humidity_mean_percent", "%"),
    "precipitation_sum": ("precipitation_mm", "mm"),
    "surface_pressure_mean": ("pressure_mean_hpa", "hPa"),
    "daylight_duration": ("daylight_hours", "h"),
    "sunshine_duration": ("sunshine_hours", "h"),
}
MEASURED = tuple(name for name, _ in FIELDS.values())
DAILY = api.Block("daily", tuple(FIELDS))


@dataclass(frozen=True)
class Normalised:
    """A day's record, None when no value at all is there or could be taken, and every field that was refused."""

    record: Json | None
    rejected: tuple[Rejected, ...]

    @property
    def nulls(self) -> int:
        """How many measured values are not known."""
        return len(MEASURED) if self.record is None else sum(self.record[name] is None for name in MEASURED)


def weather_record(place: Place, day: date, kind: Kind, answer: Any) -> Normalised:
    """One place's day of an answer, which may be of that day alone or of many. Raise SchemaMismatch."""
    arrays, rejected = api.of_day(answer, DAILY, place, day)
    if not arrays["time"]:
        return Normalised(None, rejected)
    values_of_day = {name: arrays[name][0] for name in FIELDS}
    if all(value is None for value in values_of_day.values()):
        return Normalised(None, rejected)
    values, unreadable = _in_our_units(day, values_of_day, answer)
    record, refused = _validated(day, {**_about(place, day, kind), **values}, values_of_day)
    # A record of nulls says nothing, and would take the place of a good one.
    known = any(record[name] is not None for name in MEASURED)
    return Normalised(record if known else None, (*rejected, *unreadable, *refused))


def _about(place: Place, day: date, kind: Kind) -> Json:
    return {
        "date": day.isoformat(),
        "place_id": place.place_id,
        "place_name": place.name,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "timezone": place.timezone,
        "kind": kind,
    }


def _in_our_units(day: date, json: Json, answer: Json) -> tuple[Json, list[Rejected]]:
    values: Json = {}
    rejected = []
    for theirs, (ours, wanted) in FIELDS.items():
        unit, value = api.unit_of(answer, DAILY, theirs), json[theirs]
        convert = api.conversion(unit, wanted)
        values[ours] = None if convert is None else convert(value) if api.is_number(value) else value
        if convert is None and value is not None:
            rejected.append(Rejected(day, f"daily.{theirs}", shown(value), f"unknown unit {shown(unit)}"))
    return values, rejected


def _validated(day: date, record: Json, json: Json) -> tuple[Json, list[Rejected]]:
    checked, misfits = sifted(record, DailyWeather)
    if checked is None:
        theirs = {ours: name for name, (ours, _) in FIELDS.items()}
        wrong = {theirs[one.field]: one for one in misfits}
        refused = [Rejected(day, f"daily.{name}", shown(json[name]), one.expected) for name, one in wrong.items()]
        rest, crossed = _validated(day, {**record, **dict.fromkeys(one.field for one in misfits)}, json)
        return rest, refused + crossed
    return _uncrossed(day, dict(msgspec.to_builtins(checked)))


def _uncrossed(day: date, record: Json) -> tuple[Json, list[Rejected]]:
    low, high = record["temperature_min_c"], record["temperature_max_c"]
    if low is None or high is None or low <= high:
        return record, []
    why = f"the lowest, {low} °C, is above the highest, {high} °C"
    fields = {"temperature_2m_min": low, "temperature_2m_max": high}
    refused = [Rejected(day, f"daily.{name}", shown(value), why) for name, value in fields.items()]
    return {**record, "temperature_min_c": None, "temperature_max_c": None}, refused
