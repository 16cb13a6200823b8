"""Runs longer than one invocation, and runs that were cut off: the table is published once, whoever ends it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from pipeline.errors import AlreadyRunning, FunctionFailed, TimedOut
from pipeline.export.checkpoint import Checkpoints
from pipeline.export.job import Exporter, Options
from pipeline.function.handler import ExportFunction
from pipeline.jsonlog import JsonLog
from pipeline.runs.lease import LEASE_SECONDS
from pipeline.runs.request import ExportRequest, ExportResult
from pipeline.runs.run import Run
from tests.conftest import Clock, MakeTable
from tests.faults.lake_oracle import digest, document_digests, open_uploads
from tests.support.sudden_death import killed_after

DAY = date(2024, 2, 1)
# 300 kB each: three a page, and enough of them for several parts.
ITEMS: list[dict[str, Any]] = [{"PK": f"u{n}", "SK": "s", "pad": f"{n}" + "x" * 300_000} for n in range(60)]
TRUE = Counter(map(digest, ITEMS))


class Hops:
    """Invocations that hand over to each other: each has time for some chunks only."""

    def __init__(self, exporter: Exporter, chunks: int) -> None:
        self.events: list[dict[str, Any]] = []
        self._chunks = chunks
        self.exporter = replace(exporter, carry_on=self.events.append)

    def run(self, table: str, run_id: str = "r1") -> ExportResult:
        result = self._one(ExportRequest(run_id, table))
        while result.continues:
            event = self.events[-1]
            result = self._one(ExportRequest(event["runId"], event["tableName"], event["mode"], hop=event["hop"]))
        return result

    def _one(self, request: ExportRequest) -> ExportResult:
        left = [900.0] * self._chunks
        return self.exporter.run(request, silent(), lambda: left.pop() if left else 10.0)


def silent() -> JsonLog:
    return JsonLog("test", None, lambda line: None)


@pytest.fixture(scope="module")
def tables() -> dict[str, str]:
    return {}


@pytest.fixture
def table(tables: dict[str, str], make_table: MakeTable) -> str:
    """The same table for every test of this module: writing 18 MB takes the emulator a while."""
    return tables.setdefault("big", tables.get("big") or make_table(ITEMS))


@pytest.fixture
def exporter(make_function: Callable[[str], ExportFunction]) -> Exporter:
    exporter = make_function("any-table").exporter
    return replace(exporter, options=Options(checkpoint_seconds=0.0), sleep=lambda seconds: None)


def kill_after(exporter: Exporter, table: str, chunks: int, run_id: str = "r1") -> None:
    killed_after(exporter, chunks, lambda remaining: exporter.run(ExportRequest(run_id, table), silent(), remaining))


def published(exporter: Exporter, run: Run) -> Counter[str]:
    return document_digests(exporter.lake.s3, exporter.lake.bucket, run.key or "")


def entry(exporter: Exporter, run_id: str) -> Run:
    found = exporter.ledger.find(run_id, (DAY,))
    assert found is not None
    return found.run


@pytest.mark.parametrize("chunks", [1, 2, 5, 9])
@pytest.mark.parametrize("compress", ["none", "gzip"])
def test_a_run_over_many_invocations_publishes_the_table_once(
    exporter: Exporter, table: str, chunks: int, compress: Any
) -> None:
    packed = replace(exporter, options=replace(exporter.options, compress=compress))
    hops = Hops(packed, chunks)
    result = hops.run(table)
    assert published(exporter, result.run) == TRUE
    assert (result.run.status, result.run.hops) == ("succeeded", len(hops.events))
    assert result.run.hops >= 1
    assert open_uploads(exporter.lake.s3, exporter.lake.bucket) == []
    versions = exporter.lake.s3.list_object_versions(Bucket=exporter.lake.bucket, Prefix=result.run.key or "")
    assert len(versions["Versions"]) == 1


def test_between_invocations_the_ledger_shows_a_running_run_and_nothing_is_visible(
    exporter: Exporter, table: str
) -> None:
    events: list[dict[str, Any]] = []
    left = [900.0] * 8
    first = replace(exporter, carry_on=events.append).run(
        ExportRequest("r1", table), silent(), lambda: left.pop() if left else 10.0
    )
    assert first.continues
    assert entry(exporter, "r1").status == "running"
    assert 0 < (entry(exporter, "r1").records or 0) < 60
    assert exporter.lake.head(f"raw/internal/dynamodb-exports/dt=2024-02-01/{table}.json") is None
    assert events == [
        {
            "tableName": table,
            "mode": "full",
            "runId": "r1",
            "trigger": "manual",
            "hop": 1,
        }
    ]


def test_without_another_invocation_the_time_limit_is_an_error(exporter: Exporter, table: str) -> None:
    with pytest.raises(TimedOut):
        exporter.run(ExportRequest("r1", table), silent(), lambda: 10.0)
    assert entry(exporter, "r1").error is not None
    assert open_uploads(exporter.lake.s3, exporter.lake.bucket) == []


@pytest.mark.parametrize("chunks", [0, 1, 7, 10, 15, 19])
def test_a_killed_run_is_gone_on_with_by_its_own_retry(
    exporter: Exporter, clock: Clock, table: str, chunks: int
) -> None:
    kill_after(exporter, table, chunks)
    assert entry(exporter, "r1").status == "running"
    clock.tick(LEASE_SECONDS + 1)
    result = exporter.run(ExportRequest("r1", table), silent(), lambda: 900.0)
    assert published(exporter, result.run) == TRUE


@pytest.mark.parametrize("chunks", [15, 18])
def test_a_killed_run_is_gone_on_with_by_the_next_start_of_the_day(
    exporter: Exporter, clock: Clock, table: str, chunks: int
) -> None:
    kill_after(exporter, table, chunks, run_id="dead")
    before = entry(exporter, "dead").records
    clock.tick(LEASE_SECONDS + 1)
    result = exporter.run(ExportRequest("next", table), silent(), lambda: 900.0)
    assert result.run.run_id == "dead"
    assert (before or 0) < (result.run.records or 0) == 60
    assert published(exporter, result.run) == TRUE
    assert open_uploads(exporter.lake.s3, exporter.lake.bucket) == []


def test_a_run_killed_before_its_first_part_is_ended_by_the_next_start(
    exporter: Exporter, clock: Clock, table: str
) -> None:
    kill_after(exporter, table, 5, run_id="dead")
    clock.tick(LEASE_SECONDS + 1)
    result = exporter.run(ExportRequest("next", table), silent(), lambda: 900.0)
    assert result.run.run_id == "next"
    assert entry(exporter, "dead").status == "failed"
    assert published(exporter, result.run) == TRUE


def test_a_run_that_died_yesterday_is_ended_and_its_parts_dropped(exporter: Exporter, clock: Clock, table: str) -> None:
    kill_after(exporter, table, 15, run_id="dead")
    assert open_uploads(exporter.lake.s3, exporter.lake.bucket) != []
    clock.tick(25 * 3600)
    result = exporter.run(ExportRequest("next", table), silent(), lambda: 900.0)
    assert result.run.run_id == "next"
    assert published(exporter, result.run) == TRUE
    assert entry(exporter, "dead").status == "failed"
    assert open_uploads(exporter.lake.s3, exporter.lake.bucket) == []


def test_while_the_dead_runs_lease_lasts_nobody_takes_over(exporter: Exporter, table: str) -> None:
    kill_after(exporter, table, 5, run_id="dead")
    with pytest.raises(AlreadyRunning) as caught:
        exporter.run(ExportRequest("next", table), silent(), lambda: 900.0)
    assert caught.value.facts["run_id"] == "dead"


def test_a_checkpoint_of_a_table_that_was_recreated_is_not_used(
    exporter: Exporter, clock: Clock, make_table: MakeTable
) -> None:
    table = make_table(ITEMS[:40])
    kill_after(exporter, table, 10)
    shape = exporter.dynamodb.describe_table(TableName=table)["Table"]
    exporter.dynamodb.delete_table(TableName=table)
    exporter.dynamodb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=shape["AttributeDefinitions"],
        KeySchema=shape["KeySchema"],
    )
    clock.tick(LEASE_SECONDS + 1)
    result = exporter.run(ExportRequest("r1", table), silent(), lambda: 900.0)
    assert result.run.records == 0
    assert open_uploads(exporter.lake.s3, exporter.lake.bucket) == []


def test_a_stale_invocation_leaves_the_run_and_its_upload_alone(exporter: Exporter, clock: Clock, table: str) -> None:
    taken: list[ExportResult] = []
    calls: list[int] = []

    def remaining() -> float:
        calls.append(1)
        if len(calls) == 12:
            # This invocation was frozen for so long that another one took the run over and ended it.
            clock.tick(LEASE_SECONDS + 1)
            taken.append(exporter.run(ExportRequest("r1", table), silent(), lambda: 900.0))
        clock.tick(2)
        return 900.0

    with pytest.raises(AlreadyRunning):
        exporter.run(ExportRequest("r1", table), silent(), remaining)
    assert entry(exporter, "r1") == taken[0].run
    assert published(exporter, taken[0].run) == TRUE
    assert clock() - taken[0].run.started_at < timedelta(hours=1)


def test_a_run_that_failed_after_its_first_parts_begins_anew(exporter: Exporter, table: str) -> None:
    left = [900.0] * 15

    def remaining() -> float:
        if not left:
            raise FunctionFailed("the table was throttled")
        return left.pop()

    with pytest.raises(FunctionFailed):
        exporter.run(ExportRequest("r1", table), silent(), remaining)
    assert Checkpoints(exporter.lake, "r1").load() is not None
    result = exporter.run(ExportRequest("r1", table), silent(), lambda: 900.0)
    assert published(exporter, result.run) == TRUE
    assert open_uploads(exporter.lake.s3, exporter.lake.bucket) == []


def test_a_run_whose_successor_could_not_be_started_drops_its_parts_when_it_is_repeated(
    exporter: Exporter, table: str
) -> None:
    def carry_on(event: dict[str, Any]) -> None:
        raise FunctionFailed("no such function")

    left = [900.0] * 15
    with pytest.raises(FunctionFailed):
        replace(exporter, carry_on=carry_on).run(
            ExportRequest("r1", table), silent(), lambda: left.pop() if left else 10.0
        )
    result = exporter.run(ExportRequest("r1", table), silent(), lambda: 900.0)
    assert published(exporter, result.run) == TRUE
    assert open_uploads(exporter.lake.s3, exporter.lake.bucket) == []
