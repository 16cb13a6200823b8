"""pipeline.tables.inputs: a day is made of its newest whole export, by the exact version that its run wrote."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import orjson
import pytest

from pipeline.errors import DataInvalid, NotFound, S3AccessDenied
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.lake.document import TAIL, Head
from pipeline.runs.run import DataFile, Run, RunError
from pipeline.tables.convert import Source
from pipeline.tables.inputs import Exports
from tests.conftest import Clock
from tests.support.tables.workshop import DAY, TABLE, Workshop, days_after


@pytest.fixture
def shop(lake: Lake, clock: Clock) -> Workshop:
    return Workshop(lake, clock)


def days(shop: Workshop, first: date = DAY, **parts: Any) -> dict[date, Source]:
    exports = Exports(shop.lake, shop.ledger, parts.get("key_names", lambda table: ("PK", "SK")))
    return {day: come_by() for day, come_by in exports.days(TABLE, first, DAY).items()}


def records(source: Source) -> list[dict[str, Any]]:
    return [record for _, record in source.read()]


def put(lake: Lake, key: str, body: bytes, **options: Any) -> str:
    answer = lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=body, ChecksumAlgorithm="SHA256", **options)
    return answer["VersionId"]


def test_the_newest_export_of_a_day_is_what_it_is_made_of(shop: Workshop, clock: Clock) -> None:
    shop.export([{"a": 1}])
    clock.tick(60)
    newer = shop.export([{"a": 2}], run_id="e2")
    source = days(shop)[DAY]
    assert (source.version_id, source.records, records(source)) == (newer.version_id, 1, [{"a": 2}])


def test_every_day_of_the_range_that_has_one_is_there(shop: Workshop) -> None:
    for day in (days_after(-3), days_after(-1), DAY):
        shop.export([{"a": 1}], day)
    assert list(days(shop, days_after(-2))) == [days_after(-1), DAY]


def test_what_is_no_whole_export_that_succeeded_is_left_out(shop: Workshop) -> None:
    run = shop.export([{"a": 1}])
    entry = shop.ledger.find(run.run_id, (DAY,))
    assert entry
    failed = {"status": "failed", "error": RunError("E011", "x")}
    for facts in (failed, {"mode": "incremental"}, {"engine": "fetch"}, {"table": "other"}, {"engine": "tables"}):
        entry = shop.ledger.update(entry, Run(**{**run.__dict__, **facts}))
        assert days(shop) == {}


def test_a_document_of_the_old_function_is_made_into_tables_too(shop: Workshop) -> None:
    key = keys.export_key(TABLE, DAY)
    version = put(shop.lake, key, Head(TABLE, "2024-02-01T05:00:00Z", 1).encode() + b'{"a": 1}' + TAIL)
    source = days(shop)[DAY]
    assert (source.version_id, source.records, records(source)) == (version, 1, [{"a": 1}])


def test_a_packed_document_is_unpacked(shop: Workshop, lake: Lake) -> None:
    run = shop.export([{"a": 1}])
    key = keys.export_key(TABLE, DAY, gzip=True)
    body = gzip.compress(b"".join(lake.stream(run.key or "")))
    packed = replace(run, run_id="zip", key=key, version_id=put(lake, key, body), checksum=None, bytes=len(body))
    shop.ledger.open(replace(packed, started_at=run.started_at + timedelta(seconds=1)))
    assert days(shop)[DAY].key == key
    assert records(days(shop)[DAY]) == [{"a": 1}]


def test_the_files_of_a_native_export_are_one_document(shop: Workshop, lake: Lake, clock: Clock) -> None:
    prefix = keys.native_prefix(TABLE, DAY, "n1")
    files = []
    for number in range(2):
        key = f"{prefix}/AWSDynamoDB/01/data/{number}.json.gz"
        line = b'{"Item": {"PK": {"S": "u%d"}, "n": {"N": "0.1234567890123456789"}}}\n' % number
        put(lake, key, gzip.compress(line))
        files.append(DataFile(key, 1, 1, "m", "e"))
    at = {"started_at": clock(), "updated_at": clock(), "day": DAY}
    facts = {"key": files[0].key, "files": tuple(files), "records": 2, "engine": "native", "status": "succeeded"}
    shop.ledger.open(Run(run_id="n1", table=TABLE, **at, **facts))
    source = days(shop)[DAY]
    assert [str(record["n"]) for record in records(source)] == ["0.1234567890123456789"] * 2
    assert [orjson.loads(raw)["PK"] for raw, _ in source.read()] == ["u0", "u1"]
    shop.convert()
    assert [row["PK"] for row in shop.rows("records")] == ["u0", "u1"]


@pytest.mark.parametrize(("key_names", "found"), [(("year", "title"), ("year", "title")), (("id",), ("id", ""))])
def test_keys_are_those_of_the_table(shop: Workshop, key_names: tuple[str, ...], found: tuple[str, str]) -> None:
    shop.export([{"a": 1}])
    source = days(shop, key_names=lambda table: key_names)[DAY]
    assert (source.partition_key, source.sort_key) == found


def test_a_table_that_is_gone_has_the_usual_keys(shop: Workshop) -> None:
    def gone(table: str) -> tuple[str, ...]:
        raise NotFound(f"{table} does not exist")

    shop.export([{"a": 1}])
    source = days(shop, key_names=gone)[DAY]
    assert (source.partition_key, source.sort_key) == ("PK", "SK")


def test_all_records_have_the_keys_of_the_table(shop: Workshop) -> None:
    shop.keys = ("year", "title")
    shop.export([{"year": 2013, "title": "Rush"}])
    shop.convert()
    assert [(row["pk"], row["sk"]) for row in shop.rows("all_records")] == [("2013", "Rush")]


def test_an_archived_document_is_said_to_be(shop: Workshop, lake: Lake) -> None:
    run = shop.export([{"a": 1}])
    body = b"".join(lake.stream(run.key or ""))
    version = put(lake, run.key or "", body, StorageClass="GLACIER")
    entry = shop.ledger.find(run.run_id, (DAY,))
    assert entry
    shop.ledger.update(entry, replace(run, version_id=version))
    with pytest.raises(S3AccessDenied) as error:
        days(shop)
    assert error.value.state == "archived"


def test_a_document_that_is_gone_is_not_found(shop: Workshop, lake: Lake) -> None:
    run = shop.export([{"a": 1}])
    lake.s3.delete_object(Bucket=lake.bucket, Key=run.key or "", VersionId=run.version_id or "")
    with pytest.raises(NotFound):
        days(shop)


def test_where_no_versions_are_kept_a_document_that_was_replaced_meanwhile_is_told(shop: Workshop, lake: Lake) -> None:
    lake.s3.create_bucket(
        Bucket=f"{lake.bucket}-plain", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"}
    )
    plain = Workshop(Lake(lake.s3, f"{lake.bucket}-plain"), shop.now)
    plain.export([{"a": 1}])
    source = days(plain)[DAY]
    assert records(source) == [{"a": 1}]
    plain.lake.s3.put_object(Bucket=plain.lake.bucket, Key=source.key, Body=b"{}")
    with pytest.raises(DataInvalid) as error:
        records(source)
    assert error.value.state == "tables_changed"


def test_where_no_versions_are_kept_tables_are_made_all_the_same(shop: Workshop, lake: Lake) -> None:
    lake.s3.create_bucket(
        Bucket=f"{lake.bucket}-plain", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"}
    )
    plain = Workshop(Lake(lake.s3, f"{lake.bucket}-plain"), shop.now)
    plain.export([{"a": 1}])
    plain.convert()
    assert plain.rows("records") == [{"a": 1}]
    assert dict(plain.convert("t2").run.day_states) == {"standing": 1}
