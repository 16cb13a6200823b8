"""The job: a table's pages become a document that is published whole, and the ledger tells how it went.

It is a scan, not a snapshot: items written while it goes on may or may not be in the document.
"""

from __future__ import annotations

import gc
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from pipeline.config import Compression, EngineChoice
from pipeline.errors import AlreadyRunning, DataInvalid, PipelineError
from pipeline.export import scan
from pipeline.export.checkpoint import Checkpoints
from pipeline.export.native_engine import Native
from pipeline.export.resume import published_already, resumable, settle_dead_run
from pipeline.export.scan_engine import Copy, Job
from pipeline.jsonlog import JsonLog
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.runs.error import recorded_as
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.lifecycle import HAND_OVER_SECONDS, WAIT_FOR_TWIN_SECONDS, CarryOn, Remaining
from pipeline.runs.recorder import Record, TakenOver
from pipeline.runs.request import ExportRequest, ExportResult
from pipeline.runs.run import Run

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True)
class Options:
    """How to export: packing, read units a second (None: half of what is provisioned), segments (None: by size)."""

    compress: Compression = "none"
    max_rcu: float | None = None
    segments: int | None = None
    cores: int = field(default_factory=lambda: os.cpu_count() or 1)
    checkpoint_seconds: float = 10.0
    engine: EngineChoice = "auto"
    rng: random.Random = field(default_factory=random.Random, compare=False)


@dataclass(frozen=True)
class Exporter:
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

    def run(self, request: ExportRequest, log: JsonLog, remaining: Remaining) -> ExportResult:
        """Export a table; ``remaining`` gives the seconds until the deadline.

        A run that has succeeded before, or that another invocation finishes meanwhile, is returned as it is. Raise
        AlreadyRunning while another run of the table goes on, else any PipelineError; the ledger has recorded it then.
        """
        record = Record(self.ledger, self.leases, self.now, log)
        while True:
            before = record.known(request.run_id)
            if before and (before.table != request.table or before.engine == "fetch"):
                said = f"run {before.run_id} is one of {before.table} ({before.engine}), no export of {request.table}"
                raise DataInvalid(said, record="event", field="runId")
            if before and before.status == "succeeded":
                return self._result(before, record)
            try:
                record.lease(request)
                break
            except AlreadyRunning as error:
                if self._freed(error, request, log, remaining):
                    continue
                if error.facts.get("run_id") != request.run_id or remaining() < HAND_OVER_SECONDS:
                    raise
                # A second delivery of this very run: its first one is at work, or its lease is about to expire.
                self.sleep(WAIT_FOR_TWIN_SECONDS)
        # Another delivery may have ended this run between the look at the ledger and the lease.
        before = record.known(request.run_id)
        if before and before.status == "succeeded":
            record.release()
            return self._result(before, record)
        return self._run(request, record, log, remaining)

    def look(self, table: str, log: JsonLog, remaining: Remaining) -> ExportResult | None:
        """Look after the native export that goes on for this table; None when there is none."""
        lease = self.leases.current(table)
        if lease is None or not lease.parked:
            return None
        entry = self.ledger.find(lease.run_id, (lease.day,))
        request = ExportRequest(lease.run_id, table, entry.run.mode if entry else "full")
        return self.run(request, log, remaining)

    def _freed(self, error: AlreadyRunning, request: ExportRequest, log: JsonLog, remaining: Remaining) -> bool:
        """Whether another run's native export, which nobody had looked after, turns out to be over."""
        if error.facts.get("parked") != "yes" or error.facts.get("run_id") == request.run_id:
            return False
        try:
            looked = self.look(request.table, log, remaining)
        except PipelineError:
            # It failed, and its entry says so: the table is free.
            return True
        return looked is None or not looked.continues

    def _run(self, request: ExportRequest, record: Record, log: JsonLog, remaining: Remaining) -> ExportResult:
        settle_dead_run(self.lake, self.ledger, record, request, self.now())
        run = record.start(request)
        log.info("export started", table=run.table, mode=run.mode, runId=run.run_id, hop=run.hops)
        try:
            with collector_paused():
                finished = self._export(request, record, remaining)
        except BaseException as error:  # noqa: BLE001 - recorded, then raised again whatever it is
            raise self._failed(error, run, record, log) from error
        finally:
            record.release()
        if finished is None:
            return self._handed_over(request, record, log)
        facts = {"records": finished.records, "bytes": finished.bytes, "key": finished.key}
        # lambda/template.yaml counts these lines: its alarm knows a success by them.
        log.info("export succeeded", table=finished.table, mode=finished.mode, runId=finished.run_id, **facts)
        return self._result(finished, record)

    def _export(self, request: ExportRequest, record: Record, remaining: Remaining) -> Run | None:
        run, cut_off = record.current(), record.goes_on
        native = Native(self.dynamodb, self.lake, self.now)
        if run.exports and cut_off:
            return native.look(record)
        table = scan.describe(self.dynamodb, run.table)
        if run.engine_reason is None:
            choice = native.choose(self.options.engine, table)
            run = record.note(engine=choice.engine, engine_reason=choice.reason)
        if run.engine == "native":
            native.start(request, record, table)
            return None
        checkpoints = Checkpoints(self.lake, run.run_id)
        checkpoint = resumable(checkpoints, self.lake, record, table, self.now())
        incremental = run.run_id if run.mode == "incremental" else None
        key = keys.export_key(run.table, run.day, incremental, gzip=self.options.compress == "gzip")
        since = scan.cutoff(run.started_at, request.incremental_days) if incremental else None
        before = published_already(self.lake, run, checkpoint.key if checkpoint else key) if cut_off else None
        if before:
            return record.succeed(*before)
        job = Job(
            self.dynamodb, self.lake, self.options, self.now, run, table, checkpoint.key if checkpoint else key, since
        )
        copy = Copy(job, record, checkpoints, checkpoint)
        deadline = HAND_OVER_SECONDS if self.carry_on else HAND_OVER_SECONDS / 2
        return copy.run(lambda: remaining() < deadline, may_go_on=self.carry_on is not None)

    def _failed(self, error: BaseException, run: Run, record: Record, log: JsonLog) -> BaseException:
        if isinstance(error, TakenOver):
            log.warning("the run goes on elsewhere", runId=run.run_id)
            return error
        cause = recorded_as(error, "export")
        record.fail(cause)
        log.error("export failed", code=cause.code, cause=cause.message, runId=run.run_id)
        return cause if isinstance(error, MemoryError) else error

    def _handed_over(self, request: ExportRequest, record: Record, log: JsonLog) -> ExportResult:
        run = record.run
        if run and run.engine == "native":
            log.info("export goes on in DynamoDB", runId=run.run_id, exports=run.exports)
            return replace(self._result(run, record), continues=True)
        if self.carry_on is None or run is None:
            raise RuntimeError("handed over to nobody")
        event = {
            "tableName": run.table,
            "mode": run.mode,
            "incrementalDays": request.incremental_days,
            "runId": run.run_id,
            "trigger": run.trigger,
            "hop": request.hop + 1,
        }
        self.carry_on(event)
        log.info("export goes on in another invocation", runId=run.run_id, records=run.records, hop=request.hop + 1)
        return replace(self._result(run, record), continues=True)

    def _result(self, run: Run, record: Record) -> ExportResult:
        milliseconds = round((run.duration_seconds or 0) * 1000)
        return ExportResult(run, self.lake.location(run.key or ""), milliseconds, tuple(record.warnings))


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
