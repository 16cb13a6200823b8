"""pipeline.console.reports.duties: what the watcher tells without a person: findings, runs, what is due; once each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.analysis.quality.marks import Wanted
from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.console.analysis.watcher import Rhythm, Watcher
from pipeline.console.app import App
from pipeline.console.reports import duties
from pipeline.console.reports.duties import REST, NoticeDuty
from pipeline.console.wiring import wire
from pipeline.errors import SchemaMismatch
from pipeline.lake.analysis_keys import quality_key
from pipeline.lake.bucket import Lake
from pipeline.lake.report_keys import SCHEDULES
from pipeline.notices.due import DueReports
from pipeline.notices.schedules import Scheduled, Schedules
from pipeline.runs.error import RunError
from pipeline.runs.lease import Leases
from pipeline.runs.run import Run
from tests.conftest import Clock
from tests.support.notices.hook import Hook, hook
from tests.support.notices.office import CONSOLE, Office, office
from tests.support.tables.workshop import TABLE, Workshop

RECORD = {"PK": "USER#u", "SK": "PROFILE", "entity_type": "user"}
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Desk:
    """A console on a lake, whose people are told at a webhook."""

    here: Office
    app: App
    duty: NoticeDuty

    def look(self) -> list[str]:
        """What the webhook has been told of after one look: first lines."""
        self.duty.look(self.app)
        taken = [text.partition("\n")[0] for text in self.here.hook.told]
        self.here.hook.told.clear()
        return taken

    def judged(self, records: int = 1) -> None:
        """Today's export, its tables, and a look at them; more than one record of one key is a finding."""
        day, shop = self.here.clock().date(), Workshop(self.app.lake, self.here.clock)
        mark = f"{self.here.clock():%H%M%S}"
        shop.export([RECORD] * records, day, f"e{mark}")
        shop.convert(f"t-{mark}", day)
        self.app.quality.look(TABLE)

    def failed(self, run_id: str) -> None:
        at = self.here.clock() - timedelta(minutes=1)
        error = RunError("E004", "no table")
        self.app.ledger.open(Run(run_id, TABLE, at.date(), at, at, status="failed", finished_at=at, error=error))


@pytest.fixture
def webhook() -> Iterator[Hook]:
    with hook() as made:
        yield made


@pytest.fixture
def desk(cloud: Cloud, lake: Lake, clock: Clock, webhook: Hook, tmp_path: Path) -> Desk:
    clock.time = datetime.now(UTC).replace(day=20, hour=3, minute=0, second=0, microsecond=0)
    here = office(cloud, lake, clock, webhook)
    environ = {"S3_BUCKET_NAME": lake.bucket, "DYNAMODB_TABLE_NAME": TABLE, "PIPELINE_QUERY_CACHE": str(tmp_path)}
    settings = replace(Settings.from_env(environ | {"PIPELINE_BACKEND": "aws"}), notices=here.settings.notices)
    app = replace(wire(settings, cloud), now=clock, leases=Leases(lake, clock))
    return Desk(here, app, NoticeDuty())


def test_a_finding_is_told_once_with_its_address(desk: Desk) -> None:
    desk.judged(records=2)
    finding = next(
        one for one in desk.app.quality.standing(TABLE).findings if one.open.finding.check == "duplicate_keys"
    )
    desk.duty.look(desk.app)
    texts = [text.replace("&amp;", "&") for text in desk.here.hook.told]
    address = f"{CONSOLE}/debug/models?tab=quality&finding={finding.open.finding.id}"
    assert [text for text in texts if address in text and text.startswith("新しい検出があります")]
    desk.here.hook.told.clear()
    # Nor does a process that has just started, or another console.
    assert desk.look() == [] == replace(desk, duty=NoticeDuty()).look()


def test_no_value_of_a_record_is_in_a_message(desk: Desk) -> None:
    desk.judged(records=2)
    desk.duty.look(desk.app)
    assert desk.here.hook.told and not any(RECORD["PK"] in text for text in desk.here.hook.told)


def test_when_it_heals_one_message_says_so(desk: Desk) -> None:
    desk.judged(records=2)
    desk.look()
    desk.here.clock.tick(600)
    desk.judged()
    assert [one for one in desk.look() if one.startswith("検出が解消しました")]
    assert desk.look() == []


def test_a_muted_finding_says_nothing_neither_when_it_comes_back_nor_when_it_heals(desk: Desk) -> None:
    desk.judged(records=2)
    desk.look()
    for seen in desk.app.quality.standing(TABLE).findings:
        desk.app.quality.mark(TABLE, seen.open.finding.id, Wanted("muted", "既知", 30))
    for records in (1, 3, 9, 1):
        desk.here.clock.tick(600)
        desk.judged(records)
        assert desk.look() == []


def test_what_was_muted_before_anybody_was_told_says_nothing(desk: Desk) -> None:
    desk.judged(records=2)
    for seen in desk.app.quality.standing(TABLE).findings:
        desk.app.quality.mark(TABLE, seen.open.finding.id, Wanted("muted", "既知", 30))
    assert desk.look() == []


def test_what_was_found_before_yesterday_is_nobody_s_news(desk: Desk) -> None:
    desk.judged(records=2)
    desk.here.clock.tick(DAY.total_seconds() + 1)
    assert [one for one in desk.look() if "検出" in one] == []


def test_a_result_that_nobody_can_read_keeps_no_other_back(desk: Desk) -> None:
    desk.judged(records=2)
    lake, today = desk.app.lake, desk.here.clock().date()
    lake.s3.put_object(Bucket=lake.bucket, Key=quality_key(TABLE, today, "0-broken"), Body=b"{")
    assert desk.look()


def test_a_console_tells_of_runs_as_the_function_does(desk: Desk) -> None:
    desk.failed("bad")
    assert desk.look() == [f"実行が失敗しました：{TABLE}"]


def test_beside_a_function_it_looks_at_runs_every_five_minutes_and_at_what_is_due_each_time(desk: Desk) -> None:
    desk.look()
    desk.failed("bad")
    schedule = Scheduled("daily", "日報", ("every",), "03:01", "UTC", desk.here.clock())
    Schedules(desk.app.lake).put("daily", schedule)
    desk.here.clock.tick(60)
    assert desk.look() == []
    assert [one.name for one in DueReports(desk.app.lake, desk.here.clock).open()] == ["daily"]
    desk.here.clock.tick(REST.total_seconds() - 60)
    assert desk.look() == [f"実行が失敗しました：{TABLE}"]


def test_a_demo_which_has_no_function_that_looks_does_it_each_time(desk: Desk) -> None:
    demo = replace(desk, app=replace(desk.app, settings=replace(desk.app.settings, backend="embedded")))
    demo.look()
    demo.failed("bad")
    demo.here.clock.tick(10)
    assert demo.look() == [f"実行が失敗しました：{TABLE}"]


def test_without_channels_what_is_due_is_marked_and_nothing_is_told(desk: Desk) -> None:
    settings = replace(desk.app.settings, notices=replace(desk.app.settings.notices, channels=()))
    quiet = replace(desk, app=replace(desk.app, settings=settings))
    quiet.judged(records=2)
    schedule = Scheduled("daily", "日報", ("every",), "03:00", "UTC", desk.here.clock() - DAY)
    Schedules(desk.app.lake).put("daily", schedule)
    assert quiet.look() == []
    assert len(DueReports(desk.app.lake, desk.here.clock).open()) == 1
    assert not list(desk.app.lake.list_after("metadata/notices/", ""))


def test_what_goes_wrong_with_one_part_is_raised_once_all_was_tried(desk: Desk) -> None:
    desk.app.lake.s3.put_object(Bucket=desk.app.lake.bucket, Key=SCHEDULES, Body=b"{")
    desk.judged(records=2)
    desk.here.clock.tick(120)
    desk.failed("bad")
    with pytest.raises(SchemaMismatch):
        desk.look()
    first = [text.partition("：")[0] for text in desk.here.hook.told]
    assert "実行が失敗しました" in first and "新しい検出があります" in first


def test_a_message_that_does_not_arrive_is_a_line_without_its_address(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.here.hook.status = 500
    desk.failed("bad")
    desk.look()
    lines = [one.getMessage() for one in caplog.records if one.name == duties.__name__]
    assert lines == ["run_failed to ops: failed (E006)"]
    assert desk.here.hook.url not in caplog.text


def test_the_watcher_does_it(desk: Desk) -> None:
    desk.failed("bad")
    clock: Callable[[], datetime] = desk.here.clock
    Watcher(lambda: replace(desk.app, now=clock), Rhythm(0.02)).look()
    assert [text.partition("：")[0] for text in desk.here.hook.told] == ["実行が失敗しました"]
