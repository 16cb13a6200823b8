"""pipeline.export.scan: pages of a real table over HTTP, raw bodies kept, cursors that survive JSON."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.errors import (
    AuthFailed,
    DynamoThrottled,
    ExternalApiDown,
    Forbidden,
    NotFound,
    PipelineError,
    TransformFailed,
)
from pipeline.export import scan
from pipeline.export.dynamodb_json import encode_records
from tests.conftest import REGION, MakeTable
from tests.faults.proxy import Fault, Proxy

BIG = "x" * 300_000


def fresh(url: str) -> Cloud:
    cloud = Cloud(REGION, url, Credentials("testing", "testing"))
    scan.keep_raw_bodies(cloud.dynamodb)
    return cloud


def keys(pages: Any) -> list[str]:
    return sorted(str(item["SK"].S) for page in pages for item in page.items)


def test_a_table_larger_than_a_page_is_read_to_its_end(emulator_url: str, make_table: MakeTable) -> None:
    table = make_table([{"PK": "u", "SK": f"{n}", "big": BIG} for n in range(9)])
    found = list(scan.pages(fresh(emulator_url).dynamodb, table))
    assert len(found) > 2
    assert keys(found) == [f"{n}" for n in range(9)]
    assert found[-1].cursor is None


def test_items_are_the_same_whether_the_hook_is_on_or_not(
    cloud: Cloud, emulator_url: str, make_table: MakeTable
) -> None:
    table = make_table([{"PK": "u", "SK": "1", "b": b"\x00\xff"}])
    (raw,) = scan.pages(fresh(emulator_url).dynamodb, table)
    (parsed,) = scan.pages(Cloud(REGION, emulator_url, Credentials("t", "t")).dynamodb, table)
    assert raw.items == parsed.items
    assert raw.items[0]["b"].B == "AP8="


def test_a_binary_key_is_a_cursor_like_any_other(emulator_url: str) -> None:
    cloud = fresh(emulator_url)
    table = f"table-{uuid.uuid4().hex[:12]}"
    cloud.dynamodb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "B"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    for number in range(9):
        cloud.dynamodb.put_item(TableName=table, Item={"id": {"B": bytes([255, number])}, "big": {"S": BIG}})
    found = list(scan.pages(cloud.dynamodb, table))
    assert len({item["id"].B for page in found for item in page.items}) == 9
    assert json.loads(json.dumps(found[0].cursor)) == found[0].cursor


def test_a_table_is_described_by_its_keys_and_identity(cloud: Cloud, make_table: MakeTable) -> None:
    name = make_table([{"PK": "u", "SK": "1"}])
    table = scan.describe(cloud.dynamodb, name)
    assert (table.name, table.key_names, table.item_count) == (name, ("PK", "SK"), 1)
    assert table.table_id


def test_a_missing_table_is_named(cloud: Cloud) -> None:
    with pytest.raises(NotFound) as caught:
        scan.describe(cloud.dynamodb, "no-such-table")
    assert caught.value.facts["resource"] == "no-such-table"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("throttle", DynamoThrottled),
        ("access_denied", Forbidden),
        ("expired_token", AuthFailed),
        ("table_deleted", NotFound),
        ("error500", ExternalApiDown),
    ],
)
def test_a_fault_that_stays_is_our_error(
    emulator_url: str, make_table: MakeTable, kind: str, expected: type[PipelineError]
) -> None:
    table = make_table([{"PK": "u", "SK": "1"}])
    with Proxy(emulator_url, (Fault("dynamodb.Scan", kind, times=99),)) as proxy, pytest.raises(expected):
        list(scan.pages(fresh(proxy.url).dynamodb, table))


@pytest.mark.parametrize("kind", ["throttle", "error500", "reset", "bad_crc32", "lost_answer", "slow"])
def test_a_fault_that_passes_is_retried(emulator_url: str, make_table: MakeTable, kind: str) -> None:
    table = make_table([{"PK": "u", "SK": "1"}])
    with Proxy(emulator_url, (Fault("dynamodb.Scan", kind),)) as proxy:
        assert keys(scan.pages(fresh(proxy.url).dynamodb, table)) == ["1"]


@pytest.mark.parametrize("hook", [True, False])
def test_an_answer_that_was_cut_off_is_never_taken_for_an_empty_page(
    emulator_url: str, make_table: MakeTable, hook: bool
) -> None:
    table = make_table([{"PK": "u", "SK": "1"}])
    with Proxy(emulator_url, (Fault("dynamodb.Scan", "truncated", times=99),)) as proxy:
        cloud = fresh(proxy.url) if hook else Cloud(REGION, proxy.url, Credentials("t", "t"))
        with pytest.raises(ExternalApiDown):
            list(scan.pages(cloud.dynamodb, table))


def page_of(*items: str, head: str = "{", **more: object) -> dict[str, Any]:
    """An answer as the hook keeps it."""
    rest = json.dumps({"Count": len(items), **more})[1:]
    return {"PipelineRawBody": f'{head}"Items":[{",".join(items)}],{rest}'.encode()}


def test_a_page_that_is_printed_prettily_has_the_same_records() -> None:
    item = {"PK": {"S": "a\n b"}, "tags": {"SS": ["x", "y"]}, "n": {"L": [{"N": "1.50"}, {"M": {"S": {"NULL": True}}}]}}
    pretty = {"PipelineRawBody": json.dumps({"Items": [item, item], "Count": 2}, indent=2).encode()}
    plain = page_of(*[json.dumps(item, separators=(",", ":"))] * 2)
    first, second = (encode_records(scan.parse(answer, "t").items, "now", ()) for answer in (pretty, plain))
    assert first == second
    assert len(first.splitlines()) == 2


@pytest.mark.parametrize(
    "value",
    ['{"S":5}', '{"N":5}', '{"S":null}', '{"ZZ":"?"}', "{}", "5", '{"L":[{"S":"a"},7]}', '{"M":{"a":{"BS":"x"}}}'],
)
def test_a_value_of_no_known_type_names_its_record(value: str) -> None:
    answer = page_of('{"PK":{"S":"u1"}}', f'{{"PK":{{"S":"u2"}},"x":{value}}}')
    with pytest.raises(TransformFailed) as caught:
        encode_records(scan.parse(answer, "t", ("PK",)).items, "now", ("PK",))
    assert caught.value.facts["record"] == "PK=u2"


@pytest.mark.parametrize("text", [r'"\ud800"', r'"\udc00x"', '"\x01"', '"\xff"'])
def test_a_text_that_is_none_is_no_answer(text: str) -> None:
    answer = page_of(f'{{"PK":{{"S":{text}}}}}')
    answer["PipelineRawBody"] = answer["PipelineRawBody"].replace("\xff".encode(), b"\xff")
    with pytest.raises(ExternalApiDown):
        scan.parse(answer, "t")


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"Items":[]}', b'{"Items":[],"Count":1}', b'{"Items":{},"Count":0}']
)
def test_what_is_no_page_is_no_answer(body: bytes) -> None:
    with pytest.raises(ExternalApiDown):
        scan.parse({"PipelineRawBody": body}, "t")


def test_a_page_that_is_cut_anywhere_is_no_answer() -> None:
    body = page_of('{"PK":{"S":"u1"},"n":{"N":"12"}}', '{"PK":{"S":"u2"}}')["PipelineRawBody"]
    for end in range(len(body)):
        with pytest.raises(ExternalApiDown):
            scan.parse({"PipelineRawBody": body[:end]}, "t")
