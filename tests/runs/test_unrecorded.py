"""pipeline.runs.unrecorded: what a document without a ledger entry is taken for, and by which day."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.lake.document import TAIL, Head
from pipeline.lake.publish import RUN_ID
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import Run
from tests.conftest import REGION
from tests.faults.proxy import Fault, Proxy
from tests.support.lakes.old_lake import FORMS, build_old_lake, metadata, old_records

DAY = date(2024, 2, 1)
KEY = keys.export_key("t-1", DAY)
WHOLE = Head("t-1", "2024-02-01T05:00:00Z", 2).encode() + b'{"a": 1},\n{"a": 2}' + TAIL


def run(run_id: str, status: str, **fields: object) -> Run:
    at = datetime(2024, 2, 1, 5, tzinfo=UTC)
    return replace(Run(run_id, "t-1", DAY, at, at), status=status, **fields)  # type: ignore[arg-type]


def put(lake: Lake, body: bytes, key: str = KEY, **more: str) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=body, Metadata=more)


def only(ledger: Ledger) -> Run:
    (found,) = ledger.history(DAY, DAY).runs
    return found


def test_a_whole_document_is_dated_by_its_day_and_counted_by_its_head(lake: Lake, ledger: Ledger) -> None:
    put(lake, WHOLE)
    found = only(ledger)
    assert (found.legacy, found.foreign, found.records) == (True, False, 2)
    assert found.started_at == datetime(2024, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_old_function_is_a_document(lake: Lake, ledger: Ledger, form: str) -> None:
    key = keys.export_key("t-1", DAY, gzip=form.endswith("gzip"))
    # Longer than what is read of its beginning and of its end.
    put(lake, FORMS[form](metadata(DAY, 900), old_records(DAY, 900)), key)
    found = only(ledger)
    assert (found.foreign, found.records) == (False, 900)


FOREIGN = {
    "one byte": b"x",
    "nothing": b"",
    "an error page": b"<html>503</html>",
    "a table": b"id,name\n1,a\n",
    "other json": b'{"items": [1, 2]}',
    "metadata without a count": b'{"export_metadata": {"table_name": "t"}, "data": []}',
    "a count that is none": WHOLE.replace(b'"record_count":2', b'"record_count":"many"'),
    "cut off": WHOLE[:-4],
    "cut off in a record": WHOLE[: WHOLE.index(b'{"a": 2')],
}


@pytest.mark.parametrize("body", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "named-gz"])
def test_what_is_no_whole_export_is_foreign(lake: Lake, ledger: Ledger, body: bytes, packed: bool) -> None:
    put(lake, body, keys.export_key("t-1", DAY, gzip=packed))
    assert only(ledger).foreign


@pytest.mark.parametrize("body", [WHOLE, WHOLE[:-4]], ids=["whole", "cut off inside"])
def test_a_packed_document_is_judged_by_what_is_in_it(lake: Lake, ledger: Ledger, body: bytes) -> None:
    put(lake, gzip.compress(body), keys.export_key("t-1", DAY, gzip=True))
    assert only(ledger).foreign == (body != WHOLE)


def test_a_packed_document_that_was_cut_off_is_foreign(lake: Lake, ledger: Ledger) -> None:
    put(lake, gzip.compress(WHOLE)[:-12], keys.export_key("t-1", DAY, gzip=True))
    assert only(ledger).foreign


def test_what_a_failed_run_left_is_that_run_s_and_no_success(lake: Lake, ledger: Ledger) -> None:
    ledger.open(run("r1", "failed"))
    put(lake, WHOLE, **{RUN_ID: "r1"})
    found = only(ledger)
    assert (found.run_id, found.status, found.key, found.has_document) == ("r1", "failed", KEY, False)


def test_so_it_is_when_only_the_document_itself_names_the_run(lake: Lake, ledger: Ledger) -> None:
    ledger.open(run("r1", "failed"))
    head = Head("t-1", "2024-02-01T05:00:00Z", 1, (("run_id", "r1"),))
    put(lake, head.encode() + b'{"a": 1}' + TAIL)
    assert (only(ledger).status, only(ledger).key) == ("failed", KEY)


def test_so_it_is_when_the_name_of_an_incremental_document_names_the_run(lake: Lake, ledger: Ledger) -> None:
    ledger.open(run("r1", "failed", mode="incremental"))
    put(lake, WHOLE, keys.export_key("t-1", DAY, "r1"))
    assert only(ledger).status == "failed"


def test_what_a_run_has_made_visible_and_not_recorded_yet_is_no_success(lake: Lake, ledger: Ledger) -> None:
    ledger.open(run("r1", "running"))
    put(lake, WHOLE, **{RUN_ID: "r1"})
    found = only(ledger)
    assert (found.run_id, found.status, found.is_good, found.has_document) == ("r1", "running", False, False)


def test_a_document_of_a_run_that_nobody_knows_is_unchecked(lake: Lake, ledger: Ledger) -> None:
    put(lake, WHOLE, **{RUN_ID: "of-another-lake"})
    assert (only(ledger).legacy, only(ledger).is_good) == (True, False)


def test_a_copy_of_a_success_elsewhere_is_unchecked(lake: Lake, ledger: Ledger) -> None:
    ledger.open(run("r1", "succeeded", key=keys.export_key("t-2", DAY)))
    put(lake, WHOLE, **{RUN_ID: "r1"})
    assert [found.legacy for found in ledger.history(DAY, DAY).runs] == [False, True]


@pytest.mark.parametrize(("table", "day"), [("t-2", DAY), ("t-1", DAY + timedelta(days=1))])
def test_a_document_that_names_another_s_run_stands_alone(lake: Lake, ledger: Ledger, table: str, day: date) -> None:
    ledger.open(run("r1", "failed"))
    put(lake, WHOLE, keys.export_key(table, day), **{RUN_ID: "r1"})
    found = {one.run_id: one for one in ledger.history(DAY, DAY + timedelta(days=1)).runs}
    assert found.pop("r1").key is None
    assert [(one.table, one.day, one.legacy) for one in found.values()] == [(table, day, True)]


def test_two_documents_that_name_one_failed_run_are_both_in_the_list(lake: Lake, ledger: Ledger) -> None:
    ledger.open(run("r1", "failed"))
    packed = keys.export_key("t-1", DAY, gzip=True)
    put(lake, WHOLE, **{RUN_ID: "r1"})
    put(lake, gzip.compress(WHOLE), packed, **{RUN_ID: "r1"})
    assert {one.key for one in ledger.history(DAY, DAY).runs} == {KEY, packed}


def test_metadata_that_hold_objects_and_braces_are_metadata(lake: Lake, ledger: Ledger) -> None:
    put(lake, WHOLE.replace(b'"record_count":2', b'"record_count":2,"by":{"who":"a } b {"}'))
    assert (only(ledger).foreign, only(ledger).records) == (False, 2)


def test_a_packed_document_that_unpacks_to_very_much_is_not_unpacked(lake: Lake, ledger: Ledger) -> None:
    many = b",\n".join([b'{"a": "' + b"x" * 5_000_000 + b'"}'] * 20)
    put(lake, gzip.compress(WHOLE.replace(b'{"a": 2}', many), 1), keys.export_key("t-1", DAY, gzip=True))
    assert (only(ledger).foreign, only(ledger).records) == (False, None)


def test_what_could_not_be_read_is_asked_for_again(lake: Lake, ledger: Ledger) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=KEY, Body=b"x", StorageClass="GLACIER")
    assert not only(ledger).foreign
    lake.s3.put_object(Bucket=lake.bucket, Key=KEY, Body=b"x")
    assert only(ledger).foreign


def test_without_the_right_to_read_it_a_document_stays_in_the_list_unchecked(lake: Lake, emulator_url: str) -> None:
    put(lake, WHOLE)
    with Proxy(emulator_url, (Fault("s3.GetObject", "access_denied", times=99),)) as proxy:
        ledger = Ledger(Lake(Cloud(REGION, proxy.url, Credentials("t", "t")).s3, lake.bucket))
        found = only(ledger)
    assert (found.legacy, found.foreign, found.records) == (True, False, None)


def test_an_archived_document_is_not_read(lake: Lake, emulator_url: str) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=KEY, Body=WHOLE, StorageClass="GLACIER")
    with Proxy(emulator_url) as proxy:
        ledger = Ledger(Lake(Cloud(REGION, proxy.url, Credentials("t", "t")).s3, lake.bucket))
        assert (only(ledger).legacy, only(ledger).foreign) == (True, False)
        assert [seen for seen in proxy.log if seen.operation == "s3.GetObject"] == []


def test_each_is_looked_into_once_as_long_as_it_stays_the_same(lake: Lake, emulator_url: str) -> None:
    put(lake, WHOLE)
    with Proxy(emulator_url) as proxy:
        ledger = Ledger(Lake(Cloud(REGION, proxy.url, Credentials("t", "t")).s3, lake.bucket))
        only(ledger), only(ledger)
        reads = sum(seen.operation == "s3.GetObject" for seen in proxy.log)
        put(lake, b"x")
        assert only(ledger).foreign
    assert reads == 1


def test_an_old_lake_that_was_copied_today_is_dated_by_its_days(cloud: Cloud) -> None:
    last = date(2024, 2, 1)
    old = build_old_lake(cloud.s3, last, days=90)
    history = Ledger(old.lake).history(last - timedelta(days=89), last)
    assert {run.key for run in history.runs if not run.foreign} >= {document.key for document in old.good}
    assert {run.day: run.started_at.date() for run in history.runs} == {run.day: run.day for run in history.runs}
    # A false count is found by reading all of it, which check does.
    seen = {run.key for run in history.runs if run.foreign}
    assert seen == {key for key, why in old.broken.items() if why != "a false count"}
    assert [run for run in history.runs if run.is_good] == []
