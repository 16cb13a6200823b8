"""pipeline.foreign: what no clock, calendar or counter of ours has is refused at the door, by one kind of error."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.foreign import is_count, parse_day, parse_utc, quoted


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-12:00",
        "1969-12-31T23:59:59Z",
        "yesterday",
        "",
    ],
)
def test_a_time_that_no_clock_of_ours_has_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        parse_utc(text)


def test_a_time_without_an_offset_is_utc() -> None:
    assert parse_utc("2024-02-01T12:00:00") == datetime(2024, 2, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31", "2024-02-30", "x"])
def test_a_day_that_no_calendar_of_ours_has_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        parse_day(text)


def test_a_day_of_ours_is_read() -> None:
    assert parse_day("2024-02-29") == date(2024, 2, 29)


@pytest.mark.parametrize("value", [-1, 2**53, 10**30, 1e30, True, "1", None, [1]])
def test_what_nothing_can_be_counted_by_is_no_count(value: Any) -> None:
    assert not is_count(value)


@given(st.text())
def test_any_text_is_a_time_or_a_value_error(text: str) -> None:
    try:
        assert parse_utc(text).tzinfo is UTC
    except ValueError:
        pass


def test_a_quotation_is_short_and_never_fails() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert "too deep" in quoted(deep)
    assert len(quoted("x" * 1000)) == 80
    quoted("\ud800").encode()
