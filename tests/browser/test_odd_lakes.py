"""Lakes that hold what they should not, in a real browser: each row fails by itself, with a code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.runs.run import Run
from tests.browser.conftest import running_server, shoot

TABLE = "moderation-craft-data"
DOCUMENT = b"""{"export_metadata": {"table_name": "t", "exported_at": "2024-02-01T12:00:00Z", "export_version": "1.0",
 "record_count": 1}, "data": [{"id": "<b>**x**</b>", "_exported_at": "2024-02-01T12:00:00Z"}]}"""


def record(lake: Lake, run_id: str, document: bytes | None, table: str = TABLE) -> None:
    """A run that says it wrote ``document``; None for one that is not there any more."""
    at = datetime.now(UTC)
    key = keys.export_key(TABLE, at.date(), run_id)
    run = Run(run_id, table, at.date(), at, at, mode="incremental", status="succeeded", finished_at=at, key=key)
    lake.write_json(keys.run_key(run_id, at.date()), run.to_json(), None)
    if document:
        lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=document)


@pytest.fixture
def history(page: Page, lake: Lake, emulator_url: str) -> Iterator[Page]:
    """The history tab over a lake with a vanished, a cut-off and a whole document."""
    record(lake, "vanished", None)
    record(lake, "cut-off", DOCUMENT[:150])
    record(lake, "whole", DOCUMENT)
    # No table can be called so: the entry is not believed, and told as it is.
    record(lake, "strange", None, table="*a* <b>table</b>")
    credentials = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    lab = {"PIPELINE_BACKEND": "aws", "AWS_ENDPOINT_URL": emulator_url, "S3_BUCKET_NAME": lake.bucket}
    with running_server(**lab, **credentials) as server:
        page.goto(f"{server}/debug/pipeline")
        page.get_by_role("tab", name="履歴").click()
        yield page


def test_each_row_fails_by_itself_with_a_code(history: Page) -> None:
    vanished, cut_off, whole = (history.locator(f".st-key-run-{name}") for name in ("vanished", "cut-off", "whole"))
    vanished.get_by_role("button", name="ダウンロード").click()
    expect(vanished.get_by_text("E014 NOT_FOUND")).to_be_visible()
    cut_off.get_by_role("button", name="プレビュー").click()
    expect(cut_off.get_by_text("E010 INVALID_SCHEMA")).to_be_visible()
    with history.expect_download():
        whole.get_by_role("button", name="ダウンロード").click()
    whole.get_by_role("button", name="プレビュー").click()
    expect(whole.get_by_test_id("stDataFrame")).to_be_visible()
    expect(history.get_by_text("*a* <b>table</b>").first).to_be_visible()
    expect(vanished.get_by_text("E014 NOT_FOUND")).to_be_visible()
    expect(history.get_by_test_id("stException")).to_have_count(0)
    shoot(history, "odd-lake-ja")
