"""Builds of our models for people: an operator starts one, whoever may see looks at what they came to.

A build goes on in a thread of this process, and its children with it; all end together. One that goes on elsewhere,
also in another process, is joined. An audit line says day, run and what it came to; never a row.
"""

from __future__ import annotations

import atexit
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from concurrent.futures import TimeoutError as StillGoing
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from pipeline.analysis.builds.job import Builder, build_request
from pipeline.analysis.builds.marts import CurrentMarts, current_marts
from pipeline.analysis.models.builds import Build, BuildIndex, Builds
from pipeline.console.audit import Actor
from pipeline.errors import AlreadyRunning, FunctionFailed, SchemaMismatch
from pipeline.jsonlog import Emit, JsonLog
from pipeline.lake.model_keys import builds_of, failing_key
from pipeline.runs.error import recorded_as
from pipeline.runs.history import shown_status
from pipeline.runs.ledger import Entry
from pipeline.runs.run import Run, Started, Trigger, new_run_id

LOOK_SECONDS = 0.5
END_SECONDS = 5.0
# Until a run has its lease, or knows who has it: a few requests.
BEGIN_SECONDS = 60.0


class Crew:
    """The builds that go on in this process; they end with it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._threads: set[threading.Thread] = set()

    def take(self, work: Callable[[Callable[[], bool]], None]) -> None:
        """Begin ``work`` beside everything else; it is handed what says that all is to end."""
        with self._lock:
            if not self._threads:
                # Before the interpreter waits for its threads: a build may take ten minutes.
                atexit.unregister(self.close)
                atexit.register(self.close)
            over = self._over
            thread = threading.Thread(target=lambda: work(over.is_set), name="build", daemon=True)
            self._threads = {one for one in self._threads if one.is_alive()} | {thread}
            thread.start()

    def close(self) -> None:
        """End all builds, and wait for that."""
        with self._lock:
            over, self._over = self._over, threading.Event()
            threads, self._threads = self._threads, set()
        over.set()
        for thread in threads:
            thread.join(END_SECONDS)


CREW = Crew()


@dataclass(frozen=True)
class Ran:
    """A build at its end: its run, and its record (None: it could not be kept)."""

    run: Run
    build: Build | None


@dataclass(frozen=True)
class _Going:
    """A build that goes on here: ``begun`` is its run, or why there is none; ``ended`` the same at its end."""

    begun: Future[Run] = field(default_factory=Future)
    ended: Future[Run] = field(default_factory=Future)
    unwanted: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class BuildBoard:
    """Builds in somebody's hands, of the tables of ``of``. Every method raises Forbidden, and what the lake raises;
    ``emit`` takes the log lines of builds that go on here."""

    builder: Builder
    of: str
    actor: Actor
    emit: Emit = field(default=lambda line: None)
    crew: Crew = CREW

    def start(self, day: date | None = None, trigger: Trigger = "manual") -> Started:
        """Start a build beside whoever asks, or join the one that goes on."""
        with self.actor.doing("build", self._target(day)) as tell:
            started, _ = self._start(day, trigger)
            tell(f"joined {started.run_id}" if started.joined else started.run_id)
            return started

    def build(
        self, day: date | None = None, trigger: Trigger = "manual", tell: Callable[[Run], None] = lambda run: None
    ) -> Ran:
        """Build, or join the build that goes on, and wait for the end; ``tell`` is told twice a second how far it is.
        Raise what it came to nothing of, FunctionFailed for one elsewhere that stopped reporting."""
        with self.actor.doing("build", self._target(day)) as detail:
            started, going = self._start(day, trigger)
            detail(f"joined {started.run_id}" if started.joined else started.run_id)
            try:
                run = self._followed(started, going, tell)
            except BaseException:
                # Whoever waits is told to end: what it has begun ends, too.
                if going:
                    going.unwanted.set()
                    wait([going.ended], END_SECONDS)
                raise
            kept = self._builds.load(run.day, run.run_id)
            detail(f"{run.run_id} {_came_to(kept)}")
            return Ran(run, kept)

    def running(self) -> Run | None:
        """The build that goes on, wherever that is."""
        self.actor.require("see")
        return self._running()

    def run(self, run_id: str, day: date) -> Run | None:
        """The ledger's entry of a build."""
        self.actor.require("see")
        entry = self.builder.ledger.find(run_id, (day, day + timedelta(days=1), day - timedelta(days=1)))
        return entry.run if entry else None

    def index(self) -> BuildIndex:
        """The builds in short, newest first."""
        self.actor.require("see")
        return self._builds.index()

    def kept(self, day: date, run_id: str) -> Build | None:
        """A build's record."""
        self.actor.require("see")
        return self._builds.load(day, run_id)

    def current(self) -> CurrentMarts | None:
        """What is published."""
        self.actor.require("see")
        return current_marts(self.builder.lake)

    def failing(self, day: date, run_id: str) -> dict[str, Any]:
        """Failing rows by their tests' unique ids, each ``columns`` and ``rows`` (texts, None for NULL); empty where
        there are none. An operator's: they are records of people."""
        key = failing_key(self.builder.project.name, day, run_id)
        with self.actor.doing("download", f"failing rows of {run_id}"):
            stored = self.builder.lake.read_json(key)
            return _tests(stored[0], key) if stored else {}

    @property
    def _builds(self) -> Builds:
        return Builds(self.builder.lake, self.builder.project.name)

    @property
    def _now(self) -> Callable[[], datetime]:
        return self.builder.now

    def _target(self, day: date | None) -> str:
        return f"{self.builder.project.name} of {self.of}{f' {day}' if day else ''}"

    def _start(self, day: date | None, trigger: Trigger) -> tuple[Started, _Going | None]:
        run = self._running()
        if run:
            return Started(run.run_id, run.day, joined=True), None
        request = build_request(new_run_id(self._now()), self.of, day, trigger, self.builder.project.name)
        going = _Going()
        builder = replace(self.builder, begun=lambda begun: _settle(going.begun, begun))
        unwanted = going.unwanted.is_set
        self.crew.take(
            lambda over: self._work(replace(builder, cancelled=lambda: over() or unwanted()), request, going)
        )
        try:
            begun = going.begun.result(BEGIN_SECONDS)
        except AlreadyRunning as error:
            # It was faster.
            return self._other(error), None
        return Started(begun.run_id, begun.day, joined=False), going

    def _work(self, builder: Builder, request: Any, going: _Going) -> None:
        try:
            run = builder.run(request, JsonLog("build", None, self.emit), lambda: math.inf).run
        except BaseException as error:  # noqa: BLE001 - whoever waits raises it; its run's entry has it
            cause = recorded_as(error, "build")
            for waiting in (going.begun, going.ended):
                if not waiting.done():
                    waiting.set_exception(cause)
        else:
            _settle(going.begun, run)
            _settle(going.ended, run)

    def _other(self, error: AlreadyRunning) -> Started:
        lease = self.builder.leases.current(builds_of(self.builder.project.name))
        if lease is None:
            raise error
        return Started(lease.run_id, lease.day, joined=True)

    def _running(self) -> Run | None:
        lease = self.builder.leases.current(builds_of(self.builder.project.name))
        entry = self.builder.ledger.find(lease.run_id, (lease.day,)) if lease else None
        return entry.run if entry and shown_status(entry.run, self._now()) == "running" else None

    def _followed(self, started: Started, going: _Going | None, tell: Callable[[Run], None]) -> Run:
        begun = time.monotonic()
        while True:
            entry = self.builder.ledger.find(started.run_id, (started.day,))
            if entry:
                tell(entry.run)
            ended = _ended(going) if going else self._ended_elsewhere(entry, time.monotonic() - begun)
            if ended:
                return ended

    def _ended_elsewhere(self, entry: Entry | None, waited: float) -> Run | None:
        """Who has the lease may not have written its entry yet."""
        state = shown_status(entry.run, self._now()) if entry else "running" if waited < BEGIN_SECONDS else "lost"
        if state == "lost":
            raise FunctionFailed("the build that was joined stopped reporting", situation="build_interrupted")
        if state == "running":
            time.sleep(LOOK_SECONDS)
        return entry.run if entry and state != "running" else None


def _ended(going: _Going) -> Run | None:
    try:
        return going.ended.result(LOOK_SECONDS)
    except StillGoing:
        return None


def _settle(waiting: Future[Run], run: Run) -> None:
    if not waiting.done():
        waiting.set_result(run)


def _tests(raw: Any, key: str) -> dict[str, Any]:
    tests = raw.get("tests") if isinstance(raw, dict) else None
    if not isinstance(tests, dict):
        text = f"{key} holds no failing rows"
        raise SchemaMismatch(text, key=key, expected="rows by their tests", found=type(raw).__name__)
    return tests


def _came_to(build: Build | None) -> str:
    if build is None:
        return "no record"
    brief = build.brief
    return "published" if brief.published else f"withheld: {brief.withheld}"


def well(ran: Ran) -> bool:
    """Whether it ended with its marts published."""
    return ran.run.status == "succeeded" and ran.build is not None and ran.build.brief.published
