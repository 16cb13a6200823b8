"""pipeline.export.native_engine: the windows that an incremental export asks DynamoDB for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.errors import DataInvalid
from pipeline.export.job import Exporter
from pipeline.function.handler import ExportFunction
from pipeline.jsonlog import JsonLog
from pipeline.runs.request import ExportRequest, ExportResult
from pipeline.runs.run import Run
from tests.conftest import REGION, Clock, MakeTable
from tests.support.native_stub import NativeStub

ITEMS: list[dict[str, Any]] = [{"PK": f"u{number}", "SK": "s"} for number in range(3)]
SILENT = JsonLog("test", None, lambda line: None)


@pytest.fixture
def stub(emulator_url: str) -> Iterator[NativeStub]:
    with NativeStub(emulator_url, REGION) as running:
        yield running


@pytest.fixture
def table(make_table: MakeTable) -> str:
    return make_table(ITEMS)


@pytest.fixture
def exporter(make_function: Callable[[str], ExportFunction], table: str, stub: NativeStub) -> Exporter:
    client = Cloud(REGION, stub.url, Credentials("testing", "testing")).dynamodb
    return replace(make_function(table).exporter, dynamodb=client)


def export(exporter: Exporter, request: ExportRequest) -> ExportResult:
    return exporter.run(request, SILENT, lambda: 800.0)


def finished(exporter: Exporter, table: str, stub: NativeStub, mode: Any = "full", days: int | None = None) -> Run:
    export(exporter, ExportRequest("run-1", table, mode, days))
    stub.finish()
    exporter.look(table, SILENT, lambda: 800.0)
    entry = exporter.ledger.find("run-1", (date(2024, 2, 1),))
    assert entry
    return entry.run


def test_an_incremental_export_asks_for_windows_of_a_day(exporter: Exporter, table: str, stub: NativeStub) -> None:
    run = finished(exporter, table, stub, "incremental", 3)
    spans = [asked["IncrementalExportSpecification"] for asked in stub.asked]
    assert [span["ExportToTime"] - span["ExportFromTime"] for span in spans] == [900, 86400, 86400, 86400]
    assert [a["ExportToTime"] for a in spans[:-1]] == [b["ExportFromTime"] for b in spans[1:]]
    assert run.records == 4 * len(ITEMS)


def test_an_incremental_export_goes_on_from_the_last_success(
    exporter: Exporter, table: str, stub: NativeStub, clock: Clock
) -> None:
    finished(exporter, table, stub)
    stub.asked.clear()
    clock.tick(30 * 3600)
    export(exporter, ExportRequest("run-2", table, "incremental"))
    spans = [asked["IncrementalExportSpecification"] for asked in stub.asked]
    assert [span["ExportToTime"] - span["ExportFromTime"] for span in spans] == [6 * 3600 + 900, 86400]
    assert spans[-1]["ExportToTime"] == int(clock().timestamp())


@pytest.mark.parametrize("days_since", [None, 40])
def test_what_recovery_does_not_reach_is_exported_whole(
    exporter: Exporter, table: str, stub: NativeStub, clock: Clock, days_since: int | None
) -> None:
    if days_since:
        finished(exporter, table, stub)
        clock.tick(days_since * 86400)
    stub.asked.clear()
    export(exporter, ExportRequest("run-2", table, "incremental"))
    assert [asked.get("IncrementalExportSpecification") for asked in stub.asked] == [None]


def test_a_window_is_never_shorter_than_dynamodb_takes(
    exporter: Exporter, table: str, stub: NativeStub, clock: Clock
) -> None:
    exporter = replace(exporter, options=replace(exporter.options, overlap=timedelta(0)))
    finished(exporter, table, stub)
    stub.asked.clear()
    clock.tick(60)
    export(exporter, ExportRequest("run-2", table, "incremental"))
    (span,) = (asked["IncrementalExportSpecification"] for asked in stub.asked)
    assert span["ExportToTime"] - span["ExportFromTime"] == 900


def test_an_incremental_window_past_recovery_is_refused(exporter: Exporter, table: str, stub: NativeStub) -> None:
    with pytest.raises(DataInvalid, match="35 days"):
        export(exporter, ExportRequest("run-1", table, "incremental", 36))
