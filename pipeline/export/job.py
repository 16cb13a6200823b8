"""The engine of a table: its pages become a document that is published whole, or DynamoDB exports it.

A scan is not a snapshot: items written while it goes on may or may not be in the document.
"""

from __future__ import annotations

import gc
import os
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from pipeline.config import CHANGED_BY, OVERLAP, ChangedBy, Compression, EngineChoice, OnClash
from pipeline.export import scan
from pipeline.export.changes import Changes
from pipeline.export.checkpoint import Checkpoints
from pipeline.export.native_engine import Native
from pipeline.export.resume import drop_upload, is_fresh, published_already, resumable
from pipeline.export.scan_engine import Copy, Job
from pipeline.export.window import Windows, asks_for_the_same
from pipeline.jsonlog import JsonLog
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.lifecycle import CarryOn, Engine, Finished, HandsOver, Lifecycle, Outcome, Remaining, Turn
from pipeline.runs.recorder import Record
from pipeline.runs.request import ExportRequest, ExportResult
from pipeline.runs.run import Run

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True)
class Options:
    """How to export: packing, read units a second (None: half of what is provisioned), segments (None: by size); by
    which attributes an incremental one judges an item, and how far it looks behind the last success; what becomes of a
    record's own ``_exported_at``."""

    compress: Compression = "none"
    max_rcu: float | None = None
    segments: int | None = None
    cores: int = field(default_factory=lambda: os.cpu_count() or 1)
    checkpoint_seconds: float = 10.0
    engine: EngineChoice = "auto"
    changed_by: ChangedBy = CHANGED_BY
    overlap: timedelta = OVERLAP
    on_clash: OnClash = "fail"
    rng: random.Random = field(default_factory=random.Random, compare=False)


@dataclass(frozen=True)
class Exporter(Engine):
    """Everything an export needs, wired once. ``now`` gives aware UTC times; ``carry_on`` starts the invocation that
    goes on when the time of this one is over (None: there is none)."""

    dynamodb: DynamoDBClient
    lake: Lake
    ledger: Ledger
    leases: Leases
    now: Callable[[], datetime]
    options: Options = Options()
    carry_on: CarryOn | None = None
    sleep: Callable[[float], None] = time.sleep
    job: ClassVar[str] = "export"
    engines: ClassVar[tuple[str, ...]] = ("scan", "native")
    parks: ClassVar[bool] = True

    @property
    def life(self) -> Lifecycle:
        """What leads its runs."""
        return Lifecycle(self.lake, self.ledger, self.leases, self.now, self.carry_on, self.sleep)

    @property
    def _windows(self) -> Windows:
        return Windows(self.ledger, self.options.changed_by, self.options.overlap)

    def run(self, request: ExportRequest, log: JsonLog, remaining: Remaining) -> ExportResult:
        """Export a table; ``remaining`` gives the seconds until the deadline. Raise what ``Lifecycle.run`` raises."""
        return self.life.run(self, request, log, remaining)

    def look(self, table: str, log: JsonLog, remaining: Remaining) -> ExportResult | None:
        """Look after the native export that goes on for this table; None when there is none."""
        return self.life.look(self, table, log, remaining)

    def told(self, run: Run) -> Mapping[str, object]:
        """Log lines are found by table and mode."""
        return {"table": run.table, "mode": run.mode}

    def resumes(self, dead: Run, request: ExportRequest) -> bool:
        """A run of this day is gone on with from its checkpoint. Raise what reading that raises."""
        checkpoint = Checkpoints(self.lake, dead.run_id).load()
        now = self.now()
        same = dead.day == now.date() and asks_for_the_same(dead, request)
        return bool(checkpoint and same and is_fresh(checkpoint, now))

    def discard(self, dead: Run, record: Record) -> None:
        """Drop the parts that it had uploaded."""
        drop_upload(self.lake, record, Checkpoints(self.lake, dead.run_id))

    def work(self, request: ExportRequest, record: Record, turn: Turn) -> Outcome:
        """Scan the table, or have DynamoDB export it; go on with what was begun."""
        with collector_paused():
            return self._work(request, record, turn)

    def _work(self, request: ExportRequest, record: Record, turn: Turn) -> Outcome:
        run = record.current()
        native = Native(self.dynamodb, self.lake, self.now)
        if run.exports and record.goes_on:
            return native.look(record)
        table = scan.describe(self.dynamodb, run.table)
        if run.engine_reason is None:
            choice = native.choose(self.options.engine, table)
            run = record.note(engine=choice.engine, engine_reason=choice.why.sentence, engine_why=choice.why)
        record.note(table_id=table.table_id)
        run = self._windows.fix(record, request)
        if run.engine == "native":
            return native.start(request, record, table)
        return self._scan(request, record, turn, table)

    def _scan(self, request: ExportRequest, record: Record, turn: Turn, table: scan.Table) -> Outcome:
        run = record.current()
        checkpoints = Checkpoints(self.lake, run.run_id)
        checkpoint = resumable(checkpoints, self.lake, record, table, self.now())
        incremental = run.run_id if run.mode == "incremental" else None
        begun = keys.export_key(run.table, run.day, incremental, gzip=self.options.compress == "gzip")
        key = checkpoint.key if checkpoint else begun
        before = published_already(self.lake, run, key) if record.goes_on else None
        if before:
            published, records, counts = before
            record.note(**counts)
            return Finished(record.succeed(published, records))
        changes = Changes(self.options.changed_by, run.since) if incremental else None
        job = Job(self.dynamodb, self.lake, self.options, self.now, run, table, key, changes)
        finished = Copy(job, record, checkpoints, checkpoint).run(turn)
        if finished:
            return Finished(finished)
        days = {} if request.incremental_days is None else {"incrementalDays": request.incremental_days}
        return HandsOver({"tableName": run.table, "mode": run.mode, **days})


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pages are trees of small objects without cycles: the garbage collector would only walk them in vain."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
