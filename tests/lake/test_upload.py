"""pipeline.lake.upload: visible only when whole, part 1 last, newest run wins, S3's word compared with ours."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.errors import AlreadyRunning, DataInvalid, PipelineError, RateLimited
from pipeline.lake.bucket import Lake
from pipeline.lake.publish import Target
from pipeline.lake.upload import PART_SIZE, SINGLE_PUT_BELOW, DocumentUpload, Spec
from tests.conftest import REGION
from tests.faults.proxy import Fault, Proxy

KEY = "raw/internal/dynamodb-exports/dt=2024-02-01/t-1.json"
HEAD, TAIL = b"head:", b":tail"


@pytest.fixture
def proxy(emulator_url: str) -> Iterator[Proxy]:
    with Proxy(emulator_url) as proxy:
        yield proxy


@pytest.fixture
def watched(proxy: Proxy, bucket: str) -> Lake:
    """The test's lake, its requests seen by the proxy."""
    return Lake(Cloud(REGION, proxy.url, Credentials("testing", "testing")).s3, bucket)


def body_of(size: int) -> Iterator[bytes]:
    block = hashlib.sha256(b"seed").digest() * 2048
    for start in range(0, size, len(block)):
        yield block[: min(len(block), size - start)]


def upload_of(lake: Lake, run_id: str = "r1", token: int = 1) -> DocumentUpload:
    return DocumentUpload(lake, Spec(Target(lake.bucket, KEY, run_id, token)))


def upload(lake: Lake, size: int, run_id: str = "r1", token: int = 1) -> bytes:
    with upload_of(lake, run_id, token) as document:
        for chunk in body_of(size):
            document.write(chunk)
        document.publish(HEAD, TAIL)
    return HEAD + b"".join(body_of(size)) + TAIL


def stored(lake: Lake) -> bytes:
    return b"".join(lake.stream(KEY))


def open_uploads(lake: Lake) -> int:
    return len(lake.s3.list_multipart_uploads(Bucket=lake.bucket).get("Uploads", []))


@pytest.mark.parametrize("size", [0, 1, SINGLE_PUT_BELOW - 1])
def test_a_small_document_is_one_put(watched: Lake, proxy: Proxy, size: int) -> None:
    document = upload(watched, size)
    assert [name for name in proxy.operations() if name != "s3.HeadObject"] == ["s3.PutObject"]
    assert stored(watched) == document


@pytest.mark.parametrize("size", [SINGLE_PUT_BELOW, SINGLE_PUT_BELOW + PART_SIZE, 3 * PART_SIZE + 12345])
def test_a_large_document_is_uploaded_in_parts_with_the_first_one_last(watched: Lake, proxy: Proxy, size: int) -> None:
    document = upload(watched, size)
    numbers = [int(seen.query["partNumber"][0]) for seen in proxy.log if seen.operation == "s3.UploadPart"]
    assert numbers[-1] == 1
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert stored(watched) == document


@pytest.mark.parametrize("size", [100, 2 * PART_SIZE])
def test_the_document_is_encrypted_and_its_checksum_is_s3s_own(lake: Lake, size: int) -> None:
    with upload_of(lake) as document:
        for chunk in body_of(size):
            document.write(chunk)
        published = document.publish(HEAD, TAIL)
    raw = lake.s3.head_object(Bucket=lake.bucket, Key=KEY, ChecksumMode="ENABLED")
    assert raw["ServerSideEncryption"] == "AES256"
    assert raw["ChecksumSHA256"].partition("-")[0] == published.checksum.partition("-")[0]
    assert raw["VersionId"] == published.version_id
    assert raw["ContentLength"] == published.size == len(HEAD) + size + len(TAIL)


@pytest.mark.parametrize("size", [100, 2 * PART_SIZE])
def test_with_a_key_the_document_is_encrypted_with_it(lake: Lake, size: int) -> None:
    key = "arn:aws:kms:ap-northeast-1:123456789012:key/a-key"
    with upload_of(Lake(lake.s3, lake.bucket, key)) as document:
        for chunk in body_of(size):
            document.write(chunk)
        document.publish(HEAD, TAIL)
    raw = lake.s3.head_object(Bucket=lake.bucket, Key=KEY)
    assert (raw["ServerSideEncryption"], raw["SSEKMSKeyId"]) == ("aws:kms", key)


def test_nothing_is_visible_before_it_is_published(lake: Lake) -> None:
    with upload_of(lake) as document:
        for chunk in body_of(3 * PART_SIZE):
            document.write(chunk)
        assert lake.head(KEY) is None


def test_leaving_without_publishing_drops_the_parts(lake: Lake) -> None:
    with upload_of(lake) as document:
        for chunk in body_of(3 * PART_SIZE):
            document.write(chunk)
        assert open_uploads(lake) == 1
    assert open_uploads(lake) == 0


@pytest.mark.parametrize("operation", ["s3.UploadPart", "s3.CompleteMultipartUpload"])
def test_a_failing_upload_leaves_nothing_behind(watched: Lake, proxy: Proxy, operation: str) -> None:
    proxy.plan(Fault(operation, "access_denied", times=99))
    with pytest.raises(PipelineError):
        upload(watched, 3 * PART_SIZE)
    assert watched.head(KEY) is None
    assert open_uploads(watched) == 0


@pytest.mark.parametrize("size", [10, 2 * PART_SIZE])
def test_an_older_run_never_replaces_a_newer_one(lake: Lake, size: int) -> None:
    newer = upload(lake, 20, run_id="newer", token=2)
    with pytest.raises(AlreadyRunning) as caught:
        upload(lake, size, run_id="older", token=1)
    assert caught.value.facts["run_id"] == "newer"
    assert stored(lake) == newer
    assert open_uploads(lake) == 0


@pytest.mark.parametrize("size", [10, 2 * PART_SIZE])
def test_a_newer_run_replaces_an_older_one_whose_version_stays_readable(lake: Lake, size: int) -> None:
    older = upload(lake, 20, run_id="older", token=1)
    version = lake.head(KEY).version_id  # type: ignore[union-attr]
    assert stored(lake) == older
    newer = upload(lake, size, run_id="newer", token=2)
    assert stored(lake) == newer
    assert b"".join(lake.stream(KEY, version)) == older


def test_a_document_of_the_old_function_is_replaced(lake: Lake) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=KEY, Body=b"old function")
    document = upload(lake, 10, token=0)
    assert stored(lake) == document


@pytest.mark.parametrize(("size", "operation"), [(10, "s3.PutObject"), (2 * PART_SIZE, "s3.CompleteMultipartUpload")])
@pytest.mark.parametrize("kind", ["lost_answer", "slowdown", "error500", "reset"])
def test_a_publication_whose_answer_was_lost_is_published_once(
    watched: Lake, proxy: Proxy, size: int, operation: str, kind: str
) -> None:
    proxy.plan(Fault(operation, kind))
    document = upload(watched, size)
    assert stored(watched) == document
    versions = watched.s3.list_object_versions(Bucket=watched.bucket, Prefix=KEY)["Versions"]
    assert len(versions) == 1


def test_a_rival_that_published_meanwhile_is_noticed(watched: Lake, lake: Lake, proxy: Proxy) -> None:
    rivals = [2]

    def rival(seen: object) -> None:
        if getattr(seen, "operation", "") == "s3.PutObject" and rivals:
            upload(lake, 50, run_id="rival", token=rivals.pop())

    proxy.on_request = rival
    with pytest.raises(AlreadyRunning):
        upload(watched, 10, run_id="mine", token=1)
    assert len(stored(lake)) == 50 + len(HEAD) + len(TAIL)


def test_an_object_that_is_replaced_again_and_again_is_given_up(watched: Lake, lake: Lake, proxy: Proxy) -> None:
    def rival(seen: object) -> None:
        if getattr(seen, "operation", "") == "s3.PutObject":
            lake.s3.put_object(Bucket=lake.bucket, Key=KEY, Body=str(len(proxy.log)).encode())

    proxy.on_request = rival
    with pytest.raises(RateLimited):
        upload(watched, 10)


def test_what_s3_holds_is_compared_with_what_was_sent(watched: Lake, lake: Lake, proxy: Proxy) -> None:
    # moto keeps no old version when versioning is suspended: the rival's bytes stand where ours should.
    lake.s3.put_bucket_versioning(Bucket=lake.bucket, VersioningConfiguration={"Status": "Suspended"})
    heads: list[int] = []

    def swap(seen: object) -> None:
        if getattr(seen, "operation", "") == "s3.HeadObject":
            heads.append(1)
            if len(heads) == 2:
                lake.s3.put_object(Bucket=lake.bucket, Key=KEY, Body=b"swapped")

    proxy.on_request = swap
    with pytest.raises(DataInvalid, match="S3 holds 7 bytes"):
        upload(watched, 100)
