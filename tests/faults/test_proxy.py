"""The proxy itself: each fault reaches a real boto3 client as the real thing would."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from botocore import exceptions as sdk
from botocore.config import Config

from tests.faults.proxy import Fault, Proxy

NAME = "no-such-table"


@pytest.fixture
def proxy(emulator_url: str) -> Iterator[Proxy]:
    with Proxy(emulator_url) as proxy:
        yield proxy


def client(service: str, proxy: Proxy) -> object:
    return boto3.client(
        service,  # type: ignore[call-overload]
        region_name="ap-northeast-1",
        endpoint_url=proxy.url,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",  # noqa: S106 - the emulator takes anything
        config=Config(retries={"mode": "standard", "total_max_attempts": 1}, read_timeout=5),
    )


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("throttle", "ProvisionedThroughputExceededException"),
        ("error500", "InternalServerError"),
        ("expired_token", "ExpiredTokenException"),
        ("access_denied", "AccessDeniedException"),
        ("table_deleted", "ResourceNotFoundException"),
    ],
)
def test_dynamodb_errors_arrive_with_their_code(proxy: Proxy, kind: str, code: str) -> None:
    proxy.plan(Fault("dynamodb.ListTables", kind))
    with pytest.raises(sdk.ClientError) as caught:
        client("dynamodb", proxy).list_tables()  # type: ignore[attr-defined]
    assert caught.value.response["Error"]["Code"] == code


@pytest.mark.parametrize(("kind", "code"), [("slowdown", "SlowDown"), ("access_denied", "AccessDenied")])
def test_s3_errors_arrive_with_their_code(proxy: Proxy, bucket: str, kind: str, code: str) -> None:
    proxy.plan(Fault("s3.ListObjectsV2", kind))
    with pytest.raises(sdk.ClientError) as caught:
        client("s3", proxy).list_objects_v2(Bucket=bucket)  # type: ignore[attr-defined]
    assert caught.value.response["Error"]["Code"] == code


@pytest.mark.parametrize("kind", ["reset", "lost_answer"])
def test_a_broken_connection_is_a_connection_error(proxy: Proxy, kind: str) -> None:
    proxy.plan(Fault("dynamodb.ListTables", kind))
    with pytest.raises((sdk.ConnectionError, sdk.HTTPClientError, sdk.IncompleteReadError)):
        client("dynamodb", proxy).list_tables()  # type: ignore[attr-defined]


def test_a_truncated_body_is_shorter_than_announced(proxy: Proxy, bucket: str) -> None:
    s3 = client("s3", proxy)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x" * 1000)  # type: ignore[attr-defined]
    proxy.plan(Fault("s3.GetObject", "truncated"))
    with pytest.raises((sdk.IncompleteReadError, sdk.ResponseStreamingError, sdk.HTTPClientError)):
        s3.get_object(Bucket=bucket, Key="k")["Body"].read()  # type: ignore[attr-defined]


def test_a_bad_checksum_is_noticed_by_botocore(proxy: Proxy) -> None:
    proxy.plan(Fault("dynamodb.ListTables", "bad_crc32"))
    client("dynamodb", proxy)
    noticed = boto3.client(
        "dynamodb",
        region_name="ap-northeast-1",
        endpoint_url=proxy.url,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",  # noqa: S106 - the emulator takes anything
        config=Config(retries={"mode": "standard", "total_max_attempts": 2}),
    )
    noticed.list_tables()
    assert proxy.operations() == ["dynamodb.ListTables"] * 2


def test_a_lost_answer_was_executed(proxy: Proxy, bucket: str) -> None:
    proxy.plan(Fault("s3.PutObject", "lost_answer"))
    s3 = client("s3", proxy)
    with pytest.raises(sdk.HTTPClientError):
        s3.put_object(Bucket=bucket, Key="k", Body=b"x")  # type: ignore[attr-defined]
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"  # type: ignore[attr-defined]


def test_only_the_planned_occurrence_is_hit(proxy: Proxy) -> None:
    proxy.plan(Fault("dynamodb.ListTables", "throttle", nth=2))
    dynamodb = client("dynamodb", proxy)
    dynamodb.list_tables()  # type: ignore[attr-defined]
    with pytest.raises(sdk.ClientError):
        dynamodb.list_tables()  # type: ignore[attr-defined]
    dynamodb.list_tables()  # type: ignore[attr-defined]
