"""The function tells: of the failure that it has just seen, and on its schedule of all that time brings, once each."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipeline.aws import Cloud
from pipeline.errors import NotFound
from pipeline.export.wiring import build_exporter
from pipeline.function.handler import ExportFunction
from pipeline.lake.bucket import Lake
from pipeline.lake.report_keys import SCHEDULES
from pipeline.notices.looks.function import ticking_of
from pipeline.notices.schedules import Scheduled, Schedules
from pipeline.runs.error import RunError
from pipeline.runs.run import Run
from tests.conftest import Clock, MakeTable
from tests.deploy.test_template import matches
from tests.function.test_handler import RULE, Context
from tests.support.notices.hook import Hook, hook
from tests.support.notices.office import CONSOLE, Office, office
from tests.support.places import ROOT
from tests.support.policies.template_stack import NOTICES, Stack

# Half past two in Tokyo, when an export that has not come is late.
DAY = timedelta(days=1)
LATE = datetime(2024, 2, 1, 5, 30, tzinfo=UTC)
COLD = """
import sys
from pipeline.function.handler import ExportFunction
ExportFunction.from_env({"PIPELINE_NOTICES": "ops=slack:a/b"})
WARM = ("pipeline.notices", "pipeline.words", "pipeline.sources")
print(sorted(name for name in sys.modules if name.startswith(WARM)))
"""


@dataclass
class Deployed:
    """The function with its channels: ``ops``, a webhook, and ``team``, a topic; ``lines`` are its log's."""

    here: Office
    function: ExportFunction
    lines: list[str] = field(default_factory=list)

    def tick(self) -> dict[str, Any]:
        """Five minutes later its schedule asks again."""
        self.here.clock.tick(300)
        return self.function.answer({"notices": "due"}, Context())

    def told(self) -> list[str]:
        """First lines of what the webhook has taken since it was asked last."""
        taken = [text.partition("\n")[0] for text in self.here.hook.told]
        self.here.hook.told.clear()
        return taken

    def said(self, message: str) -> list[dict[str, Any]]:
        """The facts of these lines of the log."""
        read = [json.loads(line) for line in self.lines]
        return [one["metadata"] for one in read if one["message"] == message]

    def ran(self, run_id: str, table: str = "", **more: Any) -> Run:
        """A run that the ledger tells of: it failed a minute ago, or as it is said."""
        at = self.here.clock() - timedelta(minutes=1)
        facts: dict[str, Any] = {"status": "failed", "finished_at": at, "error": RunError("E004", "no table")} | more
        facts = {"started_at": at, "updated_at": at, "trigger": "schedule"} | facts
        run = Run(run_id, table or self.here.settings.table, at.date(), **facts)
        self.function.exporter.ledger.open(run)
        return run


@pytest.fixture
def webhook() -> Iterator[Hook]:
    with hook() as made:
        yield made


@pytest.fixture
def deployed(cloud: Cloud, lake: Lake, clock: Clock, webhook: Hook, make_table: MakeTable) -> Deployed:
    clock.time = LATE - timedelta(hours=1)
    here = office(cloud, lake, clock, webhook)
    settings = replace(here.settings, table=make_table([{"PK": "u", "SK": "1"}]), schedule=daily(cloud))
    exporter = build_exporter(settings, cloud, clock)
    made = Deployed(replace(here, settings=settings), ExportFunction(settings, exporter))
    ticking = ticking_of(settings, cloud, exporter)
    made.function = replace(made.function, emit=made.lines.append, ticking=lambda: ticking)
    return made


def daily(cloud: Cloud, state: Any = "ENABLED") -> str:
    """A schedule of every day at two in Tokyo."""
    name = f"daily-{uuid.uuid4().hex[:12]}"
    target: Any = {
        "Arn": "arn:aws:lambda:ap-northeast-1:123456789012:function:f",
        "RoleArn": "arn:aws:iam::123456789012:role/r",
    }
    when: Any = {"ScheduleExpression": "cron(0 14 * * ? *)", "ScheduleExpressionTimezone": "Asia/Tokyo"}
    cloud.scheduler.create_schedule(Name=name, State=state, FlexibleTimeWindow={"Mode": "OFF"}, Target=target, **when)
    return name


def test_a_run_that_fails_is_told_by_the_invocation_that_knows_with_its_address(deployed: Deployed) -> None:
    with pytest.raises(NotFound):
        deployed.function.answer({**RULE, "tableName": "no-such-table"}, Context())
    (run_id,) = {one["runId"] for one in deployed.said("export failed")}
    (text,) = deployed.here.hook.told
    assert text.partition("\n")[0] == "実行が失敗しました：no-such-table"
    assert "E014" in text and f"{CONSOLE}/debug/pipeline?tab=history&run={run_id}" in text.replace("&amp;", "&")
    ((subject, message),) = deployed.here.topic.received()
    assert subject == "[pipeline] Run failed: no-such-table" and f"run={run_id}" in message
    assert [one["channel"] for one in deployed.said("notice sent")] == ["team", "ops"]
    deployed.told()
    deployed.tick()
    assert deployed.told() == []


def test_it_recovers_and_one_message_says_so(deployed: Deployed) -> None:
    table = deployed.here.settings.table
    for number in range(3):
        deployed.ran(f"bad-{number}")
    deployed.tick()
    assert deployed.told() == [f"実行が失敗しました：{table}"] * 3
    deployed.tick()
    deployed.function.answer({"runId": "good"}, Context())
    assert deployed.told() == []
    for _ in range(3):
        assert deployed.tick()["statusCode"] == 200
    assert deployed.told() == [f"実行が復旧しました：{table}"]


def test_a_run_that_its_retry_has_saved_is_told_as_over(deployed: Deployed, cloud: Cloud) -> None:
    run = deployed.ran("again")
    deployed.tick()
    ledger = deployed.function.exporter.ledger
    entry = ledger.find(run.run_id, (run.day,))
    assert entry
    ledger.update(entry, replace(run, status="succeeded", error=None, finished_at=deployed.here.clock()))
    deployed.tick()
    assert [one.partition("：")[0] for one in deployed.told()] == ["実行が失敗しました", "実行が復旧しました"]


def test_an_incremental_success_makes_up_for_no_full_export(deployed: Deployed) -> None:
    deployed.ran("full")
    deployed.tick()
    deployed.told()
    deployed.ran("part", status="succeeded", error=None, mode="incremental")
    deployed.tick()
    assert deployed.told() == []


def test_what_failed_and_was_made_up_for_before_anybody_looked_is_nobody_s_news(deployed: Deployed) -> None:
    deployed.ran("bad")
    deployed.here.clock.tick(60)
    deployed.ran("good", status="succeeded", error=None)
    deployed.tick()
    assert deployed.told() == []


def test_fifty_failures_in_a_minute_are_one_message_with_the_count(deployed: Deployed) -> None:
    for number in range(50):
        deployed.ran(f"run-{number}", f"table-{number}")
    for _ in range(3):
        deployed.tick()
    (text,) = deployed.here.hook.told
    assert text.partition("\n")[0] == "50件の実行が失敗しました"


def test_a_run_that_went_silent_is_lost(deployed: Deployed) -> None:
    deployed.ran("silent", status="running", finished_at=None, error=None)
    deployed.tick()
    assert deployed.told() == []
    deployed.here.clock.tick(900)
    deployed.tick()
    assert deployed.told() == [f"実行が途絶えました：{deployed.here.settings.table}"]


def test_from_half_past_two_the_day_s_export_is_late_until_it_comes(deployed: Deployed) -> None:
    table, clock = deployed.here.settings.table, deployed.here.clock
    clock.time = LATE - timedelta(days=1, hours=0.5)
    deployed.function.answer({"runId": "yesterday"}, Context())
    clock.time = LATE - timedelta(seconds=301)
    deployed.tick()
    assert deployed.told() == []
    for _ in range(2):
        deployed.tick()
    assert deployed.told() == [f"実行が遅れています：{table}"]
    # The next day's is late as well: that is known.
    clock.time = LATE + timedelta(days=1)
    deployed.tick()
    assert deployed.told() == []
    deployed.function.answer({"runId": "at-last"}, Context())
    deployed.tick()
    assert deployed.told() == [f"実行が復旧しました：{table}"]


def test_an_export_that_is_switched_off_is_not_late(deployed: Deployed, cloud: Cloud) -> None:
    deployed.here.clock.time = LATE - timedelta(days=1, hours=0.5)
    deployed.function.answer({"runId": "yesterday"}, Context())
    deployed.here.clock.time = LATE + timedelta(hours=1)
    function = deployed.function
    settings = replace(deployed.here.settings, schedule=daily(cloud, "DISABLED"))
    ticking = ticking_of(settings, cloud, function.exporter)
    assert replace(function, ticking=lambda: ticking).answer({"notices": "due"}, Context())["statusCode"] == 200
    assert deployed.told() == []


@pytest.mark.parametrize("engine", ["tables", "report"])
def test_what_others_tell_of_is_left_to_them(deployed: Deployed, engine: str) -> None:
    deployed.ran("theirs", engine=engine)
    deployed.tick()
    assert deployed.told() == []


def test_a_failed_build_leads_to_the_builds(deployed: Deployed) -> None:
    deployed.ran("b1", "moderation_craft", engine="dbt")
    deployed.tick()
    assert "/debug/models?tab=builds&build=b1" in deployed.here.hook.told[0].replace("&amp;", "&")


def test_a_report_that_nobody_builds_is_late_and_then_missed(deployed: Deployed, lake: Lake) -> None:
    clock = deployed.here.clock
    Schedules(lake).put("weekly", Scheduled("weekly", "週報", ("every",), "13:32", "Asia/Tokyo", clock()))
    assert json.loads(deployed.tick()["body"])["marked"] == 1
    deployed.tick()
    assert deployed.told() == []
    clock.tick(1800)
    for _ in range(2):
        deployed.tick()
    assert deployed.told() == ["レポートが遅れています：weekly"]
    Schedules(lake).put("weekly", Scheduled("weekly", "週報", (20,), "13:32", "Asia/Tokyo", clock() - DAY))
    clock.tick(DAY.total_seconds())
    for _ in range(2):
        deployed.tick()
    assert deployed.told() == ["レポートが作成されませんでした：weekly"]


def test_without_channels_what_is_due_is_marked_and_nobody_is_told(
    deployed: Deployed, cloud: Cloud, lake: Lake
) -> None:
    settings = replace(deployed.here.settings, notices=replace(deployed.here.settings.notices, channels=()))
    ticking = ticking_of(settings, cloud, deployed.function.exporter)
    deployed.function = replace(deployed.function, settings=settings, ticking=lambda: ticking)
    since = deployed.here.clock()
    Schedules(lake).put("weekly", Scheduled("weekly", "週報", ("every",), "13:32", "Asia/Tokyo", since))
    deployed.ran("bad")
    body = json.loads(deployed.tick()["body"])
    assert (body["marked"], body["sent"], body["unsent"]) == (1, 0, 0)
    assert deployed.function.answer({"tableName": "no-such-table"}, Context())["statusCode"] == 500
    assert deployed.told() == [] and not list(lake.list_after("metadata/notices/", ""))


def test_that_a_notice_could_not_be_sent_fails_no_export_and_is_a_line(deployed: Deployed) -> None:
    deployed.here.hook.status = 500
    answer = deployed.function.answer({"tableName": "no-such-table", "runId": "r1"}, Context())
    assert json.loads(answer["body"])["code"] == "E014"
    (line,) = deployed.said("a notice was not sent")
    assert (line["channel"], line["kind"], line["tries"]) == ("ops", "run_failed", 1)
    assert deployed.here.hook.url not in json.dumps(deployed.lines)
    deployed.here.hook.status = 200
    deployed.tick()
    assert deployed.told() == ["実行が失敗しました：no-such-table"] and len(deployed.here.topic.received()) == 1


def test_where_notices_cannot_be_kept_the_answer_is_what_it_would_be(deployed: Deployed, cloud: Cloud) -> None:
    ticking = deployed.function.ticking
    assert ticking
    nowhere = Lake(cloud.s3, f"no-{uuid.uuid4().hex[:12]}")
    notices = ticking().notices
    assert notices
    broken = replace(ticking(), lake=nowhere, notices=replace(notices, lake=nowhere))
    function = replace(deployed.function, ticking=lambda: broken)
    answer = function.answer({"tableName": "no-such-table", "runId": "r1"}, Context())
    assert (
        json.loads(answer["body"])["message"]
        == json.loads(deployed.function.answer({"tableName": "no-such-table", "runId": "r2"}, Context())["body"])[
            "message"
        ]
    )
    assert [one["code"] for one in deployed.said("nobody was told")] == ["E014"]
    assert function.answer({"notices": "due"}, Context())["statusCode"] == 500
    assert deployed.said("notices were not looked after") and not deployed.said("notices looked after")


def test_one_part_that_goes_wrong_keeps_no_other_back(deployed: Deployed, lake: Lake) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=SCHEDULES, Body=b"{")
    deployed.ran("bad")
    answer = deployed.tick()
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (500, "E010")
    assert deployed.told() == [f"実行が失敗しました：{deployed.here.settings.table}"]


def test_the_stack_counts_the_lines_that_are_written(deployed: Deployed) -> None:
    stack = Stack(**NOTICES)
    deployed.tick()
    looks, given_up = (stack.resources[name]["FilterPattern"] for name in ("LooksCount", "GivenUpCount"))
    assert [matches(looks, line) for line in deployed.lines].count(True) == 1
    assert not any(matches(given_up, line) for line in deployed.lines)
    deployed.here.hook.status = 403
    deployed.ran("bad")
    for _ in range(40):
        deployed.here.clock.tick(3600)
        deployed.tick()
    assert any(matches(given_up, line) for line in deployed.lines)


def test_an_export_s_cold_start_imports_nothing_of_it() -> None:
    done = subprocess.run([sys.executable, "-c", COLD], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
