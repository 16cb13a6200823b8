"""pipeline.analysis.quality.documents: what a head claims, and what is in a document that has no tables."""

from __future__ import annotations

import gzip
from datetime import timedelta

import pytest

from pipeline.analysis.quality.documents import Counted, document_days, of_document
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.lake.document import TAIL, Head
from tests.conftest import Clock
from tests.support.tables.workshop import DAY, TABLE, Workshop

RECORDS = [{"PK": "a", "SK": str(number)} for number in range(3)]


def test_a_head_that_is_wrong_is_counted_against_its_records(lake: Lake, clock: Clock) -> None:
    Workshop(lake, clock).publish([b'{"a":1}'] * 2, clock(), "e1", announced=5)
    assert of_document(lake, keys.export_key(TABLE, DAY)) == Counted(5, 2)


@pytest.mark.parametrize("body", [b"", b"[]", b"not JSON", b'{"export_metadata": {}, "data": [{"a": 1}'])
def test_what_is_no_document_is_damaged(lake: Lake, body: bytes) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=keys.export_key(TABLE, DAY), Body=body)
    assert of_document(lake, keys.export_key(TABLE, DAY)) == Counted(damaged=True)


def test_a_document_that_is_gone_is_unknown(lake: Lake) -> None:
    assert of_document(lake, keys.export_key(TABLE, DAY)) == Counted()


def test_a_packed_document_is_read_too(lake: Lake) -> None:
    key = keys.export_key(TABLE, DAY, gzip=True)
    body = Head(TABLE, "2024-02-01T12:00:00Z", 1).encode() + b'{"a": 1}' + TAIL
    lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=gzip.compress(body))
    assert of_document(lake, key) == Counted(1, 1)
    assert document_days(lake, TABLE, DAY, DAY) == {DAY: key}


def test_days_are_those_of_whole_documents_of_the_table(lake: Lake) -> None:
    later = DAY + timedelta(days=1)
    for key in (
        keys.export_key(TABLE, DAY),
        keys.export_key(TABLE, later, "r1"),
        keys.export_key("others", later),
        keys.export_key(TABLE, DAY + timedelta(days=9)),
    ):
        lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=b"x")
    assert set(document_days(lake, TABLE, DAY - timedelta(days=9), DAY + timedelta(days=5))) == {DAY}
