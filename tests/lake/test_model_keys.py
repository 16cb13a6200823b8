"""Addresses of what builds leave: they are read back as they were made, and nothing outside of them can be named."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import DataInvalid
from pipeline.lake import model_keys

DAY = date(2026, 11, 30)


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", fullmatch=True), st.dates(date(2020, 1, 1), date(2099, 1, 1)))
def test_a_key_is_read_back_as_it_was_made(run_id: str, day: date) -> None:
    assert model_keys.parse_build_key(model_keys.build_key("ours", day, run_id)) == ("ours", day, run_id)
    assert model_keys.parse_mart_key(model_keys.mart_key("mart_a", day, run_id)) == ("mart_a", day, run_id)


@pytest.mark.parametrize("name", ["", "..", "a/b", "A", "a.b", "ä", "a" * 101])
def test_what_is_no_marts_name_has_no_key(name: str) -> None:
    with pytest.raises(DataInvalid):
        model_keys.mart_key(name, DAY, "run")


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden"])
def test_what_is_no_projects_name_has_no_key(name: str) -> None:
    for key in (model_keys.build_key, model_keys.failing_key):
        with pytest.raises(DataInvalid):
            key(name, DAY, "run")
    with pytest.raises(DataInvalid):
        model_keys.builds_index_key(name)


@pytest.mark.parametrize("key", ["", "metadata/models/a/builds.json", "metadata/models/a/dt=2026-13-01/r.json", "x"])
def test_what_is_no_build_is_not_read_as_one(key: str) -> None:
    assert model_keys.parse_build_key(key) is None and model_keys.parse_mart_key(key) is None
