"""Places: what is one, what is none, and their JSON."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import DataInvalid
from pipeline.sources.open_meteo.places import Place, as_json, place_at, place_from, zone_of
from tests.support.sources.open_meteo_desk import NEW_YORK, TOKYO


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("place_id", ""),
        ("place_id", "../x"),
        ("place_id", "Tokyo"),
        ("place_id", 1),
        ("name", " "),
        ("name", "a\nb"),
        ("name", "x" * 101),
        ("latitude", 90.1),
        ("latitude", float("nan")),
        ("latitude", "35"),
        ("latitude", True),
        ("longitude", -180.5),
        ("longitude", float("inf")),
        ("longitude", None),
        ("timezone", "Asia/Edo"),
        ("timezone", "Asia"),
        ("timezone", "../etc/passwd"),
        ("timezone", ""),
        ("country", "\x00"),
    ],
)
def test_a_place_with_a_wrong_field_is_refused_by_the_field_s_name(field: str, value: Any) -> None:
    with pytest.raises(DataInvalid) as caught:
        replace(TOKYO, **{field: value})
    assert (caught.value.facts["record"], caught.value.facts["field"]) == ("place", field)


def test_a_place_is_in_tokyo_s_zone_unless_it_says_otherwise() -> None:
    assert Place("here", "ここ", 0, 0).timezone == "Asia/Tokyo"


def test_a_place_has_its_own_date() -> None:
    now = datetime(2026, 11, 24, 3, tzinfo=UTC)
    assert (TOKYO.today(now), NEW_YORK.today(now)) == (date(2026, 11, 24), date(2026, 11, 23))


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_any_coordinates_make_a_place_with_an_id_that_stays(latitude: float, longitude: float) -> None:
    place = place_at("ここ", latitude, longitude)
    assert place.place_id == place_at("別名", latitude, longitude, "UTC").place_id
    assert (place.latitude, place.longitude) == (latitude, longitude)


def test_coordinates_apart_have_ids_apart() -> None:
    ids = {place_at("x", latitude, longitude).place_id for latitude in (1.5, -1.5) for longitude in (2.5, -2.5, 2.5002)}
    assert len(ids) == 6
    assert "at-s1-5000-e2-5000" in ids


def test_coordinates_that_are_none_make_no_place() -> None:
    with pytest.raises(DataInvalid, match="latitude"):
        place_at("x", "north", 0)  # type: ignore[arg-type]


def test_a_place_comes_back_from_its_json() -> None:
    place = replace(TOKYO, admin1="東京都", country="日本")
    assert place_from(as_json(place)) == place


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (None, "place"),
        ({}, "latitude"),
        ({**as_json(TOKYO), "altitude": 3}, "altitude"),
        ({**as_json(TOKYO), "latitude": 91}, "latitude"),
        ({name: value for name, value in as_json(TOKYO).items() if name != "name"}, "name"),
    ],
)
def test_json_that_is_no_place_is_refused_by_the_field_s_name(raw: Any, field: str) -> None:
    with pytest.raises(DataInvalid) as caught:
        place_from(raw)
    assert caught.value.facts["field"] == field


@given(st.text() | st.none() | st.integers())
def test_any_name_of_a_zone_is_one_or_none(name: Any) -> None:
    zone = zone_of(name)
    assert zone is None or zone.key == name
