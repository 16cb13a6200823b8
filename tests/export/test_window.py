"""pipeline.export.window: what was written before an incremental run started is in it or in an earlier one.

Cases 04 and 08 of the reports, and their neighbours: missed days, other attributes, clocks that were ahead.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.errors import FunctionFailed
from pipeline.export.job import Exporter, Options
from pipeline.export.window import asks_for_the_same, covered_until
from pipeline.export.wiring import build_exporter
from pipeline.function import events
from pipeline.function.handler import ExportFunction
from pipeline.jsonlog import JsonLog
from pipeline.runs.request import ExportRequest
from pipeline.runs.run import Mode, Run
from tests.conftest import REGION, Clock, MakeTable
from tests.faults.proxy import Fault, Proxy

MakeFunction = Callable[[str], ExportFunction]
SILENT = JsonLog("test", None, lambda line: None)
# Case 04: seven items, each with its time written another way, at 2026-11-25T06:33:15Z.
NOW = datetime(2026, 11, 25, 6, 33, 15, tzinfo=UTC)
FORMS: dict[str, dict[str, Any]] = {
    "iso-z": {"updated_at": {"S": "2026-11-25T05:33:15.000Z"}},
    "epoch-seconds": {"updated_at": {"N": "1795584795"}},
    "epoch-millis": {"updated_at": {"N": "1795584795754"}},
    "camel": {"updatedAt": {"S": "2026-11-25T05:33:15.000Z"}, "createdAt": {"S": "2026-10-18T18:33:15.000Z"}},
    "us-offset": {"updated_at": {"S": "2026-11-24T02:33:15-08:00"}},
    "space": {"updated_at": {"S": "2026-11-24 06:39:15"}},
    "jst-30-hours-ago": {"updated_at": {"S": "2026-11-24T09:33:15+09:00"}},
}


@pytest.fixture
def table(make_table: MakeTable) -> str:
    return make_table([])


@pytest.fixture
def exporter(make_function: MakeFunction, table: str) -> Exporter:
    return make_function(table).exporter


def put(exporter: Exporter, table: str, name: str, **attributes: Any) -> None:
    exporter.dynamodb.put_item(TableName=table, Item={"PK": {"S": "u"}, "SK": {"S": name}, **attributes})


def stamped(exporter: Exporter, table: str, name: str, at: datetime) -> None:
    put(exporter, table, name, updated_at={"S": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")})


def incremental(exporter: Exporter, table: str, run_id: str = "r1", days: int | None = None) -> dict[str, Any]:
    """The body of the answer, with the names of the items that the document holds."""
    result = exporter.run(ExportRequest(run_id, table, "incremental", days), SILENT, lambda: 900.0)
    document = json.loads(b"".join(exporter.lake.stream(result.run.key or "")))
    names = {record["SK"] for record in document["data"]}
    return events.success_body(result) | {"names": names, "head": document["export_metadata"]}


def full(exporter: Exporter, table: str, run_id: str = "full") -> None:
    exporter.run(ExportRequest(run_id, table), SILENT, lambda: 900.0)


def test_every_form_of_a_time_is_exported_or_told(exporter: Exporter, table: str, clock: Clock) -> None:
    clock.time = NOW
    for name, attributes in FORMS.items():
        put(exporter, table, name, **attributes)
    put(exporter, table, "old", updated_at={"S": "2026-10-18T18:33:15Z"})
    body = incremental(exporter, table, days=1)
    assert body["names"] == {*FORMS} - {"jst-30-hours-ago"}
    assert body["unjudgedItems"] == 3
    assert "3 items could not be judged by updated_at:iso,created_at:iso" in body["warnings"][0]


@pytest.mark.parametrize(
    ("by", "readable", "unjudged"),
    [
        ((("updated_at", "epoch"),), {"epoch-seconds"}, 6),
        ((("updated_at", "epoch_ms"),), {"epoch-millis"}, 6),
        ((("updatedAt", "iso"),), {"camel"}, 6),
        ((("updatedAt", "iso"), ("updated_at", "iso")), {"iso-z", "camel", "us-offset", "space"}, 2),
    ],
)
def test_the_setting_names_attribute_and_form(
    exporter: Exporter, table: str, clock: Clock, by: Any, readable: set[str], unjudged: int
) -> None:
    clock.time = NOW
    for name, attributes in FORMS.items():
        put(exporter, table, name, **attributes)
    body = incremental(replace(exporter, options=Options(changed_by=by)), table, days=1)
    assert readable <= body["names"]
    assert body["unjudgedItems"] == unjudged


@pytest.mark.parametrize("days", [None, 1])
def test_two_daily_runs_leave_no_gap_between_them(
    exporter: Exporter, table: str, clock: Clock, days: int | None
) -> None:
    clock.time = first = datetime(2026, 11, 23, 5, 0, 4, tzinfo=UTC)
    stamped(exporter, table, "day1-before", first - timedelta(hours=1))
    one = incremental(exporter, table, "run-1", days)
    stamped(exporter, table, "just-after-run1", first + timedelta(seconds=5))
    stamped(exporter, table, "late-arriver", first - timedelta(seconds=34))
    stamped(exporter, table, "day1-evening", first + timedelta(hours=7))
    clock.time = datetime(2026, 11, 24, 5, 0, 31, tzinfo=UTC)
    two = incremental(exporter, table, "run-2", days)
    assert one["names"] == {"day1-before"}
    assert {"just-after-run1", "late-arriver", "day1-evening"} <= two["names"]


def test_missed_days_are_closed_by_the_next_run(exporter: Exporter, table: str, clock: Clock) -> None:
    full(exporter, table)
    begun = clock()
    for day in range(1, 6):
        stamped(exporter, table, f"day-{day}", begun + timedelta(days=day, minutes=1))
    clock.tick(6 * 86400)
    body = incremental(exporter, table)
    assert body["names"] == {f"day-{day}" for day in range(1, 6)}
    assert body["since"] == "2024-02-01T11:45:00Z"
    assert body["until"] == "2024-02-07T12:00:00Z"
    assert "warnings" not in body


def test_the_window_stands_in_the_entry_and_in_the_document(exporter: Exporter, table: str, clock: Clock) -> None:
    full(exporter, table)
    clock.tick(3600)
    put(exporter, table, "odd", updated_at={"S": "soon"})
    head = incremental(exporter, table)["head"]
    assert (head["since"], head["until"], head["unjudged"]) == ("2024-02-01T11:45:00Z", "2024-02-01T13:00:00Z", 1)
    entry = exporter.ledger.find("r1", (clock().date(),))
    assert entry
    run = entry.run
    assert (run.window, run.since, run.until) == ("last", clock() - timedelta(minutes=75), clock())
    assert (run.unjudged, run.changed_by) == (1, "updated_at:iso,created_at:iso")


def test_without_an_earlier_success_it_begins_at_the_beginning_and_says_so(
    exporter: Exporter, table: str, clock: Clock
) -> None:
    stamped(exporter, table, "very-old", datetime(1999, 1, 1, tzinfo=UTC))
    body = incremental(exporter, table)
    assert body["names"] == {"very-old"}
    assert body["since"] is None
    assert "no earlier success" in body["warnings"][0]


def test_a_run_that_failed_is_none_to_go_on_from(exporter: Exporter, table: str, clock: Clock) -> None:
    full(exporter, table)
    clock.tick(86400)
    with pytest.raises(FunctionFailed):
        fail(exporter, table)
    stamped(exporter, table, "between", clock() - timedelta(hours=12))
    clock.tick(86400)
    assert incremental(exporter, table, "r2")["names"] == {"between"}


def fail(exporter: Exporter, table: str) -> None:
    def remaining() -> float:
        raise FunctionFailed("killed")

    exporter.run(ExportRequest("failed", table, "incremental"), SILENT, remaining)


def test_a_ledger_that_cannot_be_read_makes_it_too_much_not_too_little(
    exporter: Exporter, table: str, clock: Clock, emulator_url: str
) -> None:
    full(exporter, table)
    stamped(exporter, table, "old", datetime(2020, 1, 1, tzinfo=UTC))
    with Proxy(emulator_url, (Fault("s3.ListObjectsV2", "access_denied", times=99),)) as proxy:
        settings = ExportFunction.from_env({"S3_BUCKET_NAME": exporter.lake.bucket}).settings
        denied = build_exporter(settings, Cloud(REGION, proxy.url, Credentials("testing", "testing")), clock)
        body = incremental(denied, table)
    assert body["names"] == {"old"}
    assert any("s3:ListBucket" in warning for warning in body["warnings"])


def test_a_run_that_goes_on_elsewhere_keeps_its_window_and_its_count(
    exporter: Exporter, make_table: MakeTable, clock: Clock
) -> None:
    items = [{"PK": f"u{n}", "SK": f"{n}", "updated_at": 1795584795, "pad": "x" * 300_000} for n in range(40)]
    table = make_table(items)
    handed: list[dict[str, Any]] = []
    first = replace(exporter, carry_on=handed.append, options=Options(segments=1))
    left = [900.0] * 8
    assert first.run(ExportRequest("r1", table, "incremental"), SILENT, lambda: left.pop() if left else 10.0).continues
    clock.tick(600)
    assert "incrementalDays" not in handed[0]
    request = events.parse_event(handed[0], table, clock())
    run = exporter.run(request, SILENT, lambda: 900.0).run
    assert (run.records, run.unjudged, run.hops) == (40, 40, 1)
    assert run.until == clock() - timedelta(seconds=600)


def a_run(hours: float, window: str | None = None, since: float | None = None, **more: Any) -> Run:
    at = NOW + timedelta(hours=hours)
    begun = None if since is None else NOW + timedelta(hours=since)
    mode: Any = "incremental" if window else "full"
    facts = {"mode": mode, "window": window, "since": begun, "status": "succeeded"} | more
    return Run(f"r{hours}", "table", at.date(), at, at, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("runs", "hours"),
    [
        ([], None),
        ([a_run(0)], 0),
        ([a_run(0), a_run(24)], 24),
        ([a_run(0), a_run(24, "last", -1)], 24),
        ([a_run(0, "beginning")], 0),
        ([a_run(0, "days", -24)], None),
        ([a_run(0), a_run(24, "days", -1)], 24),
        ([a_run(0), a_run(24, "days", 1)], 0),
        ([a_run(0), a_run(48, "days", 24), a_run(72, "days", 47)], 0),
        ([a_run(0), a_run(24, "days", -1), a_run(48, "days", 23)], 48),
        ([a_run(1, engine="native", exported_at=NOW)], 0),
        ([a_run(5, opened_at=NOW)], 0),
        ([a_run(0, opened_at=NOW + timedelta(hours=5))], 0),
    ],
)
def test_only_runs_without_a_gap_between_them_carry_on(runs: list[Run], hours: int | None) -> None:
    assert covered_until([runs]) == (None if hours is None else NOW + timedelta(hours=hours))


def test_it_looks_further_back_until_there_is_a_run_to_begin_with() -> None:
    looks = [[a_run(48, "days", 24)], [a_run(0), a_run(48, "days", 24)]]
    assert covered_until(looks) == NOW


@pytest.mark.parametrize(
    "change",
    [
        {"started_at": datetime(2024, 3, 1, tzinfo=UTC)},
        {"table": "another-table"},
        {"changed_by": "created_at:iso", "mode": "incremental", "window": "last"},
        {"mode": "incremental"},
        {"status": "running"},
    ],
    ids=["a clock that was ahead", "another table", "other attributes", "an entry without a window", "not ended"],
)
def test_some_runs_are_none_to_go_on_from(exporter: Exporter, table: str, clock: Clock, change: dict[str, Any]) -> None:
    full(exporter, table)
    entry = exporter.ledger.find("full", (clock().date(),))
    assert entry
    exporter.ledger.update(entry, replace(entry.run, **change))
    clock.tick(3600)
    assert incremental(exporter, table)["since"] is None


@pytest.mark.parametrize("mode", ["full", "incremental"])
@pytest.mark.parametrize("ahead", [-7200, 0, 3600, 23 * 3600])
def test_a_clock_that_was_wrong_at_one_run_and_right_at_the_next_loses_no_write(
    exporter: Exporter, table: str, clock: Clock, ahead: int, mode: Mode
) -> None:
    # The emulator answers by the real time.
    right = datetime.now(UTC)
    clock.time = right + timedelta(seconds=ahead)
    exporter.run(ExportRequest("jumped", table, mode), SILENT, lambda: 900.0)
    written = [right + timedelta(minutes=minutes) for minutes in (1, 30, 22 * 60)]
    for number, at in enumerate(written):
        stamped(exporter, table, f"after-{number}", at)
    clock.time = right + timedelta(hours=24)
    assert incremental(exporter, table)["names"] == {"after-0", "after-1", "after-2"}


def test_a_run_that_goes_on_keeps_the_time_that_s3_told_at_its_beginning(
    exporter: Exporter, make_table: MakeTable, clock: Clock
) -> None:
    table = make_table([{"PK": f"u{n}", "SK": f"{n}", "pad": "x" * 300_000} for n in range(40)])
    handed: list[dict[str, Any]] = []
    first = replace(exporter, carry_on=handed.append, options=Options(segments=1))
    left = [900.0] * 8
    first.run(ExportRequest("r1", table), SILENT, lambda: left.pop() if left else 10.0)
    begun = exporter.ledger.find("r1", (clock().date(),))
    ended = exporter.run(events.parse_event(handed[0], table, clock()), SILENT, lambda: 900.0).run
    assert begun and begun.run.opened_at
    assert ended.opened_at == begun.run.opened_at


@pytest.mark.parametrize("days_ago", [1, 13, 80, 399])
def test_a_success_of_long_ago_is_found(exporter: Exporter, table: str, clock: Clock, days_ago: int) -> None:
    full(exporter, table)
    clock.tick(days_ago * 86400)
    assert incremental(exporter, table)["since"] == "2024-02-01T11:45:00Z"


@pytest.mark.parametrize(
    ("run", "days", "same"),
    [
        (a_run(0), None, False),
        (a_run(0, "last", -24), None, True),
        (a_run(0, "beginning"), None, True),
        (a_run(0, "days", -24), None, False),
        (a_run(0, "days", -24), 1, True),
        (a_run(0, "days", -24), 2, False),
        (a_run(0, "last", -24), 1, False),
        (a_run(0, "beginning"), 1, False),
    ],
)
def test_a_dead_run_is_gone_on_with_only_for_the_same_window(run: Run, days: int | None, same: bool) -> None:
    assert asks_for_the_same(run, ExportRequest("r2", "table", "incremental", days)) is same


def test_a_table_that_was_deleted_and_created_again_is_exported_from_the_beginning(
    exporter: Exporter, table: str, clock: Clock
) -> None:
    full(exporter, table)
    described = exporter.dynamodb.describe_table(TableName=table)["Table"]
    exporter.dynamodb.delete_table(TableName=table)
    exporter.dynamodb.create_table(
        TableName=table,
        KeySchema=described["KeySchema"],
        AttributeDefinitions=described["AttributeDefinitions"],
        BillingMode="PAY_PER_REQUEST",
    )
    # Restored from a backup: older than every window that goes on from an export of the former table.
    stamped(exporter, table, "restored", clock() - timedelta(days=30))
    clock.tick(3600)
    assert incremental(exporter, table)["names"] == {"restored"}
