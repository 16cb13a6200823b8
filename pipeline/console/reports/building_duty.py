"""What is due of reports is made, one after the other: the duty of whoever has typst, a console or a command.

Each is its own run with its own lease: of several consoles that look at once each makes what no other is making.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from pipeline.analysis.reports.forms.formats import never
from pipeline.console.app import App
from pipeline.console.reports.running.ending import CANCELLED
from pipeline.errors import AlreadyRunning, PipelineError
from pipeline.lake.report_keys import reports_of, settled_key
from pipeline.notices.due import Due, DueReports

# What may pass is tried so often, less and less so (the watcher rests); then it is given up, and somebody is told.
MOST_TRIES: Final = 3


@dataclass
class BuildingDuty:
    """Makes what waits; ``over`` says that it is to end. What cannot be made is given up one by one, and keeps no other
    from being made."""

    over: Callable[[], bool] = never
    _tries: dict[Due, int] = field(default_factory=dict)

    def __call__(self, app: App) -> None:
        """Make what waits, oldest first. Raise what keeps one from being made for now, once the others are made."""
        wrong = [self._make(app, due) for due in DueReports(app.lake, app.now).open()]
        for error in filter(None, wrong):
            raise error

    def _make(self, app: App, due: Due) -> PipelineError | None:
        if self.over() or self._is_somebody_else_s(app, due):
            return None
        try:
            app.reports.maker.make(due.name, due=due, over=self.over)
        except AlreadyRunning:
            return None
        except PipelineError as error:
            return self._failed(app, due, error)
        self._tries.pop(due, None)
        return None

    def _is_somebody_else_s(self, app: App, due: Due) -> bool:
        """Being made, or given up since the look began."""
        if app.leases.current(reports_of(due.name)):
            return True
        return app.lake.head(settled_key(due.name, due.at, "failed")) is not None

    def _failed(self, app: App, due: Due, error: PipelineError) -> PipelineError | None:
        if not error.retryable or error.state == CANCELLED:
            # Given up already, or the next start's.
            return None
        self._tries[due] = self._tries.get(due, 0) + 1
        if self._tries[due] < MOST_TRIES:
            return error
        del self._tries[due]
        app.reports.maker.give_up(due, error)
        return None
