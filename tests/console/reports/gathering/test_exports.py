"""pipeline.console.reports.gathering.exports and runs: the ledger at its versions, whatever it has become since."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from pipeline.analysis.reports.definitions.definition import History, Period, Status
from pipeline.analysis.reports.forms.markdown import markdown
from pipeline.aws import Cloud
from pipeline.console.app import App
from pipeline.console.reports.told import Gathered
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import Run
from tests.support.reports.desk import NOW, again, app_of, gathered, report, same_bytes, tables, texts
from tests.support.reports.exports import TABLE, run, week

BOTH = report(Status(), History())


@pytest.fixture
def app(cloud: Cloud, lake: Lake, tmp_path: Path) -> App:
    made = app_of(cloud, lake, tmp_path)
    return replace(made, settings=replace(made.settings, table=TABLE))


def keep(lake: Lake, *runs: Run) -> None:
    """Entries, and the documents that they tell of."""
    for one in runs:
        Ledger(lake).open(replace(one, bytes=5))
        if one.key and one.status == "succeeded":
            lake.s3.put_object(Bucket=lake.bucket, Key=one.key, Body=b"12345")


def text(made: Gathered) -> str:
    return markdown(made.document).decode()


def runs_of(made: Gathered) -> list[tuple[Any, ...]]:
    """The rows of the history."""
    return [row for table in tables(made) if len(table.columns) == 9 for row in table.rows]


def test_the_week_s_runs_are_told(app: App, lake: Lake) -> None:
    keep(lake, *week(), run(22), run(30))
    made = gathered(app, BOTH)
    assert not made.failed
    assert [row[0].day for row in runs_of(made)] == [29, 28, 28, 27, 26, 25, 24, 23]
    assert "E005" in text(made)


def test_made_again_it_is_the_same_whatever_has_become_of_the_lake(app: App, lake: Lake) -> None:
    keep(lake, *week())
    first = gathered(app, BOTH)
    # A run ends, another one is new, a document is gone, a table has another name.
    for key in [held.key for held in lake.list_after(keys.RUNS, keys.RUNS)]:
        lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=b"{}")
    keep(lake, run(25, run_id="new"))
    lake.s3.delete_object(Bucket=lake.bucket, Key=str(run(29).key))
    lake.s3.put_object(Bucket=lake.bucket, Key=str(run(29).key).replace("29/", "27/"), Body=b"other")
    later = replace(app, settings=replace(app.settings, table="another-table"), ledger=Ledger(lake))
    assert again(later, BOTH, first) == first and same_bytes(again(later, BOTH, first), first)
    assert gathered(later, BOTH).document != first.document


def test_what_began_after_the_moment_is_not_told(app: App, lake: Lake) -> None:
    keep(lake, run(28), run(29, run_id="early", started_at=NOW + timedelta(minutes=1), key=None))
    made = gathered(app, BOTH)
    assert len(runs_of(made)) == 1


def test_runs_of_reports_are_no_runs_of_a_report(app: App, lake: Lake) -> None:
    keep(lake, run(28), run(29, run_id="mine", table="pipeline.reports", engine="report", key=None))
    assert [row[2] for row in runs_of(gathered(app, BOTH))] == [TABLE]


def test_a_document_that_is_gone_is_told_and_told_again(app: App, lake: Lake) -> None:
    keep(lake, run(28), run(29))
    lake.s3.delete_object(Bucket=lake.bucket, Key=str(run(29).key))
    made = gathered(app, BOTH)
    assert "削除されています" in texts(made)[0] and runs_of(made)[0][4] == "文書なし"
    lake.s3.put_object(Bucket=lake.bucket, Key=str(run(29).key), Body=b"12345")
    assert again(app, BOTH, made).document == made.document


def test_a_document_without_an_entry_stands_among_the_runs_and_is_told_again(app: App, lake: Lake) -> None:
    head = {"table_name": "t", "exported_at": "2026-11-27T05:00:00Z", "export_version": "1.0", "record_count": 3}
    body = orjson.dumps({"export_metadata": head, "data": []})
    lake.s3.put_object(Bucket=lake.bucket, Key=str(run(27).key), Body=body)
    made = gathered(app, BOTH)
    assert [(row[0], row[4], row[5]) for row in runs_of(made)] == [(date(2026, 11, 27), "旧関数による実行", 3)]
    lake.s3.delete_object(Bucket=lake.bucket, Key=str(run(27).key))
    assert again(app, BOTH, made).document == made.document


def test_an_entry_that_nobody_can_read_is_counted_and_hides_no_other(app: App, lake: Lake) -> None:
    keep(lake, run(28))
    lake.s3.put_object(Bucket=lake.bucket, Key=keys.run_key("broken", date(2026, 11, 27)), Body=b"{")
    made = gathered(app, BOTH)
    assert len(runs_of(made)) == 1 and text(made).count("読み取れない実行記録が1件") == 2
    assert again(app, BOTH, made) == made


def test_of_a_long_period_the_last_ninety_days_are_read_and_it_is_said(app: App, lake: Lake) -> None:
    keep(lake, run(28))
    long = Period(kind="fixed", first=date(2025, 12, 1), last=date(2026, 11, 29))
    made = gathered(app, report(History(), period=long))
    assert len(runs_of(made)) == 1 and "2026-09-01以降" in text(made)


def test_an_empty_lake_has_something_to_say(app: App) -> None:
    made = gathered(app, BOTH)
    assert not made.failed and "この期間に実行はありません。" in texts(made)
    assert again(app, BOTH, made) == made


def test_both_blocks_pin_the_same_version_of_an_entry(app: App, lake: Lake) -> None:
    keep(lake, run(28))
    pins = [pin for pin in gathered(app, BOTH).pins if pin.key == keys.run_key("r28", run(28).day)]
    assert [pin.block for pin in pins] == [0, 1] and len({(pin.version_id, pin.checksum) for pin in pins}) == 1


def test_days_are_those_of_the_report_s_zone(app: App, lake: Lake) -> None:
    begun = run(22).started_at
    before, after = (begun.replace(hour=hour, minute=30) for hour in (14, 15))
    keep(lake, run(22, run_id="before", started_at=before), run(22, run_id="after", started_at=after))
    day = Period(kind="fixed", first=date(2026, 11, 23), last=date(2026, 11, 23))
    assert [row[0] for row in runs_of(gathered(app, report(History(), period=day)))] == [after]
    assert not runs_of(gathered(app, report(History(), period=day, zone="America/New_York")))
