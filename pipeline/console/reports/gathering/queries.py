"""Charts and tables of a person's SQL, and plain texts: asked of the server's engine, bound, within its limits.

``{{person}}``, ``{{from}}`` and ``{{to}}`` are parameters: no value can become SQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from pipeline.analysis.query import parameters
from pipeline.analysis.query.face import Bounds, Query, Result
from pipeline.analysis.reports.blocks.queries import chart_of, table_of
from pipeline.analysis.reports.definitions.definition import ChartOfQuery, FreeText, TableOfQuery
from pipeline.analysis.reports.document import Paragraph, Part
from pipeline.console.insights.daily import FRESH_DAYS
from pipeline.console.reports.gathering.asking import queries_of
from pipeline.console.reports.gathering.reading import Reading
from pipeline.console.reports.gathering.scope import Scope
from pipeline.console.reports.gathering.tables import Tables, missing, tables_of
from pipeline.errors import DataInvalid

if TYPE_CHECKING:
    from pipeline.console.app import App

PERSON: Final = "person"
# A report has up to forty blocks, all of which are in memory at once: seventeen times the bytes of their text.
BOUNDS: Final = Bounds(rows=20_000, bytes=2 * 2**20)


def chart(app: App, block: ChartOfQuery, scope: Scope, reading: Reading, /) -> tuple[Part, ...]:
    """A query's result as a chart. Raise what ``asked`` raises; DataInvalid (``report_column``)."""
    found, tables = asked(app, block.sql, scope, reading)
    return (*chart_of(found, block, scope.shown), *_old(tables, scope))


def table(app: App, block: TableOfQuery, scope: Scope, reading: Reading, /) -> tuple[Part, ...]:
    """A query's result as a table. Raise what ``asked`` raises."""
    found, tables = asked(app, block.sql, scope, reading)
    return (*table_of(found, block, scope.shown.words), *_old(tables, scope))


def text(app: App, block: FreeText, scope: Scope, reading: Reading, /) -> tuple[Part, ...]:
    """What somebody has written, as it stands."""
    return (Paragraph(block.text),)


def asked(app: App, sql: str, scope: Scope, reading: Reading) -> tuple[Result, Tables]:
    """Ask the tables that ``sql`` names. Raise DataInvalid (``sql_…``; ``report_no_person``), NotFound
    (``report_mart_missing``), and what engines and reading raise."""
    values = bound(sql, scope)
    reading.ask(sql, tuple(values.items()))
    tables = tables_of(app, sql, reading)
    query = Query(
        sql, tuple(day.table for day in tables.days), parameters=values, bounds=BOUNDS, renamed=tables.renamed
    )
    try:
        found = queries_of(app, reading, scope.as_of).run(query, tables.days)
    except DataInvalid as error:
        if error.state != "sql_unknown":
            raise
        raise missing(error, sql, tables) from error
    return found, tables


def bound(sql: str, scope: Scope) -> dict[str, str]:
    """The values of those parameters that ``sql`` has and a report knows. Raise DataInvalid (``report_no_person``) for
    a person that the report has not."""
    known = {PERSON: scope.person, "from": scope.first.isoformat(), "to": scope.last.isoformat()}
    values = {name: known[name] for name in parameters.names(sql) if name in known}
    if values.get(PERSON) == "":
        raise no_person()
    return values


def no_person() -> DataInvalid:
    """That a block is about one person, and its report about nobody."""
    return DataInvalid(
        "the block needs a person, and the report has none", record="report", field=PERSON, situation="report_no_person"
    )


def _old(tables: Tables, scope: Scope) -> Iterator[Part]:
    for day in tables.days:
        yield from old(day.table, day.day, scope)


def old(table: str, day: date, scope: Scope) -> Iterator[Part]:
    """A sentence where the tables that are asked ended days ago."""
    if day < scope.as_of.date() - timedelta(days=FRESH_DAYS):
        yield Paragraph(scope.shown.words("report_insights.old", table=table, day=day), "warning")
