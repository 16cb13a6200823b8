"""DynamoDB's own point-in-time export, full and incremental: started here, worked by AWS, looked at again later.

It uses no read capacity and is a consistent snapshot. Nothing waits: each look is one short invocation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from pipeline.aws import translated
from pipeline.config import EngineChoice
from pipeline.errors import (
    BY_CODE,
    AuthFailed,
    ConfigInvalid,
    DataInvalid,
    DynamoThrottled,
    ExternalApiDown,
    Forbidden,
    FunctionFailed,
    PipelineError,
    RateLimited,
    S3AccessDenied,
)
from pipeline.export.native_files import Manifest, parse_files, parse_summary
from pipeline.export.scan import Table
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.redaction import redact
from pipeline.runs.engine_reason import Code, EngineReason
from pipeline.runs.lifecycle import Finished, Parked
from pipeline.runs.recorder import Record
from pipeline.runs.request import ExportRequest
from pipeline.runs.run import DataFile, Run

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# What a function of one vCPU scans in 14 minutes (measured, MEASURED.md), with room to spare.
NATIVE_ABOVE_BYTES = 10 * 1024**3
# Amazon DynamoDB Developer Guide, "Requesting a table export": a window is 15 minutes to 24 hours, recovery 35 days.
WINDOW = timedelta(hours=24)
LEAST_WINDOW = timedelta(minutes=15)
MOST_DAYS = 35
_TRY_LATER = (AuthFailed, ConfigInvalid, DynamoThrottled, ExternalApiDown, Forbidden, RateLimited, S3AccessDenied)
_FAILURES = (("AccessDenied", "E004"), ("NoSuchBucket", "E014"), ("KMS", "E004"))


@dataclass(frozen=True)
class Choice:
    """Which engine, and why."""

    engine: Literal["scan", "native"]
    why: EngineReason


@dataclass(frozen=True)
class Native:
    """The native engine on one table's client and one lake."""

    dynamodb: DynamoDBClient
    lake: Lake
    now: Callable[[], datetime]

    def choose(self, asked: EngineChoice, table: Table) -> Choice:
        """Scan or native; ``auto`` decides by the table's size, then by whether its recovery is on."""
        if asked != "auto":
            return Choice(asked, EngineReason("asked", setting=asked))
        size, limit = table.size_bytes, NATIVE_ABOVE_BYTES
        if size <= limit:
            return Choice("scan", EngineReason("within", size=size, limit=limit))
        code = self._recovery(table.name)
        return Choice("native" if code == "past_with_recovery" else "scan", EngineReason(code, size=size, limit=limit))

    def start(self, request: ExportRequest, record: Record, table: Table) -> Parked:
        """Ask DynamoDB for the export, and leave. Asked again for the same run within 8 hours, AWS gives the same."""
        run = record.current()
        if (request.incremental_days or 0) > MOST_DAYS:
            raise DataInvalid(f"a native export reaches {MOST_DAYS} days back", record="event", field="incrementalDays")
        arns = tuple(self._ask(run, table, window) for window in _windows(run))
        record.note(table_id=table.table_id)
        return Parked(arns)

    def look(self, record: Record) -> Finished | Parked:
        """Ask how far it is. Raise what it failed of."""
        run = record.current()
        try:
            described = [self._describe(arn) for arn in run.exports]
            if all(export["ExportStatus"] == "COMPLETED" for export in described):
                return Finished(self._collect(record, described))
        except _TRY_LATER as error:
            # Only the look failed: DynamoDB works on.
            record.warn(error)
            described = []
        for export in described:
            if export["ExportStatus"] == "FAILED":
                raise _failure(export)
        return Parked(run.exports)

    def _collect(self, record: Record, described: list[dict[str, Any]]) -> Run:
        run = record.current()
        prefix = keys.native_prefix(run.table, run.day, run.run_id)
        held = {stored.key: stored for stored in self.lake.list_after(f"{prefix}/", "")}
        files: list[DataFile] = []
        exported_at = None
        for export in described:
            summary = self._summary(export)
            listed = parse_files(self.lake.read_bytes(summary.files_key), summary.files_key)
            _same_count(summary.files_key, summary.item_count, sum(file.items for file in listed))
            _same_count(export["ExportManifest"], export.get("ItemCount", summary.item_count), summary.item_count)
            exported_at = summary.export_time or exported_at
            for file in listed:
                if file.key not in held:
                    raise DataInvalid(f"{file.key} is in the manifest, not in the bucket", record=file.key, field="key")
                files.append(replace(file, size=held[file.key].size))
        record.note(exported_at=exported_at, key=described[-1]["ExportManifest"])
        return record.complete(tuple(files))

    def _summary(self, described: dict[str, Any]) -> Manifest:
        key = described["ExportManifest"]
        return parse_summary(self.lake.read_bytes(key), key)

    def _ask(self, run: Run, table: Table, window: tuple[datetime, datetime] | None) -> str:
        identity = f"{run.run_id} {window[0].isoformat() if window else 'full'}"
        arguments: dict[str, Any] = {
            "TableArn": table.arn,
            "S3Bucket": self.lake.bucket,
            "S3Prefix": keys.native_prefix(run.table, run.day, run.run_id),
            **_encryption(self.lake),
            "ExportFormat": "DYNAMODB_JSON",
            "ClientToken": hashlib.sha256(identity.encode()).hexdigest()[:32],
        }
        if window:
            span = {"ExportFromTime": window[0], "ExportToTime": window[1], "ExportViewType": "NEW_IMAGE"}
            arguments |= {"ExportType": "INCREMENTAL_EXPORT", "IncrementalExportSpecification": span}
        with translated("dynamodb:ExportTableToPointInTime", run.table):
            return self.dynamodb.export_table_to_point_in_time(**arguments)["ExportDescription"]["ExportArn"]

    def _describe(self, arn: str) -> dict[str, Any]:
        with translated("dynamodb:DescribeExport", arn):
            return dict(self.dynamodb.describe_export(ExportArn=arn)["ExportDescription"])

    def _recovery(self, table: str) -> Code:
        try:
            with translated("dynamodb:DescribeContinuousBackups", table):
                raw = self.dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
        except Forbidden:
            return "past_recovery_unknown"
        status = raw.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus")
        return "past_with_recovery" if status == "ENABLED" else "past_without_recovery"


def _encryption(lake: Lake) -> dict[str, str]:
    return {"S3SseAlgorithm": "KMS", "S3SseKmsKeyId": lake.kms_key} if lake.kms_key else {"S3SseAlgorithm": "AES256"}


def _windows(run: Run) -> list[tuple[datetime, datetime] | None]:
    """The spans of an incremental export, oldest first; one ``None`` for a full export, which also stands in for what
    reaches further back than recovery does."""
    end = run.started_at.replace(microsecond=0)
    asked = run.since.replace(microsecond=0) if run.since else None
    if asked is None or (run.window == "last" and end - asked > WINDOW * MOST_DAYS):
        return [None]
    spans = []
    while end > max(asked, run.started_at - WINDOW * MOST_DAYS):
        begin = max(end - WINDOW, min(asked, end - LEAST_WINDOW))
        spans.append((begin, end))
        end = begin
    return list(reversed(spans))


def _failure(described: dict[str, Any]) -> PipelineError:
    code = str(described.get("FailureCode", "unknown"))
    text = f"DynamoDB's export failed: {code}: {redact(str(described.get('FailureMessage', '')))}"
    for part, ours in _FAILURES:
        if part in code:
            return BY_CODE[ours](text, action="s3:PutObject", resource=str(described.get("S3Bucket", "")))
    return FunctionFailed(text, function="dynamodb:ExportTableToPointInTime")


def _same_count(where: str, claimed: int, listed: int) -> None:
    if claimed != listed:
        raise DataInvalid(f"{where}: {claimed} items announced, {listed} in its files", record=where, field="itemCount")
