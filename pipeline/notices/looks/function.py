"""The function's part in notices: looks on its schedule, the failure that it has just seen, and what its log says.

Imported when it is asked for: an export's cold start waits for none of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.errors import PipelineError
from pipeline.jsonlog import JsonLog
from pipeline.monitor.plan import held, plan_of
from pipeline.notices.log import Sent
from pipeline.notices.looks.planned import planned
from pipeline.notices.looks.ticking import Looked, Ticking
from pipeline.notices.wiring import notices_of

if TYPE_CHECKING:
    from pipeline.export.job import Exporter


def ticking_of(settings: Settings, cloud: Cloud, exporter: Exporter) -> Ticking:
    """Looks of the exporter's lake; without channels nobody is told."""
    notices = notices_of(settings, cloud, exporter.lake, exporter.now) if settings.notices.channels else None
    plan = partial(planned, lambda: plan_of(held(cloud.scheduler, settings.schedule)))
    return Ticking(exporter.lake, exporter.ledger, settings.table, exporter.now, plan, notices)


def look(ticking: Ticking, log: JsonLog) -> Looked:
    """Look once; the stack's alarm waits for the line of a look that went well."""
    found = ticking.look()
    say(found.sent, log)
    for error in found.problems:
        log.error("notices were not looked after", code=error.code, cause=error.message)
    if not found.problems:
        log.info("notices looked after", marked=len(found.marked), sent=len(found.sent), unsent=len(found.unsent))
    return found


def tell_failed(ticking: Ticking, run_id: str, log: JsonLog) -> None:
    """Tell of the run whose failure the invocation has seen, where its entry says so, too. Never raises: a run is not
    worse because nobody could be told."""
    today = ticking.now().date()
    try:
        entry = ticking.ledger.find(run_id, (today, today - timedelta(days=1)))
        say(ticking.failed(entry.run) if entry else (), log)
    except PipelineError as error:
        # The next look finds it.
        log.warning("nobody was told", code=error.code, cause=error.message, runId=run_id)


def say(sent: Sequence[Sent], log: JsonLog) -> None:
    """What became of messages, as lines: where they went, or why not."""
    for one in sent:
        about = {"channel": one.channel, "kind": one.kind, "change": one.change, "count": one.count}
        if one.outcome == "sent":
            log.info("notice sent", **about)
        elif one.outcome == "failed":
            log.warning("a notice was not sent", **about, code=one.code, cause=one.why, tries=one.tries)
        else:
            # The stack's alarm counts these: somebody was to be told and was not.
            log.error("a notice was given up", **about, code=one.code, cause=one.why, tries=one.tries)
