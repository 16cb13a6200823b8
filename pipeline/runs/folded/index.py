"""An index as bytes and back: entries as they lie in the ledger, each with its key and ETag. Pure.

Whatever cannot be read, or is not what its ETag says, is left out: it is read from the ledger instead.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable
from itertools import islice
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

MOST_ENTRIES: Final = 50_000
# Unpacked; twenty thousand runs. The function reads indexes, too, in the memory that an export needs anyway.
MOST_BYTES: Final = 32 * 1024 * 1024
_GZIP: Final = 31
_LEVEL: Final = 6
Mark = tuple[str, str]


class Folded(Struct, frozen=True, array_like=True):
    """A ledger entry: where it lies, its ETag, and its bytes as text."""

    key: str
    etag: str
    body: str

    @property
    def mark(self) -> Mark:
        """What a listing says of an entry that is still this one."""
        return self.key, self.etag

    @property
    def is_whole(self) -> bool:
        """Whether the ETag is the MD5 of these bytes. Source: Amazon S3 API Reference, "Object", ``ETag``: so it is of
        what was put whole under SSE-S3, and not under SSE-KMS."""
        digest = hashlib.md5(self.body.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
        return self.etag.strip('"') == digest


class _Index(Struct):
    format: Literal[1]
    entries: Annotated[list[Folded], Meta(max_length=MOST_ENTRIES)]


def packed(entries: Iterable[Folded]) -> bytes:
    """As it is kept: the same entries in any order give the same bytes. Beyond what would be read again the oldest are
    left out."""
    ordered = _within(sorted(entries, key=lambda one: one.key, reverse=True))
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    return packer.compress(msgspec.json.encode(_Index(1, ordered))) + packer.flush()


def _within(newest_first: Iterable[Folded]) -> list[Folded]:
    kept, left = list[Folded](), MOST_BYTES - len(msgspec.json.encode(_Index(1, [])))
    for one in islice(newest_first, MOST_ENTRIES):
        left -= len(msgspec.json.encode(one)) + 1
        if left < 0:
            break
        kept.append(one)
    return kept[::-1]


def unpacked(body: bytes) -> list[Folded]:
    """What an index holds; nothing where it is none, is cut off, or unpacks to more than one may be."""
    unpacker = zlib.decompressobj(_GZIP)
    try:
        text = unpacker.decompress(body, MOST_BYTES)
        return msgspec.json.decode(text, type=_Index).entries if unpacker.eof else []
    except (zlib.error, msgspec.DecodeError, RecursionError):
        return []
