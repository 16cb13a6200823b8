"""pipeline.export.native_engine: DynamoDB's own export, started, looked after, listed, read and checked.

Against a stub that follows DynamoDB's documentation; not yet proven on AWS.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pipeline.access import LOCAL
from pipeline.analysis.query.engines import Engines
from pipeline.aws import Cloud, Credentials
from pipeline.check.runs import Check
from pipeline.console.app import App
from pipeline.console.audit import Actor, Audit
from pipeline.errors import AlreadyRunning, ConfigInvalid, DataInvalid, NotFound, PipelineError, S3AccessDenied
from pipeline.export import scan
from pipeline.export.job import Exporter, Options
from pipeline.export.native_engine import NATIVE_ABOVE_BYTES, Choice, Native
from pipeline.function.handler import ExportFunction
from pipeline.jsonlog import JsonLog
from pipeline.lake.bucket import Lake
from pipeline.runs.engine_reason import EngineReason
from pipeline.runs.history import shown_status
from pipeline.runs.request import ExportRequest, ExportResult
from pipeline.runs.run import Run
from pipeline.sources.wiring import build_sources
from tests.conftest import REGION, Clock, MakeTable
from tests.faults.proxy import Fault, Proxy
from tests.support.native_stub import NativeStub

ITEMS: list[dict[str, Any]] = [{"PK": f"u{n}", "SK": "s", "n": n, "name": "記録"} for n in range(20)]
DAY = date(2024, 2, 1)


@pytest.fixture
def stub(emulator_url: str) -> Iterator[NativeStub]:
    with NativeStub(emulator_url, REGION) as running:
        yield running


@pytest.fixture
def table(make_table: MakeTable) -> str:
    return make_table(ITEMS)


@pytest.fixture
def function(make_function: Callable[[str], ExportFunction], table: str, stub: NativeStub) -> ExportFunction:
    made = make_function(table)
    client = Cloud(REGION, stub.url, Credentials("testing", "testing")).dynamodb
    return replace(made, exporter=replace(made.exporter, dynamodb=client))


@pytest.fixture
def exporter(function: ExportFunction) -> Exporter:
    return function.exporter


def export(exporter: Exporter, request: ExportRequest) -> ExportResult:
    return exporter.run(request, JsonLog("test", None, lambda line: None), lambda: 800.0)


def look(exporter: Exporter, table: str) -> ExportResult | None:
    return exporter.look(table, JsonLog("test", None, lambda line: None), lambda: 800.0)


def entry(exporter: Exporter, run_id: str = "run-1") -> Run:
    found = exporter.ledger.find(run_id, (DAY,))
    assert found
    return found.run


def finished(exporter: Exporter, table: str, stub: NativeStub, mode: Any = "full", days: int = 1) -> Run:
    export(exporter, ExportRequest("run-1", table, mode, days))
    stub.finish()
    look(exporter, table)
    return entry(exporter)


def test_a_table_past_one_function_is_exported_by_dynamodb_itself(
    exporter: Exporter, table: str, stub: NativeStub
) -> None:
    result = export(exporter, ExportRequest("run-1", table))
    assert result.continues
    assert (result.run.engine, result.run.status) == ("native", "running")
    asked = stub.asked[0]
    assert asked["S3Prefix"] == f"raw/internal/dynamodb-native-exports/dt=2024-02-01/{table}/run-1"
    assert (asked["ExportFormat"], asked["S3SseAlgorithm"]) == ("DYNAMODB_JSON", "AES256")


def test_with_a_key_dynamodb_encrypts_with_it(exporter: Exporter, table: str, stub: NativeStub) -> None:
    key = "arn:aws:kms:ap-northeast-1:123456789012:key/a-key"
    lake = Lake(exporter.lake.s3, exporter.lake.bucket, key)
    export(replace(exporter, lake=lake), ExportRequest("run-1", table))
    assert (stub.asked[0]["S3SseAlgorithm"], stub.asked[0]["S3SseKmsKeyId"]) == ("KMS", key)


def test_the_entry_says_why_this_engine_and_that_it_is_a_snapshot(
    exporter: Exporter, table: str, stub: NativeStub
) -> None:
    run = finished(exporter, table, stub)
    assert run.engine_why == EngineReason("past_with_recovery", size=stub.table_bytes, limit=NATIVE_ABOVE_BYTES)
    assert run.engine_reason == run.engine_why.sentence
    assert run.to_json()["consistency"] == "snapshot"


def test_a_table_without_recovery_is_scanned_and_the_entry_says_why(
    exporter: Exporter, table: str, stub: NativeStub
) -> None:
    stub.recovery = "DISABLED"
    run = export(exporter, ExportRequest("run-1", table)).run
    assert (run.engine, run.status, run.records) == ("scan", "succeeded", len(ITEMS))
    assert (run.engine_reason or "").endswith("point-in-time recovery is DISABLED")
    assert run.to_json()["consistency"] == "scan"


def test_each_choice_says_what_decided(exporter: Exporter, table: str, stub: NativeStub) -> None:
    native, described = Native(exporter.dynamodb, exporter.lake, exporter.now), scan.describe(exporter.dynamodb, table)
    small, sizes = replace(described, size_bytes=1_000), {"size": described.size_bytes, "limit": NATIVE_ABOVE_BYTES}
    assert native.choose("scan", described) == Choice("scan", EngineReason("asked", "scan"))
    assert native.choose("auto", small) == Choice("scan", EngineReason("within", size=1_000, limit=NATIVE_ABOVE_BYTES))
    assert native.choose("auto", described) == Choice("native", EngineReason("past_with_recovery", **sizes))
    stub.recovery = "DISABLED"
    assert native.choose("auto", described) == Choice("scan", EngineReason("past_without_recovery", **sizes))


def test_where_recovery_may_not_be_asked_the_table_is_scanned_and_that_is_said(
    exporter: Exporter, table: str, stub: NativeStub
) -> None:
    described = scan.describe(exporter.dynamodb, table)
    with Proxy(stub.url, (Fault("dynamodb.DescribeContinuousBackups", "access_denied", times=99),)) as proxy:
        client = Cloud(REGION, proxy.url, Credentials("testing", "testing")).dynamodb
        choice = Native(client, exporter.lake, exporter.now).choose("auto", described)
    assert (choice.engine, choice.why.code) == ("scan", "past_recovery_unknown")


def test_a_small_table_is_scanned(exporter: Exporter, table: str, stub: NativeStub) -> None:
    stub.table_bytes = 1_000
    assert export(exporter, ExportRequest("run-1", table)).run.engine == "scan"
    assert stub.asked == []


def test_native_by_setting_without_recovery_is_a_clear_error(exporter: Exporter, table: str, stub: NativeStub) -> None:
    stub.recovery = "DISABLED"
    with pytest.raises(ConfigInvalid, match="Point in time recovery is not enabled"):
        export(replace(exporter, options=Options(engine="native")), ExportRequest("run-1", table))
    assert entry(exporter).status == "failed"


def test_a_look_while_dynamodb_works_leaves_the_run_running(
    exporter: Exporter, table: str, stub: NativeStub, clock: Clock
) -> None:
    export(exporter, ExportRequest("run-1", table))
    clock.tick(3600 * 5)
    result = look(exporter, table)
    assert result
    assert result.continues
    assert shown_status(entry(exporter), clock()) == "running"


def test_a_look_after_the_end_records_items_bytes_files_and_time(
    exporter: Exporter, table: str, stub: NativeStub
) -> None:
    run = finished(exporter, table, stub)
    held = {
        found["Key"]: found["Size"]
        for found in exporter.lake.s3.list_objects_v2(Bucket=exporter.lake.bucket, Prefix="raw/")["Contents"]
    }
    assert (run.status, run.records, len(run.files)) == ("succeeded", len(ITEMS), 3)
    assert run.bytes == sum(held[file.key] for file in run.files)
    assert all(len(file.md5) == 24 and file.size == held[file.key] for file in run.files)
    assert run.exported_at
    assert run.exported_at.isoformat() == "2024-02-01T12:00:05+00:00"
    assert (run.key or "").endswith("manifest-summary.json")
    assert Run.from_json(json.loads(json.dumps(run.to_json()))) == run


def test_nothing_is_looked_after_once_it_is_over(exporter: Exporter, table: str, stub: NativeStub) -> None:
    finished(exporter, table, stub)
    assert look(exporter, table) is None


def test_a_second_delivery_of_the_start_asks_for_no_second_export(
    exporter: Exporter, table: str, stub: NativeStub
) -> None:
    export(exporter, ExportRequest("run-1", table))
    result = export(exporter, ExportRequest("run-1", table))
    assert result.continues
    assert len(stub.exports) == 1


def test_a_start_that_was_cut_off_before_it_was_recorded_gets_the_same_export(
    exporter: Exporter, table: str, stub: NativeStub, emulator_url: str, clock: Clock
) -> None:
    with Proxy(emulator_url, (Fault("s3.PutObject", "access_denied", nth=3, times=99),)) as proxy:
        cut = Cloud(REGION, proxy.url, Credentials("testing", "testing")).s3
        lake = replace_lake(exporter, cut)
        export(lake, ExportRequest("run-1", table))
    clock.tick(200)
    export(exporter, ExportRequest("run-1", table))
    assert len(stub.asked) == 2
    assert len(stub.exports) == 1


def replace_lake(exporter: Exporter, s3: Any) -> Exporter:
    from pipeline.runs.lease import Leases  # noqa: PLC0415
    from pipeline.runs.ledger import Ledger  # noqa: PLC0415

    lake = Lake(s3, exporter.lake.bucket)
    return replace(exporter, lake=lake, ledger=Ledger(lake), leases=Leases(lake, exporter.now))


def test_another_run_waits_for_the_native_one(exporter: Exporter, table: str, stub: NativeStub) -> None:
    export(exporter, ExportRequest("run-1", table))
    with pytest.raises(AlreadyRunning) as caught:
        export(exporter, ExportRequest("run-2", table))
    assert caught.value.facts["run_id"] == "run-1"


def test_another_run_finishes_a_native_one_that_nobody_looked_after(
    exporter: Exporter, table: str, stub: NativeStub
) -> None:
    export(exporter, ExportRequest("run-1", table))
    stub.finish()
    assert export(exporter, ExportRequest("run-2", table)).continues
    assert entry(exporter, "run-1").status == "succeeded"


def test_a_failed_export_is_recorded_with_dynamodbs_reason(exporter: Exporter, table: str, stub: NativeStub) -> None:
    export(exporter, ExportRequest("run-1", table))
    stub.fail("S3AccessDenied", "Access denied writing to the bucket")
    with pytest.raises(S3AccessDenied, match="Access denied writing to the bucket"):
        look(exporter, table)
    assert (entry(exporter).status, entry(exporter).error.code) == ("failed", "E004")  # type: ignore[union-attr]


def test_a_look_that_is_denied_does_not_fail_the_run(
    exporter: Exporter, table: str, stub: NativeStub, emulator_url: str
) -> None:
    export(exporter, ExportRequest("run-1", table))
    with Proxy(stub.url, (Fault("dynamodb.DescribeExport", "access_denied", times=99),)) as proxy:
        denied = replace(exporter, dynamodb=Cloud(REGION, proxy.url, Credentials("testing", "testing")).dynamodb)
        result = look(denied, table)
    assert result
    assert result.continues
    assert "DescribeExport" in result.warnings[0]
    stub.finish()
    look(exporter, table)
    assert entry(exporter).status == "succeeded"


@pytest.mark.parametrize("what", ["manifest-files.json", "manifest-summary.json"])
def test_a_manifest_that_is_none_fails_the_run(exporter: Exporter, table: str, stub: NativeStub, what: str) -> None:
    export(exporter, ExportRequest("run-1", table))
    stub.finish()
    s3, bucket = exporter.lake.s3, exporter.lake.bucket
    key = next(f["Key"] for f in s3.list_objects_v2(Bucket=bucket)["Contents"] if f["Key"].endswith(what))
    s3.put_object(Bucket=bucket, Key=key, Body=b"<html>")
    with pytest.raises(PipelineError, match="manifest"):
        look(exporter, table)
    assert entry(exporter).status == "failed"


def test_a_data_file_that_is_missing_fails_the_run(exporter: Exporter, table: str, stub: NativeStub) -> None:
    export(exporter, ExportRequest("run-1", table))
    stub.finish()
    s3, bucket = exporter.lake.s3, exporter.lake.bucket
    key = next(f["Key"] for f in s3.list_objects_v2(Bucket=bucket)["Contents"] if "/data/" in f["Key"])
    s3.delete_object(Bucket=bucket, Key=key)
    with pytest.raises(DataInvalid, match="is in the manifest, not in the bucket"):
        look(exporter, table)


@pytest.fixture
def app(function: ExportFunction, stub: NativeStub) -> App:
    exporter = function.exporter

    class Inline:
        def start(self, event: dict[str, Any]) -> None:
            function.answer(event, _Context())

    cloud = Cloud(REGION, stub.url, Credentials("testing", "testing"))
    return App(
        function.settings,
        cloud,
        exporter.lake,
        exporter.ledger,
        exporter.leases,
        Inline(),
        exporter.now,
        Actor(lambda: LOCAL, Audit(lambda line: None, exporter.now)),
        build_sources(function.settings, cloud, exporter.lake, exporter.now, None),
        Engines({}),
    )


class _Context:
    aws_request_id = "r"
    function_name = "f"

    def get_remaining_time_in_millis(self) -> int:
        return 800_000


def test_a_preview_shows_records_of_the_files(app: App, exporter: Exporter, table: str, stub: NativeStub) -> None:
    found = app.documents.preview(finished(exporter, table, stub), rows=5)
    assert len(found.rows) == 5
    assert found.more
    assert found.rows[0]["name"] == "記録"
    assert found.metadata["consistency"] == "snapshot"


def test_a_preview_of_an_incremental_one_marks_deleted_items(
    app: App, exporter: Exporter, table: str, stub: NativeStub, cloud: Cloud
) -> None:
    cloud.dynamodb.put_item(TableName=table, Item={"PK": {"S": "gone"}, "SK": {"S": "s"}, "deleted": {"BOOL": True}})
    rows = app.documents.preview(finished(exporter, table, stub, "incremental"), rows=50).rows
    # One day, and the overlap: two windows, and the stub fills both.
    assert [row for row in rows if row.get("_deleted")] == [{"PK": "gone", "SK": "s", "_deleted": True}] * 2


def test_each_part_has_a_link_and_nothing_else_has(app: App, exporter: Exporter, table: str, stub: NativeStub) -> None:
    run = finished(exporter, table, stub)
    assert run.files[1].key.rpartition("/")[2] in app.documents.part_link(run, run.files[1].key).url
    with pytest.raises(NotFound):
        app.documents.part_link(run, "metadata/leases/x.json")


def test_watching_a_native_run_looks_after_it(
    app: App, exporter: Exporter, table: str, stub: NativeStub, clock: Clock
) -> None:
    started = app.start_export()
    stub.finish()
    clock.tick(60)
    app.watch(started.run_id, started.day)
    run = app.run(started.run_id, started.day)
    assert run
    assert run.status == "succeeded"


def test_the_handler_answers_a_look_when_nothing_goes_on(function: ExportFunction) -> None:
    answer = function.answer({"look": True}, _Context())
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["message"] == "No native export goes on"


def findings(exporter: Exporter, clock: Clock, read_data: bool = True) -> list[tuple[str, str]]:
    report = Check(exporter.lake, exporter.ledger, clock(), 7).run(lambda table: ("PK", "SK"), read_data)
    return [(finding.kind, finding.key) for finding in report.findings]


def test_check_finds_nothing_in_a_whole_native_export(
    exporter: Exporter, table: str, stub: NativeStub, clock: Clock
) -> None:
    finished(exporter, table, stub)
    assert findings(exporter, clock) == []


def test_check_names_each_kind_of_damage_to_a_native_export(
    exporter: Exporter, table: str, stub: NativeStub, clock: Clock
) -> None:
    first, second, third = finished(exporter, table, stub).files
    s3, bucket = exporter.lake.s3, exporter.lake.bucket
    s3.delete_object(Bucket=bucket, Key=first.key)
    body = s3.get_object(Bucket=bucket, Key=second.key)["Body"].read()
    fewer = gzip.compress(b"\n".join(gzip.decompress(body).splitlines()[1:]))
    s3.put_object(Bucket=bucket, Key=second.key, Body=fewer)
    s3.put_object(Bucket=bucket, Key=third.key, Body=b"x" * third.size)
    stray = third.key.replace("/run-1/", "/run-9/")
    s3.put_object(Bucket=bucket, Key=stray, Body=b"x")
    assert set(findings(exporter, clock)) == {
        ("missing_object", first.key),
        ("size_differs", second.key),
        ("checksum_differs", second.key),
        ("count_differs", second.key),
        ("not_a_document", third.key),
        ("orphaned_object", stray),
    }
