"""lambda/template.yaml, read: what a deployment makes, with which settings. Nothing here reaches AWS.

What the emulator implements of it is created for real in test_stack_emulated; policies are proven in test_policies.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from pipeline.config import CHANGED_BY, FUNCTION_TIMEOUT_SECONDS, OVERLAP, SCHEDULE_HOUR_JST, SecretStore, Settings
from pipeline.errors import ConfigInvalid
from pipeline.function import events
from pipeline.function.handler import ExportFunction
from pipeline.lake import keys
from pipeline.runs.lifecycle import HAND_OVER_SECONDS, MOST_HOPS
from pipeline.runs.request import is_scheduled
from tests.conftest import Clock, MakeTable
from tests.support.policies.template_stack import KMS_KEY, PATH, Stack, parsed

DAY, WEEK = 86_400, 604_800
# AWS Lambda Developer Guide, "Lambda recursive loop detection".
LOOP_ENDS_AFTER = 16


@pytest.fixture(scope="module")
def stack() -> Stack:
    return Stack()


def rules(stack: Stack) -> dict[str, dict[str, Any]]:
    return {rule["Id"]: rule for rule in stack.resources["Bucket"]["LifecycleConfiguration"]["Rules"]}


def alarms(stack: Stack) -> dict[str, dict[str, Any]]:
    return {name: stack.resources[name] for name, kind in stack.types.items() if kind == "AWS::CloudWatch::Alarm"}


def test_cfn_lint_finds_nothing() -> None:
    command = [str(Path(sys.executable).with_name("cfn-lint")), str(PATH)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_it_is_plain_cloudformation() -> None:
    assert "Transform" not in parsed()


@pytest.mark.parametrize(
    ("parameter", "setting"),
    [
        ("TableName", "table"),
        ("BucketName", "bucket"),
        ("FunctionName", "function"),
        ("ScheduleName", "schedule"),
        ("Engine", "engine"),
        ("Compress", "compress"),
        ("Secrets", "secrets"),
        ("GoogleClientId", "google_client_id"),
    ],
)
def test_each_default_is_the_consoles_own(stack: Stack, parameter: str, setting: str) -> None:
    assert stack.parameters[parameter] == getattr(Settings.from_env({}), setting)


def test_the_function_reads_its_environment_as_the_stack_means_it() -> None:
    sources = {"Secrets": "ssm", "GoogleClientId": "id.apps.example.com"}
    sources |= {"IncrementalBy": "at:epoch_ms", "IncrementalOverlap": "60", "OnClash": "rename"}
    stack = Stack(Engine="scan", Compress="gzip", MaxRcu="250", KmsKeyArn=KMS_KEY, TableName="my-table", **sources)
    environment = stack.resources["Function"]["Environment"]["Variables"]
    found = Settings.from_env(environment)
    assert (found.backend, found.table, found.bucket) == ("aws", "my-table", stack.parameters["BucketName"])
    assert (found.engine, found.compress, found.max_rcu, found.kms_key) == ("scan", "gzip", 250.0, KMS_KEY)
    assert (found.secrets, found.google_client_id) == ("ssm", "id.apps.example.com")
    assert found.on_clash == "rename"
    assert (found.incremental_by, found.incremental_overlap) == ((("at", "epoch_ms"),), timedelta(hours=1))
    plain = Settings.from_env(Stack().resources["Function"]["Environment"]["Variables"])
    assert plain.kms_key is None
    assert (plain.incremental_by, plain.incremental_overlap) == (CHANGED_BY, OVERLAP)


@pytest.mark.parametrize("by", ["updated_at", "a:epoch,b:epoch_ms,c", "変更:iso", "a:isoo", "a b", "a:iso,", ""])
def test_the_template_takes_what_the_setting_takes(by: str) -> None:
    pattern = parsed()["Parameters"]["IncrementalBy"]["AllowedPattern"]
    try:
        Settings.from_env({"PIPELINE_INCREMENTAL_BY": by})
    except ConfigInvalid:
        assert not re.fullmatch(pattern, by)
    else:
        assert bool(by) == bool(re.fullmatch(pattern, by))


def test_the_functions_environment_holds_no_secret(stack: Stack) -> None:
    said = stack.resources["Function"]["Environment"]["Variables"]
    names = [name for name in said if re.search("SECRET|TOKEN|PASSWORD|CREDENTIAL|ACCESS_KEY", name)]
    assert names == ["PIPELINE_SECRETS"]
    # Where they are kept, none of them.
    assert parsed()["Parameters"]["Secrets"]["AllowedValues"] == list(get_args(SecretStore))


def test_the_outputs_are_the_settings_of_a_console(stack: Stack) -> None:
    said = {name: text["Description"].partition(" ")[0] for name, text in parsed()["Outputs"].items()}
    environment = {said[name]: value for name, value in stack.outputs.items() if re.fullmatch("[A-Z0-9_]+", said[name])}
    found = Settings.from_env(environment)
    assert (found.region, found.bucket) == ("ap-northeast-1", stack.parameters["BucketName"])
    assert (found.function, found.table) == (stack.parameters["FunctionName"], stack.parameters["TableName"])
    assert found.tables_function == stack.parameters["TablesFunctionName"]
    assert found.schedule == f"{stack.parameters['ScheduleGroup']}/{stack.parameters['ScheduleName']}"
    assert found.secrets == stack.parameters["Secrets"]


def test_the_bucket_is_private_versioned_and_owned(stack: Stack) -> None:
    bucket = stack.resources["Bucket"]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]


def test_the_bucket_is_encrypted_with_aes256_or_with_the_key() -> None:
    def default(stack: Stack) -> dict[str, Any]:
        (rule,) = stack.resources["Bucket"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        return dict(rule["ServerSideEncryptionByDefault"])

    assert default(Stack()) == {"SSEAlgorithm": "AES256"}
    assert default(Stack(KmsKeyArn=KMS_KEY)) == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KMS_KEY}


def test_documents_age_old_versions_expire_and_uploads_are_aborted(stack: Stack) -> None:
    found = rules(stack)
    ages = [(move["TransitionInDays"], move["StorageClass"]) for move in found["exports-age"]["Transitions"]]
    assert ages == [(30, "STANDARD_IA"), (90, "GLACIER")]
    assert keys.EXPORTS.startswith(found["exports-age"]["Prefix"])
    assert found["old-versions-expire"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 90}
    assert found["incomplete-uploads-are-aborted"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert {"Prefix", "Filter"}.isdisjoint(
        found["old-versions-expire"].keys() | found["incomplete-uploads-are-aborted"].keys()
    )
    assert (found["checkpoints-expire"]["Prefix"], found["checkpoints-expire"]["ExpirationInDays"]) == (
        keys.CHECKPOINTS,
        7,
    )
    assert {rule["Status"] for rule in found.values()} == {"Enabled"}


@pytest.mark.parametrize(
    ("key", "archived"),
    [
        (keys.raw_key("weather", date(2024, 2, 1)), True),
        (keys.fetched_key("weather", date(2024, 2, 1), "r1"), True),
        # Read by every later run about that day.
        (keys.daily_key("weather", date(2024, 2, 1)), False),
        (keys.source_days_key("weather", 2024), False),
        (keys.SOURCES, False),
    ],
)
def test_of_sources_the_raw_answers_and_the_runs_age_and_what_is_read_every_day_does_not(
    stack: Stack, key: str, archived: bool
) -> None:
    moved = [rule for rule in rules(stack).values() if "Transitions" in rule and key.startswith(rule["Prefix"])]
    assert [rule["Transitions"][-1]["StorageClass"] for rule in moved] == ["GLACIER"] * archived
    expiring = [rule["Prefix"] for rule in rules(stack).values() if "ExpirationInDays" in rule]
    assert not any(key.startswith(prefix) for prefix in expiring)


@pytest.mark.parametrize("name", ["Bucket", "BucketPolicy"])
def test_the_lake_outlives_its_stack(name: str) -> None:
    said = parsed()["Resources"][name]
    assert (said["DeletionPolicy"], said["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_an_adopted_bucket_is_left_alone() -> None:
    adopted = Stack(CreateBucket="false", BucketName="their-bucket")
    assert {"Bucket", "BucketPolicy"}.isdisjoint(adopted.resources)
    assert adopted.outputs["BucketName"] == "their-bucket"
    assert '"their-bucket"' in json.dumps(adopted.resources["Function"])


def test_the_table_is_adopted_by_its_name() -> None:
    assert "AWS::DynamoDB::Table" not in Stack().types.values()


def test_the_function_runs_on_arm_for_as_long_as_the_console_believes(stack: Stack) -> None:
    function = stack.resources["Function"]
    assert (function["Runtime"], function["Architectures"], function["Handler"]) == (
        "python3.13",
        ["arm64"],
        "export_handler.handler",
    )
    assert function["Timeout"] == FUNCTION_TIMEOUT_SECONDS
    assert function["MemorySize"] == 1769
    assert function["ReservedConcurrentExecutions"] == "5"
    assert "ReservedConcurrentExecutions" not in Stack(ReservedConcurrency="none").resources["Function"]


def test_an_export_may_start_its_own_next_invocation_as_often_as_it_needs(stack: Stack) -> None:
    assert MOST_HOPS > LOOP_ENDS_AFTER
    assert stack.resources["Function"]["RecursiveLoop"] == "Allow"


def test_the_log_is_json_and_kept_for_a_month(stack: Stack) -> None:
    said = stack.resources["Function"]["LoggingConfig"]
    assert (said["LogFormat"], said["ApplicationLogLevel"]) == ("JSON", "INFO")
    group = stack.resources["LogGroup"]
    assert group == {"LogGroupName": f"/aws/lambda/{stack.parameters['FunctionName']}", "RetentionInDays": 30}
    assert said["LogGroup"] == group["LogGroupName"]


def test_what_fails_is_tried_again_and_then_kept(stack: Stack) -> None:
    said = stack.resources["AsynchronousInvocations"]
    assert (said["MaximumRetryAttempts"], said["MaximumEventAgeInSeconds"]) == (2, 6 * 3600)
    queue = "arn:aws:sqs:ap-northeast-1:123456789012:dead-letters"
    assert said["DestinationConfig"]["OnFailure"]["Destination"] == queue
    assert stack.resources["DailySchedule"]["Target"]["DeadLetterConfig"]["Arn"] == queue
    assert stack.resources["DeadLetters"]["MessageRetentionPeriod"] == 14 * DAY


def test_the_export_runs_every_day_at_two_in_tokyo(stack: Stack) -> None:
    daily = stack.resources["DailySchedule"]
    assert daily["ScheduleExpression"] == f"cron(0 {SCHEDULE_HOUR_JST} * * ? *)"
    assert (daily["ScheduleExpressionTimezone"], daily["State"]) == ("Asia/Tokyo", "ENABLED")
    assert daily["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert daily["Target"]["Arn"] == stack.outputs["FunctionArn"]


def test_a_retry_of_the_schedule_falls_on_its_own_utc_day(stack: Stack) -> None:
    retry = stack.resources["DailySchedule"]["Target"]["RetryPolicy"]
    assert retry == {"MaximumEventAgeInSeconds": 21600, "MaximumRetryAttempts": 10}
    utc_hour = SCHEDULE_HOUR_JST - 9
    # Handed over late, and then late again from Lambda's own queue.
    assert utc_hour + 2 * retry["MaximumEventAgeInSeconds"] / 3600 < 24


def delivered(stack: Stack, schedule: str) -> dict[str, Any]:
    """What the function is sent. EventBridge Scheduler User Guide, "Adding context attributes"."""
    said = stack.resources[schedule]["Target"]["Input"]
    said = said.replace("<aws.scheduler.schedule-arn>", "arn:aws:scheduler:ap-northeast-1:1:schedule/g/n")
    return dict(json.loads(said.replace("<aws.scheduler.scheduled-time>", "2024-02-01T05:00:00Z")))


def test_the_schedules_input_is_the_runs_identity(stack: Stack) -> None:
    event = delivered(stack, "DailySchedule")
    first = events.parse_event(event, "my-table", datetime(2024, 2, 1, 5, 0, 3, tzinfo=UTC))
    again = events.parse_event(event, "my-table", datetime(2024, 2, 1, 5, 9, 0, tzinfo=UTC))
    assert is_scheduled(event)
    assert first.run_id == again.run_id
    assert first.run_id.startswith("20240201T050000Z-")


def test_sources_are_fetched_every_day_at_half_past_two_in_tokyo(stack: Stack) -> None:
    daily, sources = stack.resources["DailySchedule"], stack.resources["SourcesSchedule"]
    assert sources["ScheduleExpression"] == "cron(30 14 * * ? *)"
    changed = {"Name", "Description", "ScheduleExpression", "Target"}
    assert {**sources, **{name: daily[name] for name in changed}} == daily
    # Tried again and then kept as the export is, by the same role on the same function.
    assert {**sources["Target"], "Input": daily["Target"]["Input"]} == daily["Target"]
    often = Stack(SourcesExpression="rate(6 hours)").resources["SourcesSchedule"]
    assert often["ScheduleExpression"] == "rate(6 hours)"


def test_sources_are_switched_off_without_the_export_and_the_export_without_them() -> None:
    for parameter in ("SourcesState", "ScheduleState"):
        made = Stack(**{parameter: "DISABLED"})
        off = {name for name in ("DailySchedule", "SourcesSchedule") if made.resources[name]["State"] == "DISABLED"}
        assert off == {{"SourcesState": "SourcesSchedule", "ScheduleState": "DailySchedule"}[parameter]}


def test_each_schedule_has_a_name_that_aws_takes() -> None:
    longest = Stack(ScheduleName="s" * 56)
    schedules = ("DailySchedule", "SourcesSchedule", "LookSchedule", "TablesSchedule")
    names = [longest.resources[name]["Name"] for name in schedules]
    assert len({name for name in names if len(name) <= 64}) == 4
    assert not re.fullmatch(parsed()["Parameters"]["ScheduleName"]["AllowedPattern"], "s" * 57)


def test_the_sources_input_starts_what_is_due_and_fails_so_that_aws_sees_it(stack: Stack) -> None:
    event = delivered(stack, "SourcesSchedule")
    assert events.is_due(event)
    assert is_scheduled(event)
    assert not events.is_fetch(event)


def test_a_source_that_the_schedule_starts_is_one_run_however_often_it_is_delivered(stack: Stack, clock: Clock) -> None:
    handed_on = {name: value for name, value in delivered(stack, "SourcesSchedule").items() if name != "sources"}
    first, again, other = (
        events.parse_fetch({**handed_on, "source": name}, datetime(2024, 2, 1, 5, minute, tzinfo=UTC))
        for name, minute in [("weather", 30), ("weather", 59), ("air-quality", 30)]
    )
    assert first.run_id == again.run_id
    assert first.run_id != other.run_id
    assert (first.trigger, first.first, first.last) == ("schedule", None, None)
    tables = [events.parse_event({**handed_on, "tableName": name}, "t-0", clock()) for name in ("t-1", "t-2", "t-1")]
    assert tables[0].run_id == tables[2].run_id
    assert len({run.run_id for run in (first, *tables)}) == 3


def test_native_exports_are_looked_after_only_where_there_may_be_some() -> None:
    look = Stack(Engine="native").resources["LookSchedule"]
    assert look["ScheduleExpression"] == "rate(5 minutes)"
    event = json.loads(look["Target"]["Input"])
    assert events.is_look(event)
    # What a native export failed of must be seen as a failure by AWS, too.
    assert is_scheduled(event)
    assert "LookSchedule" not in Stack(Engine="scan").resources


def test_each_alarm_tells_the_topic(stack: Stack) -> None:
    assert {"ErrorsAlarm", "NoSuccessAlarm", "DurationAlarm", "DeadLettersAlarm", "TablesErrorsAlarm"} == set(
        alarms(stack)
    )
    assert {tuple(alarm["AlarmActions"]) for alarm in alarms(stack).values()} == {("Alarms",)}


def test_each_errors_alarm_is_of_its_own_function(stack: Stack) -> None:
    named = {name: stack.resources[name]["Dimensions"] for name in ("ErrorsAlarm", "TablesErrorsAlarm")}
    assert {name: said[0]["Value"] for name, said in named.items()} == {
        "ErrorsAlarm": stack.parameters["FunctionName"],
        "TablesErrorsAlarm": stack.parameters["TablesFunctionName"],
    }


def test_somebody_is_told_where_an_address_is_given() -> None:
    assert "AlarmSubscription" not in Stack().resources
    told = Stack(AlarmEmail="ops@example.com").resources["AlarmSubscription"]
    assert (told["Protocol"], told["Endpoint"], told["TopicArn"]) == ("email", "ops@example.com", "Alarms")


def test_no_success_for_26_hours_is_an_alarm_and_so_is_no_word_at_all(stack: Stack) -> None:
    alarm = stack.resources["NoSuccessAlarm"]
    assert alarm["Period"] * alarm["EvaluationPeriods"] == 26 * 3600
    assert alarm["DatapointsToAlarm"] == alarm["EvaluationPeriods"]
    assert (alarm["TreatMissingData"], alarm["ComparisonOperator"]) == ("breaching", "LessThanThreshold")
    counted = stack.resources["SuccessCount"]["MetricTransformations"][0]
    assert (counted["MetricNamespace"], counted["MetricName"]) == (alarm["Namespace"], alarm["MetricName"])


def test_no_alarm_looks_back_further_than_cloudwatch_does(stack: Stack) -> None:
    """Amazon CloudWatch API Reference, "PutMetricAlarm": a week at most, a day with periods of less than an hour."""
    for alarm in alarms(stack).values():
        period = alarm.get("Period") or alarm["Metrics"][1]["MetricStat"]["Period"]
        assert period * alarm["EvaluationPeriods"] <= (WEEK if period >= 3600 else DAY)


def test_the_duration_alarm_knows_the_timeout_and_the_hand_over() -> None:
    share, duration = Stack(Timeout="600").resources["DurationAlarm"]["Metrics"]
    assert share["Expression"] == "100 * duration / (1000 * 600)"
    assert (duration["Id"], duration["MetricStat"]["Metric"]["MetricName"]) == ("duration", "Duration")
    handing_over = 100 * (FUNCTION_TIMEOUT_SECONDS - HAND_OVER_SECONDS) / FUNCTION_TIMEOUT_SECONDS
    assert Stack().resources["DurationAlarm"]["Threshold"] <= handing_over


def matches(pattern: str, line: str) -> bool:
    """A filter of the form { ($.a.b = "c") && … }: CloudWatch Logs User Guide, "Filter pattern syntax"."""
    body = pattern.strip()[1:-1]
    terms = re.findall(r'\(\$\.([\w.]+) = "([^"]*)"\)', body)
    assert " && ".join(f'($.{path} = "{value}")' for path, value in terms) == body.strip()
    found = json.loads(line)
    return all(_at(found, path) == value for path, value in terms)


def _at(found: Any, path: str) -> Any:
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


class _Context:
    aws_request_id, function_name = "request-1", "a-function"

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


@pytest.mark.parametrize(
    ("mode", "of", "counted"), [("full", "the table", 1), ("incremental", "the table", 0), ("full", "another", 0)]
)
def test_the_success_count_counts_the_functions_own_line(
    make_function: Any, make_table: MakeTable, mode: str, of: str, counted: int
) -> None:
    lines: list[str] = []
    table = make_table([{"PK": "a", "SK": "b"}])
    stack, made = Stack(TableName=table if of == "the table" else "another-table"), make_function(table)
    function = ExportFunction(made.settings, made.exporter, lines.append)
    assert function.answer({"mode": mode}, _Context())["statusCode"] == 200
    pattern = stack.resources["SuccessCount"]["FilterPattern"]
    assert sum(matches(pattern, line) for line in lines) == counted
