"""pipeline.embedded.sample_file: a user's JSON array, loaded whole and exact, or refused by record and field."""

from __future__ import annotations

import base64
import json
import os
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from pipeline.embedded import sample_file
from pipeline.embedded.sample_file import load_file
from pipeline.errors import DataInvalid, NotFound, PipelineError
from tests.support.places import ROOT

MOVIES = ROOT.parent / "shared" / "data" / "moviedata.json"
needs_movies = pytest.mark.skipif(not MOVIES.exists(), reason="../shared/data/moviedata.json is not beside this clone")
KEY = (("PK", "S"), ("SK", "S"))
MOVIE_KEY = (("year", "N"), ("title", "S"))
# An integer that DynamoDB keeps: 38 digits.
LONGEST = "12345678901234567890123456789012345678"


def load(body: str | bytes, key: tuple[tuple[str, str], ...] = KEY) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sample.json"
        path.write_bytes(body.encode() if isinstance(body, str) else body)
        return load_file(str(path), key)


def with_field(json_text: str) -> str:
    """One record whose attribute ``x`` is this JSON text."""
    return f'[{{"PK": "a", "SK": "b", "x": {json_text}}}]'


def refusal(body: str | bytes, key: tuple[tuple[str, str], ...] = KEY) -> tuple[str, str, str]:
    with pytest.raises(DataInvalid) as caught:
        load(body, key)
    error = caught.value
    assert error.code == "E003"
    return error.facts["record"], error.facts["field"], error.message


# --- what is loaded ------------------------------------------------------------------------


@needs_movies
def test_the_movies_are_loaded_record_by_record_with_every_digit() -> None:
    wanted = json.loads(MOVIES.read_text("utf-8"), parse_float=Decimal, parse_int=Decimal)
    found = load_file(str(MOVIES), MOVIE_KEY)
    assert len(found) == 881
    assert found == wanted


@needs_movies
def test_the_movies_keep_the_text_of_their_numbers() -> None:
    first = load_file(str(MOVIES), MOVIE_KEY)[0]
    assert str(first["year"]) == "2013"
    assert str(first["info"]["rating"]) == "8.3"


def test_an_empty_array_is_an_empty_sample() -> None:
    assert load("[]") == []


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert load(b"\xef\xbb\xbf[]") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (LONGEST, Decimal(LONGEST)),
        ("9." + "9" * 37 + "E125", Decimal("9." + "9" * 37 + "E125")),
        ("-9." + "9" * 37 + "E125", Decimal("-9." + "9" * 37 + "E125")),
        ("1E-130", Decimal("1E-130")),
        ("0.10", Decimal("0.1")),
        ("-0", Decimal(0)),
        ("0E-500", Decimal(0)),
        ("1" + "0" * 60, Decimal("1E60")),
        ("1." + "0" * 60, Decimal(1)),
    ],
)
def test_a_number_that_dynamodb_holds_is_kept_and_serializable(text: str, value: Decimal) -> None:
    found = load(with_field(text))[0]["x"]
    assert found == value
    assert TypeSerializer().serialize(found)


@pytest.mark.parametrize("text", ['""', "null", "true", "[]", "{}", '"日本語🍣"', '{"S": [{"M": "x"}]}'])
def test_every_other_json_value_is_kept(text: str) -> None:
    assert load(with_field(text))[0]["x"] == json.loads(text)


def test_a_binary_key_is_read_from_base64() -> None:
    text = base64.b64encode(b"\x00\xff").decode()
    assert load(json.dumps([{"id": text}]), (("id", "B"),)) == [{"id": b"\x00\xff"}]


def test_a_key_may_be_equal_in_one_part() -> None:
    assert len(load('[{"PK": "a", "SK": "b"}, {"PK": "a", "SK": "c"}]')) == 2


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_nesting_of_31_levels_around_a_value_is_loaded(opening: str, closing: str) -> None:
    assert load(with_field(opening * 31 + "1" + closing * 31))


# --- what is refused -----------------------------------------------------------------------


@pytest.mark.parametrize("body", ["{}", '"text"', "1", "null", "true", "NaN", '{"Items": []}'])
def test_what_is_no_array_is_refused(body: str) -> None:
    _, field, message = refusal(body)
    assert field == "file"
    assert "no JSON array" in message


@pytest.mark.parametrize("body", [b"", b"[", b"[{]", b"[1,]", b"\xff\xfe[\x00]\x00", b'["\xff"]', b"[" * 200_000])
def test_what_is_no_json_in_utf8_is_refused(body: bytes) -> None:
    record, field, message = refusal(body)
    assert record.endswith("sample.json") and field == "file"
    assert "not JSON in UTF-8" in message


@pytest.mark.parametrize("record", ["1", "null", '"text"', "[]", "NaN"])
def test_a_record_that_is_no_object_is_named(record: str) -> None:
    found, field, message = refusal(f'[{{"PK": "a", "SK": "b"}}, {record}]')
    assert (found, field) == ("record 2", "record")
    assert "no JSON object" in message


@pytest.mark.parametrize(
    ("record", "key", "field"),
    [
        ({"PK": "a"}, KEY, "SK"),
        ({"PK": 1, "SK": "b"}, KEY, "PK"),
        ({"PK": None, "SK": "b"}, KEY, "PK"),
        ({"PK": "a", "SK": ""}, KEY, "SK"),
        ({"PK": "a", "SK": ["b"]}, KEY, "SK"),
        ({"year": "2013", "title": "x"}, MOVIE_KEY, "year"),
        ({"year": True, "title": "x"}, MOVIE_KEY, "year"),
        ({"id": "no base64!"}, (("id", "B"),), "id"),
        ({"id": ""}, (("id", "B"),), "id"),
        ({"id": 1}, (("id", "B"),), "id"),
        ({"PK": "あ" * 683, "SK": "b"}, KEY, "PK"),
        ({"PK": "a", "SK": "b" * 1025}, KEY, "SK"),
    ],
)
def test_a_key_attribute_that_is_missing_or_wrong_is_named(record: Any, key: Any, field: str) -> None:
    assert refusal(json.dumps([record]), key)[:2] == ("record 1", field)


def test_a_missing_key_attribute_is_called_missing_and_not_null() -> None:
    assert "SK is the key and is missing" in refusal('[{"PK": "a"}]', KEY)[2]


@pytest.mark.parametrize(("one", "other"), [("1", "1"), ("1", "1.0"), ("100", "1E2"), ("0", "-0")])
def test_two_records_of_one_key_are_refused(one: str, other: str) -> None:
    record, field, message = refusal(f'[{{"id": 7}}, {{"id": {one}}}, {{"id": {other}}}]', (("id", "N"),))
    assert (record, field) == ("record 3", "id")
    assert "same key as record 2" in message


@pytest.mark.parametrize(
    "text",
    ["NaN", "Infinity", "-Infinity", "1E126", "1E-131", "1E999999999", "1E99999999999999999999", "1E-99999999999999999"]
    + [LONGEST + "9", "0." + "1" * 39, "1" * 5000, '[1, {"deep": NaN}]'],
)
def test_a_number_that_dynamodb_cannot_hold_is_named(text: str) -> None:
    assert refusal(with_field(text))[:2] == ("record 1", "x")


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_nesting_deeper_than_32_levels_is_refused(opening: str, closing: str) -> None:
    record, field, message = refusal(with_field(opening * 32 + "1" + closing * 32))
    assert (record, field) == ("record 1", "x")
    assert "32 levels" in message


@pytest.mark.parametrize("text", ['"%s"' % ("x" * 410_000), '["%s"]' % ("あ" * 140_000)])
def test_an_item_larger_than_400_kb_is_refused(text: str) -> None:
    record, field, message = refusal(with_field(text))
    assert (record, field) == ("record 1", "record")
    assert "409600" in message


def test_an_item_just_below_400_kb_is_loaded() -> None:
    assert load(with_field('"%s"' % ("\\n" * 409_000)))


@pytest.mark.parametrize("record", [r'{"\ud800": 1}', r'{"x": "\ud800"}', r'{"x": {"\udc00": 1}}', '{"": 1}'])
def test_a_name_or_text_that_cannot_be_stored_is_refused_printably(record: str) -> None:
    _, _, message = refusal(f'[{record[:-1]}, "PK": "a", "SK": "b"}}]')
    assert message.encode("utf-8")


# ../shared/cases/10-empty-nested-name.json is the first.
@pytest.mark.parametrize(
    "text",
    ['{"": "x"}', '{"a": {"": "x"}}', '[{"": 1}]', '[[1, {"a": [{"b": 1, "": null}]}]]', '{"M": {"": {"S": "x"}}}']
    + ['{"a":' * 30 + '{"": 1}' + "}" * 30, '{"": {}}', '{"": {"": 1}}'],
)
def test_an_empty_name_inside_a_map_is_refused_by_its_attribute(text: str) -> None:
    record, field, message = refusal(f'[{{"PK": "a", "SK": "a"}}, {with_field(text)[1:-1]}]')
    assert (record, field) == ("record 2", "x")
    assert message == "record 2: x has an attribute with an empty name inside a map"


@pytest.mark.parametrize("text", ['{" ": 1}', '{"a": ""}', '[""]', '{"SS": [""]}', '{"NULL": null}', "[[], {}]"])
def test_what_only_looks_empty_is_kept(text: str) -> None:
    """A blank is a name; empty texts and lists are values; JSON has no sets, so none can have an empty member."""
    assert load(with_field(text))[0]["x"] == json.loads(text)


@pytest.mark.parametrize("name", ["n" * 65_536, "あ" * 21_846])
def test_a_name_above_64_kb_is_refused_at_any_depth(name: str) -> None:
    for record in ({name: 1}, {"x": [{name: 1}]}):
        assert "longer than 65535 bytes" in refusal(json.dumps([{"PK": "a", "SK": "b", **record}]))[2]
    assert load(json.dumps([{"PK": "a", "SK": "b", "x": {"n" * 65_535: 1}}]))


@pytest.mark.parametrize("body", ['[{"PK": "a", "PK": "b", "SK": "c"}]', with_field('{"a": 1, "a": 2}')])
def test_an_object_with_two_members_of_one_name_is_refused(body: str) -> None:
    assert "two members" in refusal(body)[2]


def test_more_records_than_100_000_are_refused() -> None:
    assert "100001 records" in refusal("[" + "{}," * 100_000 + "{}]")[2]


# --- the file itself -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["missing.json", "missing/sample.json", "見つからない.json"])
def test_a_missing_file_is_not_found(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound) as caught:
        load_file(str(tmp_path / name), KEY)
    assert caught.value.code == "E014"
    assert caught.value.facts["resource"].endswith(name)


def test_a_folder_or_a_device_is_refused(tmp_path: Path) -> None:
    for path in (str(tmp_path), os.devnull):
        with pytest.raises(DataInvalid, match="no regular file"):
            load_file(path, KEY)


@pytest.mark.parametrize("path", ["nul\0byte.json", "x" * 5000, __file__ + "/inside.json"])
def test_a_path_that_cannot_be_read_is_refused(path: str) -> None:
    with pytest.raises(DataInvalid, match="cannot be read"):
        load_file(path, KEY)


def test_a_file_larger_than_200_mb_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "sparse.json"
    with path.open("wb") as file:
        file.truncate(sample_file.MAX_FILE_BYTES + 1)
    with pytest.raises(DataInvalid, match="at most 209715200 are read"):
        load_file(str(path), KEY)


# --- anything at all -----------------------------------------------------------------------

ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | st.sampled_from(["\ud800", 10**45, 1e300, 1e-300]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters()), inner, max_size=4),
    max_leaves=12,
)
RECORDS = st.lists(
    st.fixed_dictionaries({"PK": st.text() | ANY_JSON, "SK": st.text(min_size=1)}, optional={"x": ANY_JSON}),
    max_size=4,
)


def items_or_error(body: bytes) -> list[dict[str, Any]]:
    try:
        return load(body)
    except PipelineError as error:
        assert error.message.encode("utf-8")
        return []


@given(ANY_JSON | RECORDS)
def test_any_json_is_loaded_so_that_it_can_be_stored_or_refused(value: Any) -> None:
    serialize = TypeSerializer().serialize
    assert all(serialize(item) for item in items_or_error(json.dumps(value).encode()))


@given(st.binary(max_size=200))
def test_any_bytes_are_loaded_or_refused(body: bytes) -> None:
    items_or_error(body)


@given(RECORDS)
def test_what_is_loaded_equals_what_the_file_says(value: Any) -> None:
    found = items_or_error(json.dumps(value).encode())
    assert not found or found == json.loads(json.dumps(value), parse_float=Decimal, parse_int=Decimal)
