"""The engine of builds: a run like any other, one at a time a lake. It ends well also where it publishes nothing.

A run fails where dbt itself came to nothing; a test or a model that failed is what a build is there to find out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import ClassVar

from pipeline.analysis.builds import faults, marts
from pipeline.analysis.builds.artifacts import Artifacts, collected
from pipeline.analysis.builds.children import BUILD, Children, Project
from pipeline.analysis.builds.folders import private_folder
from pipeline.analysis.builds.heard import Heard
from pipeline.analysis.builds.inputs import Inputs, chosen
from pipeline.analysis.builds.publish import Left, check_counts
from pipeline.analysis.builds.verdict import Verdict, record_of, record_of_failure, verdict
from pipeline.analysis.models.builds import Build, Builds
from pipeline.analysis.query.convert import fetched
from pipeline.analysis.query.process import Limits
from pipeline.errors import PipelineError, SchemaMismatch, TimedOut
from pipeline.jsonlog import JsonLog
from pipeline.lake.bucket import Conflict, Lake
from pipeline.lake.model_keys import builds_of
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.lifecycle import Engine, Finished, Lifecycle, Outcome, Remaining, Turn
from pipeline.runs.recorder import Record, TakenOver
from pipeline.runs.request import ExportRequest, ExportResult
from pipeline.runs.run import Run, Trigger

ENGINE = "dbt"
# The lease lives for two minutes: it is kept also while one model takes longer.
KEEP_SECONDS = 15.0
DONE, LEFT = "done", "left"


@dataclass(frozen=True)
class BuildRequest(ExportRequest):
    """A build of the tables of ``of``, of a UTC ``day`` (None: the newest that has any)."""

    of: str = ""
    day: date | None = None


@dataclass(frozen=True)
class Builder:
    """Builds models; wired once. ``folder`` is where private folders are made (None: the system's for such); ``begun``
    is told the run once it has the lease; ``cancelled`` ends it from outside."""

    lake: Lake
    ledger: Ledger
    leases: Leases
    now: Callable[[], datetime]
    project: Project = field(default_factory=Project)
    folder: Path | None = None
    limits: Limits = BUILD
    cancelled: Callable[[], bool] = lambda: False
    begun: Callable[[Run], None] = lambda run: None
    sleep: Callable[[float], None] = time.sleep

    def run(self, request: BuildRequest, log: JsonLog, remaining: Remaining) -> ExportResult:
        """Build, and wait for the end. Raise NotFound (``build_nothing``), AlreadyRunning while another build goes on,
        what dbt came to nothing of, else what ``Lifecycle.run`` raises."""
        life = Lifecycle(self.lake, self.ledger, self.leases, self.now, sleep=self.sleep)
        return life.run(_Builds(self, request), request, log, remaining)


def build_request(
    run_id: str, of: str, day: date | None = None, trigger: Trigger = "manual", project: str = Project.name
) -> BuildRequest:
    """What to ask for. Raise DataInvalid for what is no name of a project."""
    return BuildRequest(run_id, builds_of(project), trigger=trigger, of=of, day=day)


def steps_of(run: Run) -> tuple[int, int]:
    """How many steps of a build have ended, and how many there are; 0 of 0 before that is known."""
    states = dict(run.day_states)
    return states.get(DONE, 0), states.get(DONE, 0) + states.get(LEFT, 0)


@dataclass(frozen=True)
class _Builds(Engine):
    """The engine of one build."""

    builder: Builder
    wanted: BuildRequest
    job: ClassVar[str] = "build"
    engines: ClassVar[tuple[str, ...]] = (ENGINE,)

    def told(self, run: Run) -> Mapping[str, object]:
        return {"table": self.wanted.of, "project": self.builder.project.name, "steps": steps_of(run)[1]}

    def discard(self, dead: Run, record: Record) -> None:
        """Keep a record of a build that was interrupted."""
        interrupted = faults.interrupted(dead.run_id)
        _keep(self.builder.lake, self.builder.project, record_of_failure(dead, dead.updated_at, interrupted, None))

    def work(self, request: ExportRequest, record: Record, turn: Turn) -> Outcome:
        """Build, keep what it came to, and publish what may be."""
        self.builder.begun(record.current())
        work = _Work(self.builder, self.wanted, record)
        try:
            build = work.build()
        except TakenOver:
            raise
        except PipelineError as error:
            _keep(self.builder.lake, self.builder.project, work.failure(error))
            raise
        record.note(records=work.records, bytes=sum(one.size for one in build.marts))
        return Finished(record.done())


class _Work:
    """One build."""

    def __init__(self, builder: Builder, wanted: BuildRequest, record: Record) -> None:
        self._builder, self._wanted, self._record = builder, wanted, record
        self._inputs: Inputs | None = None
        self._told = (-1, -1)
        self._kept_at = time.monotonic()

    @property
    def records(self) -> int:
        """Records that went in."""
        return self._inputs.records if self._inputs else 0

    def build(self) -> Build:
        """From tables to the pointer. Raise what it came to nothing of."""
        builder = self._builder
        self._inputs = inputs = chosen(builder.lake, self._wanted.of, self._wanted.day, builder.now().date())
        with self._within(inputs) as folder:
            children = Children(builder.project, folder, self._cancelled, self._tell, builder.limits)
            heard, clean = children.build(inputs, self._fetched(inputs, folder))
            artifacts = collected(folder / "target", clean)
            found = self._judged(artifacts, inputs)
            read = children.read(artifacts, publishes=found.withheld is None)
            return self._leave(inputs, artifacts, found, read, folder)

    def failure(self, error: PipelineError) -> Build:
        """The record of what it came to nothing of."""
        return record_of_failure(self._record.current(), self._builder.now(), error, self._inputs)

    @contextmanager
    def _within(self, inputs: Inputs) -> Iterator[Path]:
        try:
            with private_folder(self._builder.folder, inputs.size) as folder:
                yield folder
        except OSError as error:
            raise faults.disk_full(f"the folder of builds: {error.strerror}") from error

    def _fetched(self, inputs: Inputs, folder: Path) -> dict[str, Path]:
        found = {}
        for name, file in inputs.files.items():
            place = folder / name
            place.mkdir()
            try:
                found[name] = fetched(self._builder.lake, file, place, self._cancelled)
            except TimedOut as error:
                raise (faults.given_up() if self._builder.cancelled() else error) from error
        return found

    def _judged(self, artifacts: Artifacts, inputs: Inputs) -> Verdict:
        found = verdict(artifacts)
        messages = (one.message for one in found.judged.outcomes.values() if one.state == "bad")
        if any(faults.DISK_FULL.search(message) for message in messages):
            raise faults.disk_full()
        if found.withheld is None and self._is_late(inputs):
            return replace(found, withheld="older")
        return found

    def _is_late(self, inputs: Inputs) -> bool:
        """Whether newer marts are published already."""
        with suppress(SchemaMismatch):
            run = self._run
            ours = marts.CurrentMarts(marts.VERSION, run.run_id, run.day, inputs.day, self._builder.now(), ())
            return not ours.follows(marts.current_marts(self._builder.lake))
        return False

    def _leave(self, inputs: Inputs, artifacts: Artifacts, found: Verdict, read: Heard, folder: Path) -> Build:
        left = Left(self._builder.lake, self._builder.project.name, self._run, self._record.fencing_token, folder)
        rows = {
            one.node.name: read.rows[one.node.unique_id] for one in found.judged.rows if one.node.unique_id in read.rows
        }
        check_counts(read.marts, rows)
        files = left.marts(read, folder / "out")
        self._keep_lease()
        left.artifacts(artifacts)
        left.failing(read.failing)
        # Whoever has taken the run over publishes, and not this one.
        self._record.confirm_lease()
        build = replace(record_of(self._run, self._builder.now(), inputs, found, read.rows), marts=files)
        left.record(build)
        return left.point(build, self._builder.now()) if found.withheld is None else build

    @property
    def _run(self) -> Run:
        return self._record.current()

    def _tell(self, ended: int, planned: int) -> None:
        if (ended, planned) != self._told:
            self._told = ended, planned
            self._record.note(day_states=((DONE, ended), (LEFT, max(0, planned - ended))))
            self._keep_lease()

    def _cancelled(self) -> bool:
        if time.monotonic() - self._kept_at > KEEP_SECONDS:
            self._keep_lease()
        return self._builder.cancelled()

    def _keep_lease(self) -> None:
        self._kept_at = time.monotonic()
        self._record.progress(self.records, 0, 0.0, 0)


def _keep(lake: Lake, project: Project, build: Build) -> None:
    """The record of a build that came to nothing, unless its marts are the current ones. The run's entry says why,
    whether or not this can be written."""
    kept = Builds(lake, project.name)
    with suppress(PipelineError):
        current = marts.current_marts(lake)
        if current and current.run_id == build.brief.run_id:
            return
        try:
            kept.save(build)
        except Conflict:
            # It had kept one, of marts that it was about to publish: they are nobody's.
            kept.tell_index(build)
