"""A day's tables in a lake: Parquet files with their moments in JST beside them, and the manifest that names them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.lake import keys
from pipeline.lake.bucket import Lake, sha256
from pipeline.tables.manifest import Column, Manifest, Manifests, TableFile

DAY = date(2026, 11, 26)
TYPES = {"int64": "int64", "double": "double", "bool": "boolean", "string": "text"}


def sessions(rows: int = 400) -> pa.Table:
    """Sessions with what is hard to show: 38 digits, microseconds, NULL, text that a spreadsheet would run."""
    began = datetime(2026, 11, 26, 22, 5, 6, 123456, tzinfo=UTC)
    at = [began + timedelta(hours=row) for row in range(rows)]
    columns = {
        "session_id": [f"s{row}" for row in range(rows)],
        "category": [("study", "work", "=1+1", None)[row % 4] for row in range(rows)],
        "focus_level": pa.array([row % 10 + 1 for row in range(rows)], pa.int64()),
        "weight": pa.array(
            [Decimal("12345678901234567890.12345678") + row for row in range(rows)], pa.decimal128(38, 8)
        ),
        "start_time": pa.array(at, pa.timestamp("us", "UTC")),
        "start_time_jst": pa.array([one.replace(tzinfo=None) + timedelta(hours=9) for one in at], pa.timestamp("us")),
    }
    return pa.table(columns)


def conditions() -> pa.Table:
    """Another table, which has a column of the same name."""
    return pa.table({"user_id": ["u1", "u2"], "sleep_hours": [7.5, 6.25], "focus_target": pa.array([5, 6], pa.int64())})


def all_records(rows: int = 3) -> pa.Table:
    """What every document has beside its entities."""
    return pa.table({"entity": ["session"] * rows, "record": ["{}"] * rows})


TABLES = {"session": sessions(), "condition": conditions(), "all_records": all_records()}


def make_day(
    lake: Lake, document: str, tables: Mapping[str, pa.Table] = TABLES, day: date = DAY, version: int = 1
) -> Manifest:
    """Write a day's tables of a document as the converter does, the manifest last."""
    files = tuple(_file(lake, document, name, table, day, version) for name, table in tables.items())
    records = sum(file.records for file in files if file.entity)
    made = datetime(2026, 11, 27, 5, tzinfo=UTC)
    source = keys.export_key(document, day)
    manifest = Manifest(document, day, "run-of-tables", made, source, "v", "c", None, records, files)
    seen = Manifests(lake).load(document, day)
    Manifests(lake).save(manifest, seen[1] if seen else None)
    return manifest


def _file(lake: Lake, document: str, name: str, table: pa.Table, day: date, version: int) -> TableFile:
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    body, key = out.getvalue(), keys.table_file_key(document, name, version, day)
    stored = lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=body, **lake.put_options(body))
    columns = tuple(Column(field.name, manifest_type(field.type)) for field in table.schema)
    entity = None if name == "all_records" else name.upper()
    version_id: Any = stored.get("VersionId")
    return TableFile(name, entity, version, key, version_id, sha256(body), len(body), table.num_rows, columns)


def manifest_type(kind: Any) -> str:
    """How a manifest calls an Arrow type."""
    if pa.types.is_timestamp(kind):
        return "timestamp" if kind.tz else "timestamp_jst"
    return f"decimal(38,{kind.scale})" if pa.types.is_decimal(kind) else TYPES[str(kind)]
