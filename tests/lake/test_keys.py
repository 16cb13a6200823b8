"""pipeline.lake.keys: keys are built from checked parts and read back the same."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import DataInvalid
from pipeline.lake import keys

TABLES = st.from_regex(r"[A-Za-z0-9_.-]{3,60}", fullmatch=True).filter(lambda name: ".incremental." not in name)
RUN_IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}", fullmatch=True)
DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1))


def test_keys_are_those_of_the_lake_that_exists() -> None:
    day = date(2024, 2, 1)
    assert keys.export_key("t-1", day) == "raw/internal/dynamodb-exports/dt=2024-02-01/t-1.json"
    assert keys.run_key("r1", day) == "metadata/runs/dt=2024-02-01/r1.json"
    at = datetime(2024, 2, 1, 23, 59, 58, 7, tzinfo=UTC)
    assert keys.audit_key(at, "ff") == "metadata/audit/dt=2024-02-01/235958000007-ff.json"
    assert keys.export_key("t-1", day, "r1").endswith("dt=2024-02-01/t-1.incremental.r1.json")


@given(TABLES, DAYS, st.none() | RUN_IDS)
def test_an_export_key_is_read_back_as_it_was_built(table: str, day: date, run_id: str | None) -> None:
    assert keys.parse_export_key(keys.export_key(table, day, run_id)) == keys.ExportKey(day, table, run_id)


@given(RUN_IDS, DAYS)
def test_a_run_key_is_read_back_as_it_was_built(run_id: str, day: date) -> None:
    assert keys.parse_run_key(keys.run_key(run_id, day)) == (day, run_id)


@given(st.text(max_size=80))
def test_no_text_becomes_a_key_outside_its_partition(text: str) -> None:
    try:
        key = keys.run_key(text, date(2024, 2, 1))
    except DataInvalid:
        return
    assert key == f"metadata/runs/dt=2024-02-01/{text}.json"
    assert not set(text) & set("/\\%\0\n ")


@pytest.mark.parametrize("table", ["../x", "a/b", "ab", "x" * 256, "ta ble", "ｔａｂｌｅ", "a%2fb", "a\0bc"])
def test_a_name_that_dynamodb_would_refuse_is_refused(table: str) -> None:
    with pytest.raises(DataInvalid):
        keys.export_key(table, date(2024, 2, 1))


@pytest.mark.parametrize(
    "key",
    [
        "raw/internal/dynamodb-exports/dt=2024-02-30/t-1.json",
        "raw/internal/dynamodb-exports/dt=2024-02-01/sub/t-1.json",
        "raw/internal/dynamodb-exports/dt=2024-02-01/t-1.csv",
        "raw/internal/dynamodb-exports/dt=0001-01-01/t-1.json",
        "raw/internal/dynamodb-exports/dt=9999-12-31/t-1.json",
        "metadata/runs/dt=2024-02-01/r1.json",
        "",
    ],
)
def test_a_foreign_key_is_not_an_export(key: str) -> None:
    assert keys.parse_export_key(key) is None


@given(DAYS, DAYS, RUN_IDS)
def test_a_listing_started_before_a_day_holds_that_day_and_no_earlier_one(first: date, day: date, run_id: str) -> None:
    assert (keys.run_key(run_id, day) > keys.before_day(keys.RUNS, first)) == (day >= first)


@pytest.mark.parametrize("year", ["0000", "0001", "9999"])
def test_a_calendar_of_a_year_that_days_cannot_be_added_to_is_none(year: str) -> None:
    assert keys.parse_source_days_key(f"{keys.SOURCE_DAYS}weather/{year}.json") is None


def test_a_calendar_of_long_ago_is_one() -> None:
    assert keys.parse_source_days_key(keys.source_days_key("weather", 1940)) == ("weather", 1940)


def test_a_name_of_any_depth_is_refused() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(DataInvalid):
        keys.valid_table(deep)  # type: ignore[arg-type]


@given(TABLES, st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True), st.integers(1, 999_999), DAYS)
def test_keys_of_tables_are_read_back_as_they_were_built(table: str, name: str, version: int, day: date) -> None:
    assert keys.parse_table_file_key(keys.table_file_key(table, name, version, day)) == (table, name, version, day)
    assert keys.parse_table_day_key(keys.table_day_key(table, day)) == (table, day)
    assert keys.parse_schema_key(keys.schema_key(table)) == table


@pytest.mark.parametrize("name", ["", "A", "a-b", "../x", "a b", "1a", "日本語", "a" * 101, "a\n"])
def test_a_table_is_called_by_a_name_of_ours_alone(name: str) -> None:
    assert not keys.is_table_name(name)
    with pytest.raises(DataInvalid):
        keys.table_file_key("things", name, 1, date(2024, 2, 1))


@given(TABLES)
def test_runs_that_make_tables_have_a_name_of_their_own(table: str) -> None:
    assert keys.valid_table(keys.tables_of(table)) != table


def test_the_longest_name_leaves_room_for_its_tables_runs() -> None:
    assert keys.valid_table(keys.tables_of("t" * 255)).endswith(".tables")
