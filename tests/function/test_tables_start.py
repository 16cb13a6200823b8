"""After a success the export function starts the tables' function, once and asynchronously; nothing depends on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.function import events
from pipeline.function.handler import ExportFunction
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.request import ExportResult
from pipeline.runs.run import Run
from pipeline.runs.starter import LambdaStarter
from tests.conftest import REGION, Clock, MakeTable
from tests.function.invoked import Invoked
from tests.function.test_handler import Context, call
from tests.support.native_stub import NativeStub
from tests.support.sources.tides import lab_of
from tests.support.work import LARGE

MakeFunction = Callable[[str], ExportFunction]


class Late(Context):
    """The same shortly before the end of the invocation."""

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


@pytest.fixture
def invoked() -> Iterator[Invoked]:
    with Invoked() as made:
        yield made


@pytest.fixture
def table(make_table: MakeTable) -> str:
    return make_table([{"PK": "u", "SK": "1", "updated_at": "2024-02-01T00:00:00Z"}])


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def function(make_function: MakeFunction, table: str, invoked: Invoked, lines: list[str]) -> ExportFunction:
    return replace(make_function(table), tables=LambdaStarter(invoked.client, "their-tables"), emit=lines.append)


def test_a_success_starts_it_once_for_its_table(function: ExportFunction, invoked: Invoked, table: str) -> None:
    assert call({"runId": "r1"}, function)["statusCode"] == 200
    assert invoked.events == [("their-tables", {"tables": table, "trigger": "export"})]


def test_a_further_table_s_success_starts_it_for_that_one(
    function: ExportFunction, invoked: Invoked, make_table: MakeTable
) -> None:
    other = make_table([{"PK": "x", "SK": "y"}])
    call({"tableName": other}, function)
    assert [event["tables"] for _, event in invoked.events] == [other]


@pytest.mark.parametrize("event", [{"tableName": "no-such-table"}, {"mode": 5}, {"mode": "incremental"}])
def test_a_failure_and_a_part_of_a_table_start_nothing(
    function: ExportFunction, invoked: Invoked, event: dict[str, Any]
) -> None:
    call(event, function)
    assert invoked.events == []


def test_a_start_that_is_refused_leaves_the_export_a_success(
    function: ExportFunction, invoked: Invoked, lines: list[str]
) -> None:
    invoked.status = 403
    answer = call({"runId": "r1"}, function)
    body = json.loads(answer["body"])
    assert (answer["statusCode"], body["itemCount"], "warnings" in body) == (200, 1, False)
    last = json.loads(lines[-1])
    assert (last["level"], last["message"], last["metadata"]["runId"]) == ("WARNING", "tables were not started", "r1")
    day = function.exporter.now().date()
    assert [run.status for run in function.exporter.ledger.history(day, day).runs] == ["succeeded"]


def test_without_a_name_nothing_is_started(make_function: MakeFunction, table: str, invoked: Invoked) -> None:
    assert call({}, make_function(table))["statusCode"] == 200
    assert invoked.events == []


def test_an_export_that_goes_on_in_another_invocation_starts_it_at_its_end(
    function: ExportFunction, invoked: Invoked, make_table: MakeTable
) -> None:
    handed: list[dict[str, Any]] = []
    options = replace(function.exporter.options, segments=1)
    there = replace(function, exporter=replace(function.exporter, carry_on=handed.append, options=options))
    there.answer({"tableName": make_table(LARGE)}, Late())
    assert (len(handed), invoked.events) == (1, [])
    call(handed[0], there)
    assert len(invoked.events) == 1


def test_a_native_export_starts_it_when_a_look_finds_it_ended(
    function: ExportFunction, invoked: Invoked, emulator_url: str, table: str
) -> None:
    with NativeStub(emulator_url, REGION) as stub:
        client = Cloud(REGION, stub.url, Credentials("testing", "testing")).dynamodb
        there = replace(function, exporter=replace(function.exporter, dynamodb=client))
        call({}, there)
        call({"look": True}, there)
        assert invoked.events == []
        stub.finish()
        call({"look": True}, there)
        call({"look": True}, there)
    assert [event["tables"] for _, event in invoked.events] == [table]


@pytest.mark.parametrize(("trigger", "started"), [("schedule", ["tides"]), ("manual", ["tides"]), ("backfill", [])])
def test_a_source_s_run_starts_it_and_the_pieces_of_a_backfill_do_not(
    function: ExportFunction, invoked: Invoked, lake: Lake, clock: Clock, trigger: str, started: list[str]
) -> None:
    lab = lab_of(lake, Ledger(lake), Leases(lake, clock), clock)
    there = replace(function, sources=lambda: cast(Any, SimpleNamespace(fetcher=lab.fetcher)))
    answer = call({"source": "tides", "from": "2024-01-01", "to": "2024-01-03", "trigger": trigger}, there)
    assert answer["statusCode"] == 200
    assert [event["tables"] for _, event in invoked.events] == started


def test_its_name_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch, invoked: Invoked) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    assert ExportFunction.from_env({}).tables is None
    named = ExportFunction.from_env(
        {
            "LAMBDA_TABLES_FUNCTION": "their-tables",
            "PIPELINE_BACKEND": "embedded",
            "AWS_ENDPOINT_URL": invoked.url,
            "AWS_ENDPOINT_URL_LAMBDA": invoked.url,
        }
    )
    assert named.tables
    named.tables.start({"tables": "t"})
    assert invoked.events == [("their-tables", {"tables": "t"})]


def test_what_continues_is_no_success_yet(clock: Clock) -> None:
    run = Run("r1", "t", date(2024, 2, 1), clock(), clock())
    assert events.tables_of(ExportResult(run, "s3://b/k", 0, continues=True)) is None
    assert events.tables_of(ExportResult(run, "s3://b/k", 0)) == {"tables": "t", "trigger": "export"}
