"""Runs that were cut off: gone on with from their last checkpoint, or ended and cleaned up.

A dead run is known by its lease: expired, and never released.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pipeline.errors import FunctionFailed, PipelineError
from pipeline.export.checkpoint import Checkpoint, Checkpoints
from pipeline.export.scan import Table
from pipeline.lake.bucket import Lake
from pipeline.lake.compression import unpacked
from pipeline.lake.document import Reader
from pipeline.lake.publish import RUN_ID, Published
from pipeline.lake.upload import abort_upload
from pipeline.runs.ledger import Ledger
from pipeline.runs.recorder import Record
from pipeline.runs.request import ExportRequest
from pipeline.runs.run import Run

KEEP_HOURS = 24


def settle_dead_run(lake: Lake, ledger: Ledger, record: Record, request: ExportRequest, now: datetime) -> None:
    """When the table was taken over from another run that died: go on in its name, or end it and clean up."""
    dead = record.dead_holder
    if dead is None or dead.run_id == request.run_id:
        return
    try:
        entry = ledger.find(dead.run_id, (dead.day,))
        if entry is None or entry.run.status != "running":
            return
        checkpoint = Checkpoints(lake, dead.run_id).load()
    except PipelineError as error:
        record.warn(error)
        return
    if checkpoint and entry.run.mode == request.mode and entry.run.day == now.date() and _fresh(checkpoint, now):
        record.adopt(entry.run)
        return
    _end(lake, record, entry.run, checkpoint)


def published_already(lake: Lake, run: Run, key: str) -> tuple[Published, int] | None:
    """What this very run has published before it was cut off, with its record count; None when it has not."""
    held = lake.head(key)
    if held is None or dict(held.metadata).get(RUN_ID) != run.run_id:
        return None
    reader = Reader(unpacked(key, lake.ranges(key, held.version_id)), key)
    count = held.etag.strip('"').partition("-")[2]
    checksum = (held.checksum or "").partition("-")[0] + (f"-{count}" if count else "")
    return Published(key, held.size, checksum, held.version_id), int(reader.metadata["record_count"])


def resumable(checkpoints: Checkpoints, lake: Lake, record: Record, table: Table, now: datetime) -> Checkpoint | None:
    """The run's own checkpoint, when it still fits; one that does not is cleaned up."""
    try:
        checkpoint = checkpoints.load()
    except PipelineError as error:
        record.warn(error)
        return None
    if checkpoint is None:
        return None
    if _fresh(checkpoint, now) and checkpoint.table_id == table.table_id:
        return checkpoint
    _drop(lake, record, checkpoint)
    return None


def _end(lake: Lake, record: Record, run: Run, checkpoint: Checkpoint | None) -> None:
    record.bury(run, FunctionFailed(f"run {run.run_id} stopped without a word and was not gone on with"))
    if checkpoint:
        _drop(lake, record, checkpoint)


def _drop(lake: Lake, record: Record, checkpoint: Checkpoint) -> None:
    if not checkpoint.upload.upload_id:
        return
    try:
        abort_upload(lake, checkpoint.key, checkpoint.upload.upload_id)
    except PipelineError as error:
        record.warn(error)


def _fresh(checkpoint: Checkpoint, now: datetime) -> bool:
    return now - checkpoint.saved_at < timedelta(hours=KEEP_HOURS)
