"""Addresses of forecasts: read back as they were made, whatever a person is called, and nothing outside of them."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import DataInvalid
from pipeline.lake import forecast_keys
from pipeline.lake.forecast_keys import ForecastKey

DAY = date(2026, 11, 30)
PEOPLE = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=58)


@given(PEOPLE, st.from_regex(r"[a-z][a-z0-9_]{0,59}", fullmatch=True), st.dates(date(2020, 1, 1), date(2099, 1, 1)))
def test_a_key_is_read_back_as_it_was_made(person: str, target: str, day: date) -> None:
    for kind, key in (("json", forecast_keys.forecast_key), ("parquet", forecast_keys.predictions_key)):
        made = key(person, target, day, "run-1")
        assert forecast_keys.parse_forecast_key(made) == ForecastKey(person, target, day, "run-1", kind)
        assert made.count("/") == 5


@pytest.mark.parametrize("person", ["..", ".", "../../raw", "a/b", "a%2Fb", "ゆき", "a b", "=", "me@example.com", "~"])
def test_whatever_a_person_is_called_is_one_harmless_part_of_a_key(person: str) -> None:
    part = forecast_keys.forecasts_prefix(person, "mood").removeprefix("metadata/forecasts/").removesuffix("/mood/")
    assert re.fullmatch(r"[A-Za-z0-9_~%-]+", part)


def test_no_two_people_share_a_prefix() -> None:
    people = ["a", "a/b", "a%2Fb", "A", "a.", "a "]
    assert len({forecast_keys.forecasts_prefix(person, "mood") for person in people}) == len(people)


@pytest.mark.parametrize("person", ["", "a" * 101, "a\nb", "😀" * 59, "\x00", "\ud800"])
def test_what_no_person_is_called_has_no_key(person: str) -> None:
    with pytest.raises(DataInvalid, match="names no person"):
        forecast_keys.forecast_key(person, "mood", DAY, "run")


@pytest.mark.parametrize("target", ["", "Mood", "a/b", "..", "1a", "a" * 61])
def test_what_is_no_target_has_no_key(target: str) -> None:
    with pytest.raises(DataInvalid, match="names no target"):
        forecast_keys.forecast_key("u1", target, DAY, "run")


@pytest.mark.parametrize(
    "key",
    [
        "",
        "metadata/forecasts/u1/mood/dt=2026-11-30/run.csv",
        "metadata/forecasts/u1/mood/dt=2026-13-01/run.json",
        "metadata/forecasts/u.1/mood/dt=2026-11-30/run.json",
        "metadata/forecasts/u%2f1/mood/dt=2026-11-30/run.json",
        "metadata/forecasts/%FF/mood/dt=2026-11-30/run.json",
        "metadata/forecasts/u1/mood/dt=2026-11-30/run.json/x",
        "metadata/quality/u1/mood/dt=2026-11-30/run.json",
    ],
)
def test_what_is_no_forecast_is_not_read_as_one(key: str) -> None:
    assert forecast_keys.parse_forecast_key(key) is None
