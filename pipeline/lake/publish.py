"""The moment a document becomes visible: compare-and-set on its key, then S3's word compared with ours.

A run carries a fencing token; the key moves only from a lower token to a higher one.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import ClientError

from pipeline.aws import translated
from pipeline.errors import AlreadyRunning, DataInvalid, RateLimited
from pipeline.lake.bucket import Lake, StoredObject, condition, is_conflict, sha256

PUBLISH_ATTEMPTS = 5
FENCE = "fencing-token"
RUN_ID = "run-id"
Send = Callable[[dict[str, Any]], str | None]


@dataclass(frozen=True)
class Target:
    """Where a run publishes, and as whom. Token 0: without a lease, so without a fence."""

    bucket: str
    key: str
    run_id: str
    fencing_token: int

    @property
    def metadata(self) -> dict[str, str]:
        """What S3 keeps beside the object."""
        return {RUN_ID: self.run_id, FENCE: str(self.fencing_token)}

    @property
    def where(self) -> str:
        """Bucket and key, for messages."""
        return f"{self.bucket}/{self.key}"


@dataclass(frozen=True)
class Published:
    """What stands in S3 now. ``checksum`` is S3's SHA-256 (composite ``…-N`` when uploaded in N parts)."""

    key: str
    size: int
    checksum: str
    version_id: str | None
    part_sizes: tuple[int, ...] = ()


def composite_checksum(parts: Sequence[str]) -> str:
    """The checksum of the parts' checksums, then "-N". Source: Amazon S3 User Guide, "Checking object integrity"."""
    return f"{sha256(b''.join(base64.b64decode(part) for part in parts))}-{len(parts)}"


def replace_older(lake: Lake, target: Target, send: Send, wanted: Published) -> Published:
    """Publish with ``send(condition)``, retried until this run wins or a newer run is found there.

    Raise AlreadyRunning for a newer run, RateLimited when the key keeps changing.
    """
    for _ in range(PUBLISH_ATTEMPTS):
        current = lake.head(target.key)
        _refuse_newer(target, current)
        with translated("s3:PutObject", target.where):
            try:
                return replace(wanted, version_id=send(condition(current.etag if current else None)))
            except ClientError as error:
                # NoSuchUpload: the lost answer of a completion that did happen.
                if not is_conflict(error) and error.response["Error"]["Code"] != "NoSuchUpload":
                    raise
                mine = _answer_was_lost(lake, target, wanted)
                if mine:
                    return replace(wanted, version_id=mine.version_id)
                if not is_conflict(error):
                    raise
    raise RateLimited(f"{target.where} was replaced {PUBLISH_ATTEMPTS} times while it was being published")


def confirm(lake: Lake, published: Published) -> Published:
    """Compare what S3 holds with what was sent; a mismatch quotes both sides. Raise DataInvalid.

    A store that is not AWS may keep no checksum: then the document itself is read again.
    """
    stored = lake.head(published.key, published.version_id)
    if stored and stored.checksum is None and stored.size == published.size:
        stored = replace(stored, checksum=_read_again(lake, published))
    if stored is None or stored.size != published.size or not checksums_agree(stored.checksum, published.checksum):
        held = f"{stored.size} bytes, checksum {stored.checksum}" if stored else "nothing"
        raise DataInvalid(
            f"{published.key}: sent {published.size} bytes, checksum {published.checksum}; S3 holds {held}",
            record=published.key,
            field="checksum",
        )
    return published


def _read_again(lake: Lake, published: Published) -> str:
    parts = [sha256(part) for part in _cut(lake.stream(published.key, published.version_id), published.part_sizes)]
    return composite_checksum(parts) if "-" in published.checksum else "".join(parts)


def _cut(chunks: Iterable[bytes], sizes: Sequence[int]) -> Iterator[bytes]:
    rest, ends = b"", list(sizes)
    for chunk in chunks:
        rest += chunk
        while ends and len(rest) >= ends[0]:
            size = ends.pop(0)
            yield rest[:size]
            rest = rest[size:]
    if rest:
        yield rest


def checksums_agree(stored: str | None, sent: str) -> bool:
    """The emulator leaves the "-N" of composite checksums out of HEAD; base64 itself has no dash."""
    return stored is not None and stored.partition("-")[0] == sent.partition("-")[0]


def _refuse_newer(target: Target, current: StoredObject | None) -> None:
    if current is None or not target.fencing_token:
        return
    metadata = dict(current.metadata)
    token = metadata.get(FENCE, "0")
    if token.isdigit() and int(token) > target.fencing_token:
        run_id = metadata.get(RUN_ID, "?")
        raise AlreadyRunning(f"{target.where} already holds the newer run {run_id}", run_id=run_id, table=target.key)


def _answer_was_lost(lake: Lake, target: Target, wanted: Published) -> StoredObject | None:
    current = lake.head(target.key)
    if current is None or dict(current.metadata).get(RUN_ID) != target.run_id:
        return None
    return current if checksums_agree(current.checksum, wanted.checksum) else None
