"""What the options of a source hold: its places, its people, the zone of its days. Pure.

They come as plain JSON from the configuration, which anybody may have written by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.errors import DataInvalid
from pipeline.sources.open_meteo.places import DEFAULT_ZONE, Place, place_from, zone_of

MOST_USERS, MOST_PLACES = 20, 50


def places_of(options: Mapping[str, Any]) -> tuple[Place, ...]:
    """The places. Raise DataInvalid for one that is none, or for too many."""
    raw = options.get("places", [])
    if not isinstance(raw, list) or len(raw) > MOST_PLACES:
        raise DataInvalid(f"places is not a list of at most {MOST_PLACES}", record="place", field="places")
    return tuple(place_from(place) for place in raw)


def users_of(options: Mapping[str, Any]) -> tuple[str, ...]:
    """The people, each once. Raise DataInvalid for what is no list of names, or for too many."""
    raw = options.get("users", [])
    if not isinstance(raw, list) or len(raw) > MOST_USERS or not all(isinstance(user, str) for user in raw):
        raise DataInvalid(f"users is not a list of at most {MOST_USERS} names", record="account", field="users")
    return tuple(dict.fromkeys(raw))


def zone_in(options: Mapping[str, Any]) -> str:
    """The IANA name of the zone whose days are meant. Raise DataInvalid for one that is none."""
    zone = options.get("timezone", DEFAULT_ZONE)
    if not isinstance(zone, str) or zone_of(zone) is None:
        raise DataInvalid(f"{zone!r:.60} is no time zone", record="options", field="timezone")
    return zone
