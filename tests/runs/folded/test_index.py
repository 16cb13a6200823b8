"""pipeline.runs.folded.index: bytes and back; what is no index holds nothing."""

from __future__ import annotations

import gzip
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.runs.folded import index
from pipeline.runs.folded.index import Folded, packed, unpacked

ENTRIES = st.lists(st.builds(Folded, st.text(), st.text(), st.text()), unique_by=lambda one: one.key, max_size=5)


@given(ENTRIES)
def test_what_was_packed_is_unpacked_and_the_order_does_not_matter(entries: list[Folded]) -> None:
    body = packed(entries)
    assert sorted(unpacked(body), key=lambda one: one.key) == sorted(entries, key=lambda one: one.key)
    assert packed(reversed(entries)) == body


@given(ENTRIES, st.data())
def test_an_index_that_is_cut_off_holds_nothing(entries: list[Folded], data: st.DataObject) -> None:
    body = packed(entries)
    assert unpacked(body[: data.draw(st.integers(0, len(body) - 1))]) == []


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b'{"format":2,"entries":[]}', b'{"format":1,"entries":[["k","e"]]}', b"[" * 100_000, b'"\\ud800"'],
)
def test_what_is_no_index_holds_nothing(text: bytes) -> None:
    assert unpacked(gzip.compress(text)) == []
    assert unpacked(text) == []


def test_what_unpacks_to_more_than_one_may_be_holds_nothing() -> None:
    assert unpacked(gzip.compress(b'{"format":1,"entries":[],"more":"' + b" " * index.MOST_BYTES + b'"}', 1)) == []


def test_what_would_be_more_than_one_may_be_is_written_without_the_oldest() -> None:
    entries = [Folded(f"k{number:02}", "e", "x" * (index.MOST_BYTES // 10)) for number in range(12)]
    assert [one.key for one in unpacked(packed(entries))] == [f"k{number:02}" for number in range(3, 12)]


def test_an_etag_says_whether_the_bytes_are_whole() -> None:
    etag = f'"{hashlib.md5(b"{}", usedforsecurity=False).hexdigest()}"'
    assert Folded("k", etag, "{}").is_whole
    assert not Folded("k", etag, "{ }").is_whole
