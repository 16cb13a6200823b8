"""The commands run and tables: days of a source, or an export of a further table; and what both are as typed tables.

Sources are added and changed on the page データソース; here they are only set to work. Tables are made in this process,
under the lease of such runs: the function of a deployed stack does the same by itself.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from pipeline.cli.follow import finish, follow
from pipeline.cli.operator import open_app
from pipeline.cli.options import DAY, TABLE, as_json
from pipeline.cli.output import show_json, show_table, tell, words
from pipeline.clock import utc_text
from pipeline.errors import NotFound
from pipeline.runs.request import ExportResult
from pipeline.tables.manifest import Manifest

_WHOSE = "Whose: a table, a source, or pipeline.ledger (default: DYNAMODB_TABLE_NAME)."


@click.command()
@click.argument("name", metavar="NAME", help="A source of the lake, as the page データソース names it.")
@click.option("--from", "first", type=DAY, metavar="DAY", help="First day (default: the newest days).")
@click.option("--to", "last", type=DAY, metavar="DAY", help="Last day, with --from.")
@as_json("Print the result as JSON.")
def run(name: str, first: date | None, last: date | None, as_json: bool) -> None:
    """Fetch days of a source now and wait for the end."""
    if last and not first:
        raise click.UsageError("--to needs --from")
    if first and last and last < first:
        raise click.BadParameter(f"{last} is before --from {first}", param_hint="--to")
    app = open_app()
    config = app.board.config()
    entry = config.entry(name)
    if entry is None:
        names = ", ".join(known.name for known in config.sources) or "none"
        message = f"there is no source {name!r:.80}; there are: {names}"
        raise NotFound(message, resource=name[:80], situation="no_source")
    finish(app, follow(app, app.board.start(entry, first, last), entry.name), as_json)


@click.command()
@click.option("--table", "named", type=TABLE, metavar="T", help=_WHOSE)
@click.option("--from", "first", type=DAY, metavar="DAY", help="First UTC day (default: the last 30 days).")
@click.option("--to", "last", type=DAY, metavar="DAY", help="Last UTC day (default: today).")
@click.option("--rebuild", is_flag=True, help="Also days whose tables are as they should be.")
@as_json("Print the result as JSON.")
def tables(named: str | None, first: date | None, last: date | None, rebuild: bool, as_json: bool) -> None:
    """Make typed tables of days that lack them.

    Waits for the end, and shows the tables of the newest day.
    """
    if first and last and last < first:
        raise click.BadParameter(f"{last} is before --from {first}", param_hint="--to")
    app = open_app()
    table = named or app.settings.table
    tell(words()("cli.making_tables", table=table))
    result = app.tables.make(table, first, last, rebuild)
    newest = app.tables.newest(table, first)
    if as_json:
        show_json({**_facts(table, result), "tables": _tables(newest)})
        return
    for warning in result.warnings:
        tell(warning)
    days = ", ".join(words()(f"table_day.{state}", count=f"{count:,}") for state, count in result.run.day_states)
    tell(words()("cli.tables_made", run=result.run.run_id, days=days))
    names = ("day", "table", "kind", "records", "bytes", "version")
    show_table([words()(f"cli_column.{name}") for name in names], _rows(newest), numbers=(3, 4, 5))


def _facts(table: str, result: ExportResult) -> dict[str, Any]:
    run = result.run
    facts: dict[str, Any] = {"tableName": table, "runId": run.run_id, "status": run.status}
    facts |= {"from": str(run.first_day), "to": str(run.last_day), "days": dict(run.day_states)}
    facts |= {"itemCount": run.records, "bytes": run.bytes, "durationMs": result.duration_ms}
    return facts | {"warnings": list(result.warnings)}


def _tables(newest: Manifest | None) -> dict[str, Any] | None:
    if newest is None:
        return None
    files = [
        {"name": file.name, "entity": file.entity, "records": file.records, "key": file.key} for file in newest.files
    ]
    return {"day": newest.day.isoformat(), "made_at": utc_text(newest.made_at), "files": files}


def _rows(newest: Manifest | None) -> list[list[str]]:
    if newest is None:
        return []
    day = newest.day.isoformat()
    return [
        [day, file.name, file.entity or "-", f"{file.records:,}", f"{file.size:,}", str(file.version)]
        for file in newest.files
    ]
