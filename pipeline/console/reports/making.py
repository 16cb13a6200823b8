"""Making reports in somebody's hands: now, beside whoever asks, or again of the same versions; and what was made.

A report is a run like any other. Who may only see sees that there is one, how it stands and which forms it has.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from pipeline.analysis.reports.definitions.definition import Definition
from pipeline.analysis.reports.document import FormatName
from pipeline.console.reports.told import Gathered, Made, ReportRun
from pipeline.notices.due import Due
from pipeline.runs.run import Started

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


def _never() -> bool:
    return False


@dataclass(frozen=True)
class ReportMaker:
    """The runs of all reports of an App. Every method raises Forbidden for who may not, DataInvalid (``report_name``)
    for what is no report's name, and what the lake raises. ``day`` is where a run's files lie (UTC; ``ReportRun.day``);
    None: the day that its id begins with, which is the same."""

    app: App

    def make(
        self,
        name: str,
        formats: Sequence[FormatName] | None = None,
        due: Due | None = None,
        tell: Callable[[Going], None] = _unheard,
        over: Callable[[], bool] = _never,
    ) -> Made:
        """Make a report here and now, in these forms (None: its own), tell its recipients, and wait for all that; for
        ``due`` once, whoever makes it. Raise NotFound (``report_unknown``), AlreadyRunning while another run of it goes
        on, FunctionFailed (``report_cancelled``) once ``over`` says so, and what it came to nothing of. Blocks that
        failed are warnings in it (``Made.failed``), and it is not sent."""
        raise NotImplementedError

    def start(self, name: str, formats: Sequence[FormatName] | None = None) -> Started:
        """The same beside whoever asks, or join the run that goes on. Raise NotFound (``report_unknown``)."""
        raise NotImplementedError

    def going(self, name: str) -> Going | None:
        """The run of a report that goes on, wherever that is. For who may see."""
        raise NotImplementedError

    def again(
        self, name: str, run_id: str, day: date | None = None, over: Callable[[], bool] = _never
    ) -> dict[FormatName, bytes]:
        """The forms of a report, made once more of the versions that its manifest names: the same bytes. Nothing is
        kept. Raise NotFound (``report_gone``; ``report_version_gone`` for a version that is no more)."""
        raise NotImplementedError

    def runs(self, name: str | None = None, days: int = HISTORY_DAYS) -> tuple[ReportRun, ...]:
        """The runs of a report in these days, newest first, with what they made; of all reports (None) without. What
        waits, is late or was missed is among them. For who may see: without SQL and definition."""
        raise NotImplementedError

    def made(self, name: str, run_id: str, day: date | None = None) -> Made:
        """A whole report. Raise NotFound (``report_gone``). For who may see: without SQL and definition."""
        raise NotImplementedError

    def file(self, name: str, run_id: str, day: date | None, form: FormatName) -> bytes:
        """A report in one of its forms, as it was made. Raise NotFound (``report_gone``), DataInvalid
        (``report_altered``) where it is not what the manifest names."""
        raise NotImplementedError

    def send(self, name: str, run_id: str, day: date | None = None) -> ReportRun:
        """Tell the recipients of a report once more that it is there. Raise NotFound (``report_gone``), DataInvalid
        (``report_not_sent`` where a block failed, ``report_no_recipients``)."""
        raise NotImplementedError

    def preview(self, definition: Definition, over: Callable[[], bool] = _never, name: str = "preview") -> Preview:
        """What a definition would come to as of now; nothing is kept, nobody told. Raise FunctionFailed
        (``report_cancelled``)."""
        raise NotImplementedError
