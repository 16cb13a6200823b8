"""pages.models.building under AppTest: the button, a build that goes on, one that failed, one that was interrupted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from pages.ui import reads
from pipeline.analysis.builds.job import DONE, LEFT
from pipeline.analysis.models.builds import OUR_PROJECT
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.lake.model_keys import builds_of
from pipeline.runs.lease import Leases
from pipeline.runs.run import Run, RunError
from pipeline.words.catalogue import LANGUAGES, Words
from tests.pages.conftest import a_run, record, texts
from tests.pages.models.conftest import cards, opened
from tests.support.lakes import models


def going(lake: Lake, **more: object) -> Run:
    """A build that somebody else has started."""
    run = a_run("build-1", minutes_ago=0, table=builds_of(OUR_PROJECT), status="running", finished_at=None, **more)
    record(lake, run)
    Leases(lake, lambda: datetime.now(UTC)).take(run.table, run.run_id, run.day)
    return run


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_build_that_goes_on_is_shown_and_cannot_be_pressed_again(
    on_aws: pytest.MonkeyPatch, lake: Lake, language: str
) -> None:
    models.fill(lake)
    going(lake, day_states=((DONE, 30), (LEFT, 90)))
    page, words = opened(language), Words(language)
    assert not page.exception and cards(page) == []
    button = page.button(key="build")
    assert button.disabled and button.label == words("dbt.building")
    (progress,) = page.get("progress")
    assert progress.proto.value == 25 and "30" in progress.proto.text and "120" in progress.proto.text
    assert words("dbt.building") in [info.value for info in page.info]


def test_before_its_steps_are_known_a_build_gets_ready(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    going(lake)
    (progress,) = opened().get("progress")
    assert progress.proto.value == 0 and "準備" in progress.proto.text


def test_the_page_is_drawn_anew_when_the_build_has_ended(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    run = going(lake)
    page = opened()
    assert page.button(key="build").disabled
    ended = replace(run, status="succeeded", finished_at=run.started_at + timedelta(seconds=9))
    lake.s3.put_object(Bucket=lake.bucket, Key=keys.run_key(run.run_id, run.day), Body=orjson.dumps(ended.to_json()))
    models.fill(lake, well=True)
    reads.refresh()
    page.run()
    assert not page.button(key="build").disabled and page.get("progress") == []
    assert page.success and page.metric


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_build_that_failed_is_told_with_cause_and_remedy(
    on_aws: pytest.MonkeyPatch, lake: Lake, language: str
) -> None:
    error = RunError("E003", "Compilation Error in model a", "build_parse")
    record(lake, a_run("build-1", table=builds_of(OUR_PROJECT), status="failed", error=error))
    page, words = opened(language), Words(language)
    title, _, remedy = words.error_of_code("E003", "build_parse")
    assert not page.exception and [card for card in cards(page) if title in card]
    assert remedy in texts(page) and "Compilation Error in model a" in texts(page)
    assert words("dbt.first_build") not in texts(page)


def test_a_build_that_stopped_reporting_was_interrupted(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    record(lake, a_run("build-1", 60, table=builds_of(OUR_PROJECT), status="running", finished_at=None))
    page = opened()
    assert not page.exception and "中断されました。もう一度ビルドしてください。" in texts(page)
    assert not page.button(key="build").disabled


def test_pressing_where_there_are_no_tables_says_what_to_run_first(
    on_aws: pytest.MonkeyPatch, lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    page = opened()
    page.button(key="build").click().run()
    reads.refresh()
    page.run()
    assert not page.exception and [card for card in cards(page) if card.startswith("E014")]
    assert "python -m pipeline tables" in texts(page)
    assert capsys.readouterr().out.count('"action":"build"') == 1
