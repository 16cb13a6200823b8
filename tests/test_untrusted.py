"""pipeline.untrusted: what lies outside its bounds is refused as malformed, and anything can be quoted."""

from __future__ import annotations

import copy
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.clock import parse_day, parse_utc
from pipeline.untrusted import MOST, MOST_LEVELS, count, deeper_than, quoted

EDGES = [
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "1969-12-31T23:59:59Z",
    "1970-01-01T00:00:00+00:01",
    "8999-12-31T23:59:59-00:01",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-14:00",
]


def nested(levels: int) -> Any:
    value: Any = 1
    for number in range(levels):
        value = [value] if number % 2 else {"a": value}
    return value


@pytest.mark.parametrize("text", EDGES)
def test_a_time_that_not_every_zone_holds_is_malformed(text: str) -> None:
    with pytest.raises(ValueError, match="is n"):
        parse_utc(text)


@given(st.datetimes(), st.sampled_from(["", "Z", "+14:00", "-14:00", "+23:59"]))
def test_any_time_is_read_or_malformed(naive: datetime, offset: str) -> None:
    try:
        assert 1970 <= parse_utc(naive.isoformat() + offset).year <= 8999
    except ValueError:
        assert not 1971 <= naive.year <= 8998


@pytest.mark.parametrize("text", ["0001-01-01", "1899-12-31", "9000-01-01", "9999-12-31"])
def test_a_day_beyond_all_calendars_is_malformed(text: str) -> None:
    with pytest.raises(ValueError, match="is not between"):
        parse_day(text)


def test_a_day_before_computers_kept_time_is_read() -> None:
    assert parse_day("1940-01-01") == date(1940, 1, 1)


@pytest.mark.parametrize("value", [-1, 1.0, 1e30, True, None, "3", 10**30, MOST + 1, [1]])
def test_what_is_no_count_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="is no count"):
        count(value)


def test_a_count_is_itself() -> None:
    assert (count(0), count(MOST)) == (0, MOST)


@pytest.mark.parametrize("levels", [0, 1, MOST_LEVELS])
def test_what_is_nested_as_deep_as_allowed_is_not_deeper(levels: int) -> None:
    assert not deeper_than(nested(levels))


@pytest.mark.parametrize("levels", [MOST_LEVELS + 1, 100_000])
def test_what_is_nested_deeper_is(levels: int) -> None:
    assert deeper_than(nested(levels))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(JSON)
def test_anything_is_quoted_within_the_limit(value: Any) -> None:
    said = quoted(value, 40)
    assert len(said) <= 40
    said.encode()


ODD = {"deep": nested(100_000), "long number": 10**6000, "surrogates": "\ud800" * 100, "one inside": ["\ud800"]}


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_what_has_no_ordinary_form_is_quoted_too(value: Any) -> None:
    assert len(quoted(value).encode()) <= 320


def test_a_short_value_is_quoted_whole() -> None:
    said = {"days": {"got": 3}, "warnings": ["a", 1.5, None]}
    assert quoted(copy.deepcopy(said)) == str(said)
