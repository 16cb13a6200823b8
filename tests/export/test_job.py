"""pipeline.export.job: what is published is the table, under every fault the ledger tells the truth.

The oracle is a multiset of canonical items read with boto3's resource, apart from the code under test.
"""

from __future__ import annotations

import json
import math
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import boto3
import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.errors import (
    AlreadyRunning,
    AuthFailed,
    DataInvalid,
    DynamoThrottled,
    Forbidden,
    NotFound,
    PipelineError,
    S3AccessDenied,
    TimedOut,
)
from pipeline.export.job import Exporter
from pipeline.export.wiring import build_exporter
from pipeline.function.handler import ExportFunction
from pipeline.jsonlog import JsonLog
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.runs.history import summarise
from pipeline.runs.request import ExportRequest, ExportResult
from tests.conftest import REGION, Clock, MakeTable
from tests.faults.proxy import Fault, Proxy
from tests.support.quick import NoWait

DAY = date(2024, 2, 1)
ITEMS: list[dict[str, Any]] = [
    {
        "PK": f"USER#{number}",
        "SK": "名前",
        "n": Decimal("12345678901234567890.123456789012345678"),
        "tags": {"a", "b"},
        "nested": {"S": [1, None, True, {"M": "x"}]},
        "data": b"\x00\xff",
        "pad": "x" * 40_000,
    }
    for number in range(60)
]
MakeFunction = Callable[[str], ExportFunction]


def silent() -> JsonLog:
    return JsonLog("test", None, lambda line: None)


def export(exporter: Exporter, table: str, run_id: str = "r1", **fields: Any) -> ExportResult:
    request = ExportRequest(run_id, table, **fields)
    return exporter.run(request, silent(), lambda: math.inf)


def document(exporter: Exporter, key: str, version: str | None = None) -> dict[str, Any]:
    whole = b"".join(exporter.lake.stream(key, version))
    return dict(json.loads(whole, parse_float=Decimal))


def canonical(record: dict[str, Any]) -> str:
    def plain(value: Any) -> Any:
        if isinstance(value, set):
            return sorted(map(plain, value))
        if isinstance(value, Decimal | int) and not isinstance(value, bool):
            return f"number {Decimal(value).normalize()}"
        if hasattr(value, "value"):
            return __import__("base64").b64encode(value.value).decode()
        if isinstance(value, dict):
            return {name: plain(inner) for name, inner in value.items()}
        return [plain(inner) for inner in value] if isinstance(value, list) else value

    kept = {name: plain(value) for name, value in record.items() if name != "_exported_at"}
    if "tags" in kept:
        kept["tags"] = sorted(kept["tags"])
    return json.dumps(kept, sort_keys=True)


def table_multiset(cloud: Cloud, table: str) -> Counter[str]:
    resource: Any = boto3.resource(
        "dynamodb",
        region_name=REGION,
        endpoint_url=cloud.endpoint_url,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",  # noqa: S106 - the emulator takes anything
    )
    found: Counter[str] = Counter()
    arguments: dict[str, Any] = {}
    while True:
        answer = resource.Table(table).scan(**arguments)
        found.update(canonical(item) for item in answer["Items"])
        if "LastEvaluatedKey" not in answer:
            return found
        arguments["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


@pytest.fixture
def exporter(make_function: MakeFunction) -> Exporter:
    return make_function("any-table").exporter


def faulty(proxy: Proxy, exporter: Exporter, clock: Clock) -> Exporter:
    settings = replace(ExportFunction.from_env({"S3_BUCKET_NAME": exporter.lake.bucket}).settings)
    made = build_exporter(settings, Cloud(REGION, proxy.url, Credentials("testing", "testing")), clock)
    return replace(made, options=replace(made.options, rng=NoWait()))


def uploads(exporter: Exporter) -> list[Any]:
    return list(exporter.lake.s3.list_multipart_uploads(Bucket=exporter.lake.bucket).get("Uploads", []))


def entry(exporter: Exporter, run_id: str = "r1") -> Any:
    found = exporter.ledger.find(run_id, (DAY,))
    assert found is not None
    return found.run


def test_the_document_holds_exactly_the_tables_items(exporter: Exporter, cloud: Cloud, make_table: MakeTable) -> None:
    table = make_table(ITEMS)
    run = export(exporter, table).run
    found = document(exporter, run.key or "")
    assert Counter(map(canonical, found["data"])) == table_multiset(cloud, table)
    assert found["export_metadata"]["record_count"] == len(found["data"]) == 60
    assert {record["_exported_at"] for record in found["data"]} == {"2024-02-01T12:00:00Z"}


def test_the_result_and_the_ledger_agree_with_the_object(exporter: Exporter, make_table: MakeTable) -> None:
    table = make_table(ITEMS[:3])
    result = export(exporter, table)
    held = exporter.lake.head(result.run.key or "")
    assert held is not None
    assert result.run == entry(exporter)
    assert (result.run.status, result.run.records, result.run.bytes) == ("succeeded", 3, held.size)
    assert (result.run.version_id, result.run.checksum) == (held.version_id, held.checksum)
    assert result.location == f"s3://{exporter.lake.bucket}/raw/internal/dynamodb-exports/dt=2024-02-01/{table}.json"


def test_an_empty_table_is_a_success_with_a_document(exporter: Exporter, make_table: MakeTable) -> None:
    run = export(exporter, make_table([])).run
    found = document(exporter, run.key or "")
    assert (run.records, found["export_metadata"]["record_count"], found["data"]) == (0, 0, [])


def test_a_second_export_of_the_day_replaces_the_first_and_both_stay_readable(
    exporter: Exporter, cloud: Cloud, make_table: MakeTable
) -> None:
    table = make_table(ITEMS[:1])
    first = export(exporter, table, "r1").run
    cloud.dynamodb.put_item(TableName=table, Item={"PK": {"S": "new"}, "SK": {"S": "new"}})
    second = export(exporter, table, "r2").run
    assert first.key == second.key
    assert len(document(exporter, first.key or "", first.version_id)["data"]) == 1
    assert len(document(exporter, first.key or "")["data"]) == 2


def test_a_run_over_midnight_stays_in_its_day(exporter: Exporter, clock: Clock, make_table: MakeTable) -> None:
    clock.time = clock.time.replace(hour=23, minute=59, second=58)
    request = ExportRequest("r1", make_table(ITEMS))
    run = exporter.run(request, silent(), lambda: (clock.tick(2), 900.0)[1]).run
    assert (run.finished_at or clock()).date() == DAY + timedelta(days=1)
    assert run.day == DAY and "dt=2024-02-01" in (run.key or "")


def test_a_failed_run_is_repeated_under_its_own_entry(exporter: Exporter, make_table: MakeTable) -> None:
    table = make_table([{**ITEMS[0], "_exported_at": "mine"}])
    with pytest.raises(DataInvalid):
        export(exporter, table)
    exporter.dynamodb.delete_item(TableName=table, Key={"PK": {"S": "USER#0"}, "SK": {"S": "名前"}})
    assert export(exporter, table).run.records == 0
    assert entry(exporter).status == "succeeded"


def test_a_run_whose_check_fails_names_what_it_left_and_the_last_good_version_stays(
    exporter: Exporter, emulator_url: str, clock: Clock, make_table: MakeTable
) -> None:
    table = make_table(ITEMS[:3])
    good = export(exporter, table, "good").run
    clock.tick(60)
    # The second look at the key is the one after the publication.
    with Proxy(emulator_url, (Fault("s3.HeadObject", "access_denied", nth=2, key="exports"),)) as proxy:
        with pytest.raises(S3AccessDenied):
            export(faulty(proxy, exporter, clock), table, "bad")
    failed = entry(exporter, "bad")
    assert (failed.status, failed.key, failed.records, failed.has_document) == ("failed", good.key, 3, False)
    assert (failed.version_id, failed.checksum) != (good.version_id, None)
    runs = exporter.ledger.history(DAY, DAY).runs
    assert [(run.run_id, run.status) for run in runs] == [("bad", "failed"), ("good", "succeeded")]
    latest = summarise(runs, clock()).latest
    assert latest is not None and latest.run_id == "good"
    assert len(document(exporter, good.key or "", latest.version_id)["data"]) == 3


def test_an_own_export_time_fails_the_run_and_names_the_record(exporter: Exporter, make_table: MakeTable) -> None:
    with pytest.raises(DataInvalid) as caught:
        export(exporter, make_table([{**ITEMS[0], "_exported_at": "mine"}]))
    assert caught.value.facts["field"] == "_exported_at"
    assert "USER#0" in caught.value.facts["record"]
    assert (entry(exporter).status, entry(exporter).error.code) == ("failed", "E003")


def test_a_missing_table_fails_the_run_by_name(exporter: Exporter) -> None:
    with pytest.raises(NotFound):
        export(exporter, "no-such-table")
    assert entry(exporter).error.code == "E014"
    assert exporter.leases.current("no-such-table") is None


def test_a_table_deleted_and_created_again_meanwhile_fails_the_run(
    exporter: Exporter, cloud: Cloud, emulator_url: str, make_table: MakeTable, clock: Clock
) -> None:
    table = make_table(ITEMS[:1])

    def recreate(seen: object) -> None:
        if getattr(seen, "operation", "") != "dynamodb.Scan":
            return
        shape = cloud.dynamodb.describe_table(TableName=table)["Table"]
        cloud.dynamodb.delete_table(TableName=table)
        cloud.dynamodb.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=shape["AttributeDefinitions"],
            KeySchema=shape["KeySchema"],
        )

    with Proxy(emulator_url) as proxy:
        proxy.on_request = recreate
        with pytest.raises(DataInvalid, match="created again"):
            export(faulty(proxy, exporter, clock), table)
    assert exporter.lake.head(f"raw/internal/dynamodb-exports/dt=2024-02-01/{table}.json") is None


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("throttle", DynamoThrottled),
        ("access_denied", Forbidden),
        ("expired_token", AuthFailed),
        ("table_deleted", NotFound),
    ],
)
def test_a_scan_that_fails_half_way_publishes_nothing(
    exporter: Exporter, emulator_url: str, make_table: MakeTable, clock: Clock, kind: str, expected: type[PipelineError]
) -> None:
    table = make_table(ITEMS)
    with (
        Proxy(emulator_url, (Fault("dynamodb.Scan", kind, nth=2, times=99),)) as proxy,
        pytest.raises(expected),
    ):
        export(faulty(proxy, exporter, clock), table)
    assert entry(exporter).status == "failed"
    assert exporter.lake.head(f"raw/internal/dynamodb-exports/dt=2024-02-01/{table}.json") is None
    assert uploads(exporter) == []
    assert exporter.leases.current(table) is None


def test_a_deadline_ends_the_run_in_time(exporter: Exporter, make_table: MakeTable) -> None:
    table = make_table(ITEMS)
    with pytest.raises(TimedOut):
        exporter.run(ExportRequest("r1", table), silent(), lambda: 10.0)
    assert entry(exporter).error.code == "E008"


@pytest.mark.parametrize("key", ["metadata/runs", "metadata/leases", "metadata"])
def test_an_export_that_may_not_write_its_ledger_still_succeeds_and_says_so(
    exporter: Exporter, emulator_url: str, make_table: MakeTable, clock: Clock, key: str
) -> None:
    table = make_table(ITEMS[:2])
    with Proxy(emulator_url, (Fault("s3.PutObject", "access_denied", times=99, key=key),)) as proxy:
        result = export(faulty(proxy, exporter, clock), table)
    assert result.run.status == "succeeded"
    assert len(document(exporter, result.run.key or "")["data"]) == 2
    assert any("AccessDenied" in warning for warning in result.warnings)


def test_a_lease_that_is_none_is_replaced_with_a_warning(exporter: Exporter, lake: Lake, make_table: MakeTable) -> None:
    table = make_table(ITEMS[:2])
    lake.s3.put_object(Bucket=lake.bucket, Key=keys.lease_key(table), Body=b"[]")
    lines: list[str] = []
    result = exporter.run(ExportRequest("r1", table), JsonLog("t", None, lines.append), lambda: 900.0)
    said = f"{keys.lease_key(table)}: not a lease"
    assert [said in warning for warning in result.warnings] == [True]
    assert sum(said in line for line in lines) == 1
    held = lake.read_json(keys.lease_key(table))
    assert held is not None and held[0]["run_id"] == "r1"


def test_a_bucket_that_may_not_be_written_fails_the_run(
    exporter: Exporter, emulator_url: str, make_table: MakeTable, clock: Clock
) -> None:
    with (
        Proxy(emulator_url, (Fault("s3.PutObject", "access_denied", times=99, key="raw/"),)) as proxy,
        pytest.raises(S3AccessDenied) as caught,
    ):
        export(faulty(proxy, exporter, clock), make_table(ITEMS[:2]))
    assert caught.value.facts["action"] == "s3:PutObject"


@pytest.mark.parametrize("round_number", range(3))
def test_of_two_exports_started_together_exactly_one_publishes(
    exporter: Exporter, make_table: MakeTable, round_number: int
) -> None:
    table = make_table(ITEMS[:5])
    outcomes: list[str] = []
    barrier = threading.Barrier(2)

    def one(run_id: str) -> None:
        barrier.wait()
        try:
            export(exporter, table, run_id)
            outcomes.append("published")
        except AlreadyRunning:
            outcomes.append("refused")

    threads = [threading.Thread(target=one, args=(f"r{round_number}-{n}",)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # The loser may also come so late that the winner has finished: then both published, one after the other.
    published = [run for run in exporter.ledger.history(DAY, DAY).runs if run.status == "succeeded"]
    assert "published" in outcomes
    assert len(published) == outcomes.count("published")
    assert len({run.version_id for run in published}) == len(published)


def test_an_incremental_export_has_its_own_key(exporter: Exporter, make_table: MakeTable) -> None:
    table = make_table(
        [
            {"PK": "u", "SK": "new", "updated_at": "2024-02-01T00:00:00Z"},
            {"PK": "u", "SK": "old", "updated_at": "2023-02-01T00:00:00Z"},
        ]
    )
    full = export(exporter, table, "r1").run
    part = export(exporter, table, "r2", mode="incremental", incremental_days=1).run
    assert part.key == f"raw/internal/dynamodb-exports/dt=2024-02-01/{table}.incremental.r2.json"
    assert [record["SK"] for record in document(exporter, part.key)["data"]] == ["new"]
    assert len(document(exporter, full.key or "")["data"]) == 2


def test_the_ledger_tells_the_progress(exporter: Exporter, clock: Clock, make_table: MakeTable) -> None:
    table = make_table(ITEMS)
    seen: list[Any] = []

    def remaining() -> float:
        clock.tick(2)
        seen.append(entry(exporter))
        return 900.0

    exporter.run(ExportRequest("r1", table), silent(), remaining)
    assert [run.status for run in seen] == ["running"] * len(seen)
    assert seen[-1].records and seen[-1].records > 0
