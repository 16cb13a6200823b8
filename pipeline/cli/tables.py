"""The command tables: documents become typed tables in Parquet, one manifest a day.

Works in this process, under the lease of such runs: the function of a deployed stack does the same by itself.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from pipeline.cli.operator import open_app
from pipeline.cli.options import DAY, TABLE, as_json
from pipeline.cli.output import label, show_json, show_table, tell, words
from pipeline.clock import utc_text
from pipeline.runs.request import ExportResult
from pipeline.tables.manifest import Manifest

_LIST = "Whose documents: a table (default: DYNAMODB_TABLE_NAME)."


@click.command()
@click.option("--table", "named", type=TABLE, metavar="T", help=_LIST)
@click.option("--from", "first", type=DAY, metavar="DAY", help="First UTC day (default: the last 30 days).")
@click.option("--to", "last", type=DAY, metavar="DAY", help="Last UTC day (default: today).")
@click.option("--rebuild", is_flag=True, help="Also days whose tables are as they should be.")
@as_json("Print the result as JSON.")
def tables(named: str | None, first: date | None, last: date | None, rebuild: bool, as_json: bool) -> None:
    """Make tables of export documents, of the days that lack them.

    Waits for the end, and shows the tables of the newest day.
    """
    if first and last and last < first:
        raise click.BadParameter(f"{last} is before --from {first}", param_hint="--to")
    app = open_app(DYNAMODB_TABLE_NAME=named)
    table = app.settings.table
    tell(words()("cli.making_tables", table=table))
    result = app.tables.make(table, first, last, rebuild)
    newest = app.tables.newest(table, first)
    if as_json:
        show_json({**_facts(table, result), "tables": _tables(newest)})
        return
    for warning in result.warnings:
        tell(warning)
    days = ", ".join(f"{label(f'table_day.{state}', state)} {count}" for state, count in result.run.day_states)
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
