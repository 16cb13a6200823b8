"""pipeline.console.reports.gathering.quality: results and marks at their versions, by the report's moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipeline.analysis.quality.builds import MODELS
from pipeline.analysis.quality.marks import Mark
from pipeline.analysis.quality.result import Result
from pipeline.analysis.quality.store import MarkShelf, Results
from pipeline.analysis.reports.definitions.definition import Quality
from pipeline.analysis.reports.forms.markdown import markdown
from pipeline.aws import Cloud
from pipeline.console.app import App
from pipeline.console.reports.told import Gathered
from pipeline.lake import analysis_keys
from pipeline.lake.bucket import Lake
from tests.support.reports.desk import NOW, again, app_of, gathered, report, same_bytes, texts
from tests.support.reports.exports import TABLE, found, result

WANTED = report(Quality())
TWICE = found("duplicate_keys", "session", 28, 29)


@pytest.fixture
def app(cloud: Cloud, lake: Lake, tmp_path: Path) -> App:
    made = app_of(cloud, lake, tmp_path)
    return replace(made, settings=replace(made.settings, table=TABLE))


def keep(lake: Lake, *results: Result) -> None:
    for one in results:
        Results(lake).save(one)


def mute(lake: Lake) -> None:
    mark = Mark("muted", "private", "p@example.com", NOW, NOW + timedelta(days=9), date(2026, 11, 28))
    MarkShelf(lake).put(TABLE, TWICE.finding.id, mark)


def verdict(made: Gathered) -> str:
    return texts(made)[0]


def test_where_nobody_has_looked_that_is_said(app: App) -> None:
    made = gathered(app, WANTED)
    assert texts(made) == ["この期間のデータ品質は、まだ一度も調べられていません。"] and not made.failed


def test_table_and_models_have_their_verdicts(app: App, lake: Lake) -> None:
    keep(lake, result(29, TWICE), result(29, table=MODELS, profile=None))
    told = texts(gathered(app, WANTED))
    assert [one.endswith(grade) for one, grade in zip(told[::1], ("異常", "正常"), strict=False)].count(True) >= 1
    assert any("異常" in one for one in told) and any("正常" in one for one in told)


def test_of_a_day_s_looks_the_newest_by_the_moment_counts(app: App, lake: Lake) -> None:
    second = result(29, TWICE, run_id="q0002-t29")
    third = result(29, run_id="q0003-t29", made_at=NOW + timedelta(minutes=1))
    keep(lake, result(29), second, third)
    assert "異常" in verdict(gathered(app, WANTED))


def test_a_mute_that_holds_keeps_a_finding_out_of_the_verdict(app: App, lake: Lake) -> None:
    keep(lake, result(29, TWICE))
    mute(lake)
    made = gathered(app, WANTED)
    assert "正常" in verdict(made) and "ミュート（2026-12-09" in markdown(made.document).decode()


def test_made_again_it_is_the_same_after_marks_and_looks(app: App, lake: Lake) -> None:
    keep(lake, result(28), result(29, TWICE))
    first = gathered(app, WANTED)
    mute(lake)
    keep(lake, result(29, run_id="q0002-t29"), result(27, TWICE))
    assert again(app, WANTED, first) == first and same_bytes(again(app, WANTED, first), first)
    assert gathered(app, WANTED).document != first.document


def test_a_result_that_nobody_can_read_leaves_the_look_before_it(app: App, lake: Lake) -> None:
    keep(lake, result(29, TWICE))
    lake.s3.put_object(
        Bucket=lake.bucket, Key=analysis_keys.quality_key(TABLE, date(2026, 11, 29), "q0002-x"), Body=b"{}"
    )
    lake.s3.put_object(
        Bucket=lake.bucket, Key=analysis_keys.quality_key(TABLE, date(2026, 11, 28), "q0001-x"), Body=b"["
    )
    told = texts(gathered(app, WANTED))
    assert told[0] == "結果を読み取れない日が1日あります。" and "異常" in told[1]


def test_marks_that_are_none_are_told(app: App, lake: Lake) -> None:
    keep(lake, result(29, TWICE))
    lake.s3.put_object(Bucket=lake.bucket, Key=analysis_keys.quality_marks_key(TABLE), Body=b"[]")
    made = gathered(app, WANTED)
    assert "読み取れない" in texts(made)[0] and again(app, WANTED, made) == made
