"""What a run needs to go on in another invocation: cursors, counts, and the state of its upload, kept in the lake.

Written with conditions, so that an invocation which was presumed dead cannot overwrite its successor's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from pipeline.aws import translated
from pipeline.clock import parse_utc, utc_text
from pipeline.errors import SchemaMismatch
from pipeline.export.parallel_scan import Position
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.lake.upload import UploadState
from pipeline.untrusted import count, quoted

BYTES = "application/octet-stream"


@dataclass(frozen=True)
class Checkpoint:
    """One moment of a run. ``table_id`` must still be the table's when the run goes on."""

    run_id: str
    saved_at: datetime
    table_id: str
    key: str
    records: int
    hops: int
    positions: tuple[Position, ...]
    upload: UploadState
    unjudged: int = 0
    renamed: int = 0

    def to_json(self) -> dict[str, Any]:
        return {
            "run_id": self.run_id,
            "saved_at": utc_text(self.saved_at),
            "table_id": self.table_id,
            "key": self.key,
            "records": self.records,
            "unjudged": self.unjudged,
            "renamed": self.renamed,
            "hops": self.hops,
            "positions": list(self.positions),
            "upload": self.upload.to_json(),
        }


class Checkpoints:
    """Saves and loads the checkpoints of one run. Raises Conflict when another invocation has written meanwhile."""

    def __init__(self, lake: Lake, run_id: str) -> None:
        self._lake, self._run_id = lake, run_id
        self._etag: str | None = None
        self._held_saved = False

    def load(self) -> Checkpoint | None:
        """The newest checkpoint that is not cleared, None without one. Raise SchemaMismatch for a broken one."""
        key = keys.checkpoint_key(self._run_id)
        stored = self._lake.read_json(key)
        if stored is None:
            return None
        raw, self._etag = stored
        if not isinstance(raw, dict) or raw.get("cleared"):
            return None
        try:
            return self._parse(raw)
        except (KeyError, TypeError, ValueError) as error:
            message = f"{key}: not a checkpoint: {error}"
            raise SchemaMismatch(message, key=key, expected="checkpoint", found=quoted(raw)) from error

    def save(self, checkpoint: Checkpoint) -> None:
        """Write it: first the bytes that S3 does not hold as parts, then the entry that names them."""
        upload = checkpoint.upload
        if upload.held and not self._held_saved:
            self._put(keys.checkpoint_bytes_key(self._run_id, "held"), upload.held)
            self._held_saved = True
        if upload.rest:
            self._put(keys.checkpoint_bytes_key(self._run_id, f"rest-{checkpoint.hops}"), upload.rest)
        sizes = {"held_bytes": len(upload.held), "rest_bytes": len(upload.rest)}
        self._write({**checkpoint.to_json(), **sizes})

    def clear(self) -> None:
        """Say that the run needs none any more (the exporter has no right to delete)."""
        if self._etag is not None:
            self._write({"run_id": self._run_id, "cleared": True})

    def _write(self, value: dict[str, Any]) -> None:
        self._etag = self._lake.write_json(keys.checkpoint_key(self._run_id), value, self._etag)

    def _parse(self, raw: dict[str, Any]) -> Checkpoint:
        held = self._get("held", raw["held_bytes"])
        rest = self._get(f"rest-{count(raw['hops'])}", raw["rest_bytes"])
        self._held_saved = bool(held)
        upload = UploadState.from_json(raw["upload"], held, rest)
        return Checkpoint(
            run_id=str(raw["run_id"]),
            saved_at=parse_utc(raw["saved_at"]),
            table_id=str(raw["table_id"]),
            key=str(raw["key"]),
            records=count(raw["records"]),
            unjudged=count(raw.get("unjudged", 0)),
            renamed=count(raw.get("renamed", 0)),
            hops=count(raw["hops"]),
            positions=tuple(cast("list[Position]", raw["positions"])),
            upload=upload,
        )

    def _put(self, key: str, body: bytes) -> None:
        with translated("s3:PutObject", f"{self._lake.bucket}/{key}"):
            self._lake.s3.put_object(
                Bucket=self._lake.bucket, Key=key, Body=body, ContentType=BYTES, **self._lake.put_options(body)
            )

    def _get(self, part: str, size: int) -> bytes:
        if not size:
            return b""
        held = b"".join(self._lake.stream(keys.checkpoint_bytes_key(self._run_id, part)))
        if len(held) != size:
            raise ValueError(f"{size} bytes announced for {part}, {len(held)} found")
        return held
