"""pipeline.lake.bucket: conditional writes, listings to the end, ranged and streamed reads, links."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from botocore.stub import Stubber

from pipeline.aws import Cloud, Credentials
from pipeline.errors import DataInvalid, ExternalApiDown, NotFound, PipelineError, S3AccessDenied, SchemaMismatch
from pipeline.lake.bucket import MAX_SMALL_OBJECT, READ_CHUNK, Conflict, Lake
from tests.conftest import REGION
from tests.faults.proxy import Fault, Proxy


def through(proxy: Proxy, bucket: str) -> Lake:
    return Lake(Cloud(REGION, proxy.url, Credentials("testing", "testing")).s3, bucket)


def test_a_new_object_is_written_only_once(lake: Lake) -> None:
    lake.write_json("k", {"a": 1}, seen=None)
    with pytest.raises(Conflict):
        lake.write_json("k", {"a": 2}, seen=None)
    assert lake.read_json("k") is not None


def test_an_object_is_replaced_only_as_it_was_seen(lake: Lake) -> None:
    first = lake.write_json("k", {"a": 1}, seen=None)
    second = lake.write_json("k", {"a": 2}, seen=first)
    with pytest.raises(Conflict):
        lake.write_json("k", {"a": 3}, seen=first)
    assert lake.read_json("k") == ({"a": 2}, second)


def test_a_write_whose_answer_was_lost_is_no_conflict(lake: Lake, emulator_url: str) -> None:
    with Proxy(emulator_url, (Fault("s3.PutObject", "lost_answer"),)) as proxy:
        etag = through(proxy, lake.bucket).write_json("k", {"a": 1}, seen=None)
        assert proxy.operations().count("s3.PutObject") == 2
    assert lake.read_json("k") == ({"a": 1}, etag)


def test_small_objects_are_encrypted_and_carry_a_checksum(lake: Lake) -> None:
    lake.write_json("k", {"a": 1}, seen=None)
    raw = lake.s3.head_object(Bucket=lake.bucket, Key="k", ChecksumMode="ENABLED")
    assert raw["ServerSideEncryption"] == "AES256"
    assert raw["ChecksumSHA256"]


def test_with_a_key_small_objects_are_encrypted_with_it(lake: Lake) -> None:
    key = "arn:aws:kms:ap-northeast-1:123456789012:key/a-key"
    Lake(lake.s3, lake.bucket, key).write_json("k", {"a": 1}, seen=None)
    raw = lake.s3.head_object(Bucket=lake.bucket, Key="k")
    assert (raw["ServerSideEncryption"], raw["SSEKMSKeyId"]) == ("aws:kms", key)


def test_an_absent_object_is_none(lake: Lake) -> None:
    assert lake.read_json("nothing") is None
    assert lake.head("nothing") is None


def test_an_object_that_is_no_json_says_so(lake: Lake) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key="k", Body=b"{oops")
    with pytest.raises(SchemaMismatch):
        lake.read_json("k")


@pytest.mark.parametrize("levels", [101, 1000, 100_000])
def test_an_object_that_is_nested_too_deep_to_be_walked_through_says_so(lake: Lake, levels: int) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key="k", Body=b"[" * levels + b"]" * levels)
    with pytest.raises(SchemaMismatch):
        lake.read_json("k")


def test_an_object_of_a_hundred_levels_is_read(lake: Lake) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key="k", Body=b"[" * 100 + b"]" * 100)
    assert lake.read_json("k") is not None


def test_a_listing_starts_after_a_key_and_goes_to_its_end(lake: Lake) -> None:
    for number in range(12):
        lake.s3.put_object(Bucket=lake.bucket, Key=f"p/{number:02}", Body=b"x")
    lake.s3.put_object(Bucket=lake.bucket, Key="q/00", Body=b"x")
    assert [found.key for found in lake.list_after("p/", "p/03")] == [f"p/{number:02}" for number in range(4, 12)]


def test_a_listing_of_more_than_a_thousand_keys_is_whole(lake: Lake) -> None:
    for number in range(1003):
        lake.s3.put_object(Bucket=lake.bucket, Key=f"p/{number:04}", Body=b"")
    assert sum(1 for _ in lake.list_after("p/", "p/")) == 1003


def test_ranges_fetch_only_what_is_asked_for(lake: Lake, emulator_url: str) -> None:
    body = bytes(range(256)) * (3 * READ_CHUNK // 256) + b"end"
    lake.s3.put_object(Bucket=lake.bucket, Key="k", Body=body)
    with Proxy(emulator_url) as proxy:
        chunks = through(proxy, lake.bucket).ranges("k")
        assert next(chunks) == body[:READ_CHUNK]
        assert proxy.operations() == ["s3.GetObject"]
    assert b"".join(lake.ranges("k")) == body


@pytest.mark.parametrize("size", [0, 1, READ_CHUNK, 2 * READ_CHUNK])
def test_ranges_of_any_size_give_the_whole(lake: Lake, size: int) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key="k", Body=b"x" * size)
    assert b"".join(lake.ranges("k")) == b"x" * size


def test_a_version_is_read_after_it_was_replaced(lake: Lake) -> None:
    old = lake.s3.put_object(Bucket=lake.bucket, Key="k", Body=b"old")["VersionId"]
    lake.s3.put_object(Bucket=lake.bucket, Key="k", Body=b"new")
    assert b"".join(lake.stream("k", old)) == b"old"
    assert b"".join(lake.ranges("k", old)) == b"old"


def test_a_link_downloads_the_version_as_a_named_file(lake: Lake) -> None:
    version = lake.s3.put_object(Bucket=lake.bucket, Key="k", Body=b"old")["VersionId"]
    lake.s3.put_object(Bucket=lake.bucket, Key="k", Body=b"new")
    with urllib.request.urlopen(lake.presign("k", version, "t.json")) as answer:
        assert answer.read() == b"old"
        assert 'filename="t.json"' in answer.headers["Content-Disposition"]


READS: list[Callable[[Lake], object]] = [
    lambda lake: list(lake.stream("absent")),
    lambda lake: list(lake.ranges("absent")),
    lambda lake: lake.tail("absent"),
]


@pytest.mark.parametrize("read", READS)
def test_a_missing_document_is_named(lake: Lake, read: Callable[[Lake], object]) -> None:
    with pytest.raises(NotFound) as caught:
        read(lake)
    assert caught.value.facts["resource"] == f"s3://{lake.bucket}/absent"


@pytest.mark.parametrize("read", [*READS, lambda lake: lake.read_json("absent")])
def test_an_archived_document_must_be_restored_first(lake: Lake, read: Callable[[Lake], object]) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key="absent", Body=b"x", StorageClass="GLACIER")
    with pytest.raises(S3AccessDenied, match="restored") as caught:
        read(lake)
    assert caught.value.state == "archived"


@pytest.mark.parametrize("name", ["STANDARD", "GLACIER_IR"])
def test_what_is_not_archived_is_read_and_not_restored(lake: Lake, name: Any) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key="k", Body=b"x", StorageClass=name)
    assert b"".join(lake.stream("k")) == b"x"
    with pytest.raises(DataInvalid) as caught:
        lake.restore("k", None, 7)
    assert caught.value.state == "not_archived"


def test_an_archived_object_is_followed_to_its_restore(lake: Lake, slow_restores: None) -> None:
    version = lake.s3.put_object(Bucket=lake.bucket, Key="k", Body=b"x", StorageClass="GLACIER")["VersionId"]
    (in_listing,) = lake.list_after("k", "")
    assert (in_listing.storage.state, in_listing.archived) == ("archived", True)
    states = []
    for _ in range(3):
        held = lake.head("k", version)
        assert held is not None
        states.append(held.storage.state)
        lake.restore("k", version, 7)
    assert states == ["archived", "restoring", "restored"]
    assert held.storage.until is not None and b"".join(lake.stream("k")) == b"x"


def test_what_comes_back_from_a_tier_comes_back_for_good(lake: Lake) -> None:
    s3 = Cloud(REGION, None, Credentials("testing", "testing")).s3
    with Stubber(s3) as stub:
        stub.add_response("restore_object", {}, {"Bucket": "lake", "Key": "k", "RestoreRequest": {}})
        Lake(s3, "lake").restore("k", None, None)
        stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("operation", "act"),
    [
        ("s3.ListObjectsV2", lambda lake: list(lake.list_after("p/", "p/"))),
        ("s3.GetObject", lambda lake: lake.read_json("k")),
        ("s3.GetObject", lambda lake: list(lake.stream("k"))),
        ("s3.HeadObject", lambda lake: lake.head("k")),
        ("s3.PutObject", lambda lake: lake.write_json("k", {}, None)),
    ],
)
@pytest.mark.parametrize(("kind", "expected"), [("access_denied", S3AccessDenied), ("error500", ExternalApiDown)])
def test_refusals_and_outages_are_our_errors(
    lake: Lake,
    emulator_url: str,
    operation: str,
    act: Callable[[Lake], object],
    kind: str,
    expected: type[PipelineError],
) -> None:
    with Proxy(emulator_url, (Fault(operation, kind, times=99),)) as proxy, pytest.raises(expected):
        act(through(proxy, lake.bucket))


def test_a_connection_that_breaks_in_a_head_is_our_error(lake: Lake, emulator_url: str) -> None:
    with Proxy(emulator_url, (Fault("s3.HeadObject", "reset", times=99),)) as proxy, pytest.raises(ExternalApiDown):
        through(proxy, lake.bucket).head("k")


def test_a_stream_that_is_cut_off_is_an_error_not_an_end(lake: Lake, emulator_url: str) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key="k", Body=b"x" * 1_000_000)
    with (
        Proxy(emulator_url, (Fault("s3.GetObject", "truncated", times=99),)) as proxy,
        pytest.raises(ExternalApiDown),
    ):
        list(through(proxy, lake.bucket).stream("k"))


def test_what_could_not_be_read_again_is_not_written(lake: Lake) -> None:
    with pytest.raises(SchemaMismatch, match="read again"):
        lake.write_json("metadata/large.json", "x" * MAX_SMALL_OBJECT, None)
    assert lake.head("metadata/large.json") is None
