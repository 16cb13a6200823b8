"""What a weather provider can do wrong, over real HTTP: each a named error or a named field, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import orjson
import pytest

from pipeline import errors
from pipeline.sources.open_meteo.records import FIELDS
from pipeline.sources.open_meteo.weather import Weather
from pipeline.sources.protocol import Span
from tests.support.sources.open_meteo_desk import TODAY, TOKYO, Desk, open_desk, setting, told, without

DAY = date(2026, 10, 1)
HTML = b"<!doctype html><html><body>Bad gateway</body></html>"
Alteration = Callable[[dict[str, Any]], Any]


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_desk() as opened:
        yield opened


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, errors.DataInvalid),
        (401, errors.AuthFailed),
        (403, errors.Forbidden),
        (404, errors.NotFound),
        (410, errors.NotFound),
        (429, errors.RateLimited),
        (500, errors.ExternalApiDown),
        (503, errors.ExternalApiDown),
    ],
)
def test_an_answer_that_is_no_200_is_an_error_by_name_with_the_reason(
    desk: Desk, status: int, error: type[errors.PipelineError]
) -> None:
    desk.server.fail(status, body=b'{"error": true, "reason": "said so"}', times=9)
    with pytest.raises(error, match=f"open-meteo /v1/archive answered {status}: said so"):
        desk.weather(DAY)


@pytest.mark.parametrize("body", [HTML, b'{"daily": {"time": ["2026-10', b"", b"\xff\xfe"])
def test_a_body_that_is_no_whole_json_is_a_mismatch(desk: Desk, body: bytes) -> None:
    desk.server.fail(200, {"Content-Type": "text/html"}, body)
    with pytest.raises(errors.SchemaMismatch, match="expected JSON"):
        desk.weather(DAY)


@pytest.mark.parametrize(
    ("alteration", "said"),
    [
        (lambda _: {"error": True, "reason": "Out of range"}, "Out of range"),
        (lambda _: [1], "expected an object, found"),
        (without("daily"), "expected an object daily, found null"),
        (setting("daily", value=[]), "expected an object daily, found"),
        (without("daily", "time"), "expected an array daily.time, found null"),
        (without("daily", "precipitation_sum"), "expected an array daily.precipitation_sum, found null"),
        (setting("daily", "weather_code", value=[1, 2]), "expected 1 values in daily.weather_code, found 2"),
        (setting("timezone", value="GMT"), 'expected days of Asia/Tokyo, found "GMT"'),
        (without("timezone"), "expected days of Asia/Tokyo, found null"),
    ],
)
def test_an_answer_of_another_shape_is_a_mismatch_that_says_what_was_expected(
    desk: Desk, alteration: Alteration, said: str
) -> None:
    desk.server.alter(alteration)
    with pytest.raises(errors.SchemaMismatch, match=said):
        desk.weather(DAY)


def test_an_answer_too_deep_to_be_kept_is_a_mismatch(desk: Desk) -> None:
    arrays = {name: ["2026-10-01"] for name in ("time", *FIELDS)}
    body = orjson.dumps({"timezone": "Asia/Tokyo", "daily": arrays, "note": "deep"})
    desk.server.fail(200, body=body.replace(b'"deep"', b"[" * 500 + b"]" * 500))
    with pytest.raises(errors.SchemaMismatch, match="expected JSON"):
        desk.weather(DAY)


def test_too_many_requests_are_waited_for_as_told_and_then_answered(desk: Desk) -> None:
    desk.server.fail(429, {"Retry-After": "7"}, b'{"error": true, "reason": "Minutely limit"}')
    (day,) = desk.weather(DAY)
    assert 7 in desk.waited
    assert day.records[0]["date"] == "2026-10-01"


def test_a_wait_of_hours_is_not_sat_through_but_told(desk: Desk) -> None:
    desk.server.fail(429, {"Retry-After": "7200"}, b'{"error": true, "reason": "Hourly limit"}')
    with pytest.raises(errors.RateLimited) as caught:
        desk.weather(DAY)
    assert caught.value.facts["until"] == "2026-11-24T05:00:00Z"
    assert len(desk.paths()) == 1


def test_a_server_error_is_tried_again(desk: Desk) -> None:
    desk.server.fail(500, times=2)
    assert desk.weather(DAY)[0].records


def test_a_request_that_is_refused_is_not_repeated(desk: Desk) -> None:
    desk.server.fail(400, body=b'{"error": true, "reason": "no"}')
    with pytest.raises(errors.DataInvalid):
        desk.weather(DAY)
    assert len(desk.paths()) == 1


def test_a_provider_that_is_down_is_named_and_its_days_come_when_it_is_back(desk: Desk) -> None:
    good = desk.weather(DAY)
    desk.server.fail(503, times=4)
    with pytest.raises(errors.ExternalApiDown):
        desk.weather(DAY)
    desk.clock.tick(7 * 86400)
    assert [day.records for day in desk.weather(DAY)] == [day.records for day in good]


def test_nobody_at_the_address_is_a_provider_that_does_not_answer(desk: Desk) -> None:
    nobody = {**desk.server.endpoints, "open_meteo_archive": "http://127.0.0.1:1"}
    with pytest.raises(errors.ExternalApiDown, match="open-meteo does not answer"):
        list(Weather(desk.tools, nobody, (TOKYO,)).fetch(Span(DAY, DAY)))


def test_days_missing_from_an_answer_are_named_and_the_others_kept(desk: Desk) -> None:
    def second_gone(answer: dict[str, Any]) -> None:
        answer["daily"] = {name: values[:1] + values[2:] for name, values in answer["daily"].items()}

    desk.server.alter(second_gone)
    days = desk.weather(DAY, DAY + timedelta(days=2))
    assert [len(day.records) for day in days] == [1, 0, 1]
    assert told(days[1]) == {"tokyo.daily.time": "the answer lacks this day"}
    assert days[1].envelopes == ()


def test_a_recent_day_missing_everywhere_will_be_asked_for_again(desk: Desk) -> None:
    def emptied(answer: dict[str, Any]) -> None:
        answer["daily"] = {name: [] for name in answer["daily"]}

    desk.server.alter(emptied)
    (day,) = desk.weather(TODAY)
    assert (day.records, day.partial) == ((), True)


def test_a_day_that_comes_twice_is_one_record_and_the_other_is_told_of(desk: Desk) -> None:
    def doubled(answer: dict[str, Any]) -> None:
        answer["daily"] = {name: values * 2 for name, values in answer["daily"].items()}
        answer["daily"]["temperature_2m_min"][1] = -3.5

    expected = desk.weather(DAY)[0].records
    desk.server.alter(doubled)
    (day,) = desk.weather(DAY)
    assert day.records == expected
    assert [(one.field, one.why) for one in day.rejected] == [("tokyo.daily.time", "comes twice; the first is taken")]
    assert day.envelopes[0].data["daily"]["temperature_2m_min"][1] == -3.5


def test_days_that_nobody_asked_for_are_told_of(desk: Desk) -> None:
    def more(answer: dict[str, Any]) -> None:
        answer["daily"] = {name: [*values, values[0]] for name, values in answer["daily"].items()}
        answer["daily"]["time"][1] = "2026-13-01"

    desk.server.alter(more)
    (day,) = desk.weather(DAY)
    assert told(day) == {"tokyo.daily.time": "not one of the days asked for"}


def test_units_that_changed_are_converted(desk: Desk) -> None:
    expected = desk.weather(DAY)[0].records[0]

    def american(answer: dict[str, Any]) -> None:
        daily, units = answer["daily"], answer["daily_units"]
        for name in ("temperature_2m_min", "temperature_2m_mean", "temperature_2m_max"):
            daily[name], units[name] = [value * 1.8 + 32 for value in daily[name]], "°F"
        daily["precipitation_sum"] = [value / 25.4 for value in daily["precipitation_sum"]]
        daily["surface_pressure_mean"] = [value * 100 for value in daily["surface_pressure_mean"]]
        units |= {"precipitation_sum": "inch", "surface_pressure_mean": "Pa"}

    desk.server.alter(american)
    (day,) = desk.weather(DAY)
    assert day.rejected == ()
    assert day.records[0] == pytest.approx(expected, abs=0.01)


def test_a_unit_that_nobody_knows_rejects_the_field_by_name(desk: Desk) -> None:
    desk.server.alter(setting("daily_units", "precipitation_sum", value="fathom"))
    (day,) = desk.weather(DAY)
    assert day.records[0]["precipitation_mm"] is None
    assert day.records[0]["temperature_mean_c"] is not None
    assert told(day) == {"tokyo.daily.precipitation_sum": 'unknown unit "fathom"'}


def test_unknown_fields_are_told_of_and_stay_in_the_raw_answer(desk: Desk) -> None:
    def more(answer: dict[str, Any]) -> None:
        answer["model"] = "new"
        answer["daily"]["snow_depth"] = [0.2]

    desk.server.alter(more)
    (day,) = desk.weather(DAY)
    assert told(day) == {"tokyo.model": "unknown field", "tokyo.daily.snow_depth": "unknown field"}
    assert (day.envelopes[0].data["model"], day.envelopes[0].data["daily"]["snow_depth"]) == ("new", [0.2])
    assert [one.takes_value for one in day.rejected] == [False, False]


def test_a_value_in_an_unknown_unit_may_be_missed_in_the_record(desk: Desk) -> None:
    desk.server.alter(setting("daily_units", "precipitation_sum", value="cubits"))
    (day,) = desk.weather(DAY)
    assert [(one.field, one.takes_value) for one in day.rejected] == [("tokyo.daily.precipitation_sum", True)]


@pytest.mark.parametrize(
    ("name", "value", "ours"),
    [
        ("temperature_2m_mean", 451.0, "temperature_mean_c"),
        ("temperature_2m_mean", "12.3", "temperature_mean_c"),
        ("temperature_2m_mean", True, "temperature_mean_c"),
        ("precipitation_sum", -0.1, "precipitation_mm"),
        ("relative_humidity_2m_mean", 101, "humidity_mean_percent"),
        ("surface_pressure_mean", 0, "pressure_mean_hpa"),
        ("weather_code", 2.5, "weather_code"),
        ("sunshine_duration", {"hours": 3}, "sunshine_hours"),
    ],
)
def test_a_value_that_cannot_be_is_null_and_named(desk: Desk, name: str, value: Any, ours: str) -> None:
    desk.server.alter(setting("daily", name, value=[value]))
    (day,) = desk.weather(DAY)
    assert [one for one, found in day.records[0].items() if found is None] == [ours]
    assert list(told(day)) == [f"tokyo.daily.{name}"]


def test_a_lowest_temperature_above_the_highest_is_believed_on_neither_side(desk: Desk) -> None:
    desk.server.alter(setting("daily", "temperature_2m_min", value=[49.0]))
    (day,) = desk.weather(DAY)
    assert (day.records[0]["temperature_min_c"], day.records[0]["temperature_max_c"]) == (None, None)
    assert set(told(day)) == {"tokyo.daily.temperature_2m_min", "tokyo.daily.temperature_2m_max"}


def test_a_code_written_as_a_decimal_is_still_a_code(desk: Desk) -> None:
    desk.server.alter(setting("daily", "weather_code", value=[3.0]))
    record = desk.weather(DAY)[0].records[0]
    assert (record["weather_code"], type(record["weather_code"])) == (3, int)
