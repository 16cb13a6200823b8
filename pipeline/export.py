"""The job: a table's pages become a document that is published whole, and the ledger tells how it went.

It is a scan, not a snapshot: items written while it goes on may or may not be in the document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pipeline import layout, scan
from pipeline.attributes import encode_records
from pipeline.aws import redact
from pipeline.document import SEPARATOR, TAIL, Head
from pipeline.errors import DataInvalid, FunctionFailed, MemoryExceeded, PipelineError, TimedOut
from pipeline.jsonlog import JsonLog
from pipeline.lease import Leases
from pipeline.models import ExportRequest, ExportResult, Run, utc_text
from pipeline.record import Record
from pipeline.runs import Ledger
from pipeline.store import Lake
from pipeline.upload import DocumentUpload

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

STOP_BEFORE_DEADLINE_SECONDS = 30.0
Remaining = Callable[[], float]


@dataclass(frozen=True)
class Exporter:
    """Everything an export needs, wired once. ``now`` gives aware UTC times."""

    dynamodb: DynamoDBClient
    lake: Lake
    ledger: Ledger
    leases: Leases
    now: Callable[[], datetime]

    def run(self, request: ExportRequest, log: JsonLog, remaining: Remaining) -> ExportResult:
        """Export a table; ``remaining`` gives the seconds until the deadline.

        A run that has succeeded before is returned as it is. Raise AlreadyRunning while another run of the table
        goes on, else any PipelineError; the ledger has recorded it then.
        """
        record = Record(self.ledger, self.leases, self.now, log)
        before = record.finished_before(request)
        if before:
            return self._result(before, record)
        run = record.start(request)
        log.info("export started", table=run.table, mode=run.mode, runId=run.run_id)
        try:
            finished = self._export(request, run, record, remaining)
        except BaseException as error:  # noqa: BLE001 - recorded, then raised again whatever it is
            cause = _recorded_as(error)
            record.fail(cause)
            log.error("export failed", code=cause.code, cause=cause.message, runId=run.run_id)
            if isinstance(error, MemoryError):
                raise cause from error
            raise
        finally:
            record.release()
        log.info("export succeeded", records=finished.records, bytes=finished.bytes, key=finished.key)
        return self._result(finished, record)

    def _export(self, request: ExportRequest, run: Run, record: Record, remaining: Remaining) -> Run:
        table = scan.describe(self.dynamodb, run.table)
        incremental = run.run_id if run.mode == "incremental" else None
        key = layout.export_key(run.table, run.day, incremental)
        records = 0
        with DocumentUpload(self.lake, key, run.run_id, record.fencing_token) as upload:
            for lines in self._lines(request, run, table):
                upload.write(_joined(lines, first=not records))
                records += len(lines)
                record.progress(records, upload.body_bytes)
                _stop_in_time(run, records, remaining)
            self._same_table(table)
            record.confirm_lease()
            published = upload.publish(_head(run, records).encode(), TAIL)
        return record.succeed(published, records)

    def _lines(self, request: ExportRequest, run: Run, table: scan.Table) -> Iterator[list[bytes]]:
        since = scan.cutoff(run.started_at, request.incremental_days) if run.mode == "incremental" else None
        exported_at = _export_time(run)
        for page in scan.pages(self.dynamodb, run.table, since):
            yield encode_records(page.items, exported_at, table.key_names)

    def _same_table(self, before: scan.Table) -> None:
        after = scan.describe(self.dynamodb, before.name)
        if after.table_id != before.table_id:
            raise DataInvalid(
                f"{before.name} was deleted and created again while it was exported: "
                f"table id {before.table_id} became {after.table_id}",
                record=before.name,
                field="TableId",
            )

    def _result(self, run: Run, record: Record) -> ExportResult:
        milliseconds = round((run.duration_seconds or 0) * 1000)
        return ExportResult(run, self.lake.location(run.key or ""), milliseconds, tuple(record.warnings))


def _joined(lines: list[bytes], first: bool) -> bytes:
    joined = SEPARATOR.join(lines)
    return joined if first or not lines else SEPARATOR + joined


def _stop_in_time(run: Run, records: int, remaining: Remaining) -> None:
    if remaining() < STOP_BEFORE_DEADLINE_SECONDS:
        raise TimedOut(f"{records} records of {run.table} were read when the function's time was over")


def _head(run: Run, records: int) -> Head:
    extra = (("export_mode", run.mode), ("run_id", run.run_id))
    return Head(run.table, _export_time(run), records, extra)


def _export_time(run: Run) -> str:
    return utc_text(run.started_at.replace(microsecond=0))


def _recorded_as(error: BaseException) -> PipelineError:
    if isinstance(error, PipelineError):
        return error
    if isinstance(error, MemoryError):
        return MemoryExceeded("the function ran out of memory")
    return FunctionFailed(f"the export stopped on {type(error).__name__}: {redact(str(error))}")
