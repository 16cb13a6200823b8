"""pipeline.console.app: what pages and the command line can do."""

from __future__ import annotations

import io
import json
import os
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from boto3.dynamodb.types import TypeDeserializer

from pipeline.aws import Cloud, Credentials
from pipeline.console.app import App
from pipeline.console.environment import load_environment
from pipeline.console.wiring import build_app
from pipeline.errors import ConfigInvalid, DataInvalid, NotFound, PipelineError, SchemaMismatch
from pipeline.lake.document import Reader, without_export_time
from pipeline.runs.run import Run, Started
from tests.conftest import REGION


@pytest.fixture(scope="module")
def app() -> App:
    return build_app(
        {"S3_BUCKET_NAME": "app-tests", "DYNAMODB_TABLE_NAME": "app-tests", "LAMBDA_EXPORT_FUNCTION": "app-tests"}
    )


def finished(app: App, started: Started) -> Run:
    for _ in range(200):
        run = app.run(started.run_id, started.day)
        if run and run.status != "running" and not app.leases.current(run.table):
            return run
        time.sleep(0.05)
    raise AssertionError("the run did not end")


@pytest.fixture(scope="module")
def exported(app: App) -> Run:
    return finished(app, app.start_export())


def table_items(app: App, cloud: Any) -> dict[tuple[Any, ...], dict[str, Any]]:
    decode = TypeDeserializer().deserialize
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for page in cloud.dynamodb.get_paginator("scan").paginate(TableName=app.settings.table):
        for item in page["Items"]:
            record = {name: decode(value) for name, value in item.items()}
            found[record["PK"], record["SK"]] = record
    return found


def test_the_parquet_files_of_all_kept_days_have_the_same_columns_and_types(app: App) -> None:
    kept = [run for run in app.history().runs if run.key and run.table == app.settings.table]
    files = [io.BytesIO(app.documents.parquet(run)) for run in (kept[0], kept[-1])]
    assert len({run.day for run in kept}) > 1
    assert pq.read_schema(files[0]) == pq.read_schema(files[1])
    assert len(pa.concat_tables([pq.read_table(file) for file in files])) == sum(
        kept[at].records or 0 for at in (0, -1)
    )


def test_an_export_of_the_sample_equals_the_table_record_by_record(app: App, exported: Run) -> None:
    from pipeline.embedded import backend  # noqa: PLC0415 - only to reach the emulator's table

    # A client of its own: the function's hands over raw bodies.
    wanted = table_items(app, Cloud(REGION, backend.start(app.settings).endpoint_url, Credentials("t", "t")))
    reader = Reader(iter([app.documents.raw(exported)]), "k")
    found = {(record["PK"], record["SK"]): without_export_time(record) for record in reader.records()}
    assert found.keys() == wanted.keys()
    for key, record in wanted.items():
        sets_as_lists = {name: sorted(v) if isinstance(v, set) else v for name, v in record.items()}
        lists_sorted = {name: sorted(v) if isinstance(v, list) else v for name, v in found[key].items()}
        assert lists_sorted == sets_as_lists


def test_a_second_start_joins_the_first(app: App) -> None:
    first, second = app.start_export(), app.start_export()
    assert (first.joined, second.joined, second.run_id) == (False, True, first.run_id)
    assert finished(app, first).status == "succeeded"


def test_a_start_while_another_process_exports_joins_that_run(app: App, exported: Run) -> None:
    lease = app.leases.take(app.settings.table, "elsewhere", exported.day)
    now = app.now()
    app.ledger.open(replace(exported, run_id="elsewhere", status="running", started_at=now, updated_at=now))
    started = app.start_export()
    app.leases.release(lease)
    assert (started.joined, started.run_id) == (True, "elsewhere")


def test_the_new_run_is_on_top_of_the_history(app: App, exported: Run) -> None:
    assert exported in app.history().runs
    assert app.history().runs[0].started_at >= exported.started_at
    assert exported.trigger == "manual"


def test_a_preview_gives_the_first_rows_and_says_that_more_follow(app: App, exported: Run) -> None:
    found = app.documents.preview(exported, rows=3)
    assert (len(found.rows), found.more, found.metadata["table_name"]) == (3, True, "app-tests")
    assert len(app.documents.preview(exported, rows=2000).rows) == exported.records
    assert not app.documents.preview(exported, rows=2000).more


def test_a_document_is_what_its_run_wrote_even_after_a_later_run(app: App, exported: Run) -> None:
    finished(app, app.start_export())
    assert json.loads(app.documents.raw(exported))["export_metadata"]["run_id"] == exported.run_id


def test_a_link_gives_the_same_document(app: App, exported: Run) -> None:
    with urllib.request.urlopen(app.documents.link(exported).url) as answer:
        assert answer.read() == app.documents.raw(exported)


def test_a_large_document_does_not_pass_through_the_app(app: App, exported: Run) -> None:
    with pytest.raises(DataInvalid):
        app.documents.raw(replace(exported, bytes=51 * 1024 * 1024))


def test_a_run_without_a_document_is_named(app: App, exported: Run) -> None:
    with pytest.raises(NotFound, match=exported.run_id):
        app.documents.preview(replace(exported, key=None))


@pytest.mark.parametrize(
    "body", [b'{"export_metadata": {', b"[1, 2, 3]", b"\x00\x01", b"", b'{"Items": []}', b"<html></html>"]
)
def test_a_foreign_or_truncated_document_is_a_schema_mismatch(app: App, exported: Run, body: bytes) -> None:
    app.lake.s3.put_object(Bucket=app.settings.bucket, Key="raw/foreign.json", Body=body)
    with pytest.raises(SchemaMismatch):
        app.documents.preview(replace(exported, key="raw/foreign.json", version_id=None))


def test_a_truncated_document_is_found_when_the_preview_reaches_its_end(app: App, exported: Run) -> None:
    cut = app.documents.raw(exported)[:-10]
    app.lake.s3.put_object(Bucket=app.settings.bucket, Key="raw/cut.json", Body=cut)
    with pytest.raises(SchemaMismatch):
        app.documents.preview(replace(exported, key="raw/cut.json", version_id=None), rows=2000)


def test_numbers_of_the_sample_are_exact_in_the_preview(app: App, exported: Run) -> None:
    weights = [row["weight"] for row in app.documents.preview(exported, 2000).rows if row.get("weight") is not None]
    assert weights and all(isinstance(weight, Decimal) for weight in weights)


def test_a_malformed_setting_stops_the_wiring() -> None:
    with pytest.raises(ConfigInvalid):
        build_app({"PIPELINE_BACKEND": "both"})


def test_the_aws_backend_never_falls_back_to_the_sample(emulator_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    real = build_app({"PIPELINE_BACKEND": "aws", "S3_BUCKET_NAME": "not-there"})
    assert not real.embedded
    with pytest.raises(PipelineError) as caught:
        real.history()
    assert caught.value.code == "E014"


def test_the_history_reaches_as_far_back_as_asked(app: App) -> None:
    old = app.now() - timedelta(days=40)
    app.ledger.open(Run("ancient", "app-tests", old.date(), old, old, status="succeeded"))
    assert "ancient" not in {run.run_id for run in app.history().runs}
    assert "ancient" in {run.run_id for run in app.history(60).runs}


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A .env.local in an empty working folder; what it put into the environment is taken back."""
    monkeypatch.chdir(tmp_path)
    for name in ("S3_BUCKET_NAME", "DYNAMODB_TABLE_NAME"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / ".env.local"
    yield path
    path.unlink(missing_ok=True)
    load_environment()


def test_the_file_is_read_again_when_it_has_changed(env_file: Path) -> None:
    env_file.write_text("S3_BUCKET_NAME=first\nDYNAMODB_TABLE_NAME=table-1\n")
    first = load_environment()
    assert load_environment() == first
    env_file.write_text("S3_BUCKET_NAME=second\n")
    os.utime(env_file, ns=(1, 1))
    assert load_environment() != first
    assert os.environ["S3_BUCKET_NAME"] == "second"
    assert "DYNAMODB_TABLE_NAME" not in os.environ


def test_the_environment_wins_over_the_file(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S3_BUCKET_NAME", "said-by-the-environment")
    env_file.write_text("S3_BUCKET_NAME=said-by-the-file\n")
    load_environment()
    assert os.environ["S3_BUCKET_NAME"] == "said-by-the-environment"
