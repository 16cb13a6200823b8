"""What time brings, looked at every few minutes by whoever is there: reports become due, late, missed; runs too.

The function on its schedule and the console's watcher do the same; marks in the lake see to it that all is told once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from pipeline.clock import utc_text
from pipeline.errors import PipelineError
from pipeline.lake.bucket import Lake
from pipeline.notices.due import Due, DueReports
from pipeline.notices.log import Sent
from pipeline.notices.looks.run_notices import FORGOTTEN, WINDOW, Trouble, over, recovered, trouble_of, troubles
from pipeline.notices.looks.run_notices import notice_of as notice_of_run
from pipeline.notices.looks.troubles import Troubles
from pipeline.notices.notice import Kind, Notice
from pipeline.notices.sender import Notices
from pipeline.runs.freshness import NextRuns
from pipeline.runs.history import of_table
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import Run
from pipeline.runs.standing import standing


@dataclass(frozen=True)
class Looked:
    """What a look came to: reports that were ``marked`` as due, messages ``sent`` or tried, parts that went wrong."""

    marked: tuple[Due, ...] = ()
    sent: tuple[Sent, ...] = ()
    problems: tuple[PipelineError, ...] = ()

    @property
    def unsent(self) -> tuple[Sent, ...]:
        """Messages that did not arrive at this try."""
        return tuple(one for one in self.sent if one.outcome != "sent")


@dataclass(frozen=True)
class Ticking:
    """Looks of one lake at ``table``'s exports and at everybody's runs and reports; ``plan`` says when the export
    runs. ``notices`` None: nobody is told, and only what is due is marked."""

    lake: Lake
    ledger: Ledger
    table: str
    now: Callable[[], datetime]
    plan: Callable[[], NextRuns]
    notices: Notices | None = None

    def look(self) -> Looked:
        """Look once. Each part apart: what goes wrong with one is among ``problems``, and keeps no other back."""
        marked: list[Due] = []
        sent: list[Sent] = []
        problems: list[PipelineError] = []
        parts: tuple[Callable[[], object], ...] = (
            lambda: marked.extend(self.mark()),
            # First: what is told for the first time now is not tried twice at once.
            lambda: sent.extend(self.notices.retry() if self.notices else ()),
            lambda: sent.extend(self.reports()),
            lambda: sent.extend(self.runs()),
        )
        for part in parts:
            try:
                part()
            except PipelineError as error:
                problems.append(error)
        return Looked(tuple(marked), tuple(sent), tuple(problems))

    def mark(self) -> tuple[Due, ...]:
        """Mark what has become due."""
        return self._due.mark()

    def reports(self) -> tuple[Sent, ...]:
        """Give up what nobody has built for too long, and tell of it, and of what is late."""
        missed = self._due.missed()
        told = [
            *map(partial(_report, "report_missed"), missed),
            *map(partial(_report, "report_late"), self._due.late()),
        ]
        return self.tell(told)

    def runs(self) -> tuple[Sent, ...]:
        """Tell of runs that failed, were lost or are late, and of what is over."""
        if self.notices is None:
            return ()
        now, kept = self.now(), Troubles(self.lake)
        history = self.ledger.history((now - WINDOW).date(), now.date())
        judged = standing(of_table(history, self.table).runs, self.plan(), now)
        known = kept.load()
        found = [each for each in troubles(history, judged, self.table, now) if not _told(each[0], known)]
        ended = {one: over(one, history.runs) for one in known}
        good = {run.run_id: run for run in ended.values() if run}
        sent = self.tell([*(notice for _, notice in found), *map(recovered, good.values())])
        gone = [one for one, run in ended.items() if run or one.at < now - FORGOTTEN]
        kept.change((one for one, _ in found), gone)
        return sent

    def failed(self, run: Run) -> tuple[Sent, ...]:
        """Tell of one run whose end whoever calls has seen; of a good one nothing. Its recovery is the next look's."""
        trouble = trouble_of(run, self.now())
        if self.notices is None or trouble is None:
            return ()
        sent = self.tell([notice_of_run(trouble, run)])
        Troubles(self.lake).change([trouble])
        return sent

    def tell(self, notices: Sequence[Notice]) -> tuple[Sent, ...]:
        """Tell somebody else's notices, where anybody is told anything."""
        return self.notices.tell(notices) if self.notices and notices else ()

    @property
    def _due(self) -> DueReports:
        return DueReports(self.lake, self.now)


def _told(trouble: Trouble, known: Sequence[Trouble]) -> bool:
    """Whether it is known; of a table whose export is late day after day the first is told."""
    changes = {one.change for one in known}
    late = {one.table for one in known if one.kind == "run_late"}
    return trouble.change in changes or (trouble.kind == "run_late" and trouble.table in late)


def _report(kind: Kind, due: Due) -> Notice:
    path = f"/debug/reports?report={due.name}"
    return Notice(kind, f"{kind}:{due.name}:{utc_text(due.at)}", due.at, due.name, path, (("due", utc_text(due.at)),))
