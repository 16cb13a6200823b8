"""Pages of a table, streamed: Scan with the parser's slow part skipped, and its cursor kept in JSON.

A Scan is not a snapshot: writes that happen while it goes on may or may not be in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from pipeline.aws import translated
from pipeline.errors import ExternalApiDown
from pipeline.export.dynamodb_json import Item, decode_key, encode_key, item_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_RAW = "PipelineRawBody"


@dataclass(frozen=True)
class Table:
    """What DescribeTable says. ``table_id`` tells a table from its recreated namesake; counts are hours old."""

    name: str
    table_id: str
    key_names: tuple[str, ...]
    item_count: int
    size_bytes: int
    arn: str = ""
    provisioned_reads: int | None = None


@dataclass(frozen=True)
class Page:
    """One Scan answer: its ``items``, ``cursor`` where to go on (JSON-safe, None at the end), and the
    read capacity ``units`` it consumed, after how many ``retries`` of botocore's."""

    items: list[Item]
    cursor: dict[str, Any] | None
    units: float = 0.0
    retries: int = 0


class _Answer(Struct, gc=False):
    """What of an answer is read. Source: Amazon DynamoDB API Reference, "Scan"."""

    Items: list[Item]
    Count: int
    LastEvaluatedKey: dict[str, dict[str, Any]] | None = None
    ConsumedCapacity: dict[str, Any] | None = None


class _AnyAnswer(Struct, gc=False):
    """The same of one with an item that is none, which is to be named."""

    Items: list[dict[str, Any]]
    Count: int
    LastEvaluatedKey: dict[str, dict[str, Any]] | None = None
    ConsumedCapacity: dict[str, Any] | None = None


_decode = msgspec.json.Decoder(_Answer).decode


@dataclass(frozen=True)
class PageRequest:
    """Which page to read: of which segment of how many, and from where on."""

    table: str
    segment: int = 0
    segments: int = 1
    cursor: dict[str, Any] | None = None


def describe(client: DynamoDBClient, name: str) -> Table:
    """Raise NotFound when there is no such table. Source: DynamoDB API Reference, "DescribeTable"."""
    with translated("dynamodb:DescribeTable", name):
        raw = client.describe_table(TableName=name)["Table"]
    return Table(
        name=name,
        table_id=raw.get("TableId") or str(raw.get("CreationDateTime", "")),
        key_names=tuple(part["AttributeName"] for part in raw["KeySchema"]),
        item_count=raw.get("ItemCount", 0),
        size_bytes=raw.get("TableSizeBytes", 0),
        arn=raw.get("TableArn", ""),
        # Zero means on-demand.
        provisioned_reads=raw.get("ProvisionedThroughput", {}).get("ReadCapacityUnits") or None,
    )


def keep_raw_bodies(client: DynamoDBClient) -> None:
    """Make this client's Scan hand over its raw body; signing, retries and the CRC32 check stay botocore's."""
    client.meta.events.register("before-parse.dynamodb.Scan", _keep_raw_body, unique_id="pipeline-raw-scan")


def pages(client: DynamoDBClient, table: str) -> Iterator[Page]:
    """Scan the table page by page, one segment."""
    request = PageRequest(table)
    while True:
        one = page(client, request)
        yield one
        if one.cursor is None:
            return
        request = replace(request, cursor=one.cursor)


def page(client: DynamoDBClient, request: PageRequest) -> Page:
    """One page. Raise NotFound, DynamoThrottled, Forbidden, AuthFailed or ExternalApiDown."""
    return parse(fetch(client, request), request.table)


def fetch(client: DynamoDBClient, request: PageRequest) -> Any:
    """One page as it arrives, undecoded where the client keeps raw bodies."""
    arguments: dict[str, Any] = {"TableName": request.table, "ReturnConsumedCapacity": "TOTAL"}
    if request.segments > 1:
        arguments |= {"Segment": request.segment, "TotalSegments": request.segments}
    if request.cursor is not None:
        arguments["ExclusiveStartKey"] = decode_key(request.cursor)
    with translated("dynamodb:Scan", request.table):
        return client.scan(**arguments)


def parse(answer: Any, table: str, key_names: tuple[str, ...] = ()) -> Page:
    """What has arrived as a page. Raise ExternalApiDown for an answer that was cut off, TransformFailed for an item
    with a value of no known type, which is named by its key."""
    # botocore takes a body that was cut off for an empty answer when no CRC32 came with it: count for ourselves.
    try:
        body = _decoded(answer[_RAW], key_names) if _RAW in answer else _converted(answer, key_names)
    except (msgspec.DecodeError, KeyError, TypeError, RecursionError) as error:
        raise ExternalApiDown(f"dynamodb:Scan on {table}: the answer is cut off or no Scan answer") from error
    if len(body.Items) != body.Count:
        raise ExternalApiDown(f"dynamodb:Scan on {table}: {body.Count} items announced, {len(body.Items)} received")
    cursor = encode_key(body.LastEvaluatedKey) if body.LastEvaluatedKey else None
    units = (body.ConsumedCapacity or {}).get("CapacityUnits", 0.0)
    return Page(body.Items, cursor, units, answer.get("ResponseMetadata", {}).get("RetryAttempts", 0))


def _decoded(raw: bytes, key_names: tuple[str, ...]) -> _Answer:
    try:
        return _decode(raw)
    except msgspec.ValidationError:
        return _converted(msgspec.structs.asdict(msgspec.json.decode(raw, type=_AnyAnswer)), key_names)


def _converted(answer: dict[str, Any], key_names: tuple[str, ...]) -> _Answer:
    """Of botocore's own values, or JSON's, item by item."""
    items = [item_of(item, key_names) for item in answer["Items"]]
    return _Answer(items, answer["Count"], answer.get("LastEvaluatedKey"), answer.get("ConsumedCapacity"))


def _keep_raw_body(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any) -> None:
    if response_dict.get("status_code") == HTTPStatus.OK:
        customized_response_dict[_RAW] = response_dict["body"]
        response_dict["body"] = b"{}"
