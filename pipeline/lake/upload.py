"""Publishing a document whose head is known last: the first part is held back and uploaded at the end.

Nothing is visible under the final key before ``publish``; a newer run's document is never replaced by an older one's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.aws import translated
from pipeline.config import Compression
from pipeline.errors import SchemaMismatch
from pipeline.lake.bucket import Lake, sha256
from pipeline.lake.compression import pack, packer
from pipeline.lake.document import SEPARATOR, TAIL, Head
from pipeline.lake.publish import Published, Target, composite_checksum, confirm, replace_older
from pipeline.untrusted import count, quoted

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

SINGLE_PUT_BELOW = 5 * 1024 * 1024
PART_SIZE = 8 * 1024 * 1024
MOST_PARTS = 9_000
PARTS_IN_FLIGHT = 2
CONTENT_TYPES: dict[Compression, str] = {"none": "application/json", "gzip": "application/gzip"}
Visible = Callable[[Published], None]


@dataclass(frozen=True)
class Part:
    """A part that S3 holds: its ETag, base64 SHA-256 and size."""

    etag: str
    sha256: str
    size: int


@dataclass(frozen=True)
class UploadState:
    """An upload between two invocations: what S3 holds, and the bytes that it does not hold yet."""

    upload_id: str
    parts: tuple[tuple[int, Part], ...]
    held: bytes
    rest: bytes
    body_bytes: int

    def to_json(self) -> dict[str, Any]:
        """Without ``held`` and ``rest``, which are stored as bytes."""
        parts = [[number, part.etag, part.sha256, part.size] for number, part in self.parts]
        return {"upload_id": self.upload_id, "parts": parts, "body_bytes": self.body_bytes}

    @classmethod
    def from_json(cls, raw: Any, held: bytes, rest: bytes) -> UploadState:
        """Raise SchemaMismatch when it is not one."""
        try:
            parts = tuple(
                (count(n), Part(str(etag), str(digest), count(size))) for n, etag, digest, size in raw["parts"]
            )
            return cls(str(raw["upload_id"]), parts, held, rest, count(raw["body_bytes"]))
        except (KeyError, TypeError, ValueError) as error:
            message = f"checkpoint of an upload not understood: {error}"
            raise SchemaMismatch(message, key="checkpoint", expected="upload", found=quoted(raw)) from error


@dataclass(frozen=True)
class Spec:
    """What is uploaded where: ``part_size`` bytes a part at least, packed as ``compression`` says."""

    target: Target
    compression: Compression = "none"
    part_size: int = PART_SIZE


def publish_lines(
    lake: Lake, target: Target, head: Head, lines: Sequence[bytes], visible: Visible | None = None
) -> Published:
    """A document whose records are few enough for memory, each one line of JSON."""
    with DocumentUpload(lake, Spec(target)) as upload:
        upload.write(SEPARATOR.join(lines))
        return upload.publish(head.encode(), TAIL, visible)


def part_size_for(table_bytes: int) -> int:
    """Parts so large that a table of this size needs fewer than S3's 10,000."""
    return max(PART_SIZE, 2 * table_bytes // MOST_PARTS)


class DocumentUpload:
    """One document on its way. Use as a context manager: leaving it neither published nor kept aborts the parts."""

    def __init__(self, lake: Lake, spec: Spec, state: UploadState | None = None) -> None:
        self._lake, self._spec = lake, spec
        self._pool = ThreadPoolExecutor(PARTS_IN_FLIGHT, thread_name_prefix="upload")
        self._flying: list[Future[None]] = []
        self._packer = packer(spec.compression)
        self._held: bytes | None = (state.held or None) if state else None
        self._rest = state.rest if state else b""
        self._upload_id = (state.upload_id or None) if state else None
        self._parts: dict[int, Part] = dict(state.parts) if state else {}
        self._next = max(self._parts, default=1) + 1
        self.body_bytes = state.body_bytes if state else 0

    def __enter__(self) -> DocumentUpload:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        if self._upload_id is not None:
            self.abort()

    @property
    def at_part_boundary(self) -> bool:
        """Whether a checkpoint taken now would carry no bytes but the held-back part."""
        return self._held is not None and not self._packer.size and not self._rest and self._upload_id is not None

    def write(self, chunk: bytes) -> None:
        """Take the next bytes of the body, uploading a part when enough are there."""
        self._packer.add(chunk)
        self.body_bytes += len(chunk)
        waiting = self._packer.size + len(self._rest)
        if self._held is None and waiting >= SINGLE_PUT_BELOW:
            self._held = self._take()
        elif self._held is not None and waiting >= self._spec.part_size:
            self._send_part(self._take())

    def state(self) -> UploadState:
        """What another invocation would need to go on from here."""
        self._land()
        self._rest = self._take()
        parts = tuple(sorted(self._parts.items()))
        return UploadState(self._upload_id or "", parts, self._held or b"", self._rest, self.body_bytes)

    def keep(self) -> None:
        """Leave the parts for another invocation to go on with."""
        self._upload_id = None

    def publish(self, head: bytes, tail: bytes, visible: Visible | None = None) -> Published:
        """Make the document visible, whole, and confirm what S3 holds against what was sent; ``visible`` is told what
        stands there before that, since it stays there whatever the confirmation says."""
        packed_head = pack(self._spec.compression, head)
        self._packer.add(tail)
        last = self._take()
        if self._held is None:
            published = self._put(packed_head + last)
        else:
            self._send_part(last)
            self._land()
            self._upload_part(1, packed_head + self._held)
            published = self._complete()
        if visible:
            visible(published)
        return confirm(self._lake, published)

    def abort(self) -> None:
        """Drop the parts that were uploaded."""
        upload_id, self._upload_id = self._upload_id or "", None
        abort_upload(self._lake, self._spec.target.key, upload_id)

    def _take(self) -> bytes:
        rest, self._rest = self._rest, b""
        return rest + self._packer.take()

    def _send_part(self, body: bytes) -> None:
        number, self._next = self._next, self._next + 1
        self._ensure_upload()
        while len(self._flying) >= PARTS_IN_FLIGHT:
            self._flying.pop(0).result()
        self._flying.append(self._pool.submit(self._upload_part, number, body))

    def _land(self) -> None:
        while self._flying:
            self._flying.pop(0).result()

    def _upload_part(self, number: int, body: bytes) -> None:
        digest = sha256(body)
        with translated("s3:PutObject", self._spec.target.where):
            answer = self._lake.s3.upload_part(
                Bucket=self._lake.bucket,
                Key=self._spec.target.key,
                UploadId=self._upload_id or "",
                PartNumber=number,
                Body=body,
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=digest,
            )
        self._parts[number] = Part(answer["ETag"], digest, len(body))

    def _ensure_upload(self) -> None:
        if self._upload_id is not None:
            return
        with translated("s3:PutObject", self._spec.target.where):
            answer = self._lake.s3.create_multipart_upload(
                Bucket=self._lake.bucket,
                Key=self._spec.target.key,
                ContentType=CONTENT_TYPES[self._spec.compression],
                ChecksumAlgorithm="SHA256",
                ChecksumType="COMPOSITE",
                Metadata=self._spec.target.metadata,
                **self._lake.encryption,
            )
        self._upload_id = answer["UploadId"]

    def _put(self, body: bytes) -> Published:
        def send(only_if: dict[str, Any]) -> str | None:
            return self._lake.s3.put_object(
                Bucket=self._lake.bucket,
                Key=self._spec.target.key,
                Body=body,
                ContentType=CONTENT_TYPES[self._spec.compression],
                Metadata=self._spec.target.metadata,
                **self._lake.put_options(body),
                **only_if,
            ).get("VersionId")

        wanted = Published(self._spec.target.key, len(body), sha256(body), None, (len(body),))
        return replace_older(self._lake, self._spec.target, send, wanted)

    def _complete(self) -> Published:
        def send(only_if: dict[str, Any]) -> str | None:
            answer = self._lake.s3.complete_multipart_upload(
                Bucket=self._lake.bucket,
                Key=self._spec.target.key,
                UploadId=self._upload_id or "",
                MultipartUpload={"Parts": self._part_list()},
                **only_if,
            )
            return answer.get("VersionId")

        parts = [part for _, part in sorted(self._parts.items())]
        sizes = tuple(part.size for part in parts)
        checksum = composite_checksum([part.sha256 for part in parts])
        wanted = Published(self._spec.target.key, sum(sizes), checksum, None, sizes)
        published = replace_older(self._lake, self._spec.target, send, wanted)
        self._upload_id = None
        return published

    def _part_list(self) -> list[CompletedPartTypeDef]:
        return [
            {"PartNumber": number, "ETag": part.etag, "ChecksumSHA256": part.sha256}
            for number, part in sorted(self._parts.items())
        ]


def abort_upload(lake: Lake, key: str, upload_id: str) -> None:
    """Drop the parts of an upload; one that is gone already is fine."""
    with translated("s3:AbortMultipartUpload", f"{lake.bucket}/{key}"):
        try:
            lake.s3.abort_multipart_upload(Bucket=lake.bucket, Key=key, UploadId=upload_id)
        except lake.s3.exceptions.NoSuchUpload:
            return
