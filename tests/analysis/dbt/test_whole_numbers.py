"""Columns have the types of their values: where all are whole numbers, what the project asks of itself still holds."""

from __future__ import annotations

from tests.analysis.dbt.world import Built


def test_nothing_fails_where_all_numbers_are_whole(whole: Built) -> None:
    types = whole.rows("select column_name, data_type from duckdb_columns() where table_name = 'stg_conditions'")
    assert {"column_name": "sleep_hours", "data_type": "BIGINT"} in types
    assert whole.failed("fail", "error", "skipped") == set(), whole.told
