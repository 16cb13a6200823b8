"""The short example of a source: daily means of hourly values, over real HTTP."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from statistics import fmean
from typing import Any

import pytest

from pipeline.embedded.providers import sky
from pipeline.errors import DataInvalid, SchemaMismatch
from pipeline.sources.open_meteo import air_quality
from pipeline.sources.open_meteo.air_quality import AirQuality
from pipeline.sources.protocol import FetchedDay, Source, Span
from tests.support.sources.open_meteo_desk import OSAKA, PARIS, TODAY, TOKYO, Desk, open_desk, setting, told, without

DAY = date(2026, 10, 1)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_desk() as opened:
        yield opened


def fetch(desk: Desk, first: date, last: date | None = None, places: Any = (TOKYO,)) -> list[FetchedDay]:
    source: Source = AirQuality(desk.tools, desk.server.endpoints, places)
    return list(source.fetch(Span(first, last or first)))


def each(name: str, change: Callable[[list[Any]], list[Any]]) -> Callable[[dict[str, Any]], None]:
    def alter(answer: dict[str, Any]) -> None:
        answer["hourly"][name] = change(answer["hourly"][name])

    return alter


def test_the_example_is_short() -> None:
    assert len(inspect.getsource(air_quality).splitlines()) < 80


def test_a_day_s_record_has_the_means_of_its_hours(desk: Desk) -> None:
    (day,) = fetch(desk, DAY)
    hours = [sky.hourly_air(TOKYO.latitude, TOKYO.longitude, DAY, hour)["pm2_5"] for hour in range(24)]
    assert day.records[0]["pm2_5_mean_ug_m3"] == pytest.approx(fmean(hours), abs=0.005)
    assert list(day.records[0]) == [
        "date",
        "place_id",
        "place_name",
        "pm2_5_mean_ug_m3",
        "pm10_mean_ug_m3",
        "nitrogen_dioxide_mean_ug_m3",
        "ozone_mean_ug_m3",
    ]
    assert (day.rejected, day.partial) == ((), False)


def test_each_day_of_a_span_keeps_its_own_24_hours_raw(desk: Desk) -> None:
    days = fetch(desk, DAY, DAY + timedelta(days=2))
    assert [len(day.envelopes[0].data["hourly"]["ozone"]) for day in days] == [24, 24, 24]
    assert days[1].envelopes[0].data["hourly"]["time"][0] == "2026-10-02T00:00"
    assert days[1].envelopes[0].api_version == "v1/air-quality"


def test_today_is_partial(desk: Desk) -> None:
    assert [day.partial for day in fetch(desk, TODAY - timedelta(days=1), TODAY)] == [False, True]


def test_places_are_apart(desk: Desk) -> None:
    assert [record["place_id"] for record in fetch(desk, DAY, places=(TOKYO, OSAKA))[0].records] == ["tokyo", "osaka"]


def test_too_few_hours_make_no_mean(desk: Desk) -> None:
    desk.server.alter(each("ozone", lambda hours: [None] * 7 + hours[7:]))
    desk.server.alter(each("ozone", lambda hours: [None] * 6 + hours[6:]))
    seventeen, eighteen = (fetch(desk, DAY)[0].records[0]["ozone_mean_ug_m3"] for _ in range(2))
    assert seventeen is None
    assert eighteen is not None


def test_a_day_without_any_value_has_no_record(desk: Desk) -> None:
    def emptied(answer: dict[str, Any]) -> None:
        answer["hourly"] |= {name: [None] * 24 for name in sky.AIR_FIELDS}

    desk.server.alter(emptied)
    assert fetch(desk, DAY)[0].records == ()


@pytest.mark.parametrize("wrong", [-1, 20_000, "12", True])
def test_an_hour_that_cannot_be_is_left_out_of_the_mean_and_named(desk: Desk, wrong: Any) -> None:
    desk.server.alter(each("pm10", lambda hours: [wrong, *hours[1:]]))
    (day,) = fetch(desk, DAY)
    assert told(day) == {"tokyo.hourly.pm10": "no number from 0 to 10000"}
    assert day.records[0]["pm10_mean_ug_m3"] is not None


def test_another_unit_rejects_the_field_by_name(desk: Desk) -> None:
    desk.server.alter(setting("hourly_units", "pm10", value="ppm"))
    (day,) = fetch(desk, DAY)
    assert day.records[0]["pm10_mean_ug_m3"] is None
    assert told(day) == {"tokyo.hourly.pm10": "unknown unit"}


def test_a_day_of_refused_values_only_has_no_record(desk: Desk) -> None:
    desk.server.alter(without("hourly_units"))
    (day,) = fetch(desk, DAY)
    assert (day.records, len(day.rejected)) == ((), 4)


def test_hours_that_come_twice_count_once(desk: Desk) -> None:
    expected = fetch(desk, DAY)[0].records

    def doubled(answer: dict[str, Any]) -> None:
        answer["hourly"] = {name: [*hours, hours[0]] for name, hours in answer["hourly"].items()}

    desk.server.alter(doubled)
    (day,) = fetch(desk, DAY)
    assert day.records == expected
    assert told(day) == {"tokyo.hourly.time": "comes twice; the first is taken"}


def test_a_missing_array_is_a_mismatch(desk: Desk) -> None:
    desk.server.alter(without("hourly", "ozone"))
    with pytest.raises(SchemaMismatch, match=r"hourly\.ozone"):
        fetch(desk, DAY)


def test_days_of_25_and_23_hours_have_a_record(desk: Desk) -> None:
    assert len(fetch(desk, date(2026, 10, 25), places=(PARIS,))[0].records) == 1
    assert len(fetch(desk, date(2026, 3, 29), places=(PARIS,))[0].records) == 1


def test_days_before_the_data_begin_are_refused(desk: Desk) -> None:
    with pytest.raises(DataInvalid, match="2022-08-01"):
        fetch(desk, date(2022, 7, 31))
