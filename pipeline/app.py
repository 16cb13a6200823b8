"""The only wiring: settings → clients → App, the one object that pages and the command line talk to.

Every method either answers or raises one PipelineError.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from dotenv import dotenv_values

from pipeline import contract, scan
from pipeline.access import LOCAL, Action, Person
from pipeline.audit import Actor, Audit, to_stdout
from pipeline.aws import Cloud
from pipeline.check import Check
from pipeline.clock import utc_now
from pipeline.config import LOOKED_IN, Settings
from pipeline.documents import Documents
from pipeline.errors import ConfigInvalid
from pipeline.findings import Report
from pipeline.health import Health
from pipeline.history import LOOK_AGAIN, shown_status, wants_a_look
from pipeline.invoke import LambdaStarter, Starter
from pipeline.jsonlog import Emit
from pipeline.lease import Leases
from pipeline.logs import Logs
from pipeline.models import History, Mode, Run, Started
from pipeline.runs import Ledger
from pipeline.schedule import Schedules
from pipeline.source_board import SourceBoard
from pipeline.source_jobs import Sources, build_sources
from pipeline.starts import Starts
from pipeline.store import Lake

ENV_FILE = ".env.local"


@dataclass
class _EnvFile:
    stamp: int = 0
    said: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


_env_file = _EnvFile()


def load_environment() -> int:
    """Take over what .env.local says (credentials for boto3's chain included); the environment wins.

    The file is read again when it has changed; the answer is a stamp of the reading that is in force, 0 without a file.
    Raise ConfigInvalid for a file that is no UTF-8 text.
    """
    with _env_file.lock:
        try:
            stamp = os.stat(ENV_FILE).st_mtime_ns
        except FileNotFoundError:
            stamp = 0
        if stamp != _env_file.stamp:
            _take_over(_said())
            _env_file.stamp = stamp
        return stamp


def _said() -> dict[str, str]:
    try:
        return {name: value for name, value in dotenv_values(ENV_FILE).items() if value is not None}
    except (OSError, UnicodeDecodeError) as error:
        text = f"{ENV_FILE} cannot be read as UTF-8 text: {type(error).__name__}"
        raise ConfigInvalid(text, variable=ENV_FILE, looked_in=ENV_FILE) from error


def _take_over(said: dict[str, str]) -> None:
    # What an earlier reading set, and nobody else has changed since, gives way.
    ours = {name for name, value in _env_file.said.items() if os.environ.get(name) == value}
    taken = {name: value for name, value in said.items() if name in ours or name not in os.environ}
    os.environ.update(taken)
    for name in ours - taken.keys():
        del os.environ[name]
    _env_file.said = taken


def build_app(environ: Mapping[str, str] | None = None) -> App:
    """Wire an App. Raise ConfigInvalid for malformed settings, DataInvalid for an unusable sample file."""
    settings = Settings.from_env(os.environ if environ is None else environ)
    if settings.backend == "aws":
        return wire(settings, Cloud(settings.region))
    if settings.engine == "native":
        said = "PIPELINE_ENGINE='native' needs AWS: the embedded emulator's exports have no manifests"
        raise ConfigInvalid(said, variable="PIPELINE_ENGINE", looked_in=LOOKED_IN)
    # Imported here: the emulator is not installed where the aws backend runs alone.
    from pipeline import embedded, source_seed  # noqa: PLC0415

    cloud = embedded.start(settings)
    return wire(source_seed.led_here(settings), cloud)


def wire(settings: Settings, cloud: Cloud) -> App:
    """An App on these clients."""
    lake = Lake(cloud.s3, settings.bucket, settings.kms_key)
    starter = LambdaStarter(cloud.invoker, settings.function)
    audit = Audit(to_stdout, utc_now, lake if settings.audit_s3 else None)
    actor = Actor(lambda: LOCAL, audit)
    sources = build_sources(settings, cloud, lake, utc_now, None)
    return App(settings, cloud, lake, Ledger(lake), Leases(lake, utc_now), starter, utc_now, actor, sources)


@dataclass
class _LastLook:
    at: datetime | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class App:
    """The console's operations on one table and one bucket; ``now`` gives aware UTC times.

    Each is checked against the role of whoever does it: every method raises Forbidden for a person who may not.
    """

    settings: Settings
    cloud: Cloud
    lake: Lake
    ledger: Ledger
    leases: Leases
    starter: Starter
    now: Callable[[], datetime]
    actor: Actor
    sources: Sources
    _starts: Starts = field(default_factory=Starts, repr=False)
    _looked: _LastLook = field(default_factory=_LastLook, repr=False)

    def for_person(self, who: Callable[[], Person], emit: Emit | None = None) -> App:
        """The same App in somebody's hands; ``who`` is asked anew for each action, ``emit`` takes the audit lines."""
        audit = replace(self.actor.audit, emit=emit) if emit else self.actor.audit
        return replace(self, actor=Actor(who, audit))

    def may(self, action: Action) -> bool:
        """Whether whoever uses it may do this now; screens show it, and the action itself checks again."""
        return self.actor.may(action)

    @property
    def embedded(self) -> bool:
        """Whether sample data is shown."""
        return self.settings.backend == "embedded"

    @property
    def documents(self) -> Documents:
        """What the runs have written."""
        self.actor.require("see")
        return Documents(self.lake, self._key_names, self.actor.doing)

    @property
    def logs(self) -> Logs:
        """The export function's log."""
        self.actor.require("see")
        return Logs(self.cloud.logs, self.settings.function)

    @property
    def schedules(self) -> Schedules:
        """The daily run's schedule."""
        self.actor.require("see")
        return Schedules(self.cloud.scheduler, self.settings.schedule, self.actor.doing)

    @property
    def health(self) -> Health:
        """What AWS really says of the settings."""
        self.actor.require("see")
        return Health(self.cloud, self.settings, self.now)

    @property
    def board(self) -> SourceBoard:
        """The sources beside the table."""
        return SourceBoard(self.sources, self.ledger, self.leases, self.starter, self.now, self.actor, self._starts)

    def history(self, days: int | None = None) -> History:
        """Runs of the last ``days`` (default: the setting), newest first."""
        self.actor.require("see")
        now = self.now()
        first = (now - timedelta(days=days or self.settings.history_days)).date()
        return self.ledger.history(first, now.date())

    def run(self, run_id: str, day: date) -> Run | None:
        """One ledger entry; a run that goes over midnight stays in the day it started on."""
        self.actor.require("see")
        found = self.ledger.find(run_id, (day, day + timedelta(days=1), day - timedelta(days=1)))
        return found.run if found else None

    def watch(self, run_id: str, day: date) -> Run | None:
        """Like run(); a native export that nobody has looked after for a while is looked after."""
        run = self.run(run_id, day)
        # Looking after it starts the function: left to those who may.
        if run and self.may("export") and wants_a_look(run, self.now()) and self._first_to_look():
            self.starter.start({"look": True})
        return run

    def active_run(self, table: str | None = None) -> Run | None:
        """The run that holds the lease of the table (or of another one, or a source), if one does."""
        self.actor.require("see")
        lease = self.leases.current(table or self.settings.table)
        run = self.run(lease.run_id, lease.day) if lease else None
        return run if run and shown_status(run, self.now()) == "running" else None

    def start_export(self, mode: Mode = "full", days: int = 1) -> Started:
        """Start a run, or join the one that is going. Raise FunctionFailed, NotFound, Forbidden, AuthFailed…"""
        table = self.settings.table
        with self.actor.doing("export", table) as tell:
            started = self._starts.once(table, self.now(), self._going, lambda: self._start(mode, days))
            tell(f"joined {started.run_id}" if started.joined else started.run_id)
            return started

    def check(self, days: int | None = None, read_data: bool = False) -> Report:
        """Compare ledger and objects of the last days; with ``read_data`` read every document to its end."""
        self.actor.require("see")
        days = days or self.settings.history_days
        return Check(self.lake, self.ledger, self.now(), days).run(self._key_names, read_data)

    def item_count(self) -> int:
        """The table's records, as DynamoDB counts them about every six hours."""
        self.actor.require("see")
        return scan.describe(self.cloud.dynamodb, self.settings.table).item_count

    def _key_names(self, table: str) -> tuple[str, ...]:
        # The table's own name is the table's, whatever sources there are.
        entry = None if table == self.settings.table else self.board.config().entry(table)
        if entry and entry.kind != "table":
            return self.board.source(entry).key_names
        return scan.describe(self.cloud.dynamodb, table).key_names

    def _first_to_look(self) -> bool:
        now = self.now()
        with self._looked.lock:
            if self._looked.at and now - self._looked.at < LOOK_AGAIN:
                return False
            self._looked.at = now
            return True

    def _going(self, recent: Started | None) -> Started | None:
        active = self.active_run()
        if active:
            return Started(active.run_id, active.day, joined=True)
        # A run that was just started may not have reached its ledger yet: a second press joins it.
        waiting = recent and self.run(recent.run_id, recent.day) is None
        return replace(recent, joined=True) if recent and waiting else None

    def _start(self, mode: Mode, days: int) -> Started:
        now = self.now()
        started = Started(contract.new_run_id(now), now.date(), joined=False)
        event: dict[str, Any] = {"tableName": self.settings.table, "mode": mode, "runId": started.run_id}
        if mode == "incremental":
            event["incrementalDays"] = days
        self.starter.start(event)
        return started
