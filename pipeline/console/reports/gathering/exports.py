"""Reads what the blocks status and history tell: the ledger's runs, which table is exported, and when."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pipeline.analysis.reports.blocks import history as past
from pipeline.analysis.reports.blocks import status as present
from pipeline.analysis.reports.definitions.definition import History, Status
from pipeline.analysis.reports.document import Part
from pipeline.console.reports.gathering.reading import Reading
from pipeline.console.reports.gathering.runs import read_runs
from pipeline.console.reports.gathering.scope import Scope
from pipeline.runs.freshness import NextRuns, Schedule
from pipeline.runs.standing import standing

if TYPE_CHECKING:
    from pipeline.console.app import App

# As far back as the console judges.
JUDGED_DAYS: Final = 30


def status(app: App, block: Status, scope: Scope, reading: Reading, /) -> tuple[Part, ...]:
    """How the exports stand as of the report's moment, whatever its period."""
    table = exported_table(app, reading)
    plan = _plan(reading.fact("schedule", lambda: _told(app.plan())))
    read = read_runs(app, reading, scope.as_of - timedelta(days=JUDGED_DAYS), scope.as_of)
    judged = standing([run for run in read.runs if run.table == table], plan, scope.as_of)
    return present.status(present.Exports(table, read.runs, judged, read.unread), scope.shown)


def history(app: App, block: History, scope: Scope, reading: Reading, /) -> tuple[Part, ...]:
    """The period's runs, those of its last 90 days."""
    table = exported_table(app, reading)
    read = read_runs(app, reading, scope.since, min(scope.until, scope.as_of))
    told = past.Past(
        table,
        read.runs,
        scope.first,
        scope.last,
        scope.as_of,
        read.unread,
        scope.shown.local(read.since).date(),
        read.left_out,
    )
    return past.history(told, scope.shown)


def exported_table(app: App, reading: Reading) -> str:
    """The table of the settings, as it was called when the report was made."""
    return reading.fact("table", lambda: app.settings.table)


def _told(plan: NextRuns) -> str:
    return f"{plan.schedule.hour:02}:{plan.schedule.minute:02} {'on' if plan.enabled else 'off'}"


def _plan(told: str) -> NextRuns:
    time, _, state = told.partition(" ")
    hour, _, minute = time.partition(":")
    return NextRuns(Schedule(int(hour), int(minute)), state == "on")
