"""Publishing a document whose head is known last: the first part is held back and uploaded at the end.

Nothing is visible under the final key before ``publish``; a newer run's document is never replaced by an older one's.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from pipeline.aws import translated
from pipeline.errors import AlreadyRunning, DataInvalid, RateLimited
from pipeline.store import Lake, StoredObject, condition, is_conflict, put_options, sha256

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

SINGLE_PUT_BELOW = 5 * 1024 * 1024
PART_SIZE = 8 * 1024 * 1024
PUBLISH_ATTEMPTS = 5
FENCE = "fencing-token"
RUN_ID = "run-id"


@dataclass(frozen=True)
class Published:
    """What stands in S3 now. ``checksum`` is S3's SHA-256 (composite ``…-N`` when uploaded in N parts)."""

    key: str
    size: int
    checksum: str
    version_id: str | None


class DocumentUpload:
    """One document on its way. Use as a context manager: leaving it without ``publish`` aborts the parts."""

    def __init__(self, lake: Lake, key: str, run_id: str, fencing_token: int) -> None:
        self._lake, self._key = lake, key
        self._run_id, self._token = run_id, fencing_token
        self._held: bytes | None = None
        self._buffer: list[bytes] = []
        self._buffered = 0
        self._upload_id: str | None = None
        self._parts: dict[int, tuple[str, bytes]] = {}
        self.body_bytes = 0

    def __enter__(self) -> DocumentUpload:
        return self

    def __exit__(self, *_: object) -> None:
        if self._upload_id is not None:
            self.abort()

    def write(self, chunk: bytes) -> None:
        """Take the next bytes of the body, uploading a part when enough are there."""
        self._buffer.append(chunk)
        self._buffered += len(chunk)
        self.body_bytes += len(chunk)
        if self._held is None and self._buffered >= SINGLE_PUT_BELOW:
            self._held = self._drain()
        while self._held is not None and self._buffered >= PART_SIZE:
            self._upload_part(len(self._parts) + 2, self._drain())

    def publish(self, head: bytes, tail: bytes) -> Published:
        """Make the document visible, whole, and confirm what S3 holds against what was sent."""
        if self._held is None:
            published = self._put(head + self._drain() + tail)
        else:
            held = self._held
            self._upload_part(len(self._parts) + 2, self._drain() + tail)
            self._upload_part(1, head + held)
            published = self._complete(len(head) + self.body_bytes + len(tail))
        return self._confirmed(published)

    def abort(self) -> None:
        """Drop the parts that were uploaded."""
        upload_id, self._upload_id = self._upload_id or "", None
        with translated("s3:AbortMultipartUpload", self._where):
            self._lake.s3.abort_multipart_upload(Bucket=self._lake.bucket, Key=self._key, UploadId=upload_id)

    @property
    def _where(self) -> str:
        return f"{self._lake.bucket}/{self._key}"

    @property
    def _metadata(self) -> dict[str, str]:
        return {RUN_ID: self._run_id, FENCE: str(self._token)}

    def _drain(self) -> bytes:
        data = b"".join(self._buffer)
        self._buffer, self._buffered = [], 0
        return data

    def _upload_part(self, number: int, body: bytes) -> None:
        digest = hashlib.sha256(body).digest()
        with translated("s3:PutObject", self._where):
            answer = self._lake.s3.upload_part(
                Bucket=self._lake.bucket,
                Key=self._key,
                UploadId=self._ensure_upload(),
                PartNumber=number,
                Body=body,
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=base64.b64encode(digest).decode("ascii"),
            )
        self._parts[number] = (answer["ETag"], digest)

    def _ensure_upload(self) -> str:
        if self._upload_id is None:
            answer = self._lake.s3.create_multipart_upload(
                Bucket=self._lake.bucket,
                Key=self._key,
                ContentType="application/json",
                ServerSideEncryption="AES256",
                ChecksumAlgorithm="SHA256",
                ChecksumType="COMPOSITE",
                Metadata=self._metadata,
            )
            self._upload_id = answer["UploadId"]
        return self._upload_id

    def _put(self, body: bytes) -> Published:
        def send(only_if: dict[str, Any]) -> str | None:
            return self._lake.s3.put_object(
                Bucket=self._lake.bucket,
                Key=self._key,
                Body=body,
                ContentType="application/json",
                Metadata=self._metadata,
                **put_options(body),
                **only_if,
            ).get("VersionId")

        return self._replace_older(send, size=len(body), checksum=sha256(body))

    def _complete(self, size: int) -> Published:
        def send(only_if: dict[str, Any]) -> str | None:
            answer = self._lake.s3.complete_multipart_upload(
                Bucket=self._lake.bucket,
                Key=self._key,
                UploadId=self._upload_id or "",
                MultipartUpload={"Parts": self._part_list()},
                **only_if,
            )
            return answer.get("VersionId")

        published = self._replace_older(send, size=size, checksum=self._composite_checksum())
        self._upload_id = None
        return published

    def _part_list(self) -> list[CompletedPartTypeDef]:
        return [
            {"PartNumber": number, "ETag": etag, "ChecksumSHA256": base64.b64encode(digest).decode("ascii")}
            for number, (etag, digest) in sorted(self._parts.items())
        ]

    def _composite_checksum(self) -> str:
        # Amazon S3 User Guide, "Checking object integrity": the checksum of the parts' checksums, then "-N".
        digests = b"".join(digest for _, (_, digest) in sorted(self._parts.items()))
        return f"{sha256(digests)}-{len(self._parts)}"

    def _replace_older(self, send: Callable[[dict[str, Any]], str | None], size: int, checksum: str) -> Published:
        """Compare-and-set on the final key: retried until this run wins, or a newer run is found there."""
        for _ in range(PUBLISH_ATTEMPTS):
            current = self._lake.head(self._key)
            self._refuse_newer(current)
            with translated("s3:PutObject", self._where):
                try:
                    version_id = send(condition(current.etag if current else None))
                except ClientError as error:
                    if not is_conflict(error):
                        raise
                    mine = self._answer_was_lost(checksum)
                    if mine is None:
                        continue
                    version_id = mine.version_id
            return Published(key=self._key, size=size, checksum=checksum, version_id=version_id)
        raise RateLimited(f"{self._where} was replaced {PUBLISH_ATTEMPTS} times while it was being published")

    def _refuse_newer(self, current: StoredObject | None) -> None:
        said = dict(current.metadata).get(FENCE, "0") if current else "0"
        if self._token and said.isdigit() and int(said) > self._token:
            run_id = dict(current.metadata).get(RUN_ID, "?") if current else "?"
            raise AlreadyRunning(f"{self._where} already holds the newer run {run_id}", run_id=run_id, table=self._key)

    def _answer_was_lost(self, checksum: str) -> StoredObject | None:
        current = self._lake.head(self._key)
        ours = current is not None and dict(current.metadata).get(RUN_ID) == self._run_id
        return current if current and ours and _agrees(current.checksum, checksum) else None

    def _confirmed(self, published: Published) -> Published:
        found = self._lake.head(self._key, published.version_id)
        if found is None or found.size != published.size or not _agrees(found.checksum, published.checksum):
            held = f"{found.size} bytes, checksum {found.checksum}" if found else "nothing"
            raise DataInvalid(
                f"{self._where}: sent {published.size} bytes, checksum {published.checksum}; S3 holds {held}",
                record=self._key,
                field="checksum",
            )
        return published


def _agrees(found: str | None, sent: str) -> bool:
    # The emulator leaves the "-N" of composite checksums out of HEAD; base64 itself has no dash.
    return found is not None and found.partition("-")[0] == sent.partition("-")[0]
