"""The weather source over real HTTP: which endpoint has which day, what is marked, zones, and spans."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.embedded.sample.weather import weather
from pipeline.errors import ConfigInvalid, DataInvalid
from pipeline.sources.open_meteo.weather import Weather
from pipeline.sources.protocol import Source, Span
from tests.support.sources.open_meteo_desk import NEW_YORK, OSAKA, PARIS, TODAY, TOKYO, Desk, open_desk, setting, told

OLD = date(2026, 10, 1)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_desk() as opened:
        yield opened


def back(days: int) -> date:
    return TODAY - timedelta(days=days)


def nulls(*names: str, days: int) -> dict[str, list[None]]:
    return {name: [None] * days for name in names}


def test_an_old_day_comes_from_the_archive_and_is_final(desk: Desk) -> None:
    (day,) = desk.weather(back(6))
    assert desk.paths() == ["/v1/archive"]
    assert (day.partial, day.records[0]["kind"]) == (False, "archive")


def test_a_day_that_the_archive_cannot_have_yet_is_a_forecast_and_stays_partial(desk: Desk) -> None:
    (day,) = desk.weather(back(5))
    assert desk.paths() == ["/v1/forecast"]
    assert (day.partial, day.records[0]["kind"]) == (True, "forecast")


def test_today_is_a_forecast(desk: Desk) -> None:
    (day,) = desk.weather(TODAY)
    assert (day.partial, day.records[0]["date"], day.records[0]["kind"]) == (True, "2026-11-24", "forecast")


def test_a_forecast_is_replaced_once_the_archive_has_the_day(desk: Desk) -> None:
    before = desk.weather(back(2))[0]
    desk.clock.tick(7 * 86400)
    after = desk.weather(back(2))[0]
    assert [day.records[0]["kind"] for day in (before, after)] == ["forecast", "archive"]
    assert [day.partial for day in (before, after)] == [True, False]


def test_a_span_over_the_edge_asks_each_endpoint_once_and_has_every_day_once(desk: Desk) -> None:
    days = desk.weather(back(10), TODAY)
    assert desk.paths() == ["/v1/archive", "/v1/forecast"]
    assert [day.day for day in days] == Span(back(10), TODAY).days()
    assert [day.records[0]["date"] for day in days] == [day.day.isoformat() for day in days]


def test_what_the_archive_lacks_of_a_recent_day_is_taken_from_the_forecast_and_both_are_kept(desk: Desk) -> None:
    desk.server.alter(setting("daily", "sunshine_duration", value=[None]))
    (day,) = desk.weather(back(8))
    assert desk.paths() == ["/v1/archive", "/v1/forecast"]
    assert (day.records[0]["kind"], day.partial) == ("forecast", True)
    assert [envelope.api_version for envelope in day.envelopes] == ["v1/archive", "v1/forecast"]


def test_the_archive_is_kept_when_the_forecast_knows_no_more(desk: Desk) -> None:
    desk.server.alter(setting("daily", "sunshine_duration", value=[None]), times=2)
    (day,) = desk.weather(back(8))
    assert (day.records[0]["kind"], day.records[0]["sunshine_hours"], day.partial) == ("archive", None, True)


def test_an_old_day_without_any_value_has_no_record_but_its_raw_answer(desk: Desk) -> None:
    def emptied(answer: dict[str, dict[str, list[None]]]) -> None:
        answer["daily"].update(nulls(*(name for name in answer["daily"] if name != "time"), days=1))

    desk.server.alter(emptied)
    (day,) = desk.weather(OLD)
    assert (day.records, day.partial, len(day.envelopes)) == ((), False, 1)


def test_the_envelope_keeps_the_day_as_it_was_received(desk: Desk) -> None:
    day = desk.weather(OLD, OLD + timedelta(days=2))[1]
    (envelope,) = day.envelopes
    assert (envelope.source, envelope.user, envelope.day, envelope.fetched_at) == (
        "weather",
        "tokyo",
        day.day,
        desk.clock(),
    )
    assert envelope.data["daily"]["time"] == ["2026-10-02"]
    assert envelope.data["daily_units"]["daylight_duration"] == "s"
    assert envelope.data["elevation"] == 40.0


def test_tokyo_has_the_weather_that_moved_the_sample_s_sessions(desk: Desk) -> None:
    for day in desk.weather(back(44), TODAY):
        made_up, record = weather(day.day), day.records[0]
        assert record["temperature_min_c"] == made_up.temperature_min_c
        assert record["temperature_mean_c"] == made_up.temperature_mean_c
        assert record["temperature_max_c"] == made_up.temperature_max_c
        assert record["precipitation_mm"] == made_up.precipitation_mm
        assert record["pressure_mean_hpa"] == made_up.pressure_hpa
        assert record["humidity_mean_percent"] == made_up.humidity_percent
        assert record["sunshine_hours"] == made_up.sunshine_hours


def test_each_place_has_its_own_record_of_a_day(desk: Desk) -> None:
    (day,) = desk.weather(OLD, places=(TOKYO, OSAKA))
    assert [record["place_id"] for record in day.records] == ["tokyo", "osaka"]
    assert [envelope.user for envelope in day.envelopes] == ["tokyo", "osaka"]
    assert day.records[0]["temperature_mean_c"] != day.records[1]["temperature_mean_c"]


def test_the_provider_is_asked_for_the_place_s_own_days(desk: Desk) -> None:
    desk.weather(OLD, places=(PARIS,))
    (path, params) = desk.server.requests[0]
    assert (params["timezone"], params["start_date"], params["end_date"]) == (
        "Europe/Paris",
        "2026-10-01",
        "2026-10-01",
    )
    assert (params["latitude"], params["longitude"]) == ("48.85341", "2.34880")


def test_days_of_25_and_23_hours_are_one_record_each(desk: Desk) -> None:
    autumn = desk.weather(date(2026, 10, 24), date(2026, 10, 26), places=(PARIS,))
    spring = desk.weather(date(2026, 3, 28), date(2026, 3, 30), places=(PARIS,))
    assert [[record["date"][5:] for record in day.records] for day in autumn] == [["10-24"], ["10-25"], ["10-26"]]
    assert [[record["date"][5:] for record in day.records] for day in spring] == [["03-28"], ["03-29"], ["03-30"]]


def test_days_that_the_provider_shifts_by_summer_time_are_told_of(desk: Desk) -> None:
    summer, winter = desk.weather(date(2026, 10, 24), date(2026, 10, 25), places=(PARIS,))
    assert "shifted" in told(summer)["paris.utc_offset_seconds"]
    assert told(winter) == {}


def test_where_it_is_still_yesterday_today_has_not_begun_and_is_forecast(desk: Desk) -> None:
    days = desk.weather(TODAY, places=(TOKYO, NEW_YORK))
    assert [record["kind"] for record in days[0].records] == ["forecast", "forecast"]
    six_back = desk.weather(back(6), places=(NEW_YORK,))[0]
    assert six_back.records[0]["kind"] == "forecast"


def test_a_place_whose_zone_was_changed_says_so_in_its_records(desk: Desk) -> None:
    moved = replace(PARIS, timezone="Europe/London")
    zones = [desk.weather(OLD, places=(place,))[0].records[0]["timezone"] for place in (PARIS, moved)]
    assert zones == ["Europe/Paris", "Europe/London"]


def test_another_name_of_the_same_zone_is_the_same_zone(desk: Desk) -> None:
    desk.server.alter(setting("timezone", value="Japan"))
    assert told(desk.weather(OLD)[0]) == {}


def test_days_in_the_future_are_refused_before_anybody_is_asked(desk: Desk) -> None:
    with pytest.raises(DataInvalid, match="in the future") as caught:
        desk.weather(TODAY, TODAY + timedelta(days=1))
    assert (caught.value.facts["field"], desk.paths()) == ("to", [])


def test_days_before_the_archive_begins_are_refused(desk: Desk) -> None:
    with pytest.raises(DataInvalid, match="1940-01-01"):
        desk.weather(date(1939, 12, 31))


def test_more_days_than_one_question_takes_are_refused(desk: Desk) -> None:
    with pytest.raises(DataInvalid, match="more than 366 days"):
        desk.weather(date(2025, 1, 1), date(2026, 1, 2))


def test_three_years_are_a_question_a_year_and_every_day_once(desk: Desk) -> None:
    whole = Span(date(2023, 1, 1), date(2025, 12, 31))
    days = [day for part in whole.cut(Weather.span_days) for day in desk.weather(part.first, part.last)]
    assert [day.day for day in days] == whole.days()
    assert desk.paths() == ["/v1/archive"] * 3


def test_without_a_place_it_says_what_it_lacks(desk: Desk) -> None:
    source: Source = Weather(desk.tools, desk.server.endpoints, ())
    assert isinstance(source.missing_requirement(), ConfigInvalid)
    with pytest.raises(ConfigInvalid, match="no place"):
        list(source.fetch(Span(OLD, OLD)))
    assert source.timezone == "Asia/Tokyo"


def test_with_a_place_it_lacks_nothing_and_has_that_place_s_days(desk: Desk) -> None:
    source: Source = Weather(desk.tools, desk.server.endpoints, (PARIS, TOKYO))
    assert (source.missing_requirement(), source.timezone) == (None, "Europe/Paris")


def test_a_place_cannot_be_listed_twice(desk: Desk) -> None:
    with pytest.raises(DataInvalid, match="tokyo is listed twice"):
        Weather(desk.tools, desk.server.endpoints, (TOKYO, TOKYO))


def test_the_host_s_own_zone_does_not_matter(desk: Desk) -> None:
    desk.clock.time = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
    assert desk.weather(TODAY)[0].records[0]["date"] == "2026-11-24"


def test_naming_the_source_does_not_load_the_stand_in() -> None:
    program = "import sys, pipeline.sources.open_meteo.weather; print([n for n in sys.modules if 'embedded' in n])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
