"""The demo's clock: what EventBridge Scheduler would send at its times is sent here, in this process.

The export at its time and the sources half an hour later, each once: a run's identity is its scheduled time, so that a
time that is sent again, or by a second process, is the same run. The nightly look for what lacks tables is a look a
minute here, for the days before the demo and for backfills; after other runs the function itself has tables made.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pipeline.aws import Cloud
from pipeline.clock import utc_now, utc_text
from pipeline.config import Settings
from pipeline.embedded.function import tables_function
from pipeline.errors import PipelineError
from pipeline.lake.bucket import Lake
from pipeline.monitor.schedule import Schedules
from pipeline.runs.freshness import Schedule
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import DERIVED, Run
from pipeline.runs.starter import LambdaStarter
from pipeline.sources.status import DAILY
from pipeline.sources.wiring import build_sources
from pipeline.tables.function.events import MISSING
from pipeline.tables.manifest import Manifests

# A time is told at most this much late; looking costs two requests to this machine.
PAUSE_SECONDS = 15.0
# Between looks for what lacks tables; and how long a run's own function has to have them made.
SWEEP = timedelta(minutes=1)
END_SECONDS = 5.0
ZONE = "Asia/Tokyo"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Daily:
    """One schedule: its name, its time of day, what its event asks for, and which tables and sources then run."""

    name: str
    time: Schedule
    event: Mapping[str, Any]
    wanted: Collection[str]


class Timekeeper:
    """Keeps the schedules of the demos that ``demos`` gives, from ``begin`` to ``close``; looks at the clock every
    ``pause`` seconds."""

    def __init__(
        self,
        demos: Callable[[], Mapping[Settings, Cloud]],
        now: Callable[[], datetime] = utc_now,
        pause: float = PAUSE_SECONDS,
    ) -> None:
        self._demos, self._now, self._pause = demos, now, pause
        self._looked: dict[Settings, datetime] = {}
        self._swept: dict[Settings, datetime] = {}
        self._asked: dict[Settings, frozenset[str]] = {}
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Look at once, and from then on; nothing when it does already."""
        with self._lock:
            if self._thread is None:
                self._ended.clear()
                self._thread = threading.Thread(target=self._keep, name="demo-schedule", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Send nothing any more."""
        with self._lock:
            self._ended.set()
            if self._thread:
                self._thread.join(END_SECONDS)
            self._thread = None

    def look(self) -> None:
        """Send every time that has come since the last look; at the first look at a demo, its last times where their
        runs are missing. What could not be sent is sent at the next look."""
        for settings, cloud in self._demos().items():
            now = self._now()
            try:
                _send_due(settings, cloud, self._looked.get(settings), now)
                self._looked[settings] = now
                self._sweep(settings, cloud, now)
            except PipelineError as error:
                _log.warning("the demo's schedule: %s %s", error.code, error.message)

    def _sweep(self, settings: Settings, cloud: Cloud, now: datetime) -> None:
        """Have tables made of runs that lack them; once a run, whatever comes of it."""
        swept = self._swept.get(settings)
        if swept and now - swept < SWEEP:
            return
        lacking = _lacking_tables(settings, cloud, now)
        if lacking - self._asked.get(settings, frozenset()):
            LambdaStarter(cloud.invoker, tables_function(settings)).start({"tables": MISSING})
        self._asked[settings], self._swept[settings] = lacking, now

    def _keep(self) -> None:
        self.look()
        while not self._ended.wait(self._pause):
            self.look()


def _lacking_tables(settings: Settings, cloud: Cloud, now: datetime) -> frozenset[str]:
    """The newest whole run of each table and source, where its tables are not made of it."""
    lake = Lake(cloud.s3, settings.bucket)
    manifests, runs = Manifests(lake), Ledger(lake).entries(now.date() - timedelta(days=1), now.date()).runs
    whole = (run for run in runs if run.is_good and run.mode == "full" and run.engine not in DERIVED)
    newest = {run.table: run for run in sorted(whole, key=lambda run: run.started_at)}
    return frozenset(run.run_id for run in newest.values() if _had_time(run, now) and not _is_made(manifests, run))


def _had_time(run: Run, now: datetime) -> bool:
    return run.finished_at is not None and run.finished_at + SWEEP <= now


def _is_made(manifests: Manifests, run: Run) -> bool:
    made = manifests.newest(run.table, run.day)
    if made is None or run.finished_at is None:
        return False
    # A source's tables hold all of its days, not one document.
    return made.made_at >= run.finished_at if run.engine == "fetch" else made.source_version_id == run.version_id


def _send_due(settings: Settings, cloud: Cloud, looked: datetime | None, now: datetime) -> None:
    starter = LambdaStarter(cloud.invoker, settings.function)
    for daily in _dailies(settings, cloud, now):
        due = daily.time.last(now)
        if (looked is None or looked < due) and _lacks(settings, cloud, daily, due, now):
            arn = f"arn:aws:scheduler:{settings.region}:123456789012:schedule/{daily.name}"
            occasion = {"trigger": "schedule", "scheduleArn": arn, "scheduledTime": utc_text(due)}
            starter.start({**daily.event, **occasion})


def _dailies(settings: Settings, cloud: Cloud, now: datetime) -> Iterator[_Daily]:
    # As a person has set it: switched off it sends nothing, moved it sends at its new time.
    plan = Schedules(cloud.scheduler, settings.schedule).current()
    if plan.enabled and plan.timezone == ZONE and plan.hour is not None and plan.minute is not None:
        yield _Daily(settings.schedule, Schedule(plan.hour, plan.minute), {}, (settings.table,))
    sources = build_sources(settings, cloud, Lake(cloud.s3, settings.bucket), lambda: now, None)
    names = [entry.name for entry in sources.configs.load().sources if entry.enabled]
    yield _Daily(f"{settings.schedule}-sources", DAILY, {"sources": "due"}, names)


def _lacks(settings: Settings, cloud: Cloud, daily: _Daily, due: datetime, now: datetime) -> bool:
    """Whether a run of that scheduled time is missing, good or bad."""
    history = Ledger(Lake(cloud.s3, settings.bucket)).history(due.date() - timedelta(days=1), now.date())
    of_that_time = f"{due:%Y%m%dT%H%M%SZ}-"
    known = {run.table for run in history.runs if run.run_id.startswith(of_that_time)}
    return not known.issuperset(daily.wanted)
