"""The lake as one block sees it: each object at one version, which is pinned; made again, it holds what is pinned.

Rooms that read a lake (results, builds, manifests, projects) read it as they read any.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from botocore.exceptions import ClientError

from pipeline.aws import error_code, translated
from pipeline.console.reports.told import Pin
from pipeline.errors import DataInvalid, NotFound
from pipeline.lake.bucket import MAX_SMALL_OBJECT, Lake, StoredObject, sha256

_GONE = frozenset(("NoSuchKey", "NoSuchVersion", "404"))
_UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Body:
    """A small object as it was read, and of which version."""

    body: bytes
    etag: str
    version_id: str | None
    checksum: str


@dataclass
class Objects:
    """What the blocks of one report have read: two that read one key see the same version of it."""

    known: dict[tuple[str, str | None], Body | None] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, key: str, version_id: str | None, read: Callable[[], Body | None]) -> Body | None:
        """What is known of a key, else what ``read`` gives. Whoever came first is believed."""
        mark = (key, version_id)
        with self.lock:
            if mark in self.known:
                return self.known[mark]
        found = read()
        with self.lock:
            return self.known.setdefault(mark, found)


class PinnedLake(Lake):
    """``held`` are the pins by key where a report is made again, None where it is made of the newest; ``check`` is
    asked before each read and raises what ends it. Raises what Lake raises; NotFound (``report_version_gone``) and
    DataInvalid (``report_version_changed``) for pins that cannot be read any more."""

    def __init__(self, lake: Lake, held: Mapping[str, Pin] | None, objects: Objects, check: Callable[[], None]) -> None:
        super().__init__(lake.s3, lake.bucket, lake.kms_key)
        self.held = held
        self.read: dict[str, tuple[str | None, str | None]] = {}
        self._objects, self._check, self._lock = objects, check, threading.Lock()

    def pin(self, key: str, version_id: str | None, checksum: str | None) -> None:
        """Say that a version was read; what was said of a key first stays."""
        with self._lock:
            self.read.setdefault(key, (version_id, checksum))

    def list_after(self, prefix: str, start_after: str) -> Iterator[StoredObject]:
        """As the lake; made again, the pinned keys, of which nothing else is known."""
        self._check()
        if self.held is None:
            yield from super().list_after(prefix, start_after)
            return
        for key in sorted(one for one in self.held if one.startswith(prefix) and one > start_after):
            yield StoredObject(key, 0, _UNKNOWN, "")

    def read_small(self, key: str) -> tuple[bytes, str] | None:
        """As the lake, of the pinned version."""
        self._check()
        wanted = self._wanted(key)
        if self.held is not None and wanted is None:
            return None
        found = self._objects.of(key, wanted.version_id if wanted else None, lambda: self._fetch(key, wanted))
        if found is None:
            return None
        _compare(wanted, found.checksum)
        self._keep(key, wanted, found.version_id, found.checksum)
        return found.body, found.etag

    def head(self, key: str, version_id: str | None = None) -> StoredObject | None:
        """As the lake, of the pinned version."""
        self._check()
        wanted = self._wanted(key)
        if self.held is not None and wanted is None:
            return None
        stored = super().head(key, wanted.version_id if wanted else version_id)
        if stored is None:
            _refuse(wanted)
            return None
        if wanted and not wanted.version_id:
            _compare(wanted, stored.checksum)
        self._keep(key, wanted, stored.version_id, stored.checksum)
        return stored

    def stream(self, key: str, version_id: str | None = None) -> Iterator[bytes]:
        """As the lake, of the pinned version."""
        yield from super().stream(key, version_id or self._version(key))

    def peek(self, key: str, span: str) -> tuple[bytes, dict[str, str]]:
        """As the lake, of the pinned version; what is kept beside the object is not told."""
        return self._span(key, span, self._version(key)), {}

    def _keep(self, key: str, wanted: Pin | None, version_id: str | None, checksum: str | None) -> None:
        # Made again, the pins are the same to the letter.
        self.pin(key, *((wanted.version_id, wanted.checksum) if wanted else (version_id, checksum)))

    def _version(self, key: str) -> str | None:
        """The version that is read of a key. Raise NotFound."""
        with self._lock:
            known = self.read.get(key)
        if known is None:
            stored = self.head(key)
            if stored is None:
                where = self.location(key)
                raise NotFound(f"{where} does not exist", resource=where, action="s3:GetObject")
            return stored.version_id
        return known[0]

    def _wanted(self, key: str) -> Pin | None:
        return self.held.get(key) if self.held is not None else None

    def _fetch(self, key: str, wanted: Pin | None) -> Body | None:
        version = {"VersionId": wanted.version_id} if wanted and wanted.version_id else {}
        with translated("s3:GetObject", f"{self.bucket}/{key}"):
            try:
                answer = self.s3.get_object(Bucket=self.bucket, Key=key, **version)  # type: ignore[arg-type]
            except ClientError as error:
                if error_code(error) in _GONE:
                    _refuse(wanted)
                    return None
                raise self._read_error(error, key) from error
            body = answer["Body"].read(MAX_SMALL_OBJECT + 1)
        return Body(body, answer["ETag"], answer.get("VersionId"), sha256(body))


def _refuse(wanted: Pin | None) -> None:
    """Raise NotFound where what is not there was pinned."""
    if wanted is not None:
        text = f"version {wanted.version_id} of {wanted.key} is no more"
        raise NotFound(text, resource=wanted.key, situation="report_version_gone")


def _compare(wanted: Pin | None, found: str | None) -> None:
    if wanted and wanted.checksum and found and wanted.checksum != found:
        text = f"{wanted.key} has changed since the report was made"
        raise DataInvalid(text, record="report", field=wanted.key, situation="report_version_changed")
