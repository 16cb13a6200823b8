"""What a running export leaves behind: its lease and its ledger entry, kept up while records flow.

Without the right to write the ledger an export still succeeds: what could not be recorded becomes a warning.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from pipeline.errors import AlreadyRunning, PipelineError
from pipeline.jsonlog import JsonLog
from pipeline.lease import LEASE_SECONDS, Lease, Leases
from pipeline.models import ExportRequest, Run, RunError
from pipeline.runs import Entry, Ledger
from pipeline.upload import Published

PROGRESS_SECONDS = 1.0
T = TypeVar("T")


class Record:
    """One run's trace. AlreadyRunning always goes through; other ledger errors become ``warnings``."""

    def __init__(self, ledger: Ledger, leases: Leases, now: Callable[[], datetime], log: JsonLog) -> None:
        self._ledger, self._leases = ledger, leases
        self._now, self._log = now, log
        self._entry: Entry | None = None
        self._lease: Lease | None = None
        self.run: Run | None = None
        self.warnings: list[str] = []

    @property
    def fencing_token(self) -> int:
        """Grows with every holder of the table's lease; 0 without a lease."""
        return self._lease.token if self._lease else 0

    def finished_before(self, request: ExportRequest) -> Run | None:
        """The same run, when it has succeeded already (a duplicate delivery)."""
        today = self._now().date()
        days = (today, today - timedelta(days=1))
        self._entry = self._tolerate(lambda: self._ledger.find(request.run_id, days))
        return self._entry.run if self._entry and self._entry.run.status == "succeeded" else None

    def start(self, request: ExportRequest) -> Run:
        """Take the lease and write the first entry; a run that was cut off goes on under its own entry."""
        now = self._now()
        known = self._entry.run if self._entry else None
        run = Run(
            run_id=request.run_id,
            table=request.table,
            day=known.day if known else now.date(),
            started_at=now,
            updated_at=now,
            mode=request.mode,
            trigger=request.trigger,
            request_id=request.request_id,
        )
        self._lease = self._tolerate(lambda: self._leases.take(run.table, run.run_id, run.day))
        try:
            self._write(run)
        except AlreadyRunning:
            self.release()
            raise
        return run

    def progress(self, records: int, size: int) -> None:
        """Say how far the run is, at most once a second; keep the lease alive."""
        now = self._now()
        if self.run is None or now - self.run.updated_at < timedelta(seconds=PROGRESS_SECONDS):
            return
        self._renew(now)
        self._write(replace(self.run, updated_at=now, records=records, bytes=size))

    def confirm_lease(self) -> None:
        """Raise AlreadyRunning when another run has taken the table over."""
        held = self._lease
        if held:
            self._lease = self._tolerate(lambda: self._leases.renew(held)) or held

    def succeed(self, published: Published, records: int) -> Run:
        """The last entry of a run whose document is confirmed in S3."""
        now = self._now()
        self._write(
            replace(
                self._current(),
                status="succeeded",
                updated_at=now,
                finished_at=now,
                records=records,
                bytes=published.size,
                key=published.key,
                version_id=published.version_id,
                checksum=published.checksum,
                error=None,
            )
        )
        return self._current()

    def fail(self, error: PipelineError) -> None:
        """The last entry of a run that failed; it does not hide the failure when it cannot be written."""
        now = self._now()
        failed = RunError(error.code, error.message)
        try:
            self._write(replace(self._current(), status="failed", updated_at=now, finished_at=now, error=failed))
        except AlreadyRunning:
            self._log.warning("the run belongs to another invocation now")

    def release(self) -> None:
        """Give the lease back."""
        held = self._lease
        if held:
            self._tolerate(lambda: self._leases.release(held))

    def _current(self) -> Run:
        if self.run is None:
            raise RuntimeError("start() comes first")
        return self.run

    def _renew(self, now: datetime) -> None:
        held = self._lease
        if held and held.expires_at - now < timedelta(seconds=LEASE_SECONDS * 2 / 3):
            self.confirm_lease()

    def _write(self, run: Run) -> None:
        self.run = run
        seen = self._entry
        written = self._tolerate(lambda: self._ledger.update(seen, run) if seen else self._ledger.open(run))
        self._entry = written or seen

    def _tolerate(self, act: Callable[[], T]) -> T | None:
        try:
            return act()
        except AlreadyRunning:
            raise
        except PipelineError as error:
            self._log.warning("the ledger could not be used", code=error.code, cause=error.message)
            if error.message not in self.warnings:
                self.warnings.append(error.message)
            return None
