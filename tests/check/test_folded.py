"""pipeline.check.folded: an index that says something else than the ledger is found; one that is only old is not."""

from __future__ import annotations

import gzip
from datetime import date
from typing import Any

import msgspec
import pytest

from pipeline.check.folded import IndexCheck
from pipeline.lake.bucket import Lake
from pipeline.lake.history_keys import HISTORY
from tests.conftest import Clock
from tests.runs.folded.test_kept import DAYS, cold, filled


@pytest.fixture
def today(clock: Clock) -> date:
    return clock().date()


@pytest.fixture
def folded(lake: Lake, clock: Clock, today: date) -> str:
    filled(lake, today)
    assert len(cold(lake, clock).runs) == 2 * DAYS
    return max((held.size, held.key) for held in lake.list_after(HISTORY, ""))[1]


def found(lake: Lake) -> list[tuple[str, str]]:
    return [(one.kind, one.key) for one in IndexCheck(lake).findings()]


def change(lake: Lake, index: str, **parts: Any) -> None:
    raw = msgspec.json.decode(gzip.decompress(lake.read_bytes(index)))
    raw["entries"][0] = [
        parts.get(name, old) for name, old in zip(("key", "etag", "body"), raw["entries"][0], strict=True)
    ]
    lake.s3.put_object(Bucket=lake.bucket, Key=index, Body=gzip.compress(msgspec.json.encode(raw)))


def test_indexes_that_repeat_the_ledger_are_fine(lake: Lake, folded: str) -> None:
    assert found(lake) == []


def test_an_entry_that_has_changed_since_is_no_finding(lake: Lake, folded: str, today: date) -> None:
    for held in list(lake.list_after("metadata/runs/", ""))[:5]:
        lake.s3.put_object(Bucket=lake.bucket, Key=held.key, Body=b"{}")
    assert found(lake) == []


def test_an_entry_that_is_another_is_found(lake: Lake, folded: str) -> None:
    change(lake, folded, body="{}")
    assert found(lake) == [("index_differs", folded)]


def test_where_no_etag_is_a_checksum_the_entry_itself_is_asked(lake: Lake, folded: str) -> None:
    """As under SSE-KMS: the listing names the entry by an ETag that is no MD5."""
    key = "metadata/runs/dt=2024-02-01/parts.json"
    upload = lake.s3.create_multipart_upload(Bucket=lake.bucket, Key=key)["UploadId"]
    part = lake.s3.upload_part(Bucket=lake.bucket, Key=key, UploadId=upload, PartNumber=1, Body=b'{"a":1}')
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    etag = lake.s3.complete_multipart_upload(Bucket=lake.bucket, Key=key, UploadId=upload, MultipartUpload=parts)[
        "ETag"
    ]
    change(lake, folded, key=key, etag=etag, body='{"a":1}')
    assert found(lake) == []
    change(lake, folded, key=key, etag=etag, body='{"a":2}')
    assert found(lake) == [("index_differs", folded)]


def test_what_is_no_index_is_found(lake: Lake, folded: str) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=folded, Body=b"no gzip")
    lake.s3.put_object(Bucket=lake.bucket, Key=f"{HISTORY}notes.txt", Body=b"1")
    assert sorted(found(lake)) == [("foreign_object", f"{HISTORY}notes.txt"), ("index_differs", folded)]
