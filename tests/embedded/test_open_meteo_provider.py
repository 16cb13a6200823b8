"""The Open-Meteo of this machine answers and refuses as the documentation says, and fails as it is told."""

from __future__ import annotations

import json
import math
import urllib.request
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode

import pytest

from pipeline.embedded.providers import sky
from pipeline.embedded.providers.open_meteo import DAILY_UNITS, OpenMeteo
from tests.support.sources.open_meteo_desk import TODAY, Desk, open_desk

GOOD = {"latitude": "35.69", "longitude": "139.69", "timezone": "Asia/Tokyo", "daily": "temperature_2m_min"}


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_desk() as opened:
        yield opened


def ask(server: OpenMeteo, path: str, **params: str) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(f"{server.url}{path}?{urlencode(params)}") as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, json.loads(error.read() or b"null")


def days(first: int, last: int) -> dict[str, str]:
    """Parameters for days back from today."""
    return {
        "start_date": (TODAY - timedelta(days=first)).isoformat(),
        "end_date": (TODAY - timedelta(days=last)).isoformat(),
    }


def test_it_answers_parallel_arrays_with_their_units(desk: Desk) -> None:
    status, answer = ask(desk.server, "/v1/archive", **GOOD, **days(9, 8))
    assert status == 200
    assert answer["daily"]["time"] == ["2026-11-15", "2026-11-16"]
    assert len(answer["daily"]["temperature_2m_min"]) == 2
    assert answer["daily_units"] == {"time": "iso8601", "temperature_2m_min": "°C"}
    assert (answer["timezone"], answer["utc_offset_seconds"]) == ("Asia/Tokyo", 32400)


def test_the_archive_knows_nothing_of_the_newest_days(desk: Desk) -> None:
    _, answer = ask(desk.server, "/v1/archive", **GOOD, **days(6, 0))
    assert [value is None for value in answer["daily"]["temperature_2m_min"]] == [False] * 2 + [True] * 5


@pytest.mark.parametrize("path", ["/v1/archive", "/v1/forecast"])
def test_a_field_may_lack_its_value_on_one_day_whoever_asks(desk: Desk, path: str) -> None:
    desk.server.lacking = {TODAY - timedelta(days=8): ("temperature_2m_min",)}
    asked = GOOD | {"daily": "temperature_2m_min,temperature_2m_max"}
    _, answer = ask(desk.server, path, **asked, **days(9, 7))
    assert [value is None for value in answer["daily"]["temperature_2m_min"]] == [False, True, False]
    assert None not in answer["daily"]["temperature_2m_max"]


def test_the_forecast_knows_the_coming_days(desk: Desk) -> None:
    _, answer = ask(desk.server, "/v1/forecast", **GOOD, **days(1, -16))
    assert None not in answer["daily"]["temperature_2m_min"]


@pytest.mark.parametrize(
    ("path", "changed", "reason"),
    [
        ("/v1/archive", {"latitude": "x"}, "invalid"),
        ("/v1/archive", {"latitude": "91"}, "range of -90 to 90"),
        ("/v1/archive", {"longitude": "nan"}, "range of -90 to 90"),
        ("/v1/archive", {"daily": "snow"}, "invalid String value snow"),
        ("/v1/archive", {"timezone": "Asia/Edo"}, "Invalid timezone Asia/Edo"),
        ("/v1/archive", {"start_date": "1939-12-31"}, "allowed range from 1940-01-01"),
        ("/v1/archive", {"end_date": "2026-11-25"}, "allowed range"),
        ("/v1/archive", {"end_date": "2020-01-01"}, "End-date must be larger"),
        ("/v1/archive", {"end_date": "2026-02-30"}, "invalid"),
        ("/v1/forecast", {"start_date": "2026-01-01"}, "allowed range from 2026-08-24 to 2026-12-10"),
        ("/v1/search", {"name": "東京", "count": "0"}, "between 1 and 100"),
        ("/v1/search", {"count": "1"}, "name"),
        ("/v1/air-quality", {"hourly": "radon"}, "radon"),
    ],
)
def test_it_refuses_with_400_and_a_reason(desk: Desk, path: str, changed: dict[str, str], reason: str) -> None:
    status, answer = ask(desk.server, path, **{**GOOD, **days(8, 8), **changed})
    assert (status, answer["error"]) == (400, True)
    assert reason in answer["reason"]


def test_an_address_that_it_does_not_have_is_not_found(desk: Desk) -> None:
    assert ask(desk.server, "/v2/archive")[0] == 404


def test_it_fails_as_often_as_it_is_told(desk: Desk) -> None:
    desk.server.fail(500, times=2)
    assert [ask(desk.server, "/v1/search", name="東京")[0] for _ in range(3)] == [500, 500, 200]


def test_the_same_seed_has_the_same_weather_and_another_another(desk: Desk) -> None:
    question = {**GOOD, **days(20, 8)}
    answers = [ask(desk.server, "/v1/archive", **question)[1]["daily"] for _ in range(2)]
    with OpenMeteo(desk.clock, seed=1) as other:
        assert answers[0] == answers[1] != ask(other, "/v1/archive", **question)[1]["daily"]


def test_every_unit_has_a_value_that_could_be() -> None:
    for month in range(1, 13):
        day = date(2026, month, 1)
        for latitude in (-89, -35, 0, 35.69, 71):
            values = sky.daily(latitude, 139.69, day)
            assert set(values) == set(DAILY_UNITS) - {"time"}
            assert 0 <= values["sunshine_duration"] <= values["daylight_duration"] <= 86400
            assert values["temperature_2m_min"] < values["temperature_2m_mean"] < values["temperature_2m_max"]


def test_days_are_longest_in_june_and_shortest_in_december() -> None:
    length = {month: sky.daily(35.69, 139.69, date(2026, month, 21))["daylight_duration"] / 3600 for month in (6, 12)}
    # National Astronomical Observatory of Japan: about 14 h 35 min and 9 h 45 min in Tokyo, sunrise to sunset.
    assert math.isclose(length[6], 14.5, abs_tol=0.3)
    assert math.isclose(length[12], 9.7, abs_tol=0.3)
