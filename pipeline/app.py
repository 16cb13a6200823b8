"""The only wiring: settings → clients → App, the one object that pages and the command line talk to.

Every method either answers or raises one PipelineError.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from dotenv import load_dotenv

from pipeline import contract, manifest, scan
from pipeline.aws import Cloud
from pipeline.check import Check, Report
from pipeline.config import LOOKED_IN, Settings
from pipeline.document import Reader, written_out
from pipeline.errors import ConfigInvalid, DataInvalid, NotFound
from pipeline.function import utc_now
from pipeline.history import LOOK_AGAIN, PRESIGN_ABOVE, shown_status, wants_a_look
from pipeline.invoke import LambdaStarter, Starter
from pipeline.lease import Leases
from pipeline.models import History, Mode, Preview, Run, Started, utc_text
from pipeline.packing import unpacked
from pipeline.runs import Ledger
from pipeline.store import Lake

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ENV_FILE = ".env.local"
START_SECONDS = 20


def load_environment() -> None:
    """Take over what .env.local says (credentials for boto3's chain included); the environment wins."""
    load_dotenv(ENV_FILE, override=False)


def build_app(environ: Mapping[str, str] | None = None) -> App:
    """Wire an App. Raise ConfigInvalid for malformed settings, DataInvalid for an unusable sample file."""
    settings = Settings.from_env(os.environ if environ is None else environ)
    if settings.backend == "aws":
        cloud = Cloud(settings.region)
        return _wire(settings, cloud, LambdaStarter(cloud.lambda_, settings.function))
    if settings.engine == "native":
        said = "PIPELINE_ENGINE='native' needs AWS: the embedded emulator's exports have no manifests"
        raise ConfigInvalid(said, variable="PIPELINE_ENGINE", looked_in=LOOKED_IN)
    # Imported here: the emulator is not installed where the aws backend runs alone.
    from pipeline import embedded  # noqa: PLC0415

    emulator = embedded.start(settings)
    return _wire(settings, emulator.cloud, emulator.function)


def _wire(settings: Settings, cloud: Cloud, starter: Starter) -> App:
    lake = Lake(cloud.s3, settings.bucket)
    return App(settings, cloud.dynamodb, lake, Ledger(lake), Leases(lake, utc_now), starter, utc_now)


@dataclass
class _LastStart:
    started: Started | None = None
    at: datetime | None = None
    looked_at: datetime | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class App:
    """The console's operations on one table and one bucket; ``now`` gives aware UTC times."""

    settings: Settings
    dynamodb: DynamoDBClient
    lake: Lake
    ledger: Ledger
    leases: Leases
    starter: Starter
    now: Callable[[], datetime]
    _last: _LastStart = field(default_factory=_LastStart, repr=False)

    @property
    def embedded(self) -> bool:
        """Whether sample data is shown."""
        return self.settings.backend == "embedded"

    def history(self, days: int | None = None) -> History:
        """Runs of the last ``days`` (default: the setting), newest first."""
        now = self.now()
        first = (now - timedelta(days=days or self.settings.history_days)).date()
        return self.ledger.history(first, now.date())

    def run(self, run_id: str, day: date) -> Run | None:
        """One ledger entry; a run that goes over midnight stays in the day it started on."""
        found = self.ledger.find(run_id, (day, day + timedelta(days=1), day - timedelta(days=1)))
        return found.run if found else None

    def watch(self, run_id: str, day: date) -> Run | None:
        """Like run(); a native export that nobody has looked after for a while is looked after."""
        run = self.run(run_id, day)
        if run and wants_a_look(run, self.now()) and self._first_to_look():
            self.starter.start({"look": True})
        return run

    def active_run(self) -> Run | None:
        """The run that holds the table's lease, if one does."""
        lease = self.leases.current(self.settings.table)
        run = self.run(lease.run_id, lease.day) if lease else None
        return run if run and shown_status(run, self.now()) == "running" else None

    def start_export(self, mode: Mode = "full", days: int = 1) -> Started:
        """Start a run, or join the one that is going. Raise FunctionFailed, NotFound, Forbidden, AuthFailed…"""
        with self._last.lock:
            active = self.active_run()
            if active:
                return Started(active.run_id, active.day, joined=True)
            return self._starting() or self._start(mode, days)

    def check(self, days: int | None = None, read_data: bool = False) -> Report:
        """Compare ledger and objects of the last days; with ``read_data`` read every document to its end."""
        days = days or self.settings.history_days
        key_names = scan.describe(self.dynamodb, self.settings.table).key_names if read_data else None
        return Check(self.lake, self.ledger, self.now(), days).run(key_names, read_data)

    def preview(self, run: Run, rows: int = 50) -> Preview:
        """First rows of what this run wrote, by ranged reads. Raise SchemaMismatch, NotFound, DataInvalid."""
        if run.engine == "native":
            return self._native_preview(run, rows)
        key = _document_key(run)
        return _first_rows(Reader(unpacked(key, self.lake.ranges(key, run.version_id)), key), rows)

    def part_url(self, run: Run, key: str) -> str:
        """A link to one file of a native export, valid for five minutes. Raise NotFound for a key that is none."""
        if key not in {file.key for file in run.files}:
            raise NotFound(f"{key!r:.200} is no file of run {run.run_id}", resource=key[:200], action="s3:GetObject")
        return self.lake.presign(key, None, f"{run.table}-{run.run_id}-{key.rpartition('/')[2]}")

    def document(self, run: Run) -> bytes:
        """The whole document as this run wrote it, up to 50 MB; larger ones go by presigned_url."""
        if (run.bytes or 0) > PRESIGN_ABOVE:
            raise DataInvalid(f"{run.key} is too large to pass through the app", record=run.run_id, field="bytes")
        return b"".join(self.lake.stream(_document_key(run), run.version_id))

    def presigned_url(self, run: Run) -> str:
        """A link to what this run wrote, valid for five minutes."""
        return self.lake.presign(_document_key(run), run.version_id, f"{run.table}-{run.run_id}.json")

    def location(self, run: Run) -> str:
        """The s3:// address of the document."""
        return self.lake.location(_document_key(run))

    def _native_preview(self, run: Run, rows: int) -> Preview:
        chunks = (
            record
            for file in run.files
            if file.items
            for record in manifest.records(unpacked(file.key, self.lake.ranges(file.key)), file.key)
        )
        found = [written_out(record) for record in islice(chunks, rows + 1)]
        about = {"exported_at": utc_text(run.exported_at) if run.exported_at else None, "consistency": run.consistency}
        facts = {"table_name": run.table, **about, "record_count": run.records, "files": len(run.files)}
        return Preview(metadata=facts, rows=tuple(found[:rows]), more=len(found) > rows)

    def _first_to_look(self) -> bool:
        now = self.now()
        with self._last.lock:
            if self._last.looked_at and now - self._last.looked_at < LOOK_AGAIN:
                return False
            self._last.looked_at = now
            return True

    def _starting(self) -> Started | None:
        # A run that was just started may not have reached its ledger yet: a second press joins it.
        last, at = self._last.started, self._last.at
        if last is None or at is None or self.now() - at > timedelta(seconds=START_SECONDS):
            return None
        if self.run(last.run_id, last.day):
            return None
        return Started(last.run_id, last.day, joined=True)

    def _start(self, mode: Mode, days: int) -> Started:
        now = self.now()
        started = Started(contract.new_run_id(now), now.date(), joined=False)
        event: dict[str, Any] = {"tableName": self.settings.table, "mode": mode, "runId": started.run_id}
        if mode == "incremental":
            event["incrementalDays"] = days
        self.starter.start(event)
        self._last.started, self._last.at = started, now
        return started


def _document_key(run: Run) -> str:
    if run.key is None:
        raise NotFound(f"run {run.run_id} wrote no document", resource=run.run_id, action="s3:GetObject")
    return run.key


def _first_rows(reader: Reader, rows: int) -> Preview:
    found = list(islice(reader.records(), rows + 1))
    return Preview(metadata=reader.metadata, rows=tuple(found[:rows]), more=len(found) > rows)
