"""A place whose weather is kept: a short id that never changes, a name, coordinates, and the zone whose days it has.

Pure; the configuration of the sources holds places as the JSON that ``as_json`` gives.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.errors import DataInvalid

DEFAULT_ZONE = "Asia/Tokyo"
LONGEST_NAME = 100
_PLACE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
# What people type themselves has texts of its own on the page; the form keeps the numbers within their bounds.
_TYPED = {"name": "place_name", "timezone": "place_zone"}
_ZONE = re.compile(r"[A-Za-z]+(?:/[A-Za-z0-9_+-]+){0,2}")


@dataclass(frozen=True)
class Place:
    """``latitude`` and ``longitude`` in degrees (WGS84, north and east positive), ``timezone`` an IANA name.

    ``admin1`` and ``country`` tell places of one name apart on the page. Raise DataInvalid naming the wrong field.
    """

    place_id: str
    name: str
    latitude: float
    longitude: float
    timezone: str = DEFAULT_ZONE
    admin1: str = ""
    country: str = ""

    def __post_init__(self) -> None:
        _check("place_id", self.place_id, isinstance(self.place_id, str) and bool(_PLACE_ID.fullmatch(self.place_id)))
        _check("name", self.name, bool(_is_line(self.name) and self.name.strip()))
        _check("latitude", self.latitude, _within(self.latitude, 90))
        _check("longitude", self.longitude, _within(self.longitude, 180))
        _check("timezone", self.timezone, zone_of(self.timezone) is not None)
        _check("admin1", self.admin1, _is_line(self.admin1))
        _check("country", self.country, _is_line(self.country))

    def today(self, now: datetime) -> date:
        """The place's own date at an aware moment."""
        return now.astimezone(ZoneInfo(self.timezone)).date()


def zone_of(name: Any) -> ZoneInfo | None:
    """The zone of an IANA name; None when there is none."""
    if not isinstance(name, str) or not _ZONE.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # OSError: the name of a folder of zones
        return None


def place_at(name: str, latitude: float, longitude: float, timezone: str = DEFAULT_ZONE) -> Place:
    """A place given by its coordinates; the same ones, to about 10 m, have the same id. Raise DataInvalid."""
    checked = Place("at", name, latitude, longitude, timezone)
    return Place(f"at-{_part(latitude, 'ns')}-{_part(longitude, 'ew')}", checked.name, latitude, longitude, timezone)


def as_json(place: Place) -> dict[str, Any]:
    """The place as JSON."""
    return asdict(place)


def place_from(raw: Any) -> Place:
    """Read what ``as_json`` wrote. Raise DataInvalid naming the field that is wrong, missing or unknown."""
    if not isinstance(raw, dict):
        raise DataInvalid(f"a place is an object, found {raw!r:.60}", record="place", field="place")
    needed = {"place_id", "name", "latitude", "longitude"}
    allowed = needed | {"timezone", "admin1", "country"}
    for field in sorted(str(name) for name in (needed - set(raw)) | (set(raw) - allowed)):
        raise DataInvalid(f"a place has {sorted(allowed)}; look at {field!r:.60}", record="place", field=field)
    return Place(**raw)


def _check(field: str, value: Any, good: bool) -> None:
    if not good:
        situation = {"situation": _TYPED[field]} if field in _TYPED else {}
        raise DataInvalid(f"a place's {field} cannot be {value!r:.80}", record="place", field=field, **situation)


def _is_line(text: Any) -> bool:
    return isinstance(text, str) and len(text) <= LONGEST_NAME and (not text or text.isprintable())


def _within(value: Any, most: int) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= most


def _part(degrees: float, letters: str) -> str:
    return f"{letters[degrees < 0]}{abs(degrees):.4f}".replace(".", "-")
