"""The copy itself: chunks of a parallel scan into an upload, with progress, checkpoints, and a stop in time.

Positions move only after their records are in the upload, so that nothing is lost or doubled when it goes on elsewhere.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from pipeline.clock import utc_text
from pipeline.config import Compression, OnClash
from pipeline.errors import AlreadyRunning, DataInvalid, PipelineError
from pipeline.export import scan
from pipeline.export.changes import Changes
from pipeline.export.checkpoint import Checkpoint, Checkpoints
from pipeline.export.dynamodb_json import Item, encode_records
from pipeline.export.parallel_scan import Chunk, ParallelScan, Plan, Position, new_pace, segment_count
from pipeline.lake.bucket import Conflict, Lake
from pipeline.lake.compression import unpacked
from pipeline.lake.document import SEPARATOR, TAIL, Head, Reader
from pipeline.lake.publish import Published, Target
from pipeline.lake.upload import DocumentUpload, Spec, part_size_for
from pipeline.runs.lifecycle import Turn
from pipeline.runs.recorder import Record, TakenOver
from pipeline.runs.run import Run

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class CopyOptions(Protocol):
    """The part of the options that the copy reads."""

    @property
    def max_rcu(self) -> float | None: ...
    @property
    def segments(self) -> int | None: ...
    @property
    def cores(self) -> int: ...
    @property
    def on_clash(self) -> OnClash: ...
    @property
    def checkpoint_seconds(self) -> float: ...
    @property
    def rng(self) -> random.Random: ...


@dataclass(frozen=True)
class Job:
    """What is copied where, for one invocation; ``changes`` alone of an incremental export's table."""

    dynamodb: DynamoDBClient
    lake: Lake
    options: CopyOptions
    now: Callable[[], datetime]
    run: Run
    table: scan.Table
    key: str
    changes: Changes | None


class Copy:
    """One invocation's share of a run."""

    def __init__(self, job: Job, record: Record, checkpoints: Checkpoints, going_on: Checkpoint | None) -> None:
        self._job, self._record, self._checkpoints = job, record, checkpoints
        fresh: list[Position] = ["start"] * segment_count(job.table.size_bytes, job.options.cores, job.options.segments)
        self._positions = list(going_on.positions) if going_on else fresh
        self._records = going_on.records if going_on else 0
        self._unjudged = going_on.unjudged if going_on else 0
        self._renamed = going_on.renamed if going_on else 0
        self._exported_at = utc_text(job.run.started_at.replace(microsecond=0))
        target = Target(job.lake.bucket, job.key, job.run.run_id, record.fencing_token)
        # A run that goes on keeps the packing it began with.
        packing: Compression = "gzip" if job.key.endswith(".gz") else "none"
        spec = Spec(target, packing, part_size_for(job.table.size_bytes))
        self._upload = DocumentUpload(job.lake, spec, going_on.upload if going_on else None)
        self._pace = new_pace(len(self._positions), self._units_per_second(), job.options.rng)
        self._saved_at: datetime | None = None

    def run(self, turn: Turn) -> Run | None:
        """Copy and publish; None when the time was over and a checkpoint was left for another invocation. Raise
        TimedOut when there is none."""
        self._record.note(segments=len(self._positions), table_id=self._job.table.table_id)
        with self._upload:
            try:
                if self._copy(turn):
                    return self._publish()
                self._stop(turn)
            except TakenOver:
                self._upload.keep()
                raise
        return None

    def _copy(self, turn: Turn) -> bool:
        table = self._job.table
        plan = Plan(self._job.dynamodb, table.name, tuple(self._positions), self._job.changes, table.key_names)
        with ParallelScan(plan, self._convert, self._pace) as chunks:
            for chunk in chunks:
                if chunk is not None:
                    self._take(chunk)
                self._report()
                if turn.is_over():
                    return all(position == "done" for position in self._positions)
        return True

    def _convert(self, items: list[Item]) -> bytes:
        return encode_records(items, self._exported_at, self._job.table.key_names, self._job.options.on_clash)

    def _take(self, chunk: Chunk) -> None:
        if chunk.records:
            self._upload.write(SEPARATOR + chunk.body if self._records else chunk.body)
            self._records += chunk.records
            self._unjudged += chunk.unjudged
            self._renamed += chunk.clashing
        self._positions[chunk.segment] = chunk.position
        if self._upload.at_part_boundary and self._checkpoint_is_due():
            self._save()

    def _checkpoint_is_due(self) -> bool:
        # The first one as soon as an upload is open, so that its parts are never without a trace.
        if self._saved_at is None:
            return True
        return self._job.now() - self._saved_at >= timedelta(seconds=self._job.options.checkpoint_seconds)

    def _report(self) -> None:
        pace = self._pace
        self._record.progress(self._records, self._upload.body_bytes, pace.budget.spent, pace.gate.throttles)

    def _save(self) -> None:
        try:
            self._checkpoints.save(self._checkpoint())
        except Conflict as error:
            run_id = self._job.run.run_id
            raise TakenOver(f"run {run_id} goes on elsewhere", run_id=run_id) from error
        except AlreadyRunning:
            raise
        except PipelineError as error:
            self._record.warn(error)
        self._saved_at = self._job.now()

    def _checkpoint(self) -> Checkpoint:
        return Checkpoint(
            run_id=self._job.run.run_id,
            saved_at=self._job.now(),
            table_id=self._job.table.table_id,
            key=self._job.key,
            records=self._records,
            unjudged=self._unjudged,
            renamed=self._renamed,
            hops=self._job.run.hops,
            positions=tuple(self._positions),
            upload=self._upload.state(),
        )

    def _stop(self, turn: Turn) -> None:
        turn.require_successor(f"{self._records} records of {self._job.run.table} were read")
        self._record.confirm_lease()
        self._checkpoints.save(self._checkpoint())
        self._upload.keep()
        self._record.note(records=self._records, bytes=self._upload.body_bytes, **self._counts)

    def _publish(self) -> Run:
        self._same_table()
        self._record.confirm_lease()
        run = self._job.run
        extra = (("export_mode", run.mode), ("run_id", run.run_id), *self._window(run))
        extra += (("renamed", self._renamed),) if self._renamed else ()
        head = Head(run.table, self._exported_at, self._records, extra)
        pace = self._pace
        self._record.note(records=self._records, **self._counts)
        self._record.note(consumed_units=pace.budget.spent, throttles=pace.gate.throttles)
        published = self._upload.publish(head.encode(), TAIL, self._record.left)
        self._same_count(published)
        finished = self._record.succeed(published, self._records)
        for sentence in finished.remarks:
            self._record.remark(sentence)
        self._clear()
        return finished

    @property
    def _counts(self) -> dict[str, int]:
        return {"unjudged": self._unjudged, "renamed": self._renamed}

    def _window(self, run: Run) -> tuple[tuple[str, str | int | None], ...]:
        if run.until is None:
            return ()
        since = utc_text(run.since) if run.since else None
        return (("since", since), ("until", utc_text(run.until)), ("unjudged", self._unjudged))

    def _same_count(self, published: Published) -> None:
        key = published.key
        chunks = unpacked(key, self._job.lake.ranges(key, published.version_id))
        claimed = Reader(chunks, key).metadata["record_count"]
        if claimed != self._records:
            raise DataInvalid(
                f"{key}: head says {claimed} records, body has {self._records}", record=key, field="record_count"
            )

    def _clear(self) -> None:
        try:
            self._checkpoints.clear()
        except (Conflict, PipelineError):
            # Only a leftover: check names it, and nobody resumes a run that has succeeded.
            return

    def _same_table(self) -> None:
        before = self._job.table
        after = scan.describe(self._job.dynamodb, before.name)
        if after.table_id != before.table_id:
            raise DataInvalid(
                f"{before.name} was deleted and created again while it was exported: "
                f"table id {before.table_id} became {after.table_id}",
                record=before.name,
                field="TableId",
            )

    def _units_per_second(self) -> float | None:
        provisioned = self._job.table.provisioned_reads
        return self._job.options.max_rcu or (provisioned / 2 if provisioned else None)
