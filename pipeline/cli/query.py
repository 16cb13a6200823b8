"""The command query: SQL over a day's tables, on the server engine of this machine, or on Athena.

Rows go to stdout in the form that is asked for; what they are of, and whether there are more, to stderr.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, get_args

import click

from pipeline.analysis.query import forms
from pipeline.analysis.query.athena.cost import Estimate
from pipeline.analysis.query.face import Bounds, EngineName, Query, Result, Watch
from pipeline.analysis.query.parameters import NAME
from pipeline.analysis.query.server import MOST_LETTERS
from pipeline.cli.operator import make_demo_tables, open_app
from pipeline.cli.options import DAY, TABLE, Value
from pipeline.cli.output import show_table, tell, words
from pipeline.cli.saving import pour
from pipeline.clock import utc_text
from pipeline.console.app import App
from pipeline.documents.forms import csv_of_texts
from pipeline.tables.manifest import Manifest

STDIN = "-"
# A file is for a program: more of it than a person looks at.
SHOWN = Bounds(rows=10_000)
WRITTEN = Bounds(rows=1_000_000, bytes=256 * 1024 * 1024)


def _csv(result: Result) -> Iterable[bytes]:
    return csv_of_texts([column.name for column in result.columns], result.rows)


def _parquet(result: Result) -> Iterable[bytes]:
    yield forms.parquet(result)


# What writes a result's bytes; a table is for people and has none.
WRITERS: Mapping[str, Callable[[Result], Iterable[bytes]]] = {
    "csv": _csv,
    "json": forms.json_pieces,
    "parquet": _parquet,
}


def _read(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not found or not NAME.fullmatch(name):
        raise ValueError(f"{text[:80]!r} is not of the form NAME=VALUE")
    return name, value


PARAMETER = Value("parameter", _read)
_OF = "A table or source whose tables are read; again for more (default: DYNAMODB_TABLE_NAME)."
_PARAM = "The value of {{NAME}} in the SQL; again for more. Values are bound, never pasted."


@click.command()
@click.argument("sql", metavar="SQL", required=False)
@click.option("--table", "tables", type=TABLE, metavar="T", multiple=True, help=_OF)
@click.option("--day", type=DAY, metavar="DAY", help="The day of the tables (UTC; default: the newest).")
@click.option("--engine", type=click.Choice(get_args(EngineName)), default="server", show_default=True)
@click.option("--format", "form", type=click.Choice(("table", *WRITERS)), default="table", show_default=True)
@click.option("--param", "parameters", type=PARAMETER, metavar="NAME=VALUE", multiple=True, help=_PARAM)
@click.option("--saved", metavar="NAME", help="Run the query that is saved under this name, with its parameters.")
@click.option("--list", "listed", is_flag=True, help="Show the saved queries, and run none.")
def query(sql: str | None, form: str, **given: Any) -> None:
    """Ask a day's tables in SQL.

    SQL is one SELECT, or - for standard input. It runs in a process of its own with limits of memory and time, and
    reaches nothing but the tables; with --engine athena it runs on AWS, which takes money for what is read.
    """
    if form == "parquet" and sys.stdout and sys.stdout.isatty():
        raise click.UsageError("--format parquet is no text: write it to a file by > FILE")
    if [sql is not None, given["saved"] is not None, given["listed"]].count(True) != 1:
        raise click.UsageError("give one of SQL, --saved NAME and --list")
    app = open_app()
    if given["listed"]:
        _list(app)
        return
    text, beginning = _text_of(app, sql, given["saved"])
    asked = Query(
        text,
        given["tables"] or (app.settings.table,),
        given["day"],
        given["engine"],
        {**beginning, **dict(given["parameters"])},
        WRITTEN if form in WRITERS else SHOWN,
    )
    make_demo_tables(app, asked.tables if asked.engine == "server" else ())
    days = app.queries.read(asked)
    _tell_estimate(app.queries.estimate(asked, days))
    result = app.queries.run(asked, days, Watch(waiting=_tell_place))
    if form in WRITERS:
        pour(WRITERS[form](result))
    else:
        _show(result)
    _tell_end(result, days)


def _text_of(app: App, sql: str | None, saved: str | None) -> tuple[str, Mapping[str, str]]:
    if saved is not None:
        kept = app.kept_queries.named(saved)
        return kept.sql, kept.parameters
    return (_from_stdin() if sql == STDIN else str(sql)), {}


def _list(app: App) -> None:
    named = ("name", "id", "version", "by", "at")
    rows = [[one.name, one.id, str(one.version), one.by, utc_text(one.at)] for one in app.kept_queries.saved()]
    show_table([words()(f"cli_query.saved_{column}") for column in named], rows, (2,))


def _from_stdin() -> str:
    raw = sys.stdin.buffer.read(4 * MOST_LETTERS + 1) if sys.stdin else b""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.BadParameter("standard input is no UTF-8 text", param_hint="SQL") from error


def _show(result: Result) -> None:
    numbers = [at for at, column in enumerate(result.columns) if forms.is_number(column)]
    rows = [["NULL" if value is None else value for value in row] for row in result.rows]
    show_table([column.name for column in result.columns], rows, numbers)


def _tell_end(result: Result, days: Iterable[Manifest]) -> None:
    rows = f"{len(result.rows):,}"
    if result.cut == "rows":
        tell(words()("cli_query.cut_rows", rows=rows))
    elif result.cut == "bytes":
        tell(words()("cli_query.cut_bytes", rows=rows, bytes=f"{result.bytes:,}"))
    tell(words()("cli_query.rows", rows=rows, seconds=f"{result.seconds:.2f}"))
    if result.scanned is not None and result.usd is not None:
        tell(words()("cli_query.cost", bytes=f"{result.scanned:,}", usd=f"{result.usd:.6f}"))
    for day in days:
        tell(words()("cli_query.of_day", table=day.table, day=day.day, run=day.run_id))


def _tell_estimate(estimate: Estimate | None) -> None:
    if estimate is None:
        return
    tell(words()("cli_query.estimate", bytes=f"{estimate.scanned:,}", usd=f"{estimate.usd:.6f}"))
    if estimate.whole:
        tell(words()("cli_query.all_days", tables=", ".join(estimate.whole)))


def _tell_place(place: int) -> None:
    if place:
        tell(words()("cli_query.waiting", place=place))
