"""The normaliser of weather: total, idempotent, true to its units, and it never touches what it reads."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.embedded.providers import sky
from pipeline.embedded.providers.open_meteo import DAILY_UNITS
from pipeline.errors import SchemaMismatch
from pipeline.sources.open_meteo import api
from pipeline.sources.open_meteo.models import DailyWeather
from pipeline.sources.open_meteo.records import DAILY, FIELDS, MEASURED, weather_record
from pipeline.sources.protocol import Span
from tests.support.sources.open_meteo_desk import TOKYO

DAY = date(2026, 10, 1)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NUMBERS = st.floats(-1e6, 1e6) | st.integers(-(10**6), 10**6)


def answer_of(values: dict[str, Any], units: dict[str, Any] | None = None) -> dict[str, Any]:
    """An answer about DAY alone."""
    return {
        "latitude": 35.7,
        "longitude": 139.7,
        "utc_offset_seconds": 32400,
        "timezone": "Asia/Tokyo",
        "daily_units": {**DAILY_UNITS, **(units or {})},
        "daily": {"time": [DAY.isoformat()], **{name: [values[name]] for name in FIELDS}},
    }


SOUND = dict(sky.daily(35.7, 139.7, DAY))


@given(JSON)
def test_any_json_gives_a_record_or_a_mismatch(answer: Any) -> None:
    try:
        found = weather_record(TOKYO, DAY, "archive", answer)
    except SchemaMismatch as error:
        assert error.message.startswith("open-meteo: expected ")
    else:
        assert found.record is None or found.nulls == 0


@given(st.fixed_dictionaries({name: JSON for name in FIELDS}), st.dictionaries(st.sampled_from(sorted(FIELDS)), JSON))
def test_whatever_the_values_are_the_record_is_valid_and_what_is_null_was_null_or_is_named(
    values: dict[str, Any], units: dict[str, Any]
) -> None:
    found = weather_record(TOKYO, DAY, "archive", answer_of(values, units))
    named = {one.field.removeprefix("daily.") for one in found.rejected}
    if found.record is None:
        assert all(value is None or name in named for name, value in values.items())
        return
    assert msgspec.to_builtins(msgspec.convert(found.record, DailyWeather)) == found.record
    for theirs, (ours, _) in FIELDS.items():
        assert (found.record[ours] is None) == (values[theirs] is None or theirs in named)
    assert orjson.loads(orjson.dumps(found.record)) == found.record


@given(st.fixed_dictionaries({name: st.none() | NUMBERS for name in FIELDS}))
def test_the_same_answer_gives_the_same_and_is_not_changed(values: dict[str, Any]) -> None:
    answer = answer_of(values)
    before = copy.deepcopy(answer)
    first, second = (weather_record(TOKYO, DAY, "forecast", answer) for _ in range(2))
    assert (first, answer) == (second, before)


@given(st.fixed_dictionaries({name: st.none() | NUMBERS for name in FIELDS}))
def test_a_day_cut_out_of_an_answer_gives_what_the_whole_answer_gives(values: dict[str, Any]) -> None:
    answer = answer_of(values)
    answer["daily"] = {name: [*found, *found] for name, found in answer["daily"].items()}
    answer["daily"]["time"][1] = "2026-10-02"
    days, strays = api.cut_days(answer, DAILY, Span(DAY, date(2026, 10, 2)))
    again, _ = api.cut_days(days[DAY], DAILY, Span(DAY, DAY))
    assert (strays, again[DAY]) == ((), days[DAY])
    assert weather_record(TOKYO, DAY, "archive", days[DAY]) == weather_record(TOKYO, DAY, "archive", answer)


@pytest.mark.parametrize(
    ("name", "unit", "lowest", "highest", "back"),
    [
        ("temperature_2m_mean", "°F", -90.0, 60.0, lambda celsius: celsius * 1.8 + 32),
        ("precipitation_sum", "inch", 0.0, 1900.0, lambda mm: mm / 25.4),
        ("surface_pressure_mean", "kPa", 310.0, 1090.0, lambda hpa: hpa / 10),
        ("surface_pressure_mean", "Pa", 310.0, 1090.0, lambda hpa: hpa * 100),
        ("daylight_duration", "s", 0.0, 24.0, lambda hours: hours * 3600),
        ("sunshine_duration", "min", 0.0, 24.0, lambda hours: hours * 60),
        ("sunshine_duration", "h", 0.0, 24.0, lambda hours: hours),
    ],
)
@given(share=st.floats(0, 1))
def test_a_value_is_the_same_quantity_in_whatever_unit_it_comes(
    name: str, unit: str, lowest: float, highest: float, back: Any, share: float
) -> None:
    quantity = lowest + share * (highest - lowest)
    found = weather_record(TOKYO, DAY, "archive", answer_of({**SOUND, name: back(quantity)}, {name: unit}))
    assert found.record is not None
    assert found.record[FIELDS[name][0]] == pytest.approx(quantity, abs=0.006)


def test_values_in_our_own_units_are_taken_digit_by_digit() -> None:
    found = weather_record(TOKYO, DAY, "archive", answer_of({**SOUND, "temperature_2m_mean": 17.123456789}))
    assert found.record is not None
    assert found.record["temperature_mean_c"] == 17.123456789


def test_each_unit_stands_in_a_field_s_name_or_is_none() -> None:
    ends = {"°C": "_c", "mm": "_mm", "hPa": "_hpa", "h": "_hours", "%": "_percent", "wmo code": "_code"}
    assert all(ours.endswith(ends[unit]) for ours, unit in FIELDS.values())


def test_a_record_has_the_documented_fields_in_their_order() -> None:
    found = weather_record(TOKYO, DAY, "archive", answer_of(SOUND))
    about = ["date", "place_id", "place_name", "latitude", "longitude", "timezone", "kind"]
    assert found.record is not None
    assert list(found.record) == [*about, *MEASURED]


def test_a_day_without_any_value_that_can_be_taken_has_no_record() -> None:
    found = weather_record(TOKYO, DAY, "archive", answer_of(SOUND) | {"daily_units": {}})
    assert (found.record, len(found.rejected)) == (None, len(FIELDS))


def test_a_field_without_any_unit_is_not_guessed() -> None:
    answer = answer_of(SOUND)
    del answer["daily_units"]
    found = weather_record(TOKYO, DAY, "archive", answer)
    assert found.nulls == len(MEASURED)
    assert {one.why for one in found.rejected} == {"unknown unit null"}


@pytest.mark.parametrize("depth", [100, 1000, 1023])
def test_values_nested_however_deeply_are_named(depth: int) -> None:
    nested = orjson.loads("[" * depth + "]" * depth)
    found = weather_record(TOKYO, DAY, "archive", answer_of({**SOUND, "precipitation_sum": nested}))
    assert [one.field for one in found.rejected] == ["daily.precipitation_sum"]
    with pytest.raises(SchemaMismatch):
        weather_record(TOKYO, DAY, "archive", nested)


def test_numbers_beyond_any_measurement_are_named() -> None:
    found = weather_record(TOKYO, DAY, "archive", answer_of({**SOUND, "precipitation_sum": 10**400}))
    assert [one.field for one in found.rejected] == ["daily.precipitation_sum"]
