"""pipeline.lake.document: written as a stream, read back in pieces of any size, and never accepted when damaged."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SchemaMismatch
from pipeline.lake.document import SEPARATOR, TAIL, Head, Reader, exact, metadata_at_end
from tests.support.places import TESTS

LONG = 10 * 2**20
GOLDEN = TESTS / "golden" / "export.json"
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
RECORDS = st.lists(st.dictionaries(st.text(), JSON_VALUES, max_size=4), max_size=8)


def written(records: list[dict[str, Any]]) -> bytes:
    head = Head("t-1", "2024-02-01T12:00:00Z", len(records), (("export_mode", "full"), ("run_id", "r1")))
    return head.encode() + SEPARATOR.join(orjson.dumps(exact(record)) for record in records) + TAIL


def pieces(document: bytes, size: int) -> Iterator[bytes]:
    return (document[start : start + size] for start in range(0, len(document), size))


def test_the_document_is_the_golden_one() -> None:
    records = [
        {"id": "xxx", "n": Decimal("1.10"), "名前": '日本語 "引用" [括弧]', "_exported_at": "2024-02-01T12:00:00Z"}
    ]
    assert written(records) == GOLDEN.read_bytes()


def test_the_contract_keys_come_first() -> None:
    metadata = json.loads(written([]))["export_metadata"]
    assert list(metadata)[:4] == ["table_name", "exported_at", "export_version", "record_count"]


def test_an_empty_table_gives_a_valid_document() -> None:
    assert json.loads(written([])) == {
        "export_metadata": {
            "table_name": "t-1",
            "exported_at": "2024-02-01T12:00:00Z",
            "export_version": "1.0",
            "record_count": 0,
            "export_mode": "full",
            "run_id": "r1",
        },
        "data": [],
    }


@given(RECORDS, st.integers(min_value=1, max_value=200))
def test_what_was_written_is_read_back_from_pieces_of_any_size(records: list[dict[str, Any]], size: int) -> None:
    reader = Reader(pieces(written(records), size), "k")
    assert reader.metadata["record_count"] == len(records)
    assert list(reader.records()) == records


@given(RECORDS.filter(bool), st.data())
def test_a_document_cut_off_anywhere_is_found(records: list[dict[str, Any]], data: st.DataObject) -> None:
    document = written(records).rstrip()
    end = data.draw(st.integers(min_value=0, max_value=len(document) - 1))
    with pytest.raises(SchemaMismatch):
        list(Reader(iter([document[:end]]), "k").records())


@pytest.mark.parametrize(
    "foreign",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"data": []}',
        b'{"export_metadata": 5, "data": []}',
        b'{"export_metadata": {"table_name": "t"}, "data": []}',
        b'{"export_metadata": {"table_name":"t","exported_at":"","export_version":"9.0","record_count":0}, "data": []}',
    ],
)
def test_foreign_json_says_what_was_expected_and_found(foreign: bytes) -> None:
    with pytest.raises(SchemaMismatch) as caught:
        list(Reader(iter([foreign]), "the-key").records())
    assert caught.value.facts["key"] == "the-key"
    assert caught.value.facts["expected"] and caught.value.facts["found"]


@pytest.mark.parametrize("tail", [b"\n]} trailing", b"\n]}]}", b"\n]", b'\n],"more":1}'])
def test_anything_but_the_end_after_the_last_record_is_found(tail: bytes) -> None:
    document = written([{"a": 1}]).removesuffix(TAIL) + tail
    with pytest.raises(SchemaMismatch):
        list(Reader(iter([document]), "k").records())


@pytest.mark.parametrize("record", [b"[1]", b"5", b'"text"', b'{"a": NaN}', b'{"a": 1,}', b'{"a" 1}'])
def test_a_record_that_is_no_json_object_is_found(record: bytes) -> None:
    with pytest.raises(SchemaMismatch):
        list(Reader(iter([Head("t-1", "x", 1).encode() + record + TAIL]), "k").records())


def test_nesting_without_end_is_bounded() -> None:
    bomb = Head("t-1", "x", 1).encode() + b'{"a":' * 100_000
    with pytest.raises(SchemaMismatch, match="levels"):
        list(Reader(iter([bomb]), "k").records())


def test_a_record_without_end_is_bounded() -> None:
    chunks = iter([Head("t-1", "x", 1).encode() + b'{"a":"'] + [b"x" * 1_000_000] * 40)
    with pytest.raises(SchemaMismatch, match="at most"):
        list(Reader(chunks, "k").records())
    assert sum(1 for _ in chunks) > 20


class Piece(bytes):
    """Counts what is copied of it, or copied to be joined with it."""

    copied = 0

    def __getitem__(self, index: Any) -> Any:
        taken = super().__getitem__(index)
        Piece.copied += len(taken) if isinstance(taken, bytes) else 0
        return taken

    def __radd__(self, before: bytes) -> bytes:
        Piece.copied += len(before) + len(self)
        return Piece(before + bytes(self))


@pytest.mark.parametrize("text", ["x" * LONG, '"' * (LONG // 2), "\\" * (LONG // 2), "{[" * (LONG // 2)])
def test_a_long_string_costs_as_much_as_it_is_long(text: str) -> None:
    """Quadratic, ten megabytes in pieces of 64 KB were copied eighty times."""
    document = written([{"a": 1}, {"long": text}, {"b": 2}])
    Piece.copied = 0
    assert list(Reader(map(Piece, pieces(document, 64 * 1024)), "k").records()) == [{"a": 1}, {"long": text}, {"b": 2}]
    assert Piece.copied < 2 * len(document)


def test_a_long_string_is_held_twice_and_no_more() -> None:
    document = written([{"long": "x" * LONG}])
    tracemalloc.start()
    try:
        (raw,) = Reader(pieces(document, 64 * 1024), "k").raw_records()
        held = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(raw) > LONG
    assert held < 2.5 * LONG


def test_brackets_and_quotes_inside_strings_do_not_count() -> None:
    records = [{"a": '}]"\\', "b": '\\\\\\"'}, {"c": "{["}]
    assert list(Reader(pieces(written(records), 3), "k").records()) == records


def test_the_document_of_the_old_function_is_read() -> None:
    old = json.dumps(
        {
            "export_metadata": {
                "table_name": "t",
                "exported_at": "2024-02-01T12:00:00Z",
                "export_version": "1.0",
                "record_count": 1,
            },
            "data": [{"id": "x", "n": 1.5}],
        },
        indent=2,
    ).encode()
    assert list(Reader(pieces(old, 7), "k").records()) == [{"id": "x", "n": Decimal("1.5")}]


def turned(records: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A document of another writer: records first."""
    head = {"table_name": "t", "exported_at": "2024-02-01T12:00:00Z", "export_version": "1.0"}
    return {"data": records, "export_metadata": {**head, "record_count": len(records)}, **more}


def plainly(value: Any, **options: Any) -> bytes:
    return json.dumps(value, default=float, ensure_ascii=False, **options).encode()


PLAIN_RECORDS = st.lists(
    st.dictionaries(
        st.sampled_from(["id", "data", "export_metadata", "名前"]),
        st.none() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])) | st.just({"data": [1, "]"]}),
    ),
    max_size=8,
)
WINDOWS = ("\ufeff".encode(), b"\r\n")


@given(PLAIN_RECORDS, st.integers(1, 200), st.sampled_from([None, 2]), st.booleans())
def test_a_document_whose_records_come_first_is_read_in_any_writing(
    records: list[dict[str, Any]], size: int, indent: int | None, windows: bool
) -> None:
    document = plainly(turned(records), indent=indent)
    if windows:
        document = WINDOWS[0] + document.replace(b"\n", WINDOWS[1]) + WINDOWS[1]
    reader = Reader(pieces(document, size), "k")
    assert reader.metadata_is_last
    assert list(reader.records()) == records
    assert reader.metadata["record_count"] == len(records)
    assert metadata_at_end(document) == reader.metadata


@given(PLAIN_RECORDS.filter(bool), st.data())
def test_one_cut_off_anywhere_is_found_too(records: list[dict[str, Any]], data: st.DataObject) -> None:
    document = plainly(turned(records))
    end = data.draw(st.integers(min_value=0, max_value=len(document) - 1))
    with pytest.raises(SchemaMismatch):
        Reader(iter([document[:end]]), "k").read_on()
    assert metadata_at_end(document[:end]) is None


@pytest.mark.parametrize(
    "tail",
    [
        b"]}",
        b'], "export_metadata": 5}',
        b'], "export_metadata": {"table_name": "t"}}',
        b'], "export_metadata": {"table_name":"t","exported_at":"","export_version":"9.0","record_count":1}}',
        b'], "export_metadata": {"table_name":"t","exported_at":"","export_version":"1.0","record_count":1}} more',
        # More records would be lost.
        plainly(turned([], data2=[]))
        .removeprefix(b'{"data": [')
        .replace(b"data2", b"data")
        .replace(b": []}", b": [{}]}"),
        b'], "export_metadata": {"x": "' + b"x" * 300_000 + b'"}}',
    ],
)
def test_what_is_no_end_behind_the_records_is_found(tail: bytes) -> None:
    with pytest.raises(SchemaMismatch):
        list(Reader(iter([b'{"data": [{"a": 1}' + tail]), "k").records())
    assert metadata_at_end(tail) is None


def test_metadata_behind_the_records_are_not_guessed_before_these_were_read() -> None:
    reader = Reader(iter([plainly(turned([{"a": 1}, {"b": 2}]))]), "the-key")
    with pytest.raises(SchemaMismatch, match="the-key"):
        _ = reader.metadata
    assert reader.read_on()["record_count"] == 2


def test_a_table_called_like_the_documents_own_words_is_no_stumbling_block() -> None:
    head = {"table_name": "t", "note": '"data": [', "data": [1], "exported_at": "x", "export_version": "1.0"}
    document = plainly({"export_metadata": {**head, "record_count": 1}, "data": [{"a": 1}]})
    assert list(Reader(pieces(document, 5), "k").records()) == [{"a": 1}]
