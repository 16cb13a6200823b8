"""The commands export, history and preview: a table's runs and their documents.

Each takes the App, prints data on stdout (text or JSON), and lets errors go up as PipelineError.
"""

from __future__ import annotations

import click
import orjson

from pipeline.cli.follow import finish, follow
from pipeline.cli.operator import open_app
from pipeline.cli.options import DAYS, ROWS, as_json, how_far_back
from pipeline.cli.output import show, show_json, tell
from pipeline.console.app import App
from pipeline.errors import DataInvalid, NotFound
from pipeline.lake import keys
from pipeline.lake.document import exact
from pipeline.runs.history import shown_status
from pipeline.runs.run import Mode, Run

_HISTORY_LINE = "{:<20}  {:<9}  {:>10}  {:>12}  {:<8}  {}"
_LONGEST_LOOK_DAYS = 90


@click.command()
@click.option("--table", metavar="T", help="Table to export (default: DYNAMODB_TABLE_NAME).")
@click.option("--mode", type=click.Choice(("full", "incremental")), default="full", show_default=True)
@click.option(
    "--days", type=DAYS, metavar="N", help="Window of an incremental export (default: since the last success)."
)
@as_json("Print the result as JSON.")
def export(table: str | None, mode: Mode, days: int | None, as_json: bool) -> None:
    """Export a table now and wait for the end.

    Starts a run as the button does (or joins the one going), follows its ledger entry, and prints the function's
    response body.
    """
    if days and mode == "full":
        raise click.UsageError("--days needs --mode incremental: a full export has no window")
    app = open_app(DYNAMODB_TABLE_NAME=table)
    finish(app, follow(app, app.start_export(mode, days), app.settings.table), as_json)


@click.command()
@how_far_back
@as_json("Print ledger entries as JSON.")
def history(days: int | None, as_json: bool) -> None:
    """List runs, newest first."""
    app = open_app()
    seen = app.history(days)
    for problem in seen.problems:
        tell(f"{problem.code} {problem.slug}: {problem.message}")
    if as_json:
        show_json([{**run.to_json(), "shown": shown_status(run, app.now())} for run in seen.runs])
        return
    show(_HISTORY_LINE.format("started (UTC)", "status", "records", "bytes", "trigger", "run id"))
    for run in seen.runs:
        show(_history_line(app, run))


@click.command()
@click.argument("key", metavar="KEY", help="Key, s3:// address or run id of the document.")
@click.option("--rows", type=ROWS, default=10, metavar="N", show_default=True)
@as_json("Print metadata and records as JSON.")
def preview(key: str, rows: int, as_json: bool) -> None:
    """Show the first records of an export document."""
    app = open_app()
    document = app.documents.preview(_run_of(app, key), rows)
    records = [{name: exact(value) for name, value in row.items()} for row in document.rows]
    if as_json:
        show_json({"export_metadata": document.metadata, "data": records, "more": document.more})
        return
    for name, value in document.metadata.items():
        show(f"{name}: {value}")
    for record in records:
        show(orjson.dumps(record).decode())


def _run_of(app: App, text: str) -> Run:
    key = text.removeprefix(f"s3://{app.settings.bucket}/")
    for run in app.history(_LONGEST_LOOK_DAYS).runs:
        if run.key and key in (run.key, run.run_id):
            return run
    if keys.parse_export_key(key) is None:
        raise DataInvalid(f"{text!r:.200} is neither an export's key nor a run id", record=text[:200], field="KEY")
    raise NotFound(f"{app.lake.location(key)} is not in the history", resource=app.lake.location(key), action="history")


def _history_line(app: App, run: Run) -> str:
    records = "-" if run.records is None else f"{run.records:,}"
    size = "-" if run.bytes is None else f"{run.bytes:,}"
    started = run.started_at.strftime("%Y-%m-%d %H:%M:%S")
    return _HISTORY_LINE.format(started, shown_status(run, app.now()), records, size, run.trigger, run.run_id)
