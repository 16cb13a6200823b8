"""Queries over the tables, as a person may ask them: an operator's right, each in the audit log.

A line says who, which runs' tables of which versions, and how it ended; never the SQL and never a row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pipeline.access import Tell
from pipeline.analysis.builds.marts import MARTS_TABLE, as_manifest, current_marts
from pipeline.analysis.query.athena.cost import USD_PER_TB, Estimate, estimate
from pipeline.analysis.query.engines import Engines
from pipeline.analysis.query.face import MOST_TABLES, Query, Result, Watch
from pipeline.console.audit import Actor
from pipeline.errors import DataInvalid, NotFound
from pipeline.tables.manifest import Manifest, Manifests

# As far back as the newest tables of a lake are looked for.
LOOK_BACK_DAYS = 400
_UNWATCHED = Watch()


@dataclass(frozen=True)
class Queries:
    """What is asked of the engines; ``usd_per_tb`` is what Athena takes. Every method raises Forbidden for a person who
    may not."""

    manifests: Manifests
    engine: Engines
    now: Callable[[], datetime]
    actor: Actor
    usd_per_tb: float = USD_PER_TB

    def days(self, table: str, back: int = LOOK_BACK_DAYS) -> tuple[date, ...]:
        """The days of a table (or source) that have tables, newest first."""
        self.actor.require("query")
        return tuple(reversed(list(self.manifests.days(table, self._first(back)))))

    def manifest(self, table: str, day: date | None = None) -> Manifest:
        """What a day's tables are; of the newest day where none is named. Raise NotFound (``no_tables``)."""
        self.actor.require("query")
        if table == MARTS_TABLE:
            found = self._marts(day)
        elif day is None:
            found = self.manifests.newest(table, self._first(LOOK_BACK_DAYS))
        else:
            loaded = self.manifests.load(table, day)
            found = loaded[0] if loaded else None
        if found is None:
            when = f" of {day}" if day else ""
            raise NotFound(f"{table} has no tables{when}", resource=table, situation="no_tables")
        return found

    def read(self, query: Query) -> tuple[Manifest, ...]:
        """The manifests that a query is about. Raise NotFound (``no_tables``); DataInvalid for too many at once;
        ConfigInvalid (``query_athena``) where its engine is not set up."""
        self.actor.require("query")
        self.engine.named(query.engine)
        tables = tuple(dict.fromkeys(query.tables))
        if len(tables) > MOST_TABLES:
            text = f"{len(tables)} tables at once, at most {MOST_TABLES}"
            raise DataInvalid(text, record="query", field="tables")
        return tuple(self.manifest(table, query.day) for table in tables)

    def estimate(self, query: Query, days: Sequence[Manifest]) -> Estimate | None:
        """What a query costs at most; None on engines that cost nothing. Raise DataInvalid (``sql_…``)."""
        self.actor.require("query")
        return estimate(query, days, self.usd_per_tb) if query.engine == "athena" else None

    def run(self, query: Query, days: Sequence[Manifest], watch: Watch = _UNWATCHED) -> Result:
        """Ask an engine, over what ``read`` gave. Raises what engines raise (``analysis.query.face``)."""
        with self.actor.doing("query", " ".join(f"{day.run_id} {day.table}" for day in days)) as tell:
            _tell_versions(query, days, tell)
            result = self.engine.run(query, days, watch)
            _tell_versions(query, days, tell, result.used)
            return result

    def _marts(self, day: date | None) -> Manifest | None:
        """What is published now; marts of other days are files that nobody points to."""
        current = current_marts(self.manifests.lake)
        return as_manifest(current) if current and day in {None, current.tables_day} else None

    def _first(self, back: int) -> date:
        return (self.now() - timedelta(days=back)).date()


def _tell_versions(query: Query, days: Sequence[Manifest], tell: Tell, used: Sequence[str] = ()) -> None:
    """The engine, each day and version, and the tables that are named; only names that are a manifest's: what else
    stands in the SQL is the person's own."""
    named = {name.rpartition(".")[2].strip('"') for name in used}
    own = {(one.of, one.table): one.name for one in query.renamed}
    tables = [file.name for day in days for file in day.files if own.get((day.table, file.name), file.name) in named]
    versions = ", ".join(f"{day.day} {day.source_version_id or day.run_id}" for day in days)
    tell(f"{query.engine}: {versions}; {', '.join(tables) or 'no table'}")
