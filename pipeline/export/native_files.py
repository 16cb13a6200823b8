"""What DynamoDB's own export leaves in S3: its manifests, and its data files' lines as plain records. Pure.

Source: Amazon DynamoDB Developer Guide, "DynamoDB table export output format".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import orjson
from msgspec import UNSET, Struct, UnsetType

from pipeline.clock import parse_utc
from pipeline.errors import SchemaMismatch
from pipeline.export.dynamodb_json import Item, plain_item, set_aside
from pipeline.lake.document import EXPORTED_AT
from pipeline.runs.run import DataFile
from pipeline.untrusted import count

DELETED = "_deleted"
MAX_LINE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Manifest:
    """The summary: the key of the list of files, the items in all of them, and the moment of the snapshot."""

    files_key: str
    item_count: int
    export_time: datetime | None


class _Line(Struct, gc=False, rename="pascal"):
    """A line of a data file: an item, or what became of the one with these keys."""

    item: Item | UnsetType = UNSET
    new_image: Item | None = None
    keys: Item | UnsetType = UNSET


_decode_line = msgspec.json.Decoder(_Line).decode


def parse_summary(body: bytes, where: str) -> Manifest:
    """Read ``manifest-summary.json``. Raise SchemaMismatch when it is not one, or of another format than ours."""
    try:
        raw = orjson.loads(body)
        if raw["outputFormat"] != "DYNAMODB_JSON":
            raise ValueError(f"outputFormat {raw['outputFormat']}")
        # An incremental summary has exportFromTime and exportToTime instead.
        moment = raw.get("exportTime") or raw.get("exportToTime")
        return Manifest(str(raw["manifestFilesS3Key"]), count(raw["itemCount"]), parse_utc(moment) if moment else None)
    except (KeyError, TypeError, ValueError) as error:
        raise _mismatch(where, "manifest-summary.json of a DYNAMODB_JSON export", error) from error


def parse_files(body: bytes, where: str) -> tuple[DataFile, ...]:
    """Read ``manifest-files.json``, one line a data file; sizes are not in it and stay 0. Raise SchemaMismatch."""
    try:
        return tuple(_file(orjson.loads(line)) for line in body.splitlines() if line.strip())
    except (KeyError, TypeError, ValueError) as error:
        raise _mismatch(where, "manifest-files.json", error) from error


def records(chunks: Iterable[bytes], where: str) -> Iterator[dict[str, Any]]:
    """Plain records of one unpacked data file. A line of an incremental export gives its new image, or, for a deleted
    item, its keys with ``_deleted``. Raise SchemaMismatch for a line that is none of these."""
    for line in lines(chunks, where):
        try:
            yield _record(_decode_line(line))
        except (ValueError, RecursionError) as error:
            raise _mismatch(where, "a line with Item or Keys", error) from error


def lines(chunks: Iterable[bytes], where: str) -> Iterator[bytes]:
    """The lines of one unpacked data file."""
    # Pieces of a line that goes on are kept apart: joined with each chunk anew, a long line would be quadratic.
    held: list[bytes] = []
    size = 0
    for chunk in chunks:
        first, newline, rest = chunk.partition(b"\n")
        held.append(first)
        size += len(first)
        if newline:
            *whole, last = [b"".join(held), *rest.split(b"\n")]
            yield from filter(None, whole)
            held, size = [last], len(last)
        if size > MAX_LINE_BYTES:
            raise _mismatch(where, f"lines of at most {MAX_LINE_BYTES} bytes", ValueError("a longer one"))
    yield from filter(None, [b"".join(held)])


def _file(raw: dict[str, Any]) -> DataFile:
    key = str(raw["dataFileS3Key"])
    return DataFile(key, 0, count(raw["itemCount"]), str(raw["md5Checksum"]), str(raw["etag"]).strip('"'))


def _record(line: _Line) -> dict[str, Any]:
    record = _image(line)
    # Nothing is written here, so nothing clashes; but the name means the moment of an export wherever records are read.
    return set_aside(record) if EXPORTED_AT in record else record


def _image(line: _Line) -> dict[str, Any]:
    if line.item is not UNSET:
        return plain_item(line.item)
    if line.new_image:
        return plain_item(line.new_image)
    if line.keys is UNSET:
        raise ValueError("neither Item nor Keys")
    return plain_item(line.keys) | {DELETED: True}


def _mismatch(where: str, expected: str, error: Exception) -> SchemaMismatch:
    found = f"{type(error).__name__} {error}"[:200]
    return SchemaMismatch(f"{where}: expected {expected}, found {found}", key=where, expected=expected, found=found)
