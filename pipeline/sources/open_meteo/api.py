"""What Open-Meteo's endpoints share: how they are asked, the shape of their answers, units, and the licence.

An answer holds parallel arrays under one block (``daily``, ``hourly``), with ``time`` and the block's units beside it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from pipeline.errors import SchemaMismatch
from pipeline.sources.http import Http
from pipeline.sources.open_meteo.places import Place, zone_of
from pipeline.sources.protocol import Envelope, Rejected, Span

PROVIDER = "open-meteo"

Json = dict[str, Any]
_HEAD = ("latitude", "longitude", "generationtime_ms", "utc_offset_seconds", "timezone", "timezone_abbreviation")
_LARGEST = 1e15
_MICROGRAM: dict[str, Callable[[float], float]] = {"μg/m³": lambda value: value, "µg/m³": lambda value: value}
# Open-Meteo, "Weather Forecast API": temperature_unit, precipitation_unit; the other units are only prudence.
UNITS: dict[str, dict[str, Callable[[float], float]]] = {
    "°C": {"°C": lambda value: value, "°F": lambda value: round((value - 32) / 1.8, 2)},
    "mm": {"mm": lambda value: value, "inch": lambda value: round(value * 25.4, 3)},
    "hPa": {"hPa": lambda value: value, "kPa": lambda value: round(value * 10, 3), "Pa": lambda value: value / 100},
    "h": {
        "s": lambda value: round(value / 3600, 3),
        "min": lambda value: round(value / 60, 3),
        "h": lambda value: value,
    },
    "%": {"%": lambda value: value},
    "wmo code": {"wmo code": lambda value: value if value % 1 else int(value)},
    "μg/m³": _MICROGRAM,
}


@dataclass(frozen=True)
class Block:
    """What is asked of an endpoint: the block's name, and the provider's names of its arrays."""

    name: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Endpoint:
    """One address, and the mark that its raw answers carry as their API version (``v1/archive``)."""

    host: str
    path: str

    @property
    def version(self) -> str:
        return self.path.strip("/")


def ask(http: Http, endpoint: Endpoint, block: Block, place: Place, span: Span) -> Any:
    """What the provider answers about a place's days. Raise what ``Http.get`` raises."""
    params = {
        "latitude": f"{place.latitude:.5f}",
        "longitude": f"{place.longitude:.5f}",
        "start_date": span.first.isoformat(),
        "end_date": span.last.isoformat(),
        "timezone": place.timezone,
        block.name: ",".join(block.fields),
    }
    return http.get(f"{endpoint.host}{endpoint.path}", params)


def cut_days(answer: Any, block: Block, span: Span) -> tuple[dict[date, Json], tuple[Rejected, ...]]:
    """The answer of each day that was asked for, in the provider's own shape; and times that are none of them.

    A day that the answer lacks has empty arrays; one that comes twice keeps both. Raise SchemaMismatch naming what
    is wrong with the shape.
    """
    arrays = checked_block(answer, block)
    indices: dict[date, list[int]] = {day: [] for day in span.days()}
    strays = []
    for index, time in enumerate(arrays["time"]):
        day = day_of(time)
        if day in indices:
            indices[day].append(index)
        else:
            strays.append(
                Rejected(span.first, f"{block.name}.time", shown(time), "not one of the days asked for", False)
            )
    return {day: _slice(answer, block, its) for day, its in indices.items()}, tuple(strays)


def of_day(answer: Any, block: Block, place: Place, day: date) -> tuple[dict[str, list[Any]], tuple[Rejected, ...]]:
    """The arrays of one day, each time once, and what else the answer has. Raise SchemaMismatch.

    Of a time that comes twice the first counts and the others are told of; a day that is not there has empty arrays.
    """
    arrays = checked_block(answer, block)
    first: dict[str, int] = {}
    rejected = [*check_zone(answer, place, day), *unknown_fields(answer, block, day)]
    for index, time in enumerate(arrays["time"]):
        if day_of(time) == day and first.setdefault(_minute(time), index) != index:
            again = {name: arrays[name][index] for name in _own(block)}
            why = "comes twice; the first is taken"
            rejected.append(Rejected(day, f"{block.name}.time", shown(again), why, takes_value=False))
    if not first:
        rejected.append(Rejected(day, f"{block.name}.time", "nothing", "the answer lacks this day"))
    return {name: [arrays[name][index] for index in first.values()] for name in _own(block)}, tuple(rejected)


def envelopes(name: str, place: Place, day: date, at: datetime, answered: Mapping[str, Json]) -> tuple[Envelope, ...]:
    """The raw answers of a day by their API version; none where the answer lacks the day."""
    return tuple(
        Envelope(name, place.place_id, day, at, version, data)
        for version, data in answered.items()
        if any(block["time"] for block in data.values() if isinstance(block, dict) and _has_times(block))
    )


def checked_block(answer: Any, block: Block) -> dict[str, Any]:
    """The arrays of an answer, all of one length. Raise SchemaMismatch naming the array that is not."""
    if not isinstance(answer, dict):
        raise _mismatch("an object", answer)
    if answer.get("error"):
        raise _mismatch("data", answer.get("reason", "error"))
    arrays = answer.get(block.name)
    if not isinstance(arrays, dict):
        raise _mismatch(f"an object {block.name}", arrays)
    for name in ("time", *block.fields):
        values = arrays.get(name)
        if not isinstance(values, list):
            raise _mismatch(f"an array {block.name}.{name}", values)
        if len(values) != len(arrays["time"]):
            raise _mismatch(f"{len(arrays['time'])} values in {block.name}.{name}", len(values))
    return arrays


def check_zone(answer: Json, place: Place, day: date) -> tuple[Rejected, ...]:
    """Whether the answer's days are the place's. Raise SchemaMismatch when it speaks of another zone.

    Open-Meteo shifts all of an answer by the offset that is valid at the moment of asking (GitHub, open-meteo,
    issues #261 and #488), so that a day of the other half of a year with summer time begins an hour off: that is
    reported.
    """
    due = _noon_offset(place.timezone, day)
    # A zone has several names (links); what counts is that it has the place's days.
    if due is None or _noon_offset(answer.get("timezone"), day) != due:
        raise _mismatch(f"days of {place.timezone}", answer.get("timezone"))
    offset = answer.get("utc_offset_seconds")
    if offset == due:
        return ()
    why = f"the provider's day is shifted: the place is {due:.0f} s from UTC on this day"
    return (Rejected(day, "utc_offset_seconds", shown(offset), why, takes_value=False),)


def unknown_fields(answer: Json, block: Block, day: date) -> tuple[Rejected, ...]:
    """Fields that nobody asked for: they stay in the raw answer only, and are told of."""
    known = {*_HEAD, "elevation", block.name, f"{block.name}_units"}
    unknown = {name: answer[name] for name in answer if name not in known}
    unknown |= {f"{block.name}.{name}": value for name, value in answer[block.name].items() if name not in _own(block)}
    return tuple(
        Rejected(day, name, shown(value), "unknown field", takes_value=False) for name, value in sorted(unknown.items())
    )


def unit_of(answer: Json, block: Block, name: str) -> Any:
    """The unit that the answer gives for one of its arrays; None when it gives none."""
    units = answer.get(f"{block.name}_units")
    return units.get(name) if isinstance(units, dict) else None


def conversion(unit: Any, wanted: str) -> Callable[[float], float] | None:
    """How a number in ``unit`` becomes one in ``wanted``; None when nobody knows."""
    return UNITS[wanted].get(unit) if isinstance(unit, str) else None


def is_number(value: Any) -> bool:
    """A number that can be reckoned with; true, false and what no measurement can be are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST


def day_of(time: Any) -> date | None:
    """The day of an ISO 8601 date, or of a local time (``2026-10-01T13:00``); None when it is neither."""
    try:
        return date.fromisoformat(time.partition("T")[0]) if isinstance(time, str) else None
    except ValueError:
        return None


def shown(value: Any) -> str:
    """A value as a person reads it in a list of rejections, at most 80 characters."""
    try:
        return json.dumps(value, ensure_ascii=False, default=str)[:80]
    except RecursionError:
        return "something nested too deeply"


def of_place(place: Place, rejected: Iterable[Rejected]) -> tuple[Rejected, ...]:
    """The same rejections, each naming the place."""
    return tuple(replace(one, field=f"{place.place_id}.{one.field}") for one in rejected)


def _slice(answer: Json, block: Block, indices: list[int]) -> Json:
    length = len(answer[block.name]["time"])
    arrays = {
        name: [values[index] for index in indices] if isinstance(values, list) and len(values) == length else values
        for name, values in answer[block.name].items()
    }
    return {**answer, block.name: arrays}


def _noon_offset(zone: Any, day: date) -> float | None:
    known_zone = zone_of(zone)
    offset = datetime(day.year, day.month, day.day, 12, tzinfo=known_zone).utcoffset() if known_zone else None
    return None if offset is None else offset.total_seconds()


def _has_times(block: Json) -> bool:
    return isinstance(block.get("time"), list)


def _minute(time: str) -> str:
    return time if "T" in time else f"{time}T00:00"


def _own(block: Block) -> tuple[str, ...]:
    return ("time", *block.fields)


def _mismatch(expected: str, found: Any) -> SchemaMismatch:
    text = f"{PROVIDER}: expected {expected}, found {shown(found)}"
    return SchemaMismatch(text, key=PROVIDER, expected=expected, found=shown(found))
