"""The page on odd days: what vanishes, changes, runs ahead or is shaped strangely while somebody looks."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import reduce
from pathlib import Path

import orjson
import pytest

from pages.ui import reads
from pipeline.console.environment import load_environment
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from tests.pages.conftest import a_run, opened, record, texts


def test_a_bucket_that_vanishes_while_the_page_is_open_is_a_card(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    record(lake, a_run())
    page = opened()
    assert not page.error
    for version in lake.s3.list_object_versions(Bucket=lake.bucket)["Versions"]:
        lake.s3.delete_object(Bucket=lake.bucket, Key=version["Key"], VersionId=version["VersionId"])
    lake.s3.delete_bucket(Bucket=lake.bucket)
    next(button for button in page.button if button.label == "更新").click().run()
    assert not page.exception
    assert any("E014" in (error.proto.title or "") for error in page.error)
    assert lake.bucket in texts(page)


def test_settings_changed_while_the_app_runs_are_taken_over(
    on_aws: pytest.MonkeyPatch, lake: Lake, tmp_path: Path
) -> None:
    on_aws.delenv("S3_BUCKET_NAME")
    on_aws.chdir(tmp_path)
    file = tmp_path / ".env.local"
    file.write_text("S3_BUCKET_NAME=not-this-one\n")
    page = opened()
    assert any("E014" in (error.proto.title or "") for error in page.error)
    file.write_text(f"S3_BUCKET_NAME={lake.bucket}\n")
    os.utime(file, ns=(1, 1))
    page.run()
    assert not page.error
    file.unlink()
    load_environment()


def test_a_file_of_settings_that_is_no_text_is_a_card_until_it_is_mended(
    on_aws: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    on_aws.chdir(tmp_path)
    file = tmp_path / ".env.local"
    file.write_bytes(b"\xff\xfeS3_BUCKET_NAME=x")
    page = opened()
    assert not page.exception
    assert any("E013" in (error.proto.title or "") for error in page.error)
    assert not reads.is_embedded()
    file.unlink()
    page.run()
    assert not page.error


@pytest.mark.parametrize(
    ("field", "value"), [("records", "many"), ("bytes", []), ("table", 5), ("started_at", "9999-12-31T23:59:59Z")]
)
@pytest.mark.parametrize("tab", ["status", "history"])
def test_an_entry_with_a_foreign_value_is_a_card_beside_the_others(
    on_aws: pytest.MonkeyPatch, lake: Lake, tab: str, field: str, value: object
) -> None:
    record(lake, a_run("good"))
    odd = a_run("odd")
    lake.write_json(keys.run_key("odd", odd.day), odd.to_json() | {field: value}, None)
    page = opened("en", tab=tab)
    assert not page.exception
    assert any("E010" in (error.proto.title or "") for error in page.error)
    assert "Part of the history could not be read" in texts(page)


def test_a_clock_that_runs_ahead_breaks_nothing(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    record(lake, a_run(minutes_ago=-120))
    for tab in ("status", "history"):
        page = opened(tab=tab)
        assert not page.exception
        assert not page.error


ODD_RECORDS = {
    "none": [],
    "huge": [{"PK": "1", "text": "あ" * 130_000}],
    "wide": [{f"column-{n}": n for n in range(1000)}],
    "deep": [{"PK": "1", "deep": reduce(lambda inner, _: {"n": inner}, range(32), {})}],
    "scripts": [{"PK": "اختبار", "emoji": "👩‍👩‍👧", "markup": "<script>alert(1)</script> **b**", "ja": "睡眠"}],
}


@pytest.mark.parametrize("kind", ODD_RECORDS)
def test_odd_documents_are_previewed_and_profiled(on_aws: pytest.MonkeyPatch, lake: Lake, kind: str) -> None:
    table = "dotted.table-name"
    on_aws.setenv("DYNAMODB_TABLE_NAME", table)
    run = a_run(table=table)
    run = replace(run, key=keys.export_key(table, run.day), records=len(ODD_RECORDS[kind]))
    rows = [{**row, "_exported_at": "2026-01-01T00:00:00Z"} for row in ODD_RECORDS[kind]]
    head = {"table_name": table, "exported_at": "2026-01-01T00:00:00Z", "export_version": "1.0"}
    document = {"export_metadata": {**head, "record_count": len(rows)}, "data": rows}
    lake.s3.put_object(Bucket=lake.bucket, Key=run.key, Body=orjson.dumps(document))
    record(lake, run)
    page = opened(tab="history")
    page.button(key="previewed_run-run-1").click().run()
    assert not page.exception
    assert not page.error
    if rows:
        assert list(page.dataframe[0].value.columns) == list(rows[0])
    page.button(key="opened_run-run-1").click().run()
    page.radio(key="detail-run-1-ja").set_value("columns").run()
    assert not page.exception
    assert not page.error
