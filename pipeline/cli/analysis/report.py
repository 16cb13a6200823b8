"""The commands report and reports: one report is made and told of, or all are listed, or what is due is made.

Exits with 1 where a block failed, a recipient could not be told, or something due came to nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from click.exceptions import Exit

from pipeline.analysis.reports.document import FormatName
from pipeline.cli.analysis.insights import make_demo_marts
from pipeline.cli.operator import open_app
from pipeline.cli.options import FORMATS, REPORT, as_json
from pipeline.cli.output import explain, show_json, show_table, tell, words
from pipeline.cli.saving import save
from pipeline.clock import utc_text
from pipeline.console.app import App
from pipeline.console.reports.building_duty import BuildingDuty
from pipeline.console.reports.making import Going
from pipeline.console.reports.told import KeptReport, Made, ReportRun
from pipeline.notices.due import DueReports
from pipeline.notices.moments import next_due
from pipeline.notices.schedules import Scheduled, Schedules

EXIT_FAILED = 1
_FILE = ("format", "key", "versionId", "bytes", "sha256", "file")
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_NO_SEND = "Make it, and tell nobody."
_DUE = "Make what is due before listing; exit 1 where that came to nothing."


@click.command()
@click.argument("name", type=REPORT)
@click.option("--format", "formats", type=FORMATS, metavar="F,…", help="Of html, pdf, xlsx, md (default: its own).")
@click.option("--output", type=_FOLDER, metavar="DIR", help="Folder to put its files into, too.")
@click.option("--no-send", is_flag=True, help=_NO_SEND)
@as_json("Print what was made as JSON.")
def report(
    name: str, formats: tuple[FormatName, ...] | None, output: Path | None, no_send: bool, as_json: bool
) -> None:
    """Make a report now and tell its recipients; exit 1 when a block failed."""
    app = open_app()
    make_demo_marts(app)
    maker = replace(app.reports.maker, sends=not no_send)
    made = maker.make(name, formats, tell=_Progress().tell)
    saved = {form: _saved(app, made, form, output) for form, *_ in made.files} if output else {}
    run = app.reports.maker.run(name, made.run_id)
    if as_json:
        show_json(_facts(made, run, saved))
    else:
        _show(made, saved)
    _remark(made, run)


@click.command()
@click.option("--due", is_flag=True, help=_DUE)
@as_json("Print the list as JSON.")
def reports(due: bool, as_json: bool) -> None:
    """List the reports, or make what is due of them."""
    app = open_app()
    failed = due and not _make_what_is_due(app)
    scheduled = {one.name: one for one in Schedules(app.lake).load()}
    newest = {run.name: run for run in reversed(app.reports.maker.runs())}
    listed = [(one, scheduled.get(one.name), newest.get(one.name)) for one in app.reports.definitions.listed()]
    if as_json:
        show_json([_listed(app, *one) for one in listed])
    else:
        say = words()
        head = [say(f"report_runs.{name}") for name in ("name", "title", "next", "last", "state")]
        show_table(head, [_row(app, *one) for one in listed])
    if failed:
        raise Exit(EXIT_FAILED)


class _Progress:
    """Tells how far a report is, each time that it has come further."""

    def __init__(self) -> None:
        self._told = (-1, -1)

    def tell(self, going: Going) -> None:
        if going.of and (going.done, going.of) != self._told:
            tell(words()("report_runs.progress", run=going.run_id, done=going.done, of=going.of))
        self._told = going.done, going.of


def _saved(app: App, made: Made, form: FormatName, output: Path | None) -> str:
    target = (output or Path()) / f"{made.name}-{made.run_id}.{form}"
    save([app.reports.maker.file(made.name, made.run_id, made.day, form)], target, overwrite=False)
    return str(target)


def _show(made: Made, saved: dict[FormatName, str]) -> None:
    say = words()
    head = [say("report_runs.form"), say("cli_column.bytes"), say("report_runs.file")]
    rows = [[form, f"{size:,}", saved.get(form, key)] for form, key, _, size, _ in made.files]
    show_table(head, rows, numbers=(1,))


def _remark(made: Made, run: ReportRun | None) -> None:
    for number, kind, code in made.failed:
        tell(words()("report_runs.block_failed", number=number + 1, kind=kind, code=code))
    unsent = run.unsent if run else ()
    if unsent:
        tell(words()("report_runs.unsent", names=", ".join(unsent)))
    if made.failed or unsent:
        raise Exit(EXIT_FAILED)


def _facts(made: Made, run: ReportRun | None, saved: dict[FormatName, str]) -> dict[str, Any]:
    return {
        "name": made.name,
        "runId": made.run_id,
        "asOf": utc_text(made.as_of),
        "files": [dict(zip(_FILE, (*file, saved.get(file[0])), strict=True)) for file in made.files],
        "failed": [{"block": number, "kind": kind, "code": code} for number, kind, code in made.failed],
        "sent": list(run.sent) if run else [],
        "unsent": list(run.unsent) if run else [],
    }


def _make_what_is_due(app: App) -> bool:
    """Whether all of it was made."""
    due = DueReports(app.lake, app.now)
    due.mark()
    wanted = due.open()
    BuildingDuty()(app)
    states = {one.due: one.state for one in due.states(None)}
    failed = [one for one in wanted if states.get(one) != "built"]
    for one in failed:
        tell(words()("report_runs.not_made", name=one.name, at=utc_text(one.at)))
    return not failed


def _row(app: App, kept: KeptReport, scheduled: Scheduled | None, run: ReportRun | None) -> list[str]:
    say = words()
    if kept.problem:
        explain(kept.problem)
    title = kept.definition.title if kept.definition else "–"
    due = _next(app, scheduled)
    state = say(f"report_runs.states.{run.state}") if run else "–"
    return [kept.name, title, utc_text(due) if due else "–", utc_text(run.started_at) if run else "–", state]


def _listed(app: App, kept: KeptReport, scheduled: Scheduled | None, run: ReportRun | None) -> dict[str, Any]:
    due = _next(app, scheduled)
    return {
        "name": kept.name,
        "title": kept.definition.title if kept.definition else None,
        "problem": kept.problem.code if kept.problem else None,
        "next": utc_text(due) if due else None,
        "last": _last(run) if run else None,
    }


def _last(run: ReportRun) -> dict[str, Any]:
    return {"runId": run.run_id, "startedAt": utc_text(run.started_at), "state": run.state, "code": run.code}


def _next(app: App, scheduled: Scheduled | None) -> datetime | None:
    return next_due(scheduled, max(app.now(), scheduled.since)) if scheduled else None
