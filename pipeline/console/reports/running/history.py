"""The runs of reports as they stand: of the ledger, of what is due, and of what they left.

A report is there once its manifest is, whatever else says of its run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, TypeVar

from pipeline.console.reports.running.delivery import Deliveries
from pipeline.console.reports.running.engine import ENGINE, FAILED, SENT
from pipeline.console.reports.running.manifests import Manifests
from pipeline.console.reports.told import Made, ReportRun, State
from pipeline.errors import DataInvalid, FunctionFailed, PipelineError
from pipeline.lake.bucket import Lake
from pipeline.lake.report_keys import day_of, report_of, reports_of
from pipeline.notices.due import DueReports, DueState
from pipeline.runs.error import RunError
from pipeline.runs.history import shown_status
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import Run

# Of one report so many runs are told with what they made, and of all together so many without.
MOST_WHOLE: Final = 100
MOST: Final = 1000
READERS: Final = 16
LONGEST: Final = 30
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class PastRuns:
    """The runs of reports of one lake. Raises what Lake raises."""

    lake: Lake
    ledger: Ledger
    now: Callable[[], datetime]

    def of(self, name: str, days: int) -> tuple[ReportRun, ...]:
        """Those of one report, newest first, with what they made and whom that was sent to."""
        runs = self._runs(days, reports_of(name), DueReports(self.lake, self.now).states(name, days))[:MOST_WHOLE]
        return tuple(_beside(self._whole, runs))

    def all(self, days: int) -> tuple[ReportRun, ...]:
        """Those of all reports, newest first; whom they were sent to is not told, only that they were."""
        return tuple(self._runs(days, None, DueReports(self.lake, self.now).states(None, days))[:MOST])

    def one(self, name: str, run_id: str, day: date | None = None) -> ReportRun | None:
        """One run of a report, of the last LONGEST days where it left nothing."""
        made = Manifests(self.lake).find(name, run_id, day)
        if made:
            return self.of_made(made)
        return next((run for run in self.of(name, LONGEST) if run.run_id == run_id), None)

    def of_made(self, made: Made) -> ReportRun:
        """The run of a report that is there."""
        days = [made.day + timedelta(days=more) for more in (0, 1, -1)]
        entry = self.ledger.find(made.run_id, (*days, made.made_at.date()))
        run = _told(entry.run, self.now(), made.due) if entry else None
        return self._with(run or ReportRun(made.name, made.run_id, made.day, made.as_of, "built", "manual"), made)

    def _runs(self, days: int, table: str | None, due: Sequence[DueState]) -> list[ReportRun]:
        now = self.now()
        at = {one.due.run_id: one.due.at for one in due}
        entries = self.ledger.entries((now - timedelta(days=days)).date(), now.date()).runs
        wanted = (run for run in entries if run.engine == ENGINE and table in (None, run.table))
        told = {run.run_id: _told(run, now, at.get(run.run_id)) for run in wanted}
        # Nobody has begun these, or whoever did has not said so yet.
        unbegun = {one.due.run_id: _unbegun(one) for one in due if one.due.run_id not in told}
        found = [run for run in (*told.values(), *unbegun.values()) if run]
        return sorted(found, key=lambda run: (run.started_at, run.run_id), reverse=True)

    def _whole(self, run: ReportRun) -> ReportRun:
        if run.state in ("waiting", "late", "missed", "running"):
            return run
        try:
            made = Manifests(self.lake).find(run.name, run.run_id, run.day)
        except PipelineError as error:
            return replace(run, state="failed", error=RunError.of(error), code=error.code)
        return self._with(run, made) if made else run

    def _with(self, run: ReportRun, made: Made) -> ReportRun:
        delivery = Deliveries(self.lake).load(made.day, made.run_id)
        state: State = "failed" if made.failed else "sent" if delivery.sent else "built"
        error = RunError.of(incomplete(len(made.failed))) if made.failed else None
        code = error.code if error else None
        known = replace(run, made=made, state=state, error=error, code=code, due=run.due or made.due)
        return replace(known, sent=delivery.sent, unsent=delivery.unsent)


def _told(run: Run, now: datetime, due: datetime | None) -> ReportRun | None:
    name = report_of(run.table)
    try:
        day = day_of(run.run_id)
    except DataInvalid:
        return None
    if name is None:
        return None
    state, error = _state(run, now)
    begun, ended = run.started_at, run.finished_at
    code = error.code if error else None
    return ReportRun(name, run.run_id, day, begun, state, run.trigger, due, ended, code, error=error)


def _state(run: Run, now: datetime) -> tuple[State, RunError | None]:
    shown, counts = shown_status(run, now), dict(run.day_states)
    if shown == "running":
        return "running", None
    if shown != "succeeded":
        return "failed", run.error or RunError.of(interrupted(run.run_id))
    if counts.get(FAILED):
        return "failed", RunError.of(incomplete(counts[FAILED]))
    return ("sent" if counts.get(SENT) else "built"), None


def _unbegun(one: DueState) -> ReportRun | None:
    due, state = one.due, one.state
    if state in ("built", "failed"):
        # Its run is told of by the ledger, or was before these days.
        return None
    return ReportRun(due.name, due.run_id, day_of(due.run_id), due.at, state, "schedule", due.at)


def interrupted(run_id: str) -> FunctionFailed:
    """What a report comes to whose process was killed."""
    return FunctionFailed(f"report {run_id} stopped without a word", situation="report_interrupted")


def incomplete(blocks: int) -> FunctionFailed:
    """What a report comes to of which blocks failed."""
    return FunctionFailed(
        f"{blocks} blocks of the report came to nothing: it was not sent", situation="report_not_sent"
    )


def _beside(work: Callable[[T], R], things: Iterable[T]) -> list[R]:
    with ThreadPoolExecutor(READERS) as pool:
        return list(pool.map(work, things))
