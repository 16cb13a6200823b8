"""Making reports in somebody's hands: now, beside whoever asks, or again of the same versions; and what was made.

A report is a run like any other. Who may only see sees that there is one, how it stands and which forms it has.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date
from typing import TYPE_CHECKING, Final

from pipeline.analysis.reports.definitions import definition as definitions
from pipeline.analysis.reports.definitions.definition import Definition
from pipeline.analysis.reports.document import FormatName
from pipeline.analysis.reports.forms.formats import FORMATS, never
from pipeline.analysis.reports.forms.html import html
from pipeline.clock import utc_text
from pipeline.console.reports.gathering.gather import How, gather
from pipeline.console.reports.running.beside import Beside
from pipeline.console.reports.running.delivery import deliver
from pipeline.console.reports.running.ending import give_up, made_to_the_end
from pipeline.console.reports.running.engine import DONE, LEFT, Making, ReportRequest, defined, report_request
from pipeline.console.reports.running.history import PastRuns, incomplete
from pipeline.console.reports.running.manifests import Manifests, for_viewers
from pipeline.console.reports.told import Gathered, Made, ReportRun
from pipeline.errors import AlreadyRunning, DataInvalid, PipelineError
from pipeline.lake.report_keys import day_of, reports_of
from pipeline.notices.due import Due
from pipeline.runs.history import shown_status
from pipeline.runs.run import Run, Started, new_run_id

if TYPE_CHECKING:
    from pipeline.console.app import App

HISTORY_DAYS: Final = 30


@dataclass(frozen=True)
class Going:
    """A run that goes on, here or elsewhere: ``done`` of ``of`` steps (a step is a block or a form; 0 of 0 before that
    is known)."""

    name: str
    run_id: str
    day: date
    done: int = 0
    of: int = 0


@dataclass(frozen=True)
class Preview:
    """What a definition would come to, and the same as HTML (one file that asks for nothing)."""

    gathered: Gathered
    html: bytes


def _unheard(going: Going) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True)
class ReportMaker:
    """The runs of all reports of an App. Every method raises Forbidden for who may not, DataInvalid (``report_name``)
    for what is no report's name, and what the lake raises. ``day`` is where a run's files lie (UTC; ``ReportRun.day``);
    None: the day that its id begins with, which is the same. ``sends``: whether recipients are told of what is made."""

    app: App
    beside: Beside = field(default_factory=Beside)
    sends: bool = True

    def make(
        self,
        name: str,
        formats: Sequence[FormatName] | None = None,
        due: Due | None = None,
        tell: Callable[[Going], None] = _unheard,
        over: Callable[[], bool] = never,
    ) -> Made:
        """Make a report here and now, in these forms (None: its own), tell its recipients, and wait for all that; for
        ``due`` once, whoever makes it. Raise NotFound (``report_unknown``), AlreadyRunning while another run of it goes
        on, FunctionFailed (``report_cancelled``) once ``over`` says so, and what it came to nothing of. Blocks that
        failed are warnings in it (``Made.failed``), and it is not sent."""
        with self.app.actor.doing("reports", f"make {name}") as detail:
            request = self._request(name, formats, due)
            detail(request.run_id)
            making = Making(self.app, tell=lambda run: tell(_going(name, run)), over=over)
            made = made_to_the_end(making, request)
            detail(f"{request.run_id}: {', '.join(form for form, *_ in made.files)}; {len(made.failed)} blocks failed")
            return made

    def start(self, name: str, formats: Sequence[FormatName] | None = None) -> Started:
        """The same beside whoever asks, or join the run that goes on. Raise NotFound (``report_unknown``),
        AlreadyRunning (``report_busy``) where too many are being made here."""
        with self.app.actor.doing("reports", f"make {name}") as detail:
            request = self._request(name, formats, None)
            started = self._start(name, request)
            detail(f"joined {started.run_id}" if started.joined else started.run_id)
            return started

    def give_up(self, due: Due, error: PipelineError) -> None:
        """Say of what was due that nobody will make it, and why."""
        with self.app.actor.doing("reports", f"give up {due.name}"):
            give_up(self.app, due.name, due.run_id, due, error)

    def going(self, name: str) -> Going | None:
        """The run of a report that goes on, wherever that is. For who may see."""
        self.app.actor.require("see")
        lease = self.app.leases.current(reports_of(name))
        entry = self.app.ledger.find(lease.run_id, (lease.day,)) if lease else None
        if lease is None or (entry and shown_status(entry.run, self.app.now()) != "running"):
            return None
        return _going(name, entry.run) if entry else Going(name, lease.run_id, day_of(lease.run_id))

    def again(
        self, name: str, run_id: str, day: date | None = None, over: Callable[[], bool] = never
    ) -> dict[FormatName, bytes]:
        """The forms of a report, made once more of the versions that its manifest names: the same bytes. Nothing is
        kept. Raise NotFound (``report_gone``; ``report_version_gone`` for a version that is no more)."""
        with self.app.actor.doing("reports", f"make {name} of {run_id} again"):
            made = Manifests(self.app.lake).load(name, run_id, day)
            wanted = definitions.read(made.definition)
            document = gather(self.app, name, wanted, made.as_of, How(over=over, pins=made.pins)).document
            return {form: FORMATS[form].make(document, over) for form, *_ in made.files}

    def runs(self, name: str | None = None, days: int = HISTORY_DAYS) -> tuple[ReportRun, ...]:
        """The runs of a report in these days, newest first, with what they made; of all reports (None) without. What
        waits, is late or was missed is among them. For who may see: without SQL and definition."""
        self.app.actor.require("see")
        past = PastRuns(self.app.lake, self.app.ledger, self.app.now)
        found = past.of(name, days) if name else past.all(days)
        return tuple(replace(run, made=self._shown(run.made) if run.made else None) for run in found)

    def made(self, name: str, run_id: str, day: date | None = None) -> Made:
        """A whole report. Raise NotFound (``report_gone``). For who may see: without SQL and definition."""
        self.app.actor.require("see")
        return self._shown(Manifests(self.app.lake).load(name, run_id, day))

    def run(self, name: str, run_id: str, day: date | None = None) -> ReportRun | None:
        """One run, as ``runs`` tells of it; None where nobody knows it. For who may see: without SQL and definition."""
        self.app.actor.require("see")
        run = PastRuns(self.app.lake, self.app.ledger, self.app.now).one(name, run_id, day)
        return replace(run, made=self._shown(run.made)) if run and run.made else run

    def file(self, name: str, run_id: str, day: date | None, form: FormatName) -> bytes:
        """A report in one of its forms, as it was made. Raise NotFound (``report_gone``), DataInvalid
        (``report_altered``) where it is not what the manifest names."""
        with self.app.actor.doing("download", f"report {name} {run_id} {form}"):
            manifests = Manifests(self.app.lake)
            return manifests.body(manifests.load(name, run_id, day), form)

    def send(self, name: str, run_id: str, day: date | None = None) -> ReportRun:
        """Tell the recipients of a report once more that it is there: today's, or, where it is no more defined, those
        that it was made for. Raise NotFound (``report_gone``), DataInvalid (``report_not_sent`` where a block failed,
        ``report_no_recipients``)."""
        with self.app.actor.doing("reports", f"send {name} {run_id}") as detail:
            made = Manifests(self.app.lake).load(name, run_id, day)
            recipients = self._recipients(made)
            delivery = deliver(self.app, made, recipients, again=utc_text(self.app.now()))
            detail(f"sent to {len(delivery.sent)}, not to {len(delivery.unsent)}")
            return PastRuns(self.app.lake, self.app.ledger, self.app.now).of_made(made)

    def preview(self, definition: Definition, over: Callable[[], bool] = never, name: str = "preview") -> Preview:
        """What a definition would come to as of now; nothing is kept, nobody told. Raise FunctionFailed
        (``report_cancelled``)."""
        self.app.actor.require("reports")
        as_of = self.app.now().astimezone(UTC).replace(microsecond=0)
        gathered = gather(self.app, name, definition, as_of, How(over=over))
        return Preview(gathered, html(gathered.document))

    def _request(self, name: str, formats: Sequence[FormatName] | None, due: Due | None) -> ReportRequest:
        if due is None:
            # What nobody has defined leaves no run; what was due leaves one that says why there is nothing.
            defined(self.app.reports.definitions.get(name))
        run_id = due.run_id if due else new_run_id(self.app.now())
        return report_request(run_id, name, tuple(dict.fromkeys(formats or ())), due, self.sends)

    def _start(self, name: str, request: ReportRequest) -> Started:
        going = self.going(name)
        if going:
            return Started(going.run_id, going.day, joined=True)
        try:
            run = self.beside.start(Making(self._of_whoever_it_is_now()), request)
        except AlreadyRunning:
            going = self.going(name)
            if going is None:
                raise
            return Started(going.run_id, going.day, joined=True)
        return Started(run.run_id, day_of(run.run_id), joined=False)

    def _recipients(self, made: Made) -> tuple[definitions.Recipient, ...]:
        if made.failed:
            raise DataInvalid(incomplete(len(made.failed)).message, situation="report_not_sent", record=made.name)
        listed = {one.name: one.definition for one in self.app.reports.definitions.listed()}
        wanted = listed.get(made.name) or definitions.read(made.definition)
        if not wanted.recipients:
            text = f"report {made.name} has no recipients"
            raise DataInvalid(text, record="report", field="recipients", situation="report_no_recipients")
        return wanted.recipients

    def _shown(self, made: Made) -> Made:
        return made if self.app.may("reports") else for_viewers(made)

    def _of_whoever_it_is_now(self) -> App:
        # Whoever has started it may be gone before it ends.
        person = self.app.actor.who()
        return replace(self.app, actor=replace(self.app.actor, who=lambda: person))


def _going(name: str, run: Run) -> Going:
    states = dict(run.day_states)
    done, left = states.get(DONE, 0), states.get(LEFT, 0)
    return Going(name, run.run_id, day_of(run.run_id), done, done + left)
