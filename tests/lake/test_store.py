"""pipeline.lake.store: what a store keeps of S3's promises is found out, and an unsafe one is refused.

The stores are the emulator, and the emulator behind a proxy that loses the headers which such a store does not know.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.errors import ConfigInvalid, DataInvalid, ExternalApiDown, S3AccessDenied
from pipeline.lake import keys
from pipeline.lake.bucket import Lake, sha256
from pipeline.lake.publish import Published, Target, composite_checksum, confirm
from pipeline.lake.store import CONDITIONS, NOT_ASKED, REMEMBER_SECONDS, Feature, Probe, Store, is_foreign
from pipeline.lake.upload import SINGLE_PUT_BELOW, DocumentUpload, Spec
from tests.conftest import REGION
from tests.faults.lake_oracle import open_uploads
from tests.faults.proxy import Fault, Proxy

KEYS = Credentials("testing", "testing")
PUT, COMPLETE = "s3.PutObject", "s3.CompleteMultipartUpload"
CHECKSUMS = frozenset(("x-amz-checksum-sha256", "x-amz-sdk-checksum-algorithm", "x-amz-checksum-algorithm"))
# What moto itself lacks.
MOTO: set[Feature] = {"replacement"}
LOSSES: dict[str, tuple[dict[str, frozenset[str]], set[Feature]]] = {
    "nothing": ({}, set()),
    "If-None-Match": ({PUT: frozenset(["if-none-match"])}, {"if_none_match"}),
    "If-Match": ({PUT: frozenset(["if-match"])}, {"if_match"}),
    "If-None-Match on completion": ({COMPLETE: frozenset(["if-none-match"])}, {"completion"}),
    "all conditions": ({"": frozenset(["if-match", "if-none-match"])}, set(CONDITIONS)),
    "checksums": ({"": CHECKSUMS}, {"checksum"}),
    "encryption": ({"": frozenset(["x-amz-server-side-encryption"])}, {"encryption"}),
}


@pytest.fixture
def proxy(emulator_url: str) -> Iterator[Proxy]:
    with Proxy(emulator_url) as proxy:
        yield proxy


def behind(proxy: Proxy, bucket: str) -> Lake:
    return Lake(Cloud(REGION, proxy.url, KEYS).s3, bucket)


@pytest.mark.parametrize("loss", LOSSES)
def test_what_a_store_lacks_is_found_out(proxy: Proxy, bucket: str, loss: str) -> None:
    proxy.drops, lacks = LOSSES[loss]
    assert set(Probe(behind(proxy, bucket)).ask().lacks) == lacks | MOTO


@pytest.mark.parametrize(
    ("operation", "lacks"),
    [("s3.ListMultipartUploads", {"uploads"}), ("s3.CreateMultipartUpload", {"completion", "replacement"})],
)
def test_a_store_that_says_that_it_cannot_lacks_it_all_the_same(
    proxy: Proxy, bucket: str, operation: str, lacks: set[Feature]
) -> None:
    proxy.plan(Fault(operation, "not_implemented", times=99))
    assert set(Probe(behind(proxy, bucket)).ask().lacks) == lacks | MOTO


def test_the_probe_leaves_one_small_object_and_no_upload(lake: Lake) -> None:
    Probe(lake).ask()
    listed = lake.s3.list_objects_v2(Bucket=lake.bucket)["Contents"]
    assert [(item["Key"], item["Size"] < 100) for item in listed] == [(keys.PROBE, True)]
    assert keys.parse_probe_key(listed[0]["Key"])
    assert open_uploads(lake.s3, lake.bucket) == []


def test_probes_at_the_same_time_do_not_take_each_other_for_a_fault(lake: Lake) -> None:
    found: list[Store] = []
    threads = [threading.Thread(target=lambda: found.append(Probe(lake).ask())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [store.ignored for store in found] == [()] * 4


@pytest.mark.parametrize("loss", ["If-None-Match", "If-Match", "If-None-Match on completion"])
def test_an_unsafe_store_is_refused_unless_it_is_allowed(proxy: Proxy, bucket: str, loss: str) -> None:
    proxy.drops, lacks = LOSSES[loss]
    probe = Probe(behind(proxy, bucket))
    with pytest.raises(ConfigInvalid, match="PIPELINE_ALLOW_UNSAFE_STORE=on") as caught:
        probe.admit(allowed=False)
    assert caught.value.state == "unsafe_store"
    assert set(probe.admit(allowed=True)) == lacks


@pytest.mark.parametrize("loss", ["nothing", "checksums", "encryption"])
def test_a_store_that_heeds_conditions_is_admitted(proxy: Proxy, bucket: str, loss: str) -> None:
    proxy.drops, _ = LOSSES[loss]
    assert Probe(behind(proxy, bucket)).admit(allowed=False) == ()


@pytest.mark.parametrize(("kind", "error"), [("access_denied", S3AccessDenied), ("error500", ExternalApiDown)])
def test_a_store_that_could_not_be_asked_is_not_called_safe(
    proxy: Proxy, bucket: str, kind: str, error: type[Exception]
) -> None:
    proxy.plan(Fault(PUT, kind, times=999))
    probe = Probe(behind(proxy, bucket))
    with pytest.raises(error):
        probe.admit(allowed=False)
    assert probe.admit(allowed=True) == NOT_ASKED


def test_what_was_found_is_remembered_for_an_hour_of_each_bucket(proxy: Proxy, bucket: str, cloud: Cloud) -> None:
    now = [1000.0]
    probe = Probe(behind(proxy, bucket), lambda: now[0])
    probe.known()
    asked = len(proxy.log)
    now[0] += REMEMBER_SECONDS - 1
    probe.known()
    assert len(proxy.log) == asked
    now[0] += 2
    probe.known()
    assert len(proxy.log) == 2 * asked <= 30
    other = f"{bucket}-2"
    cloud.s3.create_bucket(Bucket=other, CreateBucketConfiguration={"LocationConstraint": REGION})
    Probe(behind(proxy, other), lambda: now[0]).known()
    assert len(proxy.log) == 3 * asked


@pytest.mark.parametrize(
    ("variable", "address", "foreign"),
    [
        (None, "", False),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9000", True),
        ("AWS_ENDPOINT_URL_S3", "https://minio.example.com", True),
        ("AWS_ENDPOINT_URL_S3", "https://amazonaws.com.example.com", True),
        ("AWS_ENDPOINT_URL_S3", "https://bucket.vpce-1-2.s3.ap-northeast-1.vpce.amazonaws.com", False),
        ("AWS_ENDPOINT_URL_S3", "https://s3.cn-north-1.amazonaws.com.cn", False),
        ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:4567", False),
    ],
)
def test_only_a_configured_endpoint_that_is_not_aws_is_foreign(
    monkeypatch: pytest.MonkeyPatch, variable: str | None, address: str, foreign: bool
) -> None:
    if variable:
        monkeypatch.setenv(variable, address)
    assert is_foreign(Cloud(REGION, credentials=KEYS)) is foreign


def test_the_demos_own_emulator_is_known(cloud: Cloud) -> None:
    assert not is_foreign(cloud)


@pytest.mark.parametrize("size", [10, 2 * SINGLE_PUT_BELOW])
def test_without_checksums_a_document_is_confirmed_by_reading_it_again(proxy: Proxy, bucket: str, size: int) -> None:
    proxy.drops, _ = LOSSES["checksums"]
    lake, key = behind(proxy, bucket), "raw/internal/dynamodb-exports/dt=2024-02-01/t-1.json"
    with DocumentUpload(lake, Spec(Target(bucket, key, "r1", 1), part_size=SINGLE_PUT_BELOW)) as upload:
        for _ in range(4):
            upload.write(b"x" * (size // 4))
        published = upload.publish(b"head", b"tail")
    assert "s3.GetObject" in proxy.operations()
    assert confirm(lake, published) == published


@pytest.mark.parametrize("parts", [(8,), (3, 5)])
def test_without_checksums_other_bytes_of_the_same_size_are_found(
    proxy: Proxy, bucket: str, parts: tuple[int, ...]
) -> None:
    proxy.drops, _ = LOSSES["checksums"]
    lake = behind(proxy, bucket)
    lake.s3.put_object(Bucket=bucket, Key="k", Body=b"12345679")
    digests = [sha256(part) for part in (b"123", b"45678")]
    checksum = composite_checksum(digests) if len(parts) > 1 else sha256(b"12345678")
    with pytest.raises(DataInvalid, match="checksum"):
        confirm(lake, Published("k", 8, checksum, None, parts))
