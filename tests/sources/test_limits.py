"""pipeline.sources.limits: a limit without Retry-After is waited out in a run, or told to a person with its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ExternalApiDown, PipelineError, RateLimited
from pipeline.sources.limits import LONGEST_TOLD_SECONDS, again, retry_after
from pipeline.sources.open_meteo import geocoding
from pipeline.words.catalogue import Words
from tests.support.sources.open_meteo_desk import TODAY, Desk, open_desk

MINUTE = "Minutely API request limit exceeded. Please try again in one minute."
HOUR = "Hourly API request limit exceeded. Please try again in the next hour."
DAY = "Daily API request limit exceeded. Please try again tomorrow."
PEOPLE = 10.0


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_desk() as opened:
        yield opened


def refuse(desk: Desk, reason: str, times: int = 1, status: int = 429, **headers: str) -> None:
    """What the server answers the next so many times."""
    body = orjson.dumps({"error": True, "reason": reason})
    desk.server.fail(status, {name.replace("_", "-"): value for name, value in headers.items()}, body, times=times)


def failure(desk: Desk) -> PipelineError:
    with pytest.raises(PipelineError) as error:
        desk.http.get(f"{desk.server.url}/v1/archive", {})
    return error.value


def in_a_run(desk: Desk, left: float) -> None:
    """The way of a run that has so many seconds left, which go by as it sleeps."""
    desk.http = replace(desk.http, patience=PEOPLE).within(lambda: left - sum(desk.waited))
    desk.tools = replace(desk.tools, http=desk.http)


def test_a_run_waits_the_minute_out(desk: Desk) -> None:
    in_a_run(desk, 900.0)
    refuse(desk, MINUTE, times=2)
    (day,) = desk.weather(TODAY)
    assert day.records and desk.waited == [0.0, 60.0, 0.0, 60.0, 0.0]


def test_a_run_without_a_minute_left_ends_at_once_and_says_until_when(desk: Desk) -> None:
    in_a_run(desk, 50.0)
    refuse(desk, MINUTE)
    error = failure(desk)
    assert isinstance(error, RateLimited) and error.facts["until"] == "2026-11-24T03:01:00Z"
    assert desk.waited == [0.0]


def test_a_person_is_told_at_once_to_come_back_in_a_minute(desk: Desk) -> None:
    http = replace(desk.http, patience=PEOPLE)
    refuse(desk, MINUTE)
    with pytest.raises(RateLimited) as error:
        geocoding.search(http, desk.server.endpoints, "東京", "ja")
    assert (len(desk.paths()), desk.waited) == (1, [0.0])
    assert "1分後に" in Words("ja").error(error.value)[2]
    assert "in a minute" in Words("en").error(error.value)[2]


@pytest.mark.parametrize(
    ("reason", "situation", "until"),
    [(HOUR, "hour_limit", "2026-11-24T04:00:00Z"), (DAY, "day_limit", "2026-11-25T00:00:00Z")],
)
def test_an_hour_or_a_day_is_waited_for_by_nobody_and_told_with_its_end(
    desk: Desk, reason: str, situation: str, until: str
) -> None:
    in_a_run(desk, 900.0)
    refuse(desk, reason)
    error = failure(desk)
    assert (error.code, error.state, error.facts["until"]) == ("E002", situation, until)
    assert desk.waited == [0.0]


def test_not_even_the_last_seconds_of_an_hour_are_waited_for(desk: Desk) -> None:
    desk.clock.time = datetime(2026, 11, 24, 3, 59, 40, tzinfo=UTC)
    in_a_run(desk, 900.0)
    refuse(desk, HOUR)
    failure(desk)
    assert desk.waited == [0.0]


def test_a_header_wins_over_the_words(desk: Desk) -> None:
    in_a_run(desk, 900.0)
    refuse(desk, MINUTE, Retry_After="7")
    desk.weather(TODAY)
    assert desk.waited == [0.0, 7.0, 0.0]


def test_other_words_are_backed_off_from_as_before(desk: Desk) -> None:
    refuse(desk, "Too many concurrent requests", times=4)
    error = failure(desk)
    assert (error.state, "until" in error.facts, len(desk.paths())) == ("", False, 4)


def test_a_server_that_is_down_has_no_limit_whatever_it_says(desk: Desk) -> None:
    refuse(desk, HOUR, times=4, status=503)
    error = failure(desk)
    assert isinstance(error, ExternalApiDown) and error.state == ""
    assert len(desk.paths()) == 4


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("situation", ["minute_limit", "hour_limit", "day_limit"])
def test_each_limit_has_words_of_its_own(situation: str, language: str) -> None:
    words = Words(language)
    assert not set(words.error_of_code("E002", situation)) & set(words.error_of_code("E002"))


@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, [0-9]{1,3} [A-Z][a-z]{2} [0-9]{1,5} [0-9:]{1,9} [-+A-Z0-9]{1,6}"))
def test_no_header_breaks_the_wait(text: str) -> None:
    seconds = retry_after(text, datetime(2026, 1, 1, tzinfo=UTC))
    assert seconds is None or 0 <= seconds <= LONGEST_TOLD_SECONDS


MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(st.none() | st.text(), st.text() | st.sampled_from([MINUTE, HOUR, DAY]), MOMENTS)
def test_whatever_is_said_the_end_lies_ahead(header: str | None, message: str, now: datetime) -> None:
    told = again(header, message, now)
    assert told is None or (told.seconds >= 0 and told.until >= now)
