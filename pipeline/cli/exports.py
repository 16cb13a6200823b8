"""The commands export and history: runs of tables, one or several, and those that have been.

Each takes the App, prints data on stdout (text or JSON), and lets errors go up as PipelineError.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import click
from click.exceptions import Exit

from pipeline.cli.follow import failure, finish, follow, response
from pipeline.cli.operator import open_app
from pipeline.cli.options import DAYS, TABLE, as_json, how_far_back
from pipeline.cli.output import explain, show_json, show_table, tell, words
from pipeline.console.app import App
from pipeline.console.wiring import make_tables
from pipeline.errors import PipelineError
from pipeline.runs.history import of_table, shown_status
from pipeline.runs.run import Mode, Run

EXIT_FAILED = 1
_ALL = "Tables of the account whose names are like this ('prod-*'; may be given again)."


@dataclass(frozen=True)
class Ended:
    """What the export of one table came to: a run that is done, or an error."""

    table: str
    run: Run | None = None
    error: PipelineError | None = None


@click.command()
@click.option("--table", "named", type=TABLE, multiple=True, metavar="T", help="Table (default: DYNAMODB_TABLE_NAME).")
@click.option("--tables", "patterns", multiple=True, metavar="GLOB", help=_ALL)
@click.option("--mode", type=click.Choice(("full", "incremental")), default="full", show_default=True)
@click.option("--days", type=DAYS, metavar="N", help="Window of an incremental one (default: since the last success).")
@as_json("Print the result as JSON; of several tables a list.")
def export(named: tuple[str, ...], patterns: tuple[str, ...], mode: Mode, days: int | None, as_json: bool) -> None:
    """Export a table now and wait for the end.

    Starts a run as the button does (or joins the one going), follows its ledger entry, and prints the function's
    response body. Of several tables (--table again and again, or --tables) each has a run of its own, one after
    another; what came of them is printed as a table, and one that failed keeps none of the others back.
    """
    if days and mode == "full":
        raise click.UsageError("--days needs --mode incremental: a full export has no window")
    app = open_app(DYNAMODB_TABLE_NAME=named[0] if named else None)
    if len(set(named)) < 2 and not patterns:  # noqa: PLR2004 - one table, or the default
        finish(app, follow(app, app.start_export(mode, days), app.settings.table), as_json)
        return
    make_tables(app, named)
    wanted = dict.fromkeys([*named, *(table for pattern in patterns for table in app.tables_like(pattern))])
    _show_ends(app, [_end_of(app, table, mode, days) for table in wanted], mode, as_json)


@click.command()
@how_far_back
@click.option("--table", type=TABLE, metavar="T", help="Only runs of this table or source.")
@as_json("Print ledger entries as JSON.")
def history(days: int | None, table: str | None, as_json: bool) -> None:
    """List runs, newest first."""
    app = open_app()
    seen = app.history(days)
    for problem in seen.problems:
        tell(f"{problem.code} {words().error(problem)[0]}: {problem.message}")
    runs = of_table(seen, table).runs if table else seen.runs
    if as_json:
        show_json([{**run.to_json(), "shown": shown_status(run, app.now())} for run in runs])
        return
    names = ("started", "status", "records", "bytes", "trigger", "table", "run_id")
    show_table([words()(f"cli_column.{name}") for name in names], [_row(app, run) for run in runs], numbers=(2, 3))
    if not runs:
        tell(words()("cli.no_runs", days=days or app.settings.history_days))


def _end_of(app: App, table: str, mode: Mode, days: int | None) -> Ended:
    tell(words()("cli.exporting", table=table))
    try:
        run = follow(app, app.start_export(mode, days, table), table)
        if run.error:
            raise failure(run.error)
        return Ended(table, run)
    except PipelineError as error:
        explain(error)
        return Ended(table, error=error)


def _show_ends(app: App, ends: list[Ended], mode: Mode, as_json: bool) -> None:
    if as_json:
        show_json([_as_json(app, end, mode) for end in ends])
    else:
        names = ("table", "status", "records", "bytes", "run_id", "error")
        show_table([words()(f"cli_column.{name}") for name in names], [_end_row(end) for end in ends], numbers=(2, 3))
    if any(end.error for end in ends):
        raise Exit(EXIT_FAILED)


def _as_json(app: App, end: Ended, mode: Mode) -> dict[str, Any]:
    if end.run:
        return {"status": end.run.status, **response(app, end.run)}
    failed = {"code": end.error.code, "message": end.error.message} if end.error else {}
    return {"status": "failed", "tableName": end.table, "exportMode": mode, **failed}


def _end_row(end: Ended) -> list[str]:
    if end.run is None:
        error = f"{end.error.code} {words().error(end.error)[0]}" if end.error else ""
        return [end.table, words()("status.failed"), "-", "-", "-", error]
    run = end.run
    return [end.table, words()(f"status.{run.status}"), _number(run.records), _number(run.bytes), run.run_id, ""]


def _row(app: App, run: Run) -> list[str]:
    started = run.started_at.strftime("%Y-%m-%d %H:%M:%S")
    status, trigger = words()(f"status.{shown_status(run, app.now())}"), words()(f"trigger.{run.trigger}")
    return [started, status, _number(run.records), _number(run.bytes), trigger, run.table, run.run_id]


def _number(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"
