"""Exports that were cut off: what they had read, published and uploaded, and whether another one can go on from it.

Which run is dead, and who goes on, is the lifecycle's matter.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pipeline.errors import PipelineError
from pipeline.export.checkpoint import Checkpoint, Checkpoints
from pipeline.export.scan import Table
from pipeline.lake.bucket import Lake
from pipeline.lake.compression import unpacked
from pipeline.lake.document import Reader
from pipeline.lake.publish import RUN_ID, Published
from pipeline.lake.upload import abort_upload
from pipeline.runs.recorder import Record
from pipeline.runs.run import Run

KEEP_HOURS = 24


def published_already(lake: Lake, run: Run, key: str) -> tuple[Published, int, dict[str, int]] | None:
    """What this very run has published before it was cut off, with its records and what it counted of
    them; None when it has not."""
    held = lake.head(key)
    if held is None or dict(held.metadata).get(RUN_ID) != run.run_id:
        return None
    reader = Reader(unpacked(key, lake.ranges(key, held.version_id)), key)
    count = held.etag.strip('"').partition("-")[2]
    checksum = (held.checksum or "").partition("-")[0] + (f"-{count}" if count else "")
    published = Published(key, held.size, checksum, held.version_id)
    counts = {name: int(reader.metadata.get(name, 0)) for name in ("unjudged", "renamed")}
    return published, int(reader.metadata["record_count"]), counts


def resumable(checkpoints: Checkpoints, lake: Lake, record: Record, table: Table, now: datetime) -> Checkpoint | None:
    """The run's own checkpoint, when it goes on and that still fits; one that does not is cleaned up."""
    try:
        checkpoint = checkpoints.load()
    except PipelineError as error:
        record.warn(error)
        return None
    if checkpoint is None:
        return None
    # A failed run begins anew: its parts were dropped when it failed, and its records would have two export times.
    if record.goes_on and is_fresh(checkpoint, now) and checkpoint.table_id == table.table_id:
        return checkpoint
    _drop(lake, record, checkpoint)
    return None


def drop_upload(lake: Lake, record: Record, checkpoints: Checkpoints) -> None:
    """Drop the parts that a checkpoint names, if there is one; what cannot be dropped is a warning."""
    try:
        checkpoint = checkpoints.load()
    except PipelineError as error:
        record.warn(error)
        return
    if checkpoint:
        _drop(lake, record, checkpoint)


def is_fresh(checkpoint: Checkpoint, now: datetime) -> bool:
    """Whether a run may still go on from it."""
    return now - checkpoint.saved_at < timedelta(hours=KEEP_HOURS)


def _drop(lake: Lake, record: Record, checkpoint: Checkpoint) -> None:
    if not checkpoint.upload.upload_id:
        return
    try:
        abort_upload(lake, checkpoint.key, checkpoint.upload.upload_id)
    except PipelineError as error:
        record.warn(error)
