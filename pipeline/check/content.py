"""Reads a whole document in a stream and counts what check compares: records, keys, export times, checksum."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.check.marks import SIZE, Marks
from pipeline.export import native_files
from pipeline.lake.bucket import Lake
from pipeline.lake.compression import unpacked
from pipeline.lake.document import EXPORTED_AT, Reader
from pipeline.lake.publish import composite_checksum
from pipeline.runs.run import Run

Watch = Callable[[int], None]


def unwatched(size: int) -> None:
    """Nobody wants to know how many bytes have been read."""


@dataclass(frozen=True)
class Content:
    """What a document really holds. ``checksum`` is computed as S3 does; None when the parts are not known."""

    announced: int
    records: int
    without_time: int
    duplicates: int
    checksum: str | None


class _Digest:
    """S3's SHA-256 of bytes that pass by: of the whole, or of each part and then of those."""

    def __init__(self, part_sizes: tuple[int, ...]) -> None:
        self._left = list(part_sizes)
        self._composite = bool(part_sizes)
        self._hash = hashlib.sha256()
        self._parts: list[str] = []
        self._room = self._left.pop(0) if self._left else 0

    def update(self, chunk: bytes) -> None:
        while self._composite and len(chunk) >= self._room and (self._left or self._room):
            self._hash.update(chunk[: self._room])
            chunk = chunk[self._room :]
            self._close()
        self._hash.update(chunk)
        self._room -= len(chunk)

    def result(self) -> str:
        if self._composite:
            return composite_checksum(self._parts)
        return base64.b64encode(self._hash.digest()).decode("ascii")

    def _close(self) -> None:
        self._parts.append(base64.b64encode(self._hash.digest()).decode("ascii"))
        self._hash = hashlib.sha256()
        self._room = self._left.pop(0) if self._left else 0


def read_content(lake: Lake, run: Run, key_names: Sequence[str] | None, watch: Watch = unwatched) -> Content:
    """Read the document of a run to its end. Raise SchemaMismatch when it is damaged, and what Lake.stream raises."""
    digest = _Digest(run.part_sizes)
    key = run.key or ""
    chunks = _watched(lake.stream(key, run.version_id), digest.update, watch)
    reader = Reader(unpacked(key, chunks), key)
    records = without = 0
    keys = _Keys(key_names)
    for record in reader.records():
        records += 1
        without += EXPORTED_AT not in record
        keys.note(record)
    # A composite checksum cannot be computed anew without knowing where the parts ended.
    unknown_parts = "-" in (run.checksum or "") and not run.part_sizes
    checksum = None if unknown_parts else digest.result()
    return Content(_count(reader.metadata), records, without, keys.repeated(), checksum)


def read_part(lake: Lake, key: str, watch: Watch = unwatched) -> tuple[str, int]:
    """MD5 (base64, of the stored bytes) and items of one file of a native export. Raise SchemaMismatch for damage."""
    digest = hashlib.md5(usedforsecurity=False)
    chunks = _watched(lake.stream(key), digest.update, watch)
    items = sum(1 for _ in native_files.records(unpacked(key, chunks), key))
    return base64.b64encode(digest.digest()).decode("ascii"), items


def read_checksum(lake: Lake, key: str, version_id: str | None) -> str:
    """S3's SHA-256 of an object that was sent in one piece, computed anew. Raise what Lake.stream raises."""
    digest = _Digest(())
    for chunk in lake.stream(key, version_id):
        digest.update(chunk)
    return digest.result()


def _watched(chunks: Iterable[bytes], digest: Callable[[bytes], object], watch: Watch) -> Iterator[bytes]:
    for chunk in chunks:
        digest(chunk)
        watch(len(chunk))
        yield chunk


class _Keys:
    """How many records have the key of another one. Where a record lacks a key's attribute, the table had other keys
    when it was written, and which is not known: nothing is counted."""

    def __init__(self, names: Sequence[str] | None) -> None:
        self._names = names or ()
        self._marks = Marks()

    def note(self, record: dict[str, Any]) -> None:
        if not self._names:
            return
        if any(name not in record for name in self._names):
            self._names = ()
            self._marks.drop()
            return
        parts = repr([record[name] for name in self._names])
        self._marks.add(hashlib.blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=SIZE).digest())

    def repeated(self) -> int:
        return self._marks.repeated()


def _count(metadata: dict[str, Any]) -> int:
    count = metadata.get("record_count")
    return count if isinstance(count, int) else -1
