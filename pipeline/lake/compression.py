"""How a document's bytes are packed on their way to S3: as they are, or as gzip members. And how they are unpacked.

Each part is a gzip member of its own, so an upload can be interrupted between parts; unpacking is bounded by ratio.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any, Protocol

from pipeline.config import Compression
from pipeline.errors import SchemaMismatch

LEVEL = 1
WINDOW_GZIP = 31
# DynamoDB items compress 5 to 20 times; deflate's own limit is 1032.
MAX_RATIO = 500
UNPACK_CHUNK = 256 * 1024


class Packer(Protocol):
    """Collects chunks until a part is taken."""

    size: int

    def add(self, chunk: bytes) -> None: ...
    def take(self) -> bytes: ...


class Plain:
    """Bytes as they are."""

    def __init__(self) -> None:
        self.size = 0
        self._chunks: list[bytes] = []

    def add(self, chunk: bytes) -> None:
        self._chunks.append(chunk)
        self.size += len(chunk)

    def take(self) -> bytes:
        part = b"".join(self._chunks)
        self._chunks, self.size = [], 0
        return part


class Gzip:
    """One gzip member a part; ``size`` counts what has come out of the compressor so far."""

    def __init__(self) -> None:
        self._start()

    def add(self, chunk: bytes) -> None:
        if chunk:
            self._fed = True
            self._out.add(self._member.compress(chunk))
            self.size = self._out.size

    def take(self) -> bytes:
        if not self._fed:
            return b""
        self._out.add(self._member.flush())
        part = self._out.take()
        self._start()
        return part

    def _start(self) -> None:
        self._member: Any = _compressor().compressobj(LEVEL, zlib.DEFLATED, WINDOW_GZIP)
        self._out = Plain()
        self._fed = False
        self.size = 0


def packer(compression: Compression) -> Packer:
    """A fresh packer."""
    return Gzip() if compression == "gzip" else Plain()


def pack(compression: Compression, data: bytes) -> bytes:
    """All of ``data`` packed by itself."""
    made = packer(compression)
    made.add(data)
    return made.take()


def unpacked(key: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The document's plain bytes: gzip undone when the key says so. Raise SchemaMismatch for damage or a bomb."""
    if not key.endswith(".gz"):
        yield from chunks
        return
    try:
        yield from _members(key, chunks)
    except zlib.error as error:
        raise SchemaMismatch(f"{key}: gzip is damaged", key=key, expected="gzip", found=str(error)) from error


def _members(key: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    member, begun = zlib.decompressobj(WINDOW_GZIP), False
    taken = given = 0
    for chunk in chunks:
        taken += len(chunk)
        data = chunk
        while data:
            begun = True
            plain = member.decompress(data, UNPACK_CHUNK)
            given += len(plain)
            _refuse_bomb(key, given, taken)
            yield plain
            data = member.unconsumed_tail or member.unused_data
            if member.eof:
                member, begun = zlib.decompressobj(WINDOW_GZIP), False
    if begun:
        raise zlib.error("its end is missing")


def _refuse_bomb(key: str, given: int, taken: int) -> None:
    if given > UNPACK_CHUNK + MAX_RATIO * taken:
        expected = f"at most {MAX_RATIO} times the stored size"
        raise SchemaMismatch(f"{key}: unpacks beyond {expected}", key=key, expected=expected, found=f"{given} bytes")


def _compressor() -> ModuleType:
    # isal compresses several times faster; it is used where somebody installed it.
    try:
        from isal import isal_zlib  # noqa: PLC0415
    except ImportError:
        return zlib
    module: ModuleType = isal_zlib
    return module
