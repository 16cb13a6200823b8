"""Marts as a build publishes them: a Parquet file, and the pointer."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.analysis.builds.marts import CurrentMarts, publish
from pipeline.analysis.models.builds import MartFile
from pipeline.lake.bucket import Lake, sha256
from pipeline.lake.model_keys import mart_key
from pipeline.tables.manifest import Column

DAY = date(2026, 11, 27)


def publish_mart(lake: Lake, name: str, days: list[date], run_id: str = "build-1") -> CurrentMarts:
    """A mart of one column ``day``."""
    body, key = io.BytesIO(), mart_key(name, DAY, run_id)
    pq.write_table(pa.table({"day": pa.array(days, pa.date32())}), body)
    stored = body.getvalue()
    sent = lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=stored)
    facts = sent.get("VersionId"), sha256(stored), len(stored), len(days), (Column("day", "date"),)
    current = CurrentMarts(1, run_id, DAY, DAY, datetime(2026, 11, 27, 6, tzinfo=UTC), (MartFile(name, key, *facts),))
    publish(lake, current)
    return current
