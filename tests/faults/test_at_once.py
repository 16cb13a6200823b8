"""Two starts at the same instant, deliveries that come twice, and a ledger that cannot be written at the end."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.check.runs import Check
from pipeline.errors import AlreadyRunning
from pipeline.export.job import Exporter
from pipeline.export.wiring import build_exporter
from pipeline.function.handler import ExportFunction
from pipeline.jsonlog import JsonLog
from pipeline.runs.history import shown_status
from pipeline.runs.request import ExportRequest
from tests.conftest import REGION, Clock, MakeTable
from tests.faults.lake_oracle import digest, document_digests
from tests.faults.proxy import Fault, Proxy

DAY = date(2024, 2, 1)
ITEMS: list[dict[str, Any]] = [{"PK": f"u{n}", "SK": "s", "n": n} for n in range(12)]
TRUE = Counter(map(digest, ITEMS))
SILENT = JsonLog("test", None, lambda line: None)


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return {}


@pytest.fixture
def table(made: dict[str, str], make_table: MakeTable) -> str:
    return made.setdefault("table", made.get("table") or make_table(ITEMS))


@pytest.fixture
def exporter(make_function: Callable[[str], ExportFunction], table: str) -> Exporter:
    return make_function(table).exporter


def together(acts: list[Callable[[], Any]]) -> list[Any]:
    """Outcomes of acts that begin at the same instant."""
    barrier, outcomes = threading.Barrier(len(acts)), list[Any]()

    def one(act: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            outcomes.append(act())
        except AlreadyRunning as error:
            outcomes.append(error)

    threads = [threading.Thread(target=one, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.parametrize(
    "round_number", [*range(50), *(pytest.param(n, marks=pytest.mark.soak) for n in range(50, 1000))]
)
def test_of_two_exports_started_at_the_same_instant_one_holds_the_table(
    exporter: Exporter, table: str, round_number: int
) -> None:
    def start(run_id: str) -> Any:
        return exporter.run(ExportRequest(run_id, table), SILENT, lambda: 900.0)

    outcomes = together([lambda n=n: start(f"r{n}") for n in range(2)])  # type: ignore[misc]
    done = [outcome for outcome in outcomes if not isinstance(outcome, AlreadyRunning)]
    runs = exporter.ledger.history(DAY, DAY).runs
    # The loser may also come so late that the winner has finished: then one follows the other.
    assert sorted(run.run_id for run in runs) == sorted(result.run.run_id for result in done)
    assert {run.status for run in runs} == {"succeeded"}
    assert len({run.version_id for run in runs}) == len(runs) >= 1
    assert document_digests(exporter.lake.s3, exporter.lake.bucket, runs[0].key or "") == TRUE


@pytest.mark.parametrize("round_number", range(10))
def test_a_schedule_delivered_twice_at_once_is_one_export(
    make_function: Callable[[str], ExportFunction], table: str, round_number: int
) -> None:
    function = make_function(table)
    function = replace(function, exporter=replace(function.exporter, sleep=lambda seconds: None))
    event = {"source": "aws.scheduler", "resources": ["arn:aws:scheduler:::schedule/x"], "time": "2024-02-01T05:00:00Z"}

    class Context:
        aws_request_id, function_name = "r", "f"

        def get_remaining_time_in_millis(self) -> int:
            return 900_000

    answers = together([lambda: function.answer(event, Context())] * 2)
    assert {answer["statusCode"] for answer in answers} == {200}
    assert len({answer["body"].partition('"runId":')[2][:40] for answer in answers}) == 1
    lake = function.exporter.lake
    versions = lake.s3.list_object_versions(Bucket=lake.bucket, Prefix="raw/")["Versions"]
    assert len(versions) == 1


def test_a_ledger_unwritable_at_the_end_leaves_a_whole_document_and_a_run_that_check_names(
    exporter: Exporter, table: str, emulator_url: str, clock: Clock
) -> None:
    with Proxy(emulator_url) as proxy:
        settings = ExportFunction.from_env({"S3_BUCKET_NAME": exporter.lake.bucket}).settings
        cut = build_exporter(settings, Cloud(REGION, proxy.url, Credentials("testing", "testing")), clock)
        proxy.plan(Fault("s3.PutObject", "access_denied", nth=2, times=99, key="metadata/runs/"))
        result = cut.run(ExportRequest("r1", table), SILENT, lambda: 900.0)
    assert result.warnings
    assert document_digests(exporter.lake.s3, exporter.lake.bucket, result.run.key or "") == TRUE
    clock.tick(3600)
    entry = exporter.ledger.find("r1", (DAY,))
    assert entry
    assert shown_status(entry.run, clock()) == "lost"
    found = Check(exporter.lake, exporter.ledger, clock(), 2).run(None, True).findings
    assert ("lost_run", "r1") in {(finding.kind, finding.run_id) for finding in found}


def test_its_next_delivery_sets_the_entry_right_without_another_export(
    exporter: Exporter, table: str, emulator_url: str, clock: Clock
) -> None:
    with Proxy(emulator_url) as proxy:
        settings = ExportFunction.from_env({"S3_BUCKET_NAME": exporter.lake.bucket}).settings
        cut = build_exporter(settings, Cloud(REGION, proxy.url, Credentials("testing", "testing")), clock)
        proxy.plan(Fault("s3.PutObject", "access_denied", nth=2, times=99, key="metadata/runs/"))
        first = cut.run(ExportRequest("r1", table), SILENT, lambda: 900.0)
    clock.tick(3600)
    again = exporter.run(ExportRequest("r1", table), SILENT, lambda: 900.0)
    assert (again.run.status, again.run.records) == ("succeeded", len(ITEMS))
    assert again.run.version_id == first.run.version_id
