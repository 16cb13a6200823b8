"""Marts against an independent computation, row by row and digit by digit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import duckdb
import pytest

from pipeline.analysis.models.manifest import project
from pipeline.analysis.models.standing import judge
from pipeline.console.analysis.model_sql import runnable
from tests.analysis.dbt import records
from tests.analysis.dbt.expected import Expected
from tests.analysis.dbt.world import Built, declared
from tests.embedded.sample import wellness
from tests.support.tables.days import exact

Row = dict[str, Any]


@pytest.fixture(scope="module")
def expected() -> Expected:
    return Expected(records.items(), records.weather(), records.health(), records.PLACES)


def as_exact(row: Row) -> Row:
    return {name: exact(value) for name, value in row.items()}


def differences(found: list[Row], expected: dict[Any, Row], key: list[str]) -> list[Any]:
    """The rows that are not what was expected, each with what was; and those that are missing or too many."""
    rows = {tuple(row[name] for name in key): as_exact(row) for row in found}
    wanted = {each if isinstance(each, tuple) else (each,): as_exact(row) for each, row in expected.items()}
    assert len(rows) == len(found)
    return [
        (each, rows.get(each), wanted.get(each)) for each in rows.keys() | wanted if rows.get(each) != wanted.get(each)
    ]


def test_daily_wellness_is_what_the_records_say(built: Built, expected: Expected) -> None:
    found = built.rows("select * from mart_daily_wellness")
    assert differences(found, expected.daily(), ["user_id", "day"]) == []
    assert len(found) > records.DAYS + 4 * 42


@pytest.mark.parametrize("user", ["ren", "sora"])
def test_the_days_that_the_sample_s_truth_is_tested_on_are_those_of_the_mart(built: Built, user: str) -> None:
    found = built.rows("select * from mart_daily_wellness where user_id = ?", user)
    first, last = min(row["day"] for row in found), max(row["day"] for row in found)
    straight = {(user, row["day"]): row for row in wellness.rows(user, first, last + timedelta(days=1))}
    columns = next(iter(straight.values())).keys()
    shared = [{name: row[name] for name in columns} for row in found]
    assert len(shared) > 40 and differences(shared, straight, ["user_id", "day"]) == []


def test_task_progress_is_what_the_records_say(built: Built, expected: Expected) -> None:
    found = built.rows("select * from mart_task_progress")
    assert differences(found, expected.tasks(), ["big_task_id"]) == []
    assert sum(row["session_minutes"] for row in found) > 0


def test_focus_hours_are_what_the_records_say(built: Built, expected: Expected) -> None:
    found = built.rows("select * from mart_focus_hours")
    assert differences(found, expected.hours(), ["user_id", "weekday", "hour"]) == []


def test_a_number_of_38_digits_comes_through_whole(built: Built) -> None:
    (row,) = built.rows("from mart_daily_wellness where user_id = 'kenji' and day = ?", records.TODAY)
    assert row["weight_kg"] == records.WEIGHT


def test_a_day_of_which_nothing_is_known_is_a_row(built: Built) -> None:
    (row,) = built.rows("from mart_daily_wellness where user_id = 'kenji' and day = ?", records.NOTHING)
    assert (row["focus_minutes"], row["focus"], row["sleep_hours"], row["mood"]) == (0, None, None, None)
    assert row["place_id"] == records.SAPPORO and row["temperature_c"] is not None


def test_no_column_of_a_mart_has_a_type_that_parquet_would_round(built: Built) -> None:
    columns = built.rows(
        "select table_name, column_name, data_type from information_schema.columns where table_name like 'mart%'"
    )
    assert len(columns) > 50
    assert [column for column in columns if column["data_type"] == "HUGEINT"] == []


def test_the_sql_of_a_model_that_explore_is_given_has_the_model_s_rows(built: Built) -> None:
    judged = judge(project((built.database.parent / "target-2" / "manifest.json").read_bytes()))
    models = [row.node for row in judged.rows if row.node.kind == "model"]
    assert len(models) == 17
    for node in models:
        sql = runnable(judged, node.unique_id)
        assert sql, node.name
        # Explore has the lake's tables, and nothing of what a build makes of them.
        with duckdb.connect() as database:
            database.execute(f"attach '{built.database}' as build (read_only)")
            database.execute("set TimeZone = 'UTC'")
            for name in declared():
                database.execute(f'create view "{name}" as from build.lake."{name}"')
            found = database.execute(f"from ({sql}) order by all").fetchall()
            assert found == database.execute(f"from build.main.{node.name} order by all").fetchall(), node.name
