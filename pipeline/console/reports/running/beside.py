"""Reports that are made beside whoever asked for them: a few at once, in threads that end with this process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Final

from pipeline.console.analysis.builds import BEGIN_SECONDS, CREW, Crew
from pipeline.console.reports.running.ending import made_to_the_end
from pipeline.console.reports.running.engine import Making, ReportRequest
from pipeline.errors import AlreadyRunning
from pipeline.runs.error import recorded_as
from pipeline.runs.run import Run

# Setting a PDF takes a core: a machine of two goes on answering.
MOST_AT_ONCE: Final = 2
_SLOTS: Final = threading.BoundedSemaphore(MOST_AT_ONCE)


@dataclass(frozen=True)
class Beside:
    """Makes reports in threads of this process."""

    crew: Crew = CREW
    slots: threading.Semaphore = _SLOTS

    def start(self, making: Making, request: ReportRequest) -> Run:
        """Begin, and return the run once it has its lease. Raise AlreadyRunning: of the run that goes on, or
        (``report_busy``) where this process makes as many as it may; else what it came to nothing of before that."""
        if not self.slots.acquire(blocking=False):
            text = f"{MOST_AT_ONCE} reports are being made here already"
            raise AlreadyRunning(text, run_id="", table=request.table, situation="report_busy")
        begun: Future[Run] = Future()
        self.crew.take(lambda over: self._work(making, request, begun, over))
        return begun.result(BEGIN_SECONDS)

    def _work(self, making: Making, request: ReportRequest, begun: Future[Run], over: Callable[[], bool]) -> None:
        try:
            made_to_the_end(replace(making, begun=begun.set_result, over=over), request)
        except BaseException as error:  # noqa: BLE001 - whoever waits raises it; its run's entry has it
            if not begun.done():
                begun.set_exception(recorded_as(error, "report"))
        finally:
            self.slots.release()
