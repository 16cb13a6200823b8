"""pipeline.function.handler: what the Lambda does with an event, apart from its runtime."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pipeline.errors import ConfigInvalid, NotFound
from pipeline.function.handler import ExportFunction
from pipeline.runs.run import Run
from tests.conftest import MakeTable
from tests.faults.proxy import Proxy

MakeFunction = Callable[[str], ExportFunction]
RULE = {
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "time": "2024-02-01T05:00:00Z",
    "resources": ["arn:aws:events:ap-northeast-1:1:rule/daily"],
}


class Context:
    """The runtime's context object, with all the time there is."""

    function_name = "my-function"
    aws_request_id = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


def call(event: Any, function: ExportFunction) -> dict[str, Any]:
    return function.answer(event, Context())


def test_an_export_answers_200_with_the_contract_body(make_function: MakeFunction, make_table: MakeTable) -> None:
    table = make_table([{"PK": "u", "SK": "1"}])
    answer = call({"runId": "r1"}, make_function(table))
    body = json.loads(answer["body"])
    assert answer["statusCode"] == 200
    assert (body["tableName"], body["itemCount"], body["runId"], body["exportMode"]) == (table, 1, "r1", "full")


def test_a_failure_answers_500_with_its_code(make_function: MakeFunction) -> None:
    answer = call({"runId": "r1"}, make_function("no-such-table"))
    body = json.loads(answer["body"])
    assert (answer["statusCode"], body["code"], body["error"]) == (500, "E014", "NOT_FOUND")
    assert set(body) == {"error", "code", "message", "tableName", "exportMode", "runId"}


def test_on_the_schedule_a_failure_is_raised_after_the_ledger_has_it(make_function: MakeFunction) -> None:
    function = make_function("no-such-table")
    with pytest.raises(NotFound):
        call(RULE, function)
    day = function.exporter.now().date()
    (run,) = function.exporter.ledger.history(day, day).runs
    assert (run.status, run.trigger) == ("failed", "schedule")


def test_a_schedule_delivered_twice_exports_once(make_function: MakeFunction, make_table: MakeTable) -> None:
    function = make_function(make_table([{"PK": "u", "SK": "1"}]))
    first, second = call(RULE, function), call(RULE, function)
    assert json.loads(first["body"])["runId"] == json.loads(second["body"])["runId"]
    day = function.exporter.now().date()
    assert len(function.exporter.ledger.history(day, day).runs) == 1


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "x",
        {"tableName": "../x"},
        {"mode": 5},
        {"trigger": "x"},
        {"trigger": ["a"]},
        {"runId": 10**30},
        {"runId": "\ud800"},
        {"runId": [[[[]]]]},
        {"tableName": 10**30, "mode": "x"},
    ],
)
def test_a_malformed_event_answers_500_and_names_the_field(make_function: MakeFunction, event: Any) -> None:
    body = json.loads(call(event, make_function("any-table"))["body"])
    assert body["code"] == "E003"


def test_every_line_of_the_log_carries_the_request(make_function: MakeFunction, make_table: MakeTable) -> None:
    lines: list[str] = []
    function = make_function(make_table([]))
    call({}, ExportFunction(function.settings, function.exporter, lines.append))
    assert {json.loads(line)["requestId"] for line in lines} == {"request-1"}
    assert [json.loads(line)["message"] for line in lines] == ["export started", "export succeeded"]


def test_every_line_of_the_log_carries_the_run(make_function: MakeFunction, make_table: MakeTable) -> None:
    lines: list[str] = []
    function = make_function(make_table([]))
    call({"runId": "run-7"}, ExportFunction(function.settings, function.exporter, lines.append))
    assert [json.loads(line)["metadata"].get("runId") for line in lines] == ["run-7", "run-7"]


@pytest.mark.parametrize("event", [{"runId": "r1"}, {"look": True}, {"source": "weather"}])
def test_an_old_boto3_of_the_runtime_is_named_before_anything_is_done(
    make_function: MakeFunction, make_table: MakeTable, event: dict[str, Any]
) -> None:
    function = replace(make_function(make_table([{"PK": "u", "SK": "1"}])), boto3="1.35.99")
    answer = call(event, function)
    body = json.loads(answer["body"])
    assert (answer["statusCode"], body["code"]) == (500, "E013")
    assert "boto3 1.35.99" in body["message"] and "1.36" in body["message"]
    day = function.exporter.now().date()
    assert function.exporter.ledger.history(day, day).runs == ()


def test_on_the_schedule_an_old_boto3_is_raised(make_function: MakeFunction) -> None:
    with pytest.raises(ConfigInvalid, match="boto3"):
        call(RULE, replace(make_function("no-such-table"), boto3="1.35.99"))


@pytest.fixture
def unsafe_store(emulator_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """A store of elsewhere, as the environment says, that does not know If-None-Match."""
    with Proxy(emulator_url) as proxy:
        proxy.drops = {"": frozenset(["if-none-match"])}
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "testing")
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        yield proxy


def of_elsewhere(bucket: str, table: str, **more: str) -> ExportFunction:
    environ = {"S3_BUCKET_NAME": bucket, "DYNAMODB_TABLE_NAME": table, **more}
    return replace(ExportFunction.from_env(environ), emit=lambda line: None)


def test_on_a_store_that_ignores_conditions_nothing_is_exported(
    unsafe_store: Proxy, bucket: str, make_table: MakeTable
) -> None:
    function = of_elsewhere(bucket, make_table([{"PK": "u", "SK": "1"}]))
    answer = call({"runId": "r1"}, function)
    body = json.loads(answer["body"])
    assert (answer["statusCode"], body["code"]) == (500, "E013")
    assert "ignores conditions (if_none_match, completion)" in body["message"]
    assert "dynamodb.Scan" not in unsafe_store.operations()
    run = entry(function)
    assert (run.status, run.error and run.error.state) == ("failed", "unsafe_store")
    with pytest.raises(ConfigInvalid):
        call(RULE, function)


def test_where_it_is_allowed_the_run_says_what_the_store_ignores(
    unsafe_store: Proxy, bucket: str, make_table: MakeTable
) -> None:
    table = make_table([{"PK": "u", "SK": "1"}])
    function = of_elsewhere(bucket, table, PIPELINE_ALLOW_UNSAFE_STORE="on")
    answer = call({"runId": "r1"}, function)
    body = json.loads(answer["body"])
    assert (answer["statusCode"], body["itemCount"]) == (200, 1)
    assert body["warnings"] == ["unsafe store: it ignores conditions (if_none_match, completion)"]
    assert entry(function).store_lacks == ("if_none_match", "completion")


def test_the_demos_own_store_is_not_asked(unsafe_store: Proxy, bucket: str, make_table: MakeTable) -> None:
    function = of_elsewhere(
        bucket,
        make_table([{"PK": "u", "SK": "1"}]),
        PIPELINE_BACKEND="embedded",
        AWS_ENDPOINT_URL=unsafe_store.url,
        AWS_ENDPOINT_URL_LAMBDA="http://127.0.0.1:9",
        AWS_LAMBDA_FUNCTION_NAME="f",
    )
    assert call({"runId": "r1"}, function)["statusCode"] == 200
    assert [seen for seen in unsafe_store.log if "probe" in seen.path] == []


def entry(function: ExportFunction) -> Run:
    day = function.exporter.now().date()
    found = function.exporter.ledger.find("r1", (day, day - timedelta(days=1)))
    assert found
    return found.run
