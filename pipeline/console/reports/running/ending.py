"""What follows the end of a report's run: the mark that it was due is settled, and who is to know of a failure told."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pipeline.console.reports.running.delivery import tell_failure
from pipeline.console.reports.running.engine import Making, ReportRequest
from pipeline.console.reports.told import Made
from pipeline.errors import AlreadyRunning, PipelineError
from pipeline.notices.due import Due, DueReports
from pipeline.runs.error import recorded_as

if TYPE_CHECKING:
    from pipeline.console.app import App

CANCELLED = "report_cancelled"


def made_to_the_end(making: Making, request: ReportRequest) -> Made:
    """Make a report, and say of it what is to be said. What is due and failed for a reason that may pass stays open:
    whoever looks for what is due decides when to give it up. Raise what ``Making.run`` raises."""
    try:
        made = making.run(request, lambda: math.inf)
    except (AlreadyRunning, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # whatever it is: told, then raised as the ledger has it
        cause = recorded_as(error, "report")
        if cause.state != CANCELLED and not (request.due and cause.retryable):
            give_up(making.app, request.name, request.run_id, request.due, cause)
        raise cause from error
    if made.failed:
        tell_failure(making.app, request.name, request.run_id, made.failed[0][2])
    if request.due:
        _settle(making.app, request.due, made)
    return made


def give_up(app: App, name: str, run_id: str, due: Due | None, error: PipelineError) -> None:
    """It came to nothing, and nobody tries again."""
    if due:
        DueReports(app.lake, app.now).settle(due, "failed")
    tell_failure(app, name, run_id, error.code)


def _settle(app: App, due: Due, made: Made) -> None:
    DueReports(app.lake, app.now).settle(due, "failed" if made.failed else "built")
