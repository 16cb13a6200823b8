"""The history shows the run of a job that the pages have never heard of, under its own name."""

from __future__ import annotations

import pytest

from pages.ui import state
from pipeline.clock import utc_now
from pipeline.jsonlog import JsonLog
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.lifecycle import Lifecycle
from pipeline.runs.request import ExportRequest
from tests.pages.conftest import opened, texts
from tests.support.greetings import Greetings


@pytest.fixture
def greeted(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    life = Lifecycle(lake, Ledger(lake), Leases(lake, utc_now), utc_now)
    engine = Greetings(lake, ("Ada", "Bo"), lambda name: None)
    life.run(engine, ExportRequest("hello", "greetings"), JsonLog("f", None, lambda line: None), lambda: 900.0)


@pytest.mark.parametrize(("language", "engine"), [("ja", "ジョブ「greeting」"), ("en", "Job “greeting”")])
def test_the_run_of_a_third_job_is_listed_and_named(greeted: None, language: str, engine: str) -> None:
    page = opened(language, tab="history", table="greetings")
    assert "greetings" in texts(page)
    page.button(key=f"{state.OPENED}-hello").click().run()
    assert not page.exception
    shown = texts(page)
    assert engine in shown
    # No capacity of a table was read.
    assert [word for word in ("スキャン", "Scan", "セグメント数", "Segments") if word in shown] == []


def test_its_document_is_previewed_like_every_other(greeted: None) -> None:
    page = opened(tab="history", table="greetings")
    page.button(key=f"{state.PREVIEWED}-hello").click().run()
    assert not page.exception
    assert any("Ada" in str(frame.value) for frame in page.dataframe)
