"""The history shows builds of models beside exports, counts none of them as one, and a failed one says what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pages.ui import state
from pipeline.clock import utc_now
from pipeline.lake.bucket import Lake
from pipeline.runs.error import RunError
from pipeline.runs.history import shown_status
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import Run
from tests.pages.conftest import opened, texts

TABLE = "moderation_craft.build"


@pytest.fixture
def built(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    now = utc_now()
    good = Run("good", TABLE, now.date(), now, now, engine="dbt", status="succeeded", finished_at=now)
    failed = RunError("E010", "dbt stopped at parse: a model that nobody has", "build_parse")
    for run in (replace(good, records=882), replace(good, run_id="bad", status="failed", error=failed)):
        Ledger(lake).open(run)


@pytest.mark.parametrize(
    ("language", "job", "cause"),
    [("ja", "ジョブ「dbt」", "dbtがプロジェクトを読み込めません"), ("en", "Job “dbt”", "dbt cannot read the project")],
)
def test_builds_are_listed_and_a_failed_one_is_explained(built: None, language: str, job: str, cause: str) -> None:
    page = opened(language, tab="history", table=TABLE)
    page.button(key=f"{state.OPENED}-good").click().run()
    assert not page.exception and job in texts(page) and cause in texts(page)
    page.button(key=f"{state.OPENED}-bad").click().run()
    assert not page.exception


def test_no_card_counts_a_build_as_an_export(built: None) -> None:
    page = opened("en", tab="status")
    assert not page.exception and TABLE not in texts(page) and "882" not in texts(page)


def test_a_build_that_says_nothing_for_minutes_is_lost() -> None:
    now = utc_now()
    run = Run("r", TABLE, now.date(), now, now, engine="dbt")
    assert shown_status(run, now + timedelta(minutes=3)) == "running"
    assert shown_status(run, now + timedelta(minutes=5)) == "lost"
    assert shown_status(replace(run, engine="scan"), now + timedelta(minutes=5)) == "running"
