"""pipeline.lake.compression: gzip members that come apart again in pieces of any size, and bombs that are refused."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SchemaMismatch
from pipeline.lake.compression import pack, packer, unpacked

CHUNKS = st.lists(st.binary(max_size=300), max_size=8)


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


@given(CHUNKS, CHUNKS, st.integers(1, 50))
def test_parts_are_members_that_any_gunzip_reads_as_one(first: list[bytes], second: list[bytes], size: int) -> None:
    made = packer("gzip")
    parts = []
    for chunks in (first, second):
        for chunk in chunks:
            made.add(chunk)
        parts.append(made.take())
    whole = b"".join(parts)
    plain = b"".join(first + second)
    assert (gzip.decompress(whole) if whole else b"") == plain
    assert b"".join(unpacked("k.gz", pieces(whole, size))) == plain


@given(CHUNKS)
def test_without_compression_bytes_pass_as_they_are(chunks: list[bytes]) -> None:
    made = packer("none")
    for chunk in chunks:
        made.add(chunk)
    assert made.size == len(b"".join(chunks))
    assert b"".join(unpacked("k.json", [made.take()])) == b"".join(chunks)


@pytest.mark.parametrize("cut", [1, 5, 12, 20])
def test_gzip_that_is_cut_off_is_found(cut: int) -> None:
    packed = pack("gzip", b"some data " * 20)
    with pytest.raises(SchemaMismatch, match="gzip"):
        list(unpacked("k.gz", [packed[:-cut]]))


def test_what_is_no_gzip_is_found() -> None:
    with pytest.raises(SchemaMismatch):
        list(unpacked("k.gz", [b"plain text"]))


def test_a_bomb_is_refused_before_it_unfolds() -> None:
    bomb = gzip.compress(b"\0" * 200_000_000, 9)
    given = 0
    with pytest.raises(SchemaMismatch, match="unpacks beyond"):
        for chunk in unpacked("k.gz", pieces(bomb, 4096)):
            given += len(chunk)
    assert given < 10_000_000
