"""The export document (PRODUCT §3): its head and tail as bytes, and its decoding piece by piece. Pure.

A document is never held whole: readers see chunks of bytes, and records come out one at a time, digits kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn, TypeGuard

import msgspec
import orjson

from pipeline.errors import SchemaMismatch
from pipeline.lake.reading.values import STEP, TOKEN, Value

EXPORTED_AT = "_exported_at"


VERSION = "1.0"
SEPARATOR = b",\n"
TAIL = b"\n]}\n"
MAX_RECORD_BYTES = 16 * 1024 * 1024
MAX_HEAD_BYTES = 256 * 1024
MAX_DEPTH = 200
METADATA_KEYS = ("table_name", "exported_at", "export_version", "record_count")

_BEFORE_VALUE = re.compile(rb"[\s,]*")
_LONGEST_END = 64
_DATA_START = re.compile(rb'"data"\s*:\s*\[')
_DATA_CUT = re.compile(rb'"data"\s*:?\s*\Z')
_METADATA_LAST = re.compile(rb'\]\s*,\s*"export_metadata"\s*:')


@dataclass(frozen=True)
class Head:
    """The document's metadata; the first four keys are the contract and come first, ``extra`` follows."""

    table_name: str
    exported_at: str
    record_count: int
    extra: tuple[tuple[str, str | int | None], ...] = ()

    def encode(self) -> bytes:
        """Everything that precedes the first record."""
        fields = {
            "table_name": self.table_name,
            "exported_at": self.exported_at,
            "export_version": VERSION,
            "record_count": self.record_count,
            **dict(self.extra),
        }
        return b'{"export_metadata": ' + orjson.dumps(fields) + b',\n"data": [\n'


class Reader:
    """Decodes a document from chunks: ``metadata``, and ``records()``, whichever of the two comes first.

    Raise SchemaMismatch when the bytes are not a document of ours, or end before the document does.
    """

    def __init__(self, chunks: Iterable[bytes], where: str) -> None:
        self._chunks = iter(chunks)
        self._where = where
        self._buffer = b""
        self._at = 0
        self._metadata = self._read_head()

    @property
    def metadata_is_last(self) -> bool:
        """Whether records come first and have not been read to their end: ``metadata`` is not known yet."""
        return self._metadata is None

    @property
    def metadata(self) -> dict[str, Any]:
        """What the document says of itself. Raise SchemaMismatch where it comes last and has not been reached."""
        if self._metadata is None:
            self._mismatch("export_metadata before data", "data first")
        return self._metadata

    def read_on(self) -> dict[str, Any]:
        """Read what is left of the records, and give the metadata."""
        for _ in self.raw_records():
            pass
        return self.metadata

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the records in order; ends only after the closing brackets have been seen."""
        for raw in self.raw_records():
            record = decoded(raw, self._where)
            if not isinstance(record, dict):
                self._mismatch("records that are JSON objects", type(record).__name__)
            yield record

    def raw_records(self) -> Iterator[bytes]:
        """Like records(), as undecoded JSON."""
        while (raw := self._next_value()) is not None:
            yield raw
        self._expect_end()

    def _read_head(self) -> dict[str, Any] | None:
        start = self._data_start()
        head = decoded(self._buffer[:start] + b"]}", self._where)
        self._at = start
        return self._checked_metadata(head) if "export_metadata" in head else None

    def _data_start(self) -> int:
        """Where records begin: behind the bracket of the outermost object's own "data"."""
        depth = scanned = 0
        while True:
            for token in TOKEN.finditer(self._buffer, scanned):
                own = depth == 1 and token[0] == b'"data"'
                if own and (match := _DATA_START.match(self._buffer, token.start())):
                    return match.end()
                if token[0] == b'"' or (own and _DATA_CUT.match(self._buffer, token.start())):
                    # The rest of it has not come yet.
                    break
                depth += STEP.get(token[0], 0)
                scanned = token.end()
            if len(self._buffer) > MAX_HEAD_BYTES or not self._more():
                self._mismatch('an object with "export_metadata" and "data"', _quote(self._buffer))

    def _read_tail(self) -> dict[str, Any]:
        while len(self._buffer) - self._at <= MAX_HEAD_BYTES and self._more():
            pass
        whole = _behind_records(self._buffer[self._at :])
        if whole is None:
            self._mismatch('"export_metadata" and the end behind the records', _quote(self._buffer[self._at :]))
        return self._checked_metadata(whole)

    def _checked_metadata(self, whole: dict[str, Any]) -> dict[str, Any]:
        metadata = whole.get("export_metadata")
        if not _understood(metadata):
            found = json.dumps(metadata, default=str).encode()
            self._mismatch("export_metadata with " + ", ".join(METADATA_KEYS), _quote(found))
        if metadata["export_version"] != VERSION:
            self._mismatch(f"export_version {VERSION}", str(metadata["export_version"])[:80])
        return metadata

    def _next_value(self) -> bytes | None:
        self._skip_separator()
        if self._buffer.startswith(b"]", self._at):
            return None
        if not self._buffer.startswith((b"{", b"["), self._at):
            self._mismatch("records that are JSON objects", _quote(self._buffer[self._at :]))
        return self._whole_value()

    def _skip_separator(self) -> None:
        while True:
            match = _BEFORE_VALUE.match(self._buffer, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._buffer):
                return
            self._need_more()

    def _whole_value(self) -> bytes:
        value, pieces, size = Value(), [], 0
        while (end := value.feed(self._buffer, self._at)) is None:
            pieces.append(self._buffer[self._at :])
            size += len(pieces[-1])
            self._at = len(self._buffer)
            self._bound(value.depth, size)
            self._need_more()
        pieces.append(self._buffer[self._at : end])
        self._at = end
        return b"".join(pieces)

    def _bound(self, depth: int, size: int) -> None:
        if depth > MAX_DEPTH:
            self._mismatch(f"at most {MAX_DEPTH} levels", f"{depth} levels")
        if size > MAX_RECORD_BYTES:
            self._mismatch(f"records of at most {MAX_RECORD_BYTES} bytes", "a larger one")

    def _expect_end(self) -> None:
        if self._metadata is None:
            self._metadata = self._read_tail()
            return
        while len(self._buffer) - self._at <= _LONGEST_END and self._more():
            pass
        rest = self._buffer[self._at :]
        if rest.translate(None, b" \t\r\n") != b"]}":
            self._mismatch('"]}" at the end', _quote(rest))

    def _more(self) -> bool:
        chunk = next(self._chunks, b"")
        self._buffer = self._buffer[self._at :] + chunk
        self._at = 0
        return bool(chunk)

    def _need_more(self) -> None:
        if not self._more():
            self._mismatch("a whole document", "its end is missing")

    def _mismatch(self, expected: str, found: str) -> NoReturn:
        raise SchemaMismatch(
            f"{self._where}: expected {expected}, found {found}", key=self._where, expected=expected, found=found
        )


def metadata_at_end(tail: bytes) -> dict[str, Any] | None:
    """The metadata of a document whose records come first and whose last bytes these are; None when it is not there."""
    *_, last = [None, *_METADATA_LAST.finditer(tail)]
    whole = _behind_records(tail[last.start() :]) if last else None
    metadata = whole.get("export_metadata") if whole else None
    return metadata if _understood(metadata) and metadata["export_version"] == VERSION else None


def _understood(metadata: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(metadata, dict) and all(key in metadata for key in METADATA_KEYS)


def _behind_records(rest: bytes) -> dict[str, Any] | None:
    """What stands behind the records, from their closing bracket on; None when it is no end, or brings more records."""
    if len(rest) > MAX_HEAD_BYTES:
        return None
    try:
        whole = decoded(b'{"data": [' + rest, "end")
    except SchemaMismatch:
        return None
    return whole if whole["data"] == [] else None


def without_export_time(record: dict[str, Any]) -> dict[str, Any]:
    """The record as the table holds it: without ``_exported_at``."""
    return {name: value for name, value in record.items() if name != EXPORTED_AT}


def exact(value: Any) -> Any:
    """A decoded value in a form that orjson writes with every digit, at any depth."""
    if isinstance(value, Decimal) or (isinstance(value, int) and not isinstance(value, bool)):
        return orjson.Fragment(str(value))
    if isinstance(value, dict):
        return {name: exact(inner) for name, inner in value.items()}
    return [exact(inner) for inner in value] if isinstance(value, list) else value


def written_out(record: dict[str, Any]) -> dict[str, Any]:
    """A converted item (numbers as msgspec.Raw) as a decoded record."""
    return dict(decoded(msgspec.json.encode(record), "record"))


def decoded(raw: bytes, where: str) -> Any:
    """Any JSON with every digit: whole numbers as int, others as Decimal. Raise SchemaMismatch naming ``where``."""
    try:
        return json.loads(raw, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise SchemaMismatch(
            f"{where}: not JSON: {type(error).__name__}", key=where, expected="JSON", found=_quote(raw)
        ) from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _quote(raw: bytes) -> str:
    text = raw[:60].decode("utf-8", "replace")
    return repr(text) if text else "nothing"
