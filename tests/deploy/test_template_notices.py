"""lambda/template.yaml, read: who is told of runs and reports, by which schedule, which alarms stand behind that."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.config import Settings
from pipeline.function import events
from pipeline.runs.request import is_scheduled
from pipeline.settings_values import Channel
from tests.support.policies.iam import Request, allowed
from tests.support.policies.template_stack import MORE_TOPIC, NOTICES, TOPIC, Stack, parsed

SLACK = NOTICES["NoticeSlackSecret"]
MAIL, THEIRS, HOOK = (
    Channel("sns", "mail", TOPIC),
    Channel("sns", "topic", MORE_TOPIC),
    Channel("slack", "slack", SLACK),
)
ONES = [
    ({"NoticeEmail": NOTICES["NoticeEmail"]}, (MAIL,)),
    ({"NoticeTopicArn": MORE_TOPIC}, (THEIRS,)),
    ({"NoticeSlackSecret": SLACK}, (HOOK,)),
    (NOTICES, (MAIL, THEIRS, HOOK)),
]


@pytest.fixture(scope="module")
def stack() -> Stack:
    return Stack(**NOTICES, ConsoleUrl="https://console.example.com/x")


def environment(stack: Stack) -> Settings:
    return Settings.from_env(stack.resources["Function"]["Environment"]["Variables"])


@pytest.mark.parametrize(("said", "channels"), ONES)
def test_each_way_to_somebody_is_a_channel_of_the_function_and_of_the_console(
    said: dict[str, str], channels: tuple[Channel, ...]
) -> None:
    made = Stack(**said)
    assert environment(made).notices.channels == channels
    assert Settings.from_env({"PIPELINE_NOTICES": made.outputs["Notices"]}).notices.channels == channels
    assert "NoticeSchedule" in made.resources


def test_links_begin_with_the_console_s_address(stack: Stack) -> None:
    assert environment(stack).notices.console_url == "https://console.example.com/x"
    names = {name: said["Description"] for name, said in parsed()["Outputs"].items()}
    assert (names["Notices"], names["ConsoleUrl"]) == ("PIPELINE_NOTICES", "PIPELINE_CONSOLE_URL")
    assert (
        stack.outputs["ConsoleUrl"] == "https://console.example.com/x" and "ConsoleUrl" not in Stack(**NOTICES).outputs
    )


def test_without_anybody_nothing_of_it_is_made() -> None:
    made = Stack()
    assert environment(made).notices.channels == () and "Notices" not in made.outputs
    assert not [name for name in made.resources if "Notice" in name or name in {"LooksCount", "NoLookAlarm"}]


def test_every_five_minutes_somebody_looks_and_the_next_look_makes_up_for_one(stack: Stack) -> None:
    schedule, other = stack.resources["NoticeSchedule"], stack.resources["LookSchedule"]
    assert {**schedule, **{name: other[name] for name in ("Name", "Description", "Target")}} == other
    assert {**schedule["Target"], "Input": other["Target"]["Input"]} == other["Target"]
    event = json.loads(schedule["Target"]["Input"])
    assert events.is_tick(event) and not is_scheduled(event)
    longest = Stack(**NOTICES, ScheduleName="s" * 56).resources["NoticeSchedule"]["Name"]
    assert len(longest) <= 64


def test_an_export_s_own_schedule_says_when_it_is_late(stack: Stack) -> None:
    assert environment(stack).schedule == stack.outputs["ScheduleName"]


def test_who_gets_mail_has_a_topic_that_takes_nothing_without_tls(stack: Stack) -> None:
    told = stack.resources["NoticeSubscription"]
    assert (told["Protocol"], told["Endpoint"], told["TopicArn"]) == ("email", "ops@example.com", TOPIC)
    (said,) = stack.resources["NoticeTopicPolicy"]["PolicyDocument"]["Statement"]
    assert (said["Effect"], said["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert "NoticeTopic" not in Stack(NoticeSlackSecret=SLACK).resources


def enabled(stack: Stack) -> dict[str, bool]:
    kinds = {name: stack.resources[name] for name, kind in stack.types.items() if kind == "AWS::CloudWatch::Alarm"}
    return {name: alarm.get("ActionsEnabled", True) for name, alarm in kinds.items()}


def test_what_notices_tell_alarms_do_not_tell_too(stack: Stack) -> None:
    quiet = {name for name, told in enabled(stack).items() if not told}
    assert quiet == {"ErrorsAlarm", "NoSuccessAlarm"}
    assert all(enabled(Stack()).values()) and "NoLookAlarm" not in enabled(Stack())


def test_when_nobody_looks_or_a_notice_is_given_up_an_alarm_tells(stack: Stack) -> None:
    looks, given_up = (stack.resources[name] for name in ("NoLookAlarm", "GivenUpAlarm"))
    assert looks["Period"] * looks["EvaluationPeriods"] == 1800 and looks["TreatMissingData"] == "breaching"
    assert (looks["ComparisonOperator"], looks["Threshold"]) == ("LessThanThreshold", 1)
    assert given_up["TreatMissingData"] == "notBreaching"
    for alarm, count in ((looks, "LooksCount"), (given_up, "GivenUpCount")):
        (counted,) = stack.resources[count]["MetricTransformations"]
        assert (counted["MetricNamespace"], counted["MetricName"]) == (alarm["Namespace"], alarm["MetricName"])
        assert (alarm["AlarmActions"], alarm["Statistic"]) == (["Alarms"], "Sum")
        assert alarm["Period"] * alarm["EvaluationPeriods"] <= 86_400


def request(action: str, key: str, **context: str) -> Request:
    bucket = f"arn:aws:s3:::{Stack().parameters['BucketName']}"
    return Request(action, f"{bucket}/{key}", {"aws:SecureTransport": "true", **context})


@pytest.mark.parametrize(
    ("action", "key", "expected"),
    [
        ("s3:PutObject", "metadata/notices/outbox.json", True),
        ("s3:PutObject", "metadata/reports/due/dt=2026-11-30/weekly.0000Z.json", True),
        ("s3:GetObject", "metadata/reports/schedules.json", True),
        ("s3:GetObject", "config/notices.json", True),
        # Who wants what, and when a report is due, is people's to say.
        ("s3:PutObject", "metadata/reports/schedules.json", False),
        ("s3:PutObject", "config/notices.json", False),
        ("s3:GetObject", "config/reports/weekly.yaml", False),
        ("s3:GetObject", "reports/weekly/dt=2026-11-30/r/report.html", False),
        ("s3:DeleteObject", "metadata/notices/outbox.json", False),
    ],
)
def test_the_function_writes_what_was_told_and_reads_no_report(action: str, key: str, expected: bool) -> None:
    told = [Stack(**NOTICES).policy("Exporter")]
    assert allowed(told, request(action, key)) is expected
    assert not allowed([Stack().policy("Exporter")], request(action, key))


@pytest.mark.parametrize("caller", ["Exporter", "Operator"])
def test_topics_that_are_named_are_published_to_and_no_other(stack: Stack, caller: str) -> None:
    def may(topic: str, policy: Any) -> bool:
        return allowed([policy], Request("sns:Publish", topic, {"aws:SecureTransport": "true"}))

    other = MORE_TOPIC.replace("their", "another")
    assert [may(topic, stack.policy(caller)) for topic in (TOPIC, MORE_TOPIC, other)] == [True, True, False]
    assert not may(TOPIC, Stack(NoticeSlackSecret=SLACK).policy(caller))
    assert not may(TOPIC, stack.policy("Viewer"))
