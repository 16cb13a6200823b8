"""Finds places by name, by Open-Meteo's geocoding endpoint.

A name that nobody knows finds none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pipeline.errors import DataInvalid, SchemaMismatch
from pipeline.sources.http import Http
from pipeline.sources.open_meteo.api import PROVIDER, shown
from pipeline.sources.open_meteo.places import LONGEST_NAME, Place

MOST_PLACES = 10
_LANGUAGE = re.compile(r"[a-z]{2}")


def search(http: Http, endpoints: Mapping[str, str], text: str, language: str) -> tuple[Place, ...]:
    """At most ten places of a name, best first, in the words of a language (``ja``, ``en``).

    Two letters find exact names only, one finds nothing. What is no whole place (no zone is known of it) is left out.
    Raise DataInvalid for a text that cannot be a name, SchemaMismatch, and what ``Http.get`` raises.
    Source: Open-Meteo, "Geocoding API".
    """
    name = text.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        facts = {"record": "search", "field": "name", "situation": "search_text"}
        raise DataInvalid(f"{text!r:.60} is no name of a place", **facts)
    if not _LANGUAGE.fullmatch(language):
        raise DataInvalid(f"{language!r:.20} is no language", record="search", field="language")
    params = {"name": name, "count": str(MOST_PLACES), "language": language, "format": "json"}
    answer = http.get(f"{endpoints['open_meteo_geocoding']}/v1/search", params)
    results = answer.get("results", []) if isinstance(answer, dict) else None
    if not isinstance(results, list):
        text = f"{PROVIDER}: expected a list of results, found {shown(results)}"
        raise SchemaMismatch(text, key=PROVIDER, expected="results", found=shown(results))
    places: dict[str, Place] = {}
    for place in filter(None, map(_place, results[:MOST_PLACES])):
        # Answered twice, it is one place.
        places.setdefault(place.place_id, place)
    return tuple(places.values())


def _place(raw: Any) -> Place | None:
    if not isinstance(raw, dict):
        return None
    named: dict[str, Any] = {name: raw.get(name) for name in ("name", "latitude", "longitude", "timezone")}
    around: dict[str, Any] = {name: raw.get(name) or "" for name in ("admin1", "country")}
    try:
        # GeoNames' number: it stays when the name is written otherwise.
        return Place(place_id=f"geonames-{raw.get('id')}", **named, **around)
    except DataInvalid:
        return None
