"""lambda/template.yaml, read: the tables' function, its schedule, and how the whole of it is switched off."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pipeline.config import FUNCTION_TIMEOUT_SECONDS, SCHEDULE_HOUR_JST, Settings
from pipeline.deploy.bundles import TABLES
from pipeline.tables.function import events
from pipeline.tables.function.events import MOST_HOPS
from tests.support.policies.template_stack import KMS_KEY, Stack, parsed

# AWS Lambda Developer Guide, "Lambda recursive loop detection".
LOOP_ENDS_AFTER = 16
NIGHT = datetime(2024, 2, 2, 1, 0, tzinfo=ZoneInfo("Asia/Tokyo"))


@pytest.fixture(scope="module")
def stack() -> Stack:
    return Stack()


def delivered(stack: Stack) -> dict[str, Any]:
    """What the function is sent. EventBridge Scheduler User Guide, "Adding context attributes"."""
    said = stack.resources["TablesSchedule"]["Target"]["Input"]
    said = said.replace("<aws.scheduler.schedule-arn>", "arn:aws:scheduler:ap-northeast-1:1:schedule/g/n")
    return dict(json.loads(said.replace("<aws.scheduler.scheduled-time>", "2024-02-01T16:00:00Z")))


def test_the_zip_s_handler_runs_beside_the_export_s(stack: Stack) -> None:
    function, other = stack.resources["TablesFunction"], stack.resources["Function"]
    assert function["Handler"] == f"{TABLES.handler.stem}.handler"
    assert (function["Runtime"], function["Architectures"]) == (other["Runtime"], other["Architectures"])
    assert function["Code"] == {"S3Bucket": "code-bucket", "S3Key": "function/4567.zip"}
    assert function["Role"] != other["Role"]


def test_it_has_a_vcpu_all_the_time_that_there_is_and_few_invocations(stack: Stack) -> None:
    function = stack.resources["TablesFunction"]
    assert (function["MemorySize"], function["Timeout"]) == (1769, FUNCTION_TIMEOUT_SECONDS)
    assert function["ReservedConcurrentExecutions"] == 2
    assert "ReservedConcurrentExecutions" not in Stack(ReservedConcurrency="none").resources["TablesFunction"]


def test_it_may_start_its_own_next_invocation_as_often_as_it_needs(stack: Stack) -> None:
    assert MOST_HOPS > LOOP_ENDS_AFTER
    assert stack.resources["TablesFunction"]["RecursiveLoop"] == "Allow"


def test_it_reads_its_environment_as_the_stack_means_it() -> None:
    stack = Stack(KmsKeyArn=KMS_KEY, TableName="my-table", BucketName="my-lake")
    found = Settings.from_env(stack.resources["TablesFunction"]["Environment"]["Variables"])
    assert (found.backend, found.table, found.bucket, found.kms_key) == ("aws", "my-table", "my-lake", KMS_KEY)


def test_its_log_is_its_own_and_kept_for_a_month(stack: Stack) -> None:
    group = stack.resources["TablesLogGroup"]
    name = f"/aws/lambda/{stack.parameters['TablesFunctionName']}"
    assert group == {"LogGroupName": name, "RetentionInDays": 30}
    assert stack.resources["TablesFunction"]["LoggingConfig"]["LogGroup"] == name


def test_what_fails_is_tried_again_and_then_kept(stack: Stack) -> None:
    said, exports = (stack.resources[f"{name}AsynchronousInvocations"] for name in ("Tables", ""))
    assert {**said, "FunctionName": exports["FunctionName"]} == exports
    assert said["FunctionName"] == stack.parameters["TablesFunctionName"]
    dead = stack.resources["TablesSchedule"]["Target"]["DeadLetterConfig"]
    assert dead == stack.resources["DailySchedule"]["Target"]["DeadLetterConfig"]


def test_every_night_what_lacks_tables_is_looked_for(stack: Stack) -> None:
    schedule = stack.resources["TablesSchedule"]
    assert (schedule["ScheduleExpression"], schedule["State"]) == (
        f"cron({NIGHT.minute} {NIGHT.hour} * * ? *)",
        "ENABLED",
    )
    assert schedule["ScheduleExpressionTimezone"] == "Asia/Tokyo"
    assert schedule["Target"]["Arn"] == stack.outputs["TablesFunctionArn"]
    assert schedule["Target"]["RoleArn"] == stack.resources["DailySchedule"]["Target"]["RoleArn"]


def test_the_night_is_of_the_utc_day_of_the_export_before_it_also_when_it_is_retried(stack: Stack) -> None:
    exported = NIGHT.replace(day=1, hour=SCHEDULE_HOUR_JST).astimezone(UTC)
    queued = stack.resources["TablesAsynchronousInvocations"]["MaximumEventAgeInSeconds"]
    age = stack.resources["TablesSchedule"]["Target"]["RetryPolicy"]["MaximumEventAgeInSeconds"] + queued
    assert exported.date() == (NIGHT + timedelta(seconds=age)).astimezone(UTC).date() == date(2024, 2, 1)


def test_the_schedules_input_is_the_runs_identity_and_fails_so_that_aws_sees_it(stack: Stack) -> None:
    event = delivered(stack)
    wanted, now = events.parse(event), datetime(2024, 2, 1, 16, 0, 3, tzinfo=UTC)
    assert wanted.of is None and events.is_unattended(event)
    ids = [wanted.run_of(name, now + timedelta(minutes=late)) for name, late in (("t", 0), ("t", 9), ("u", 0))]
    assert ids[0] == ids[1] != ids[2]
    assert {run_id[:17] for run_id in ids} == {"20240201T160000Z-"}


def test_the_export_function_knows_its_name(stack: Stack) -> None:
    found = Settings.from_env(stack.resources["Function"]["Environment"]["Variables"])
    assert found.tables_function == stack.parameters["TablesFunctionName"] == stack.outputs["TablesFunctionName"]


def test_switched_off_nothing_starts_it() -> None:
    off = Stack(TablesState="DISABLED")
    assert "LAMBDA_TABLES_FUNCTION" not in off.resources["Function"]["Environment"]["Variables"]
    assert off.resources["TablesSchedule"]["State"] == "DISABLED"
    others = {off.resources[name]["State"] for name in ("DailySchedule", "SourcesSchedule")}
    assert others == {"ENABLED"}


def test_the_scheduler_starts_both_functions_and_no_other(stack: Stack) -> None:
    told = [
        said["Resource"] for said in stack.policy("Scheduler")["Statement"] if said["Action"] == "lambda:InvokeFunction"
    ]
    assert told == [stack.outputs["FunctionArn"], stack.outputs["TablesFunctionArn"]]


def test_each_zip_has_a_key_that_must_be_said() -> None:
    keys = {name: said for name, said in parsed()["Parameters"].items() if name.endswith("CodeKey")}
    assert {name: "Default" in said for name, said in keys.items()} == {"CodeKey": False, "TablesCodeKey": False}
