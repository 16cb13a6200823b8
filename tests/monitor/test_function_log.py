"""pipeline.monitor.function_log: the newest events of the function's log, filtered, redacted."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.aws import Cloud
from pipeline.errors import NotFound
from pipeline.monitor.function_log import LogQuery, Logs, parse

NOW = datetime.now(UTC).replace(microsecond=0)
SINCE = NOW - timedelta(hours=1)


def line(level: str, message: str, run_id: str = "r1", request_id: str = "q1") -> str:
    said = {"level": level, "message": message, "requestId": request_id, "metadata": {"runId": run_id, "records": 3}}
    return json.dumps(said)


@pytest.fixture
def logs(cloud: Cloud) -> Logs:
    name = f"fn-{uuid.uuid4().hex[:8]}"
    group = f"/aws/lambda/{name}"
    cloud.logs.create_log_group(logGroupName=group)
    cloud.logs.create_log_stream(logGroupName=group, logStreamName="s")
    lines = [
        line("INFO", "export started"),
        line("WARNING", "went slowly", run_id="r2", request_id="q2"),
        line("ERROR", "export failed"),
        "[ERROR] KeyError: 'x'\nTraceback (most recent call last):",
    ]
    at = int(NOW.timestamp() * 1000)
    events = [{"timestamp": at - 60_000 + n, "message": said} for n, said in enumerate(lines)]
    cloud.logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=events)  # type: ignore[arg-type]
    return Logs(cloud.logs, name)


def messages(logs: Logs, query: LogQuery) -> list[str]:
    return [event.message.splitlines()[0] for event in logs.tail(query)]


def test_events_come_oldest_first(logs: Logs) -> None:
    assert messages(logs, LogQuery(SINCE)) == [
        "export started",
        "went slowly",
        "export failed",
        "[ERROR] KeyError: 'x'",
    ]


def test_a_level_lets_worse_ones_through(logs: Logs) -> None:
    assert messages(logs, LogQuery(SINCE, level="ERROR")) == ["export failed", "[ERROR] KeyError: 'x'"]


def test_a_text_is_looked_for_in_messages_and_metadata(logs: Logs) -> None:
    assert messages(logs, LogQuery(SINCE, text="SLOW")) == ["went slowly"]
    assert messages(logs, LogQuery(SINCE, text="runid r2")) == ["went slowly"]


def test_the_events_of_one_run_or_one_request_are_found(logs: Logs) -> None:
    assert messages(logs, LogQuery(SINCE, run_id="r1")) == ["export started", "export failed"]
    assert messages(logs, LogQuery(SINCE, request_id="q2")) == ["went slowly"]


def test_only_the_newest_are_kept(logs: Logs) -> None:
    assert messages(logs, LogQuery(SINCE, limit=1)) == ["[ERROR] KeyError: 'x'"]


def test_events_before_and_after_the_range_are_left_out(logs: Logs) -> None:
    assert messages(logs, LogQuery(NOW + timedelta(minutes=1))) == []
    assert messages(logs, LogQuery(SINCE, until=NOW - timedelta(minutes=10))) == []


def test_a_missing_group_is_named(cloud: Cloud) -> None:
    with pytest.raises(NotFound) as caught:
        Logs(cloud.logs, "no-such-function").tail(LogQuery(SINCE))
    assert caught.value.facts["resource"] == "/aws/lambda/no-such-function"


COMMANDS = {
    LogQuery(SINCE): "",
    LogQuery(SINCE, "INFO", run_id="r1"): """ --filter-pattern '"r1"'""",
    LogQuery(SINCE, text='it\'s \\ "so"'): """ --filter-pattern '"it'"'"'s \\\\ \\"so\\""'""",
    LogQuery(SINCE, text="slow", run_id="r1"): """ --filter-pattern '"r1" "slow"'""",
    LogQuery(SINCE, "ERROR"): """ --filter-pattern '{ ($.level = "ERROR" || $.level = "CRITICAL") }'""",
    LogQuery(SINCE, "CRITICAL", "slow", "r1"): (
        """ --filter-pattern '{ ($.level = "CRITICAL") && $.metadata.runId = "*r1*" && $.message = "*slow*" }'"""
    ),
}


@pytest.mark.parametrize("query", COMMANDS, ids=list(COMMANDS.values()))
def test_the_command_line_says_the_same(logs: Logs, query: LogQuery) -> None:
    command = f"aws logs tail {logs.group} --since 24h{COMMANDS[query]}"
    assert logs.command(query, 24, follow=False) == command
    assert logs.command(query, 24, follow=True) == f"{command} --follow"


@pytest.mark.parametrize("said", ["token=abcdef", "AKIAABCDEFGHIJKLMNOP", line("INFO", "password: hunter2")])
def test_what_looks_like_a_secret_is_blanked(said: str) -> None:
    event = parse(said, 0)
    assert "[redacted]" in event.message
    assert not any(secret in event.message for secret in ("abcdef", "AKIA", "hunter2"))


DEEP = f'{{"message": {"[" * 1000}{"]" * 1000}, "metadata": {{"a": {"[" * 1000}{"]" * 1000}}}}}'


@pytest.mark.parametrize(
    "said", ["", "{", "[1]", '{"message": null}', '{"message": 3, "metadata": "x", "level": 4}', DEEP]
)
def test_any_line_is_an_event(said: str) -> None:
    assert parse(said, 1_700_000_000_000).at.year == 2023


@pytest.mark.parametrize(("status", "level"), [("success", "INFO"), ("timeout", "ERROR"), ("error", "ERROR")])
def test_the_services_own_json_lines_have_a_level_of_how_it_ended(status: str, level: str) -> None:
    said = json.dumps({"time": "t", "type": "platform.report", "record": {"requestId": "q1", "status": status}})
    event = parse(said, 0)
    assert (event.level, "platform.report" in event.message) == (level, True)
