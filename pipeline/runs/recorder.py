"""What a run leaves behind: its lease and its ledger entry, kept up while records flow.

Without the right to write the ledger a run still succeeds: what could not be recorded becomes a warning.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from pipeline.errors import AlreadyRunning, PipelineError, SchemaMismatch
from pipeline.jsonlog import JsonLog
from pipeline.lake.publish import Published
from pipeline.runs.lease import LEASE_SECONDS, Lease, Leases
from pipeline.runs.ledger import Entry, Ledger
from pipeline.runs.request import ExportRequest
from pipeline.runs.run import DataFile, Run, RunError

PROGRESS_SECONDS = 1.0
T = TypeVar("T")


class TakenOver(AlreadyRunning):
    """Another invocation goes on with this run: it must be left alone, its upload included."""


class Record:
    """One run's trace. AlreadyRunning always goes through; other ledger errors become ``warnings``."""

    def __init__(self, ledger: Ledger, leases: Leases, now: Callable[[], datetime], log: JsonLog) -> None:
        self._ledger, self._leases = ledger, leases
        self._now, self._log = now, log
        self._entry: Entry | None = None
        self._lease: Lease | None = None
        self.run: Run | None = None
        self.goes_on = False
        self.warnings: list[str] = []

    @property
    def fencing_token(self) -> int:
        """Grows with every holder of the table's lease; 0 without a lease."""
        return self._lease.token if self._lease else 0

    @property
    def dead_holder(self) -> Lease | None:
        """The lease that was taken over because it had expired without being released."""
        return self._lease.predecessor if self._lease else None

    def known(self, run_id: str) -> Run | None:
        """The ledger's entry of a run that started today or yesterday."""
        today = self._now().date()
        days = (today, today - timedelta(days=1))
        self._entry = self._tolerate(lambda: self._ledger.find(run_id, days))
        return self._entry.run if self._entry else None

    def lease(self, request: ExportRequest) -> None:
        """Take the table. Raise AlreadyRunning when another run holds it."""
        day = self._entry.run.day if self._entry else self._now().date()
        self._lease = self._tolerate(lambda: self._leases.take(request.table, request.run_id, day))
        if self._lease and self._lease.damage:
            self.warn(SchemaMismatch(f"{self._lease.damage}; it was replaced"))

    def resume_as(self, run: Run) -> None:
        """Go on under a dead run's name: its entry, and the lease in its name."""
        held = self._lease
        self._entry = self._tolerate(lambda: self._ledger.find(run.run_id, (run.day,)))
        if held:
            self._lease = self._tolerate(lambda: self._leases.rename(held, run.run_id, run.day)) or held

    def mark_dead(self, run: Run, error: PipelineError) -> None:
        """Say of another run that it is dead."""
        now = self._now()
        ended = replace(run, status="failed", updated_at=now, finished_at=now, error=RunError.of(error))
        entry = self._tolerate(lambda: self._ledger.find(run.run_id, (run.day,)))
        if entry and entry.run.status == "running":
            self._tolerate(lambda: self._ledger.update(entry, ended))

    def start(self, request: ExportRequest, engine: str, **facts: object) -> Run:
        """Write the first entry, with this engine and these facts, or take the run's own one up again."""
        now = self._now()
        known = self._entry.run if self._entry else None
        fresh = Run(
            run_id=known.run_id if known else request.run_id,
            table=request.table,
            day=known.day if known else now.date(),
            started_at=now,
            updated_at=now,
            mode=request.mode,
            engine=engine,
            trigger=known.trigger if known else request.trigger,
        )
        self.goes_on = known is not None and known.status == "running"
        begun = known if known and self.goes_on else fresh
        run = replace(begun, updated_at=now, request_id=request.request_id, hops=request.hop, **facts)  # type: ignore[arg-type]
        self._write(run)
        # Of a run that was cut off before it could keep its own, the one of now: no later than what it reads from here.
        return run if run.opened_at or self._entry is None else self.note(opened_at=self._entry.at)

    def progress(self, records: int, size: int, units: float, throttles: int) -> None:
        """Say how far the run is, at most once a second; keep the lease alive."""
        now = self._now()
        if self.run is None or now - self.run.updated_at < timedelta(seconds=PROGRESS_SECONDS):
            return
        held = self._lease
        if held and held.expires_at - now < timedelta(seconds=LEASE_SECONDS * 2 / 3):
            self.confirm_lease()
        self._write(
            replace(self.run, updated_at=now, records=records, bytes=size, consumed_units=units, throttles=throttles)
        )

    def pause(self) -> None:
        """The last words of an invocation whose run goes on in another one."""
        self._write(replace(self.current(), updated_at=self._now()))

    def park(self, exports: tuple[str, ...]) -> None:
        """The run goes on in DynamoDB: say so, and keep the table for it without holding it."""
        self._write(replace(self.current(), updated_at=self._now(), exports=exports))
        held, self._lease = self._lease, None
        if held:
            self._tolerate(lambda: self._leases.park(held))

    def confirm_lease(self) -> None:
        """Raise TakenOver when another run has taken the table over."""
        held = self._lease
        if held:
            self._lease = self._kept(lambda: self._leases.renew(held)) or held

    def note(self, **facts: object) -> Run:
        """Add facts to the entry with its next write."""
        self.run = replace(self.current(), **facts)  # type: ignore[arg-type]
        return self.run

    def left(self, published: Published) -> None:
        """What stands in S3 under the document's name, not confirmed yet: a run that fails from here on names it."""
        self.note(
            bytes=published.size,
            key=published.key,
            version_id=published.version_id,
            checksum=published.checksum,
            part_sizes=published.part_sizes if len(published.part_sizes) > 1 else (),
        )

    def succeed(self, published: Published, records: int) -> Run:
        """The last entry of a run whose document is confirmed in S3."""
        now = self._now()
        self.left(published)
        done = replace(self.current(), status="succeeded", updated_at=now, finished_at=now, records=records, error=None)
        self._write(done)
        return self.current()

    def complete(self, files: tuple[DataFile, ...]) -> Run:
        """The last entry of a native export whose files are all there."""
        now = self._now()
        records, size = sum(file.items for file in files), sum(file.size for file in files)
        done = replace(self.current(), status="succeeded", updated_at=now, finished_at=now, error=None)
        self._write(replace(done, records=records, bytes=size, files=files))
        return self.current()

    def done(self) -> Run:
        """The last entry of a run that has no document of its own: what it made is told of elsewhere, and noted."""
        now = self._now()
        self._write(replace(self.current(), status="succeeded", updated_at=now, finished_at=now, error=None))
        return self.current()

    def fail(self, error: PipelineError) -> None:
        """The last entry of a run that failed; it does not hide the failure when it cannot be written."""
        now = self._now()
        failed = RunError.of(error)
        try:
            self._write(replace(self.current(), status="failed", updated_at=now, finished_at=now, error=failed))
        except AlreadyRunning:
            self._log.warning("the run belongs to another invocation now")

    def release(self) -> None:
        """Give the lease back."""
        held, self._lease = self._lease, None
        if held:
            self._tolerate(lambda: self._leases.release(held))

    def warn(self, error: PipelineError) -> None:
        """Remember what went wrong beside the export."""
        self._log.warning("went wrong beside the export", code=error.code, cause=error.message)
        if error.message not in self.warnings:
            self.warnings.append(error.message)

    def remark(self, sentence: str) -> None:
        """Remember what whoever asked for the run should know of it."""
        self._log.warning(sentence)
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    def current(self) -> Run:
        """The run as it was written last."""
        if self.run is None:
            raise RuntimeError("start() comes first")
        return self.run

    def _write(self, run: Run) -> None:
        self.run = run
        seen = self._entry
        written = self._kept(lambda: self._ledger.update(seen, run) if seen else self._ledger.open(run))
        self._entry = written or seen

    def _kept(self, action: Callable[[], T]) -> T | None:
        try:
            return self._tolerate(action)
        except AlreadyRunning as error:
            raise TakenOver(error.message, **error.facts) from error

    def _tolerate(self, action: Callable[[], T]) -> T | None:
        try:
            return action()
        except AlreadyRunning:
            raise
        except PipelineError as error:
            self.warn(error)
            return None
