"""Marts as a build publishes them: a Parquet file, and the pointer."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.analysis.builds.marts import CurrentMarts, current_marts, publish
from pipeline.analysis.correlation.measures import measures
from pipeline.analysis.models.builds import MartFile
from pipeline.console.insights.daily import MART
from pipeline.lake.bucket import Lake, sha256
from pipeline.lake.model_keys import mart_key
from pipeline.tables.manifest import Column

DAY = date(2026, 11, 27)


def publish_mart(lake: Lake, name: str, days: list[date], run_id: str = "build-1") -> CurrentMarts:
    """A mart of one column ``day``."""
    return _publish(lake, name, pa.table({"day": pa.array(days, pa.date32())}), (Column("day", "date"),), DAY, run_id)


def publish_wellness(
    lake: Lake, rows: Sequence[Mapping[str, Any]], tables_day: date = DAY, run_id: str = "build-1"
) -> CurrentMarts:
    """mart_daily_wellness of rows with ``user_id``, ``day`` (a date), and of the measures those that a row has; the
    weather is measured unless a row's ``weather_kind`` says otherwise."""
    texts, numbers = ("user_id", "weather_kind"), tuple(measures())
    told = [{"weather_kind": "measured", **row} for row in rows]
    columns = {name: pa.array([row.get(name) for row in told], pa.string()) for name in texts}
    columns["day"] = pa.array([row["day"] for row in told], pa.date32())
    columns |= {name: pa.array([row.get(name) for row in told], pa.float64()) for name in numbers}
    kinds = [Column(name, "text") for name in texts]
    kinds += [Column("day", "date"), *(Column(name, "double") for name in numbers)]
    return _publish(lake, MART, pa.table(columns), tuple(kinds), tables_day, run_id)


def _publish(
    lake: Lake, name: str, table: pa.Table, columns: tuple[Column, ...], tables_day: date, run_id: str
) -> CurrentMarts:
    body, key = io.BytesIO(), mart_key(name, DAY, run_id)
    pq.write_table(table, body)
    stored = body.getvalue()
    sent = lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=stored)
    facts = sent.get("VersionId"), sha256(stored), len(stored), table.num_rows, columns
    published = datetime(2026, 11, 27, 6, tzinfo=UTC)
    current = CurrentMarts(1, run_id, DAY, tables_day, published, (MartFile(name, key, *facts),))
    publish(lake, current)
    return current


def publish_tasks(lake: Lake, rows: Sequence[Mapping[str, Any]], run_id: str = "build-1") -> CurrentMarts:
    """mart_task_progress beside what is published: rows with ``user_id``, ``project_id``, ``big_task_id``, and what a
    row has of the others."""
    texts = ("user_id", "project_id", "project", "project_status", "big_task_id", "status")
    numbers = ("estimated_minutes", "actual_minutes", "session_minutes")
    columns = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in texts}
    columns |= {name: pa.array([row.get(name) for row in rows], pa.float64()) for name in numbers}
    kinds = (*(Column(name, "text") for name in texts), *(Column(name, "double") for name in numbers))
    before = current_marts(lake)
    assert before
    made = _publish(lake, "mart_task_progress", pa.table(columns), kinds, before.tables_day, run_id)
    both = replace(made, marts=(*before.marts, *made.marts))
    publish(lake, both)
    return both
