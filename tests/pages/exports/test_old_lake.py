"""The page on an old lake of 120 days: nothing is green, every day stands where it belongs, good ones can be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pages.ui import state
from pipeline.aws import Cloud
from tests.pages.conftest import opened, texts
from tests.support.lakes.old_lake import TABLE, OldLake, build_old_lake


@pytest.fixture(scope="module")
def old(cloud: Cloud) -> OldLake:
    return build_old_lake(cloud.s3, datetime.now(UTC).date())


@pytest.fixture(autouse=True)
def on_old_lake(on_aws: pytest.MonkeyPatch, old: OldLake) -> None:
    on_aws.setenv("S3_BUCKET_NAME", old.lake.bucket)
    on_aws.setenv("DYNAMODB_TABLE_NAME", TABLE)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_nothing_turns_the_page_green(language: str) -> None:
    page = opened(language)
    assert not page.exception and not page.success
    assert "1 B" not in [metric.value for metric in page.metric]


@pytest.mark.parametrize("form", ["data-first", "data-first-pretty", "data-first-windows", "windows"])
def test_a_document_in_any_writing_is_previewed_from_its_row(old: OldLake, form: str) -> None:
    good = next(document for document in reversed(old.good) if document.form == form and document.day != old.last)
    page = opened(tab="history", days="30")
    mark = f"{good.day}-{TABLE}"
    page.button(key=f"{state.PREVIEWED}-{mark}").click().run()
    assert not page.exception
    assert list(page.dataframe[0].value["id"]) == [record["id"] for record in good.records]


def test_what_is_no_export_offers_no_data(old: OldLake) -> None:
    page = opened(tab="history")
    truncated = old.last - timedelta(days=3)
    assert f"{truncated:%Y/%m/%d}" in texts(page)
    keys = {str(button.key) for button in page.button}
    assert f"{state.OPENED}-{truncated}-{TABLE}" in keys
    assert f"{state.PREVIEWED}-{truncated}-{TABLE}" not in keys
