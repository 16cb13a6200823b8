"""When the export runs by itself, by EventBridge's word, or by the specification where that cannot be had."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.errors import NotFound, PipelineError
from pipeline.monitor.plan import Plan
from pipeline.runs.freshness import NextRuns, Schedule


def planned(read: Callable[[], Plan]) -> NextRuns:
    """The daily schedule; the specified time where AWS does not say. One that does not exist is a stopped one."""
    try:
        daily = read()
    except NotFound:
        return NextRuns(Schedule(), enabled=False, known=False)
    except PipelineError:
        # The settings tab says why.
        return NextRuns(Schedule(), known=False)
    if daily.hour is None or daily.minute is None or daily.timezone != "Asia/Tokyo":
        return NextRuns(Schedule(), daily.enabled, known=False)
    return NextRuns(Schedule(daily.hour, daily.minute), daily.enabled)
