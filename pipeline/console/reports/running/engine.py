"""The engine of reports: a run like any other, one at a time of a report. Its manifest is written last.

Blocks are gathered, forms are made of them and put into the lake, the manifest tells of them, then people are told.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, Final

from pipeline.analysis.reports.definitions import definition
from pipeline.analysis.reports.definitions.definition import Definition
from pipeline.analysis.reports.document import Document, FormatName
from pipeline.analysis.reports.forms.formats import FORMATS, never
from pipeline.console.reports.gathering.gather import How, Step, gather
from pipeline.console.reports.running.delivery import Delivery, deliver
from pipeline.console.reports.running.manifests import File, Manifests
from pipeline.console.reports.told import Gathered, KeptReport, Made
from pipeline.errors import FunctionFailed, PipelineError
from pipeline.jsonlog import Emit, JsonLog
from pipeline.lake.report_keys import day_of, reports_of
from pipeline.notices.due import Due
from pipeline.runs.lifecycle import Engine, Finished, Lifecycle, Outcome, Remaining, Turn
from pipeline.runs.recorder import Record, TakenOver
from pipeline.runs.request import ExportRequest
from pipeline.runs.run import Run, Trigger

if TYPE_CHECKING:
    from pipeline.console.app import App

ENGINE: Final = "report"
# The lease lives for two minutes: it is kept also while one block takes longer.
KEEP_SECONDS: Final = 15.0
DONE, LEFT, SENT, UNSENT, FAILED = "done", "left", "sent", "unsent", "failed"


@dataclass(frozen=True)
class ReportRequest(ExportRequest):
    """What report to make, in which ``formats`` (none: the definition's own); ``due`` is what for, ``send`` whether
    people are told."""

    name: str = ""
    formats: tuple[FormatName, ...] = ()
    due: Due | None = None
    send: bool = True


@dataclass(frozen=True)
class Making:
    """Makes reports of an App; ``begun`` is told the run once it has the lease, ``tell`` each time that it is further;
    ``over`` ends it from outside."""

    app: App
    begun: Callable[[Run], None] = lambda run: None
    tell: Callable[[Run], None] = lambda run: None
    over: Callable[[], bool] = never
    emit: Emit = field(default=lambda line: None)
    sleep: Callable[[float], None] = time.sleep

    def run(self, request: ReportRequest, remaining: Remaining) -> Made:
        """Make it, and wait for the end. Raise NotFound (``report_unknown``), AlreadyRunning while another run of it
        goes on, else what it came to nothing of."""
        app = self.app
        life = Lifecycle(app.lake, app.ledger, app.leases, app.now, sleep=self.sleep)
        life.run(_Reports(self, request), request, JsonLog("report", None, self.emit), remaining)
        return Manifests(app.lake).load(request.name, request.run_id)


def report_request(
    run_id: str, name: str, formats: tuple[FormatName, ...] = (), due: Due | None = None, send: bool = True
) -> ReportRequest:
    """What to ask for. Raise DataInvalid (``report_name``; ``report_run_id`` for an id without a day)."""
    day_of(run_id)
    trigger: Trigger = "schedule" if due else "manual"
    return ReportRequest(run_id, reports_of(name), trigger=trigger, name=name, formats=formats, due=due, send=send)


@dataclass(frozen=True)
class _Reports(Engine):
    """The engine of one report."""

    making: Making
    wanted: ReportRequest
    job: ClassVar[str] = "report"
    engines: ClassVar[tuple[str, ...]] = (ENGINE,)

    def told(self, run: Run) -> Mapping[str, object]:
        return {"report": self.wanted.name}

    def work(self, request: ExportRequest, record: Record, turn: Turn) -> Outcome:
        """Make it and tell of it; what was whole when a run was cut off is only told of."""
        self.making.begun(record.current())
        work = _Work(self.making, self.wanted, record)
        made = Manifests(self.making.app.lake).find(self.wanted.name, request.run_id) or work.made()
        states = ((DONE, work.steps or len(made.files)), (LEFT, 0), (FAILED, len(made.failed)))
        delivery = work.sent(made) if self.wanted.send and not made.failed else Delivery()
        told = ((SENT, len(delivery.sent)), (UNSENT, len(delivery.unsent)))
        record.note(day_states=(*states, *told), bytes=sum(size for _, _, _, size, _ in made.files))
        return Finished(record.done())


class _Work:
    """One report."""

    def __init__(self, making: Making, wanted: ReportRequest, record: Record) -> None:
        self._making, self._wanted, self._record = making, wanted, record
        self._manifests = Manifests(making.app.lake)
        self._lost: TakenOver | None = None
        self._kept_at = time.monotonic()
        # Blocks may be read beside each other.
        self._lock = threading.Lock()
        self.steps = 0

    def made(self) -> Made:
        """From the definition to the manifest. Raise what it came to nothing of."""
        kept = self._kept()
        wanted = defined(kept)
        formats = self._wanted.formats or wanted.formats
        gathered = self._gathered(wanted, len(formats))
        files = tuple(self._put(form, gathered.document, number, len(formats)) for number, form in enumerate(formats))
        # Whoever has taken the run over tells of it, and not this one.
        self._record.confirm_lease()
        return self._manifests.save(self._manifest(kept, gathered, files))

    def sent(self, made: Made) -> Delivery:
        """Tell the recipients that it was made for."""
        return deliver(self._making.app, made, definition.read(made.definition).recipients)

    @property
    def as_of(self) -> datetime:
        """The moment that the report is about: when it was due, or when the run began."""
        wanted = self._wanted.due
        moment = wanted.at if wanted else self._record.current().started_at
        return moment.astimezone(UTC).replace(microsecond=0)

    def _kept(self) -> KeptReport:
        return self._making.app.reports.definitions.get(self._wanted.name)

    def _gathered(self, wanted: Definition, forms: int) -> Gathered:
        def tell(step: Step) -> None:
            self.steps = step.of + forms
            self._tell(step.block)

        app, name = self._making.app, self._wanted.name
        self.steps = len(wanted.blocks) + forms
        self._tell(0)
        try:
            return gather(app, name, wanted, self.as_of, How(tell, self._over))
        except PipelineError as error:
            raise (self._lost or error) from error

    def _put(self, form: FormatName, document: Document, number: int, forms: int) -> File:
        self._tell(self.steps - forms + number)
        try:
            body = FORMATS[form].make(document, self._over)
        except PipelineError as error:
            raise (self._lost or error) from error
        self._stop()
        return self._manifests.put(self._wanted.name, self._wanted.run_id, form, body)

    def _stop(self) -> None:
        if self._over():
            raise self._lost or cancelled()

    def _manifest(self, kept: KeptReport, gathered: Gathered, files: tuple[File, ...]) -> Made:
        wanted = self._wanted
        return Made(
            name=wanted.name,
            run_id=wanted.run_id,
            day=day_of(wanted.run_id),
            as_of=self.as_of,
            made_at=self._making.app.now(),
            due=wanted.due.at if wanted.due else None,
            title=gathered.document.title,
            files=files,
            pins=gathered.pins,
            asked=gathered.asked,
            definition=kept.text,
            failed=tuple((one.block, one.kind, one.error.code) for one in gathered.failed),
        )

    def _tell(self, done: int) -> None:
        with self._lock:
            run = self._record.note(day_states=((DONE, done), (LEFT, max(0, self.steps - done))))
            self._keep_lease()
        self._making.tell(run)

    def _over(self) -> bool:
        """Whether to end: because somebody says so, or because the run is another's by now."""
        with self._lock:
            if self._lost is None and time.monotonic() - self._kept_at > KEEP_SECONDS:
                self._keep_lease()
        return self._lost is not None or self._making.over()

    def _keep_lease(self) -> None:
        self._kept_at = time.monotonic()
        try:
            self._record.progress(0, 0, 0.0, 0)
        except TakenOver as error:
            self._lost = error


def defined(kept: KeptReport) -> Definition:
    """What a kept report defines. Raise what is wrong with it."""
    if kept.definition is None:
        raise kept.problem or FunctionFailed(f"report {kept.name} has no definition", situation="report_unread")
    return kept.definition


def cancelled() -> FunctionFailed:
    """What a report comes to whose program ends."""
    return FunctionFailed("the report was ended together with its program", situation="report_cancelled")
