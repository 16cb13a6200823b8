"""pipeline.runs.ledger: entries written by turns, and a history that shows what can be read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.errors import AlreadyRunning, S3AccessDenied, SchemaMismatch
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import Run
from tests.conftest import REGION
from tests.faults.proxy import Fault, Proxy

DAY = date(2024, 2, 1)
NOON = datetime(2024, 2, 1, 12, 0, tzinfo=UTC)


def run(run_id: str, day: date = DAY, **fields: object) -> Run:
    at = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
    return replace(Run(run_id, "t-1", day, at, at, status="succeeded"), **fields)  # type: ignore[arg-type]


def test_a_run_is_opened_once(ledger: Ledger) -> None:
    ledger.open(run("r1"))
    with pytest.raises(AlreadyRunning):
        ledger.open(run("r1", records=5))


def test_an_entry_is_updated_by_the_one_who_wrote_it_last(ledger: Ledger) -> None:
    first = ledger.open(run("r1"))
    ledger.update(first, run("r1", records=5))
    with pytest.raises(AlreadyRunning):
        ledger.update(first, run("r1", records=6))


def test_a_run_is_found_on_one_of_the_given_days(ledger: Ledger) -> None:
    ledger.open(run("r1"))
    found = ledger.find("r1", (DAY + timedelta(days=1), DAY))
    assert found is not None and found.run == run("r1")
    assert ledger.find("r1", (DAY + timedelta(days=1),)) is None


def test_the_history_is_newest_first_and_ends_with_its_first_day(ledger: Ledger) -> None:
    for number in range(5):
        ledger.open(run(f"r{number}", DAY + timedelta(days=number)))
    found = ledger.history(DAY + timedelta(days=1), DAY + timedelta(days=3))
    assert [entry.run_id for entry in found.runs] == ["r3", "r2", "r1"]


def test_documents_without_an_entry_stand_in_for_the_old_function(ledger: Ledger, lake: Lake) -> None:
    key = keys.export_key("t-1", DAY)
    lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=b"123")
    (found,) = ledger.history(DAY, DAY).runs
    assert (found.legacy, found.key, found.bytes, found.records) == (True, key, 3, None)


def test_a_document_that_a_run_describes_is_listed_once(ledger: Ledger, lake: Lake) -> None:
    key = keys.export_key("t-1", DAY)
    lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=b"123")
    ledger.open(run("r1", key=key))
    assert [entry.run_id for entry in ledger.history(DAY, DAY).runs] == ["r1"]


def test_foreign_objects_under_the_prefixes_are_no_runs(ledger: Ledger, lake: Lake) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=f"{keys.EXPORTS}dt={DAY}/notes.txt", Body=b"1")
    lake.s3.put_object(Bucket=lake.bucket, Key=f"{keys.RUNS}dt={DAY}/x.tmp", Body=b"1")
    assert ledger.history(DAY, DAY).runs == ()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"run_id": "x"}', b"null", b"\xff"])
def test_a_broken_entry_is_named_and_the_rest_is_shown(ledger: Ledger, lake: Lake, body: bytes) -> None:
    ledger.open(run("good"))
    lake.s3.put_object(Bucket=lake.bucket, Key=keys.run_key("bad", DAY), Body=body)
    found = ledger.history(DAY, DAY)
    assert [entry.run_id for entry in found.runs] == ["good"]
    assert [type(problem) for problem in found.problems] == [SchemaMismatch]
    assert keys.run_key("bad", DAY) in found.problems[0].message


def test_every_broken_entry_is_told_by_its_key(ledger: Ledger, lake: Lake) -> None:
    damaged = [keys.run_key(f"bad{number}", DAY) for number in range(3)]
    for key in damaged:
        lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=b'{"run_id": 5}')
    ledger.open(run("good"))
    assert [problem.facts["key"] for problem in ledger.history(DAY, DAY).problems] == damaged


def test_without_the_right_to_the_ledger_the_documents_are_shown(lake: Lake, emulator_url: str) -> None:
    Ledger(lake).open(run("r1"))
    lake.s3.put_object(Bucket=lake.bucket, Key=keys.export_key("t-1", DAY), Body=b"123")
    with Proxy(emulator_url, (Fault("s3.GetObject", "access_denied", times=99, key="metadata"),)) as proxy:
        seen = Ledger(Lake(Cloud(REGION, proxy.url, Credentials("t", "t")).s3, lake.bucket)).history(DAY, DAY)
    assert [entry.legacy for entry in seen.runs] == [True]
    assert [problem.code for problem in seen.problems] == ["E004"]


def test_when_nothing_can_be_read_the_cause_is_raised(lake: Lake, emulator_url: str) -> None:
    with Proxy(emulator_url, (Fault("s3.ListObjectsV2", "access_denied", times=99),)) as proxy:
        ledger = Ledger(Lake(Cloud(REGION, proxy.url, Credentials("t", "t")).s3, lake.bucket))
        with pytest.raises(S3AccessDenied) as caught:
            ledger.history(DAY, DAY)
    assert caught.value.facts["action"] == "s3:ListBucket"


def test_entries_that_cannot_change_any_more_are_read_once(lake: Lake, emulator_url: str) -> None:
    Ledger(lake).open(run("r1"))
    Ledger(lake).open(run("r2", status="running"))
    with Proxy(emulator_url) as proxy:
        ledger = Ledger(Lake(Cloud(REGION, proxy.url, Credentials("t", "t")).s3, lake.bucket))
        ledger.history(DAY, DAY)
        ledger.history(DAY, DAY)
        reads = [seen.path for seen in proxy.log if seen.operation == "s3.GetObject"]
    assert sum("r1" in path for path in reads) == 1
    assert sum("r2" in path for path in reads) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"key": "metadata/leases/t-1.json"},
        {"key": "raw/internal/dynamodb-exports/dt=2024-02-01/../../../secret.json"},
        {"key": "raw/internal/dynamodb-native-exports/dt=2024-02-01/t-1/r1/../x"},
        {"table": 'x"; filename="y'},
        {"run_id": "../r1"},
        {"started_at": "2099-01-01T00:00:00Z"},
        {"files": [{"key": "other/data.json.gz", "size": 1, "items": 1, "md5": "", "etag": ""}]},
    ],
)
def test_an_entry_that_names_what_is_not_the_lakes_is_not_believed(
    ledger: Ledger, lake: Lake, fields: dict[str, object]
) -> None:
    lake.write_json(keys.run_key("r1", DAY), run("r1").to_json() | fields, None)
    ledger.open(run("r2"))
    found = ledger.history(DAY, DAY)
    assert [entry.run_id for entry in found.runs] == ["r2"]
    assert [problem.code for problem in found.problems] == ["E010"]
    with pytest.raises(SchemaMismatch):
        ledger.find("r1", (DAY,))
