"""pipeline.export.dynamodb_json: DynamoDB's JSON becomes plain JSON, each digit kept; boto3's decoder is the oracle."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from typing import Any

import msgspec
import orjson
import pytest
from boto3.dynamodb.types import Binary, TypeDeserializer
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import DataInvalid, TransformFailed
from pipeline.export.dynamodb_json import (
    decode_key,
    encode_key,
    encode_record,
    encode_records,
    item_of,
    number_text,
    plain_item,
)
from tests.support.quick import examples

NAMES = st.one_of(st.sampled_from(["S", "N", "M", "L", "B", "SS", "NULL", "BOOL", "名前", "💡", "a.b", " "]), st.text())
DIGITS = st.integers(min_value=-(10**38) + 1, max_value=10**38 - 1)
NUMBERS = st.one_of(
    DIGITS.map(str),
    st.builds(lambda digits, places: str(Decimal(digits).scaleb(-places)), DIGITS, st.integers(0, 60)),
    st.builds(lambda digit, power: f"{digit}E{power}", st.integers(1, 9), st.integers(-130, 125)),
    st.sampled_from(["0", "-0", "1E+2", "0.1", "100", "1e5", "12345678901234567890123456789012345678"]),
)
BINARY = st.binary(max_size=20)


def sets_of(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(values, min_size=1, max_size=4, unique=True)


SCALARS = st.one_of(
    st.text().map(lambda text: {"S": text}),
    NUMBERS.map(lambda text: {"N": text}),
    st.booleans().map(lambda flag: {"BOOL": flag}),
    st.just({"NULL": True}),
    BINARY.map(lambda data: {"B": data}),
    sets_of(st.text()).map(lambda texts: {"SS": texts}),
    st.lists(NUMBERS, min_size=1, max_size=4, unique_by=Decimal).map(lambda numbers: {"NS": numbers}),
    sets_of(BINARY).map(lambda many: {"BS": many}),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda values: {"L": values}),
        st.dictionaries(NAMES, inner, max_size=4).map(lambda values: {"M": values}),
    ),
    max_leaves=12,
)
ITEMS = st.dictionaries(NAMES.filter(lambda name: name != "_exported_at"), VALUES, max_size=6)


def on_the_wire(value: Any) -> Any:
    """DynamoDB's own JSON: binary values as base64."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: on_the_wire(inner) for name, inner in value.items()}
    return [on_the_wire(inner) for inner in value] if isinstance(value, list) else value


def plain(value: Any) -> Any:
    """What boto3 decodes, in JSON's terms: sets as sorted lists, binary as base64."""
    if isinstance(value, Binary):
        return base64.b64encode(value.value).decode()
    if isinstance(value, set):
        return sorted((plain(inner) for inner in value), key=repr)
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def read_back(item: dict[str, Any]) -> Any:
    return json.loads(msgspec.json.encode(plain_item(item_of(item))), parse_float=Decimal, parse_int=Decimal)


def expected(item: dict[str, Any]) -> dict[str, Any]:
    return {name: plain(TypeDeserializer().deserialize(value)) for name, value in item.items()}


def sort_sets(decoded: Any, item: Any) -> Any:
    """Sets have no order: sort in the result what was a set in the item."""
    (kind, inner), *_ = item.items()
    if kind in {"SS", "NS", "BS"}:
        return sorted(decoded, key=repr)
    if kind == "M":
        return {name: sort_sets(decoded[name], inner[name]) for name in inner}
    return [sort_sets(d, i) for d, i in zip(decoded, inner, strict=True)] if kind == "L" else decoded


@settings(max_examples=examples(200))
@given(ITEMS)
def test_the_raw_path_agrees_with_boto3_on_every_type(item: dict[str, Any]) -> None:
    decoded = read_back(on_the_wire(item))
    assert {name: sort_sets(decoded[name], item[name]) for name in item} == expected(item)


def reference(value: dict[str, Any]) -> Any:
    """What the encoder before this one wrote, by another library."""
    ((kind, inner),) = value.items()
    if kind == "M":
        return {name: reference(each) for name, each in inner.items()}
    if kind == "L":
        return [reference(each) for each in inner]
    if kind in {"N", "NS"}:
        numbers = [orjson.Fragment(number_text(text)) for text in ([inner] if kind == "N" else inner)]
        return numbers[0] if kind == "N" else numbers
    return None if kind == "NULL" else inner


@settings(max_examples=examples(200))
@given(st.lists(ITEMS, max_size=4))
def test_every_byte_is_the_one_that_was_written_before(items: list[dict[str, Any]]) -> None:
    wire = [on_the_wire(item) for item in items]
    before = [{name: reference(value) for name, value in item.items()} | {"_exported_at": "now"} for item in wire]
    assert encode_records(map(item_of, wire), "now", ()) == b",\n".join(map(orjson.dumps, before))


@settings(max_examples=examples(200))
@given(ITEMS)
def test_the_fallback_path_of_parsed_items_agrees_with_boto3(item: dict[str, Any]) -> None:
    decoded = read_back(item)
    assert {name: sort_sets(decoded[name], item[name]) for name in item} == expected(item)


def test_thirty_eight_digits_are_written_as_they_came() -> None:
    digits = "12345678901234567890.123456789012345678"
    assert encode_record({"n": {"N": digits}}, "now", ()) == b'{"n":' + digits.encode() + b',"_exported_at":"now"}'


@pytest.mark.parametrize(("written", "json_number"), [("+5", "5"), ("007", "7"), (".5", "0.5"), ("5.", "5")])
def test_numbers_that_json_does_not_know_are_normalised(written: str, json_number: str) -> None:
    assert number_text(written) == json_number


@pytest.mark.parametrize("written", ["NaN", "Infinity", "1,2", '1,"x":2', "", "0x10"])
def test_what_is_no_number_names_the_record(written: str) -> None:
    with pytest.raises(TransformFailed) as caught:
        encode_record({"PK": {"S": "u1"}, "n": {"N": written}}, "now", ("PK",))
    assert caught.value.facts["record"] == "PK=u1"


def test_an_unknown_type_names_the_record() -> None:
    with pytest.raises(TransformFailed, match="PK=u1"):
        encode_record({"PK": {"S": "u1"}, "x": {"ZZ": "?"}}, "now", ("PK",))


def test_a_record_with_its_own_export_time_is_refused_by_name() -> None:
    with pytest.raises(DataInvalid) as caught:
        encode_record({"PK": {"S": "u1"}, "_exported_at": {"S": "mine"}}, "now", ("PK",))
    assert caught.value.facts == {"situation": "own_export_time", "record": "PK=u1", "field": "_exported_at"}


def test_a_record_keeps_its_own_export_time_where_the_setting_says_so() -> None:
    item = {"PK": {"S": "u1"}, "_exported_at": {"N": "1.50"}}
    assert (
        encode_record(item, "now", ("PK",), "rename")
        == b'{"PK":"u1","_exported_at_previous":1.50,"_exported_at":"now"}'
    )


def test_what_was_imported_more_than_once_keeps_every_value() -> None:
    """Neighbour of case 07: no name is taken from a value that has it."""
    item: dict[str, Any] = {"PK": {"S": "u1"}}
    for time in ("one", "two", "three"):
        item = {name: {"S": value} for name, value in json.loads(encode_record(item, time, ("PK",), "rename")).items()}
    times = {"_exported_at": "three", "_exported_at_previous": "one", "_exported_at_previous_2": "two"}
    assert {name: value["S"] for name, value in item.items()} == {"PK": "u1", **times}


def test_a_table_s_key_is_not_renamed() -> None:
    with pytest.raises(DataInvalid, match="of its own"):
        encode_record({"_exported_at": {"S": "k"}}, "now", ("_exported_at",), "rename")


@given(st.dictionaries(st.text(min_size=1), st.one_of(BINARY.map(lambda b: {"B": b}), NUMBERS.map(lambda n: {"N": n}))))
def test_a_cursor_survives_json_with_binary_parts(key: dict[str, Any]) -> None:
    assert decode_key(json.loads(json.dumps(encode_key(key)))) == key
