"""The embedded lake's past: a week of daily exports, one failed run, and the function's log lines.

Past documents are made by the same encoder, upload and ledger as real ones, with the clock set back.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from boto3.dynamodb.types import TypeSerializer

from pipeline.clock import utc_text
from pipeline.config import SCHEDULE_HOUR_JST
from pipeline.export.dynamodb_json import encode_record
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.lake.document import Head
from pipeline.lake.publish import Target
from pipeline.lake.upload import publish_lines
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import Run, RunError, new_run_id

PAST_DAYS = 7
FAILED_DAYS_AGO = 3
FAILURE = RunError("E005", "dynamodb:Scan: ProvisionedThroughputExceededException: the read capacity is exceeded")
# As often as botocore's standard retries ask before they give up: the run was throttled, and says so.
FAILED_THROTTLES = 5


@dataclass(frozen=True)
class Past:
    """One day of the sample's history: the run, and the lines that its function logged."""

    run: Run
    lines: tuple[tuple[datetime, str, str], ...]


@dataclass(frozen=True)
class Sample:
    """What the past is made of: the lake, and the table's items as plain Python values."""

    lake: Lake
    table: str
    items: Sequence[dict[str, Any]]
    key_names: tuple[str, ...]


def write_past(sample: Sample, now: datetime) -> list[Past]:
    """Publish the past week's documents and ledger entries; oldest first."""
    moments = [last_scheduled(now) - timedelta(days=days) for days in reversed(range(PAST_DAYS))]

    def one(moment: datetime) -> Past:
        return _past_run(sample, moment, failed=(moments[-1] - moment).days == FAILED_DAYS_AGO)

    with ThreadPoolExecutor(PAST_DAYS) as pool:
        return list(pool.map(one, moments))


def last_scheduled(now: datetime) -> datetime:
    """The newest scheduled time (14:00 JST, which has no summer time) that is not in the future."""
    hour_utc = SCHEDULE_HOUR_JST - 9
    today = now.astimezone(UTC).replace(hour=hour_utc, minute=0, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)


def _past_run(sample: Sample, moment: datetime, failed: bool) -> Past:
    run_id = new_run_id(moment, f"embedded {sample.table} {moment.isoformat()}")
    request_id = f"embedded-{moment:%Y%m%d}"
    run = Run(run_id, sample.table, moment.date(), moment, moment, trigger="schedule", request_id=request_id)
    run = _failed(run) if failed else _published(sample, run)
    Ledger(sample.lake).open(run)
    return Past(run, _lines(run))


def _until(items: Sequence[dict[str, Any]], moment: datetime) -> list[dict[str, Any]]:
    limit = utc_text(moment)
    return [item for item in items if str(item.get("created_at", "")) <= limit]


def _published(sample: Sample, run: Run) -> Run:
    items = _until(sample.items, run.started_at)
    exported_at = utc_text(run.started_at)
    serialize = TypeSerializer().serialize
    lines = [encode_record({k: serialize(v) for k, v in item.items()}, exported_at, sample.key_names) for item in items]
    head = Head(run.table, exported_at, len(lines), (("export_mode", run.mode), ("run_id", run.run_id)))
    target = Target(sample.lake.bucket, keys.export_key(run.table, run.day), run.run_id, 0)
    published = publish_lines(sample.lake, target, head, lines)
    took = timedelta(milliseconds=800 + 2 * len(lines))
    return replace(
        run,
        status="succeeded",
        updated_at=run.started_at + took,
        finished_at=run.started_at + took,
        records=len(lines),
        bytes=published.size,
        key=published.key,
        version_id=published.version_id,
        checksum=published.checksum,
    )


def _failed(run: Run) -> Run:
    ended = run.started_at + timedelta(seconds=41)
    return replace(run, status="failed", updated_at=ended, finished_at=ended, error=FAILURE, throttles=FAILED_THROTTLES)


def _lines(run: Run) -> tuple[tuple[datetime, str, str], ...]:
    started = (run.started_at, "INFO", "export started")
    ended = run.finished_at or run.started_at
    if run.error:
        return (started, (ended, "ERROR", f"export failed: {run.error.message}"))
    return (started, (ended, "INFO", "export succeeded"))
