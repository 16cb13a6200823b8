"""Days of tables as the converter will leave them: Parquet files in the lake, and the manifest that names them."""

from __future__ import annotations

import io
import uuid
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipeline.analysis.query import process
from pipeline.analysis.query.server import ServerEngine
from pipeline.aws import Cloud
from pipeline.lake import keys
from pipeline.lake.bucket import Lake, sha256
from pipeline.tables import parquet, types
from pipeline.tables.manifest import Column, Manifest, Manifests, TableFile

DAY = date(2026, 11, 27)
Tables = dict[str, list[dict[str, Any]]]
SESSIONS: list[dict[str, Any]] = [
    {"SK": f"SESSION#{number}", "focus_level": number % 7, "notes": "あ" * (number % 5), "minutes": number * 25}
    for number in range(300)
]
USERS: list[dict[str, Any]] = [{"SK": "USER#1", "name": "花子"}, {"SK": "USER#2", "name": "太郎"}]
TABLES: Tables = {"session": SESSIONS, "user": USERS}


def made(cloud: Cloud) -> Lake:
    """A lake for the tests of a module."""
    name = f"lake-{uuid.uuid4().hex[:12]}"
    cloud.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    cloud.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return Lake(cloud.s3, name)


def stored(lake: Lake, tables: Tables, table: str = "craft", day: date = DAY, run_id: str = "run-1") -> Manifest:
    """Write a day's tables and their manifest."""
    files = tuple(_file(lake, table, day, name, records) for name, records in tables.items())
    at = datetime(2026, 11, 27, 5, tzinfo=UTC)
    count = sum(file.records for file in files)
    manifest = Manifest(table, day, run_id, at, keys.export_key(table, day), "source-version", None, None, count, files)
    found = Manifests(lake).load(table, day)
    Manifests(lake).save(manifest, found[1] if found else None)
    return manifest


def _file(lake: Lake, table: str, day: date, name: str, records: list[dict[str, Any]]) -> TableFile:
    schema = _schema(records)
    out = io.BytesIO()
    parquet.write(records, schema, out)
    body, key = out.getvalue(), keys.table_file_key(table, name, 1, day)
    answer = lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=body)
    columns = tuple(Column(column, kind.name) for column, kind in schema.items())
    return TableFile(name, name, 1, key, answer.get("VersionId"), sha256(body), len(body), len(records), columns)


def engine(lake: Lake, folder: Path, quota: int = 200 * 2**20) -> ServerEngine:
    """A server engine with a folder of a test."""
    return ServerEngine(lake, lambda: folder, quota)


def built(folder: Path, tables: Tables) -> Path:
    """The file of a day's tables, as the engine makes it."""
    paths = []
    for name, records in tables.items():
        path = folder / f"{name}.parquet"
        with path.open("wb") as out:
            parquet.write(records, _schema(records), out)
        paths.append((name, str(path)))
    made = folder / "made.duckdb"
    job = {"job": "build", "tables": paths, "folder": f"{folder}/", "file": str(made)}
    ended = process.run(job, process.BUILD, lambda: False)
    assert b"counts" in ended.output, ended
    return made


def _schema(records: list[dict[str, Any]]) -> dict[str, types.Type]:
    # What has no record yet keeps the columns of its days before.
    seen = types.observed(records or [{"SK": "x"}])
    return {column: types.table_type(facts) for column, facts in seen.items()}
