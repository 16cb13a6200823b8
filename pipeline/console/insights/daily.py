"""People's days as the models have published them: of which version, how old, and one person's frame or everybody's.

The server's engine reads them, by the SQL that the page shows; what was read is kept by version, which never changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from pipeline.analysis.builds.marts import MARTS_TABLE, CurrentMarts, as_manifest, current_marts
from pipeline.analysis.correlation.cells import Row
from pipeline.analysis.correlation.frame import MOST_DAYS, Frame, frame_of, frame_sql, frames
from pipeline.analysis.models.builds import MartFile
from pipeline.analysis.models.kept import Kept
from pipeline.analysis.query.face import Bounds, Query, Result
from pipeline.console.queries import Queries
from pipeline.errors import DataInvalid, NotFound, SchemaMismatch
from pipeline.untrusted import quoted

T = TypeVar("T")
MART: Final = "mart_daily_wellness"
# The day of a record's key is the person's own, and the models' day begins with theirs.
ZONE: Final = ZoneInfo("Asia/Tokyo")
# 全員 are so many people, those with the most days; what is left out is told.
MOST_PEOPLE: Final = 50
MOST_LISTED: Final = 1000
# A mart may be made of tables of so many days ago before it is called old.
FRESH_DAYS: Final = 2
_LEAST: Final = 2**16
_BOUNDS: Final = Bounds(rows=MOST_PEOPLE * MOST_DAYS, bytes=48 * 2**20)
# A list of numbers (``DOUBLE[]``) is none.
_NUMBER: Final = re.compile(r"DOUBLE|FLOAT|DECIMAL\(\d+,\d+\)|U?(?:HUGE|BIG|SMALL|TINY)INT|U?INTEGER")
# Days of somebody, which Python can hold: DuckDB's dates go on to before Christ.
_OF_SOMEBODY: Final = "user_id <> '' and day >= date '1900-01-01' and day < cast({{today}} as date)"
_PEOPLE_SQL: Final = f"""select user_id, count(*) as days, cast(min(day) as date) as first_day,
    cast(max(day) as date) as last_day, count(*) over () as people
from {MART}
where {_OF_SOMEBODY}
group by user_id
order by days desc, user_id
limit {MOST_LISTED}"""  # noqa: S608 - all of it is ours
_EVERYBODY: Final = f"""user_id in (
    select user_id from {MART}
    where {_OF_SOMEBODY}
    group by user_id order by count(*) desc, user_id limit {MOST_PEOPLE}
)"""  # noqa: S608 - all of it is ours


@dataclass(frozen=True)
class Version:
    """The file that figures are of: its ``key`` and version, made by build ``run_id`` of the tables of ``tables_day``
    (UTC), published at ``published_at``; ``old`` days beyond FRESH_DAYS (0: fresh)."""

    run_id: str
    key: str
    version_id: str | None
    checksum: str
    tables_day: date
    published_at: datetime
    old: int = 0


@dataclass(frozen=True)
class PersonDays:
    """A person of the mart: finished days with a row, the first and the last of them."""

    person: str
    days: int
    first: date
    last: date


@dataclass(frozen=True)
class Shown:
    """SQL that gave figures, and what its ``{{parameters}}`` were."""

    sql: str
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class Daily:
    """An operator's: these are the records of people. Every method raises Forbidden for another person, NotFound
    (``insights_no_mart``) while nothing is published, and what reading raises."""

    queries: Queries
    kept: Kept

    @property
    def today(self) -> date:
        """The day that is not over yet, where the people are."""
        return self.queries.now().astimezone(ZONE).date()

    def version(self) -> Version:
        """What is published now."""
        return _version(*self._published(), self.queries.now())

    def people(self) -> tuple[PersonDays, ...]:
        """Who has finished days, most days first; at most MOST_LISTED."""
        return self._once("people", self._people)[1]

    def number(self) -> int:
        """How many people have finished days, also beyond those listed."""
        return self._once("people", self._people)[0]

    def frame(self, person: str) -> Frame:
        """One person's days, at most MOST_DAYS. Raise NotFound (``insights_no_days``)."""
        return self._once(("person", person), lambda: frame_of(person, self._rows(self.shown(person)), self.today))

    def everybody(self) -> Mapping[str, Frame]:
        """The days of the MOST_PEOPLE people with the most days, by their ids."""
        return self._once("everybody", lambda: frames(self._rows(self.shown(None)), self.today))

    def shown(self, person: str | None) -> Shown:
        """The SQL of one person's frame, or (None) of everybody's."""
        start = self.today - timedelta(days=MOST_DAYS)
        dates = {"from": start.isoformat(), "today": self.today.isoformat()}
        if person is not None:
            return Shown(frame_sql(), {"person": person, **dates})
        sql = frame_sql().replace("select\n", "select\n    user_id,\n", 1).replace("user_id = {{person}}", _EVERYBODY)
        return Shown(sql, dates)

    def rows(self, shown: Shown) -> list[Row]:
        """Rows of any other SQL over the marts, numbers as numbers."""
        return self._rows(shown)

    def _people(self) -> tuple[int, tuple[PersonDays, ...]]:
        found = self._asked(Shown(_PEOPLE_SQL, {"today": self.today.isoformat()}))
        told = [(str(one), int(many or 0), str(first), str(last)) for one, many, first, last, _ in found.rows]
        people = tuple(
            PersonDays(one, many, date.fromisoformat(first), date.fromisoformat(last))
            for one, many, first, last in told
        )
        return next((int(row[-1] or 0) for row in found.rows), 0), people

    def _rows(self, shown: Shown) -> list[Row]:
        found = self._asked(shown)
        numbers = [bool(_NUMBER.fullmatch(column.type)) for column in found.columns]
        names = [column.name for column in found.columns]
        return [
            {name: _cell(text, is_number) for name, text, is_number in zip(names, row, numbers, strict=True)}
            for row in found.rows
        ]

    def _asked(self, shown: Shown) -> Result:
        current, file = self._published()
        query = Query(shown.sql, (MARTS_TABLE,), parameters=shown.parameters, bounds=_BOUNDS)
        try:
            found = self.queries.run(query, [as_manifest(current)])
        except DataInvalid as error:
            # The SQL is ours: what does not fit it is what a build has published.
            facts = {"key": file.key, "expected": "the columns that the SQL names", "found": quoted(error.message, 200)}
            raise SchemaMismatch(error.message, situation="insights_columns", **facts) from error
        if found.truncated:
            text = f"{MART} has more rows than {_BOUNDS.rows:,}, or more than {_BOUNDS.bytes:,} bytes of them"
            raise SchemaMismatch(text, key=MART, expected="a row a person and day", found=f"{len(found.rows):,} rows")
        return found

    def _published(self) -> tuple[CurrentMarts, MartFile]:
        self.queries.actor.require("query")
        current = current_marts(self.queries.manifests.lake)
        file = current.mart(MART) if current else None
        if current is None or file is None:
            raise NotFound(f"{MART} is not published", resource=MART, situation="insights_no_mart")
        return current, file

    def _once(self, what: Hashable, read: Callable[[], T]) -> T:
        _, file = self._published()
        # The size in the file stands for the size of what is made of it.
        return self.kept.of((file.key, file.version_id, self.today, what), max(file.size, _LEAST), read)


def _version(current: CurrentMarts, file: MartFile, now: datetime) -> Version:
    late = (now.date() - current.tables_day).days - FRESH_DAYS
    made = current.run_id, file.key, file.version_id, file.checksum, current.tables_day, current.published_at
    return Version(*made, old=max(late, 0))


def _cell(text: str | None, is_number: bool) -> object:
    return float(text) if is_number and text is not None else text
