"""The lake in S3: listings from a day on, conditional small objects, ranged and streamed reads, links.

Every write names its encryption and sends a SHA-256; every listing starts at its first day and goes to its end.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson
from botocore.exceptions import ClientError

from pipeline.aws import error_code, translated
from pipeline.errors import DataInvalid, NotFound, S3AccessDenied, SchemaMismatch
from pipeline.lake.answers import time_there, with_reason
from pipeline.lake.storage import Storage, listed, told
from pipeline.untrusted import MOST_LEVELS, deeper_than

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import RestoreRequestTypeDef

READ_CHUNK = 256 * 1024
MAX_SMALL_OBJECT = 4 * 1024 * 1024
PRESIGN_SECONDS = 300
_CONFLICT = frozenset(("PreconditionFailed", "412", "ConditionalRequestConflict", "409"))


class Conflict(Exception):
    """A conditional write lost: the object is not in the state that the writer had seen. Never leaves the engine."""


@dataclass(frozen=True)
class StoredObject:
    """One line of a listing, or what HEAD says. ``size`` in bytes."""

    key: str
    size: int
    last_modified: datetime
    etag: str
    storage: Storage = Storage()
    version_id: str | None = None
    checksum: str | None = None
    metadata: tuple[tuple[str, str], ...] = ()

    @property
    def archived(self) -> bool:
        """Whether it cannot be read before it is restored."""
        return not self.storage.readable


@dataclass(frozen=True)
class Written:
    """A small object as it was written: its ETag, and when, by S3's own clock (None where it does not say)."""

    etag: str
    at: datetime | None = None


class Lake:
    """One bucket. Raises S3AccessDenied, NotFound, AuthFailed, RateLimited or ExternalApiDown throughout."""

    def __init__(self, s3: S3Client, bucket: str, kms_key: str | None = None) -> None:
        self.s3 = s3
        self.bucket = bucket
        self.kms_key = kms_key
        # Asked before each run: which of S3's conditions this store ignores (store.py). AWS ignores none.
        self.admit: Callable[[], tuple[str, ...]] = tuple

    @property
    def encryption(self) -> dict[str, Any]:
        """How every object is encrypted: SSE-S3, or SSE-KMS with the key of the settings."""
        if self.kms_key:
            return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self.kms_key}
        return {"ServerSideEncryption": "AES256"}

    def put_options(self, body: bytes) -> dict[str, Any]:
        """Encryption and checksum of a PutObject. Source: Amazon S3 API Reference, "PutObject"."""
        return {**self.encryption, "ChecksumAlgorithm": "SHA256", "ChecksumSHA256": sha256(body)}

    def location(self, key: str) -> str:
        """The s3:// form of a key."""
        return f"s3://{self.bucket}/{key}"

    def list_after(self, prefix: str, start_after: str) -> Iterator[StoredObject]:
        """Every object under ``prefix`` whose key follows ``start_after``, in key order, page by page."""
        pages = self.s3.get_paginator("list_objects_v2")
        with translated("s3:ListBucket", self.bucket):
            for page in pages.paginate(Bucket=self.bucket, Prefix=prefix, StartAfter=start_after):
                for item in page.get("Contents", []):
                    yield StoredObject(
                        key=item["Key"],
                        size=item["Size"],
                        last_modified=item["LastModified"],
                        etag=item["ETag"],
                        storage=listed(item.get("StorageClass")),
                    )

    def head(self, key: str, version_id: str | None = None) -> StoredObject | None:
        """What S3 says of an object, its checksum included; None when there is none."""
        with translated("s3:GetObject", f"{self.bucket}/{key}"):
            try:
                raw = self.s3.head_object(Bucket=self.bucket, Key=key, ChecksumMode="ENABLED", **_version(version_id))
            except ClientError as error:
                if error_code(error) in {"404", "NoSuchKey", "NotFound"}:
                    return None
                raise with_reason(self.s3, error, Bucket=self.bucket, Key=key, **_version(version_id)) from error
        return StoredObject(
            key=key,
            size=raw["ContentLength"],
            last_modified=raw["LastModified"],
            etag=raw["ETag"],
            storage=told(raw.get("StorageClass"), raw.get("ArchiveStatus"), raw.get("Restore")),
            version_id=raw.get("VersionId"),
            checksum=raw.get("ChecksumSHA256"),
            metadata=tuple(sorted(raw.get("Metadata", {}).items())),
        )

    def read_json(self, key: str) -> tuple[Any, str] | None:
        """A small JSON object and its ETag; None when there is none. Raise SchemaMismatch when it is no JSON, or
        nested too deep to be walked through."""
        stored = self.read_small(key)
        return (parsed(stored[0], key), stored[1]) if stored else None

    def read_small(self, key: str) -> tuple[bytes, str] | None:
        """The beginning of an object, which is the whole of a small one, and its ETag; None when there is none."""
        with translated("s3:GetObject", f"{self.bucket}/{key}"):
            try:
                answer = self.s3.get_object(Bucket=self.bucket, Key=key)
            except ClientError as error:
                if error_code(error) == "NoSuchKey":
                    return None
                raise self._read_error(error, key) from error
            return answer["Body"].read(MAX_SMALL_OBJECT + 1), answer["ETag"]

    def read_bytes(self, key: str) -> bytes:
        """A whole object that is known to be small enough for memory (a manifest). Raise NotFound."""
        return b"".join(self.stream(key))

    def write_json(self, key: str, value: Any, seen: str | None) -> str:
        """Write a small JSON object as ``put_json`` does. Return its new ETag."""
        return self.put_json(key, value, seen).etag

    def put_json(self, key: str, value: Any, seen: str | None) -> Written:
        """Write a small JSON object only if it is still as ``seen`` (an ETag; None: absent).

        A lost answer to a write that did happen is told from a lost race by the stored bytes. Raise Conflict; and
        SchemaMismatch for more than would be read again.
        """
        body = orjson.dumps(value)
        if len(body) > MAX_SMALL_OBJECT:
            text = f"{key}: {len(body):,} bytes are more than the {MAX_SMALL_OBJECT:,} that would be read again"
            raise SchemaMismatch(text, key=key, expected=f"at most {MAX_SMALL_OBJECT:,} bytes", found=f"{len(body):,}")
        with translated("s3:PutObject", f"{self.bucket}/{key}"):
            try:
                answer = self.s3.put_object(
                    Bucket=self.bucket,
                    Key=key,
                    Body=body,
                    ContentType="application/json",
                    **self.put_options(body),
                    **condition(seen),
                )
            except ClientError as error:
                if not is_conflict(error):
                    raise
                return self._already_written(key, body, error)
        return Written(answer["ETag"], time_there(answer))

    def _already_written(self, key: str, body: bytes, error: ClientError) -> Written:
        answer = self.s3.get_object(Bucket=self.bucket, Key=key)
        if answer["Body"].read() == body:
            return Written(answer["ETag"], answer["LastModified"])
        raise Conflict(key) from error

    def stream(self, key: str, version_id: str | None = None) -> Iterator[bytes]:
        """The object's bytes in chunks. Raise NotFound; S3AccessDenied, ``archived``, before a restore."""
        with translated("s3:GetObject", f"{self.bucket}/{key}"):
            try:
                answer = self.s3.get_object(Bucket=self.bucket, Key=key, **_version(version_id))
            except ClientError as error:
                raise self._read_error(error, key) from error
            yield from answer["Body"].iter_chunks(READ_CHUNK)

    def ranges(self, key: str, version_id: str | None = None, limit: int = 128 * READ_CHUNK) -> Iterator[bytes]:
        """The object's beginning by ranged reads, at most ``limit`` bytes, each fetched only when asked for."""
        for start in range(0, limit, READ_CHUNK):
            chunk = self._span(key, f"bytes={start}-{start + READ_CHUNK - 1}", version_id)
            yield chunk
            if len(chunk) < READ_CHUNK:
                return

    def peek(self, key: str, span: str) -> tuple[bytes, dict[str, str]]:
        """The bytes of one range (``bytes=0-99``, ``bytes=-99``) and what S3 keeps beside the object; no bytes of an
        empty one. Raise NotFound, and what ``stream`` raises."""
        with translated("s3:GetObject", f"{self.bucket}/{key}"):
            try:
                answer = self.s3.get_object(Bucket=self.bucket, Key=key, Range=span)
                return answer["Body"].read(), answer.get("Metadata", {})
            except ClientError as error:
                if error_code(error) in {"InvalidRange", "416"}:
                    return b"", {}
                raise self._read_error(error, key) from error

    def tail(self, key: str, version_id: str | None = None) -> bytes:
        """The object's last 256 KB by one ranged read; the whole of a smaller one."""
        return self._span(key, f"bytes=-{READ_CHUNK}", version_id)

    def presign(self, key: str, version_id: str | None, filename: str, seconds: int = PRESIGN_SECONDS) -> str:
        """A link to one version that anybody may follow for so long: never log it."""
        with translated("s3:GetObject", f"{self.bucket}/{key}"):
            return self.s3.generate_presigned_url(
                "get_object",
                Params={
                    "Bucket": self.bucket,
                    "Key": key,
                    "ResponseContentDisposition": f'attachment; filename="{filename}"',
                    **_version(version_id),
                },
                ExpiresIn=seconds,
            )

    def restore(self, key: str, version_id: str | None, days: int | None) -> None:
        """Ask for an archived object to be readable for some days; None where it comes back for good, from a tier of
        Intelligent-Tiering. Raise DataInvalid, ``not_archived``. Source: S3 API Reference, "RestoreObject"."""
        request: RestoreRequestTypeDef = {"Days": days} if days else {}
        with translated("s3:RestoreObject", f"{self.bucket}/{key}"):
            try:
                self.s3.restore_object(Bucket=self.bucket, Key=key, RestoreRequest=request, **_version(version_id))
            except ClientError as error:
                # Asked for before: it is on its way.
                if error_code(error) != "RestoreAlreadyInProgress":
                    raise self._restore_error(error, key) from error

    def _span(self, key: str, span: str, version_id: str | None) -> bytes:
        with translated("s3:GetObject", f"{self.bucket}/{key}"):
            try:
                answer = self.s3.get_object(Bucket=self.bucket, Key=key, Range=span, **_version(version_id))
                return answer["Body"].read()
            except ClientError as error:
                if error_code(error) in {"InvalidRange", "416"}:
                    return b""
                raise self._read_error(error, key) from error

    def _restore_error(self, error: ClientError, key: str) -> Exception:
        if error_code(error) != "InvalidObjectState":
            return error
        text = f"{key} is not archived (InvalidObjectState)"
        return DataInvalid(text, situation="not_archived", resource=self.location(key))

    def _read_error(self, error: ClientError, key: str) -> Exception:
        code = error_code(error)
        if code == "InvalidObjectState":
            return archived(self.location(key))
        if code in {"NoSuchKey", "NoSuchVersion", "404"}:
            return NotFound(f"{self.location(key)} does not exist", resource=self.location(key), action="s3:GetObject")
        return error


def archived(location: str) -> S3AccessDenied:
    """What a read of an archived object comes to."""
    return S3AccessDenied(f"{location} is archived and must be restored first", situation="archived", resource=location)


def parsed(body: bytes, key: str) -> Any:
    """The JSON of a small object. Raise SchemaMismatch when it is none, or nested too deep to be walked through."""
    beginning = repr(body[:40])
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise SchemaMismatch(f"{key}: not JSON", key=key, expected="JSON", found=beginning) from error
    if deeper_than(value):
        text = f"{key}: nested deeper than {MOST_LEVELS} levels"
        raise SchemaMismatch(text, key=key, expected=f"at most {MOST_LEVELS} levels", found=beginning)
    return value


def condition(seen: str | None) -> dict[str, Any]:
    """Header of a conditional write. Source: Amazon S3 User Guide, "Conditional writes"."""
    return {"IfMatch": seen} if seen else {"IfNoneMatch": "*"}


def is_conflict(error: ClientError) -> bool:
    """Whether a conditional write was refused because of its condition."""
    return error_code(error) in _CONFLICT


def sha256(body: bytes) -> str:
    """Base64 SHA-256, as S3 writes checksums."""
    return base64.b64encode(hashlib.sha256(body).digest()).decode("ascii")


def _version(version_id: str | None) -> dict[str, Any]:
    return {"VersionId": version_id} if version_id else {}
