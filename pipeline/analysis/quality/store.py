"""Results and marks in the lake: a result is written once, marks are changed by compare-and-set.

Looks at one day are numbered: of two at the same moment the slower one finds the other's, and looks again from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime

from pipeline.analysis.quality import marks, result
from pipeline.analysis.quality.marks import Mark, Marks
from pipeline.analysis.quality.result import Result
from pipeline.errors import RateLimited, SchemaMismatch
from pipeline.lake import analysis_keys, keys
from pipeline.lake.bucket import Conflict, Lake

READERS = 8
_ATTEMPTS = 20
_LONGEST_RUN_ID = 100


@dataclass(frozen=True)
class Kept:
    """The newest readable result of each day, oldest first, and the keys of those that nobody can read."""

    results: tuple[Result, ...]
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class Results:
    """Results of one lake. Raises what Lake raises; SchemaMismatch, which names its key, for what is no result."""

    lake: Lake

    def listed(self, table: str, first: date, last: date) -> tuple[tuple[date, str], ...]:
        """The looks at these days as (day, run id), oldest first."""
        return tuple(self._listed(table, first, last))

    def load(self, table: str, day: date, run_id: str) -> Result | None:
        """One result; None where there is none."""
        key = analysis_keys.quality_key(table, day, run_id)
        stored = self.lake.read_json(key)
        found = result.parsed(stored[0], key) if stored else None
        if found and (found.table, found.day, found.run_id) != (table, day, run_id):
            text = f"{key} tells of {found.table} on {found.day}"
            raise SchemaMismatch(text, key=key, expected=f"{table} {day}", found=f"{found.table} {found.day}")
        return found

    def newest(self, table: str, first: date, last: date) -> Result | None:
        """The newest result of these days. Raise SchemaMismatch where that is none."""
        looks = self.listed(table, first, last)
        return self.load(table, *looks[-1]) if looks else None

    def before(self, table: str, looks: Sequence[tuple[date, str]]) -> Result | None:
        """The newest of these looks that can be read."""
        for look in reversed(looks):
            found = self._read(table, *look)
            if isinstance(found, Result):
                return found
        return None

    def kept(self, table: str, first: date, last: date) -> Kept:
        """The newest result of each of these days that can be read. Raise only what stopped all reading."""
        looks = list(self._listed(table, first, last))
        newest = {day: (day, run_id) for day, run_id in looks}
        with ThreadPoolExecutor(READERS) as pool:
            read = list(pool.map(lambda look: self._read(table, *look), newest.values()))
        unread = tuple(one for one in read if isinstance(one, str))
        return Kept(tuple(one for one in read if isinstance(one, Result)), unread)

    def save(self, made: Result) -> None:
        """Write it, where there is none of that run id. Raise Conflict."""
        self.lake.write_json(analysis_keys.quality_key(made.table, made.day, made.run_id), made.to_json(), None)

    def _listed(self, table: str, first: date, last: date) -> Iterator[tuple[date, str]]:
        prefix = analysis_keys.quality_prefix(table)
        for held in self.lake.list_after(prefix, keys.before_day(prefix, first)):
            named = analysis_keys.parse_quality_key(held.key)
            if named and named[0] == table and first <= named[1] <= last:
                yield named[1], named[2]

    def _read(self, table: str, day: date, run_id: str) -> Result | str | None:
        try:
            return self.load(table, day, run_id)
        except SchemaMismatch:
            return analysis_keys.quality_key(table, day, run_id)


@dataclass(frozen=True)
class MarkShelf:
    """Marks of one lake, an object a table. Raises what Lake raises; SchemaMismatch for what holds no marks."""

    lake: Lake

    def load(self, table: str) -> dict[str, Mark]:
        """All of a table's marks by the ids of their findings."""
        return self._load(table)[0]

    def put(self, table: str, finding_id: str, mark: Mark) -> Marks:
        """Add one beside those of others. Raise DataInvalid; RateLimited where others were faster each time."""
        return self._change(table, lambda known: marks.with_mark(known, finding_id, mark))

    def take(self, table: str, finding_id: str, now: datetime) -> Marks:
        """Take one back. Raise NotFound (``quality_mark``); RateLimited where others were faster each time."""
        return self._change(table, lambda known: marks.without_mark(known, finding_id, now))

    def _change(self, table: str, change: Callable[[Marks], dict[str, Mark]]) -> Marks:
        for _ in range(_ATTEMPTS):
            known, etag = self._load(table)
            changed = change(known)
            try:
                self.lake.write_json(analysis_keys.quality_marks_key(table), marks.to_json(changed), etag)
            except Conflict:
                continue
            return changed
        raise RateLimited(f"the marks of {table} were changed {_ATTEMPTS} times by others meanwhile")

    def _load(self, table: str) -> tuple[dict[str, Mark], str | None]:
        key = analysis_keys.quality_marks_key(table)
        stored = self.lake.read_json(key)
        return (marks.parsed(stored[0], key), stored[1]) if stored else ({}, None)


def run_id_of(number: int, tables_run: str) -> str:
    """The run id of a day's look ``number`` (from 1), over the tables that a run has made; they sort by number."""
    return f"q{number:04}-{tables_run or 'no-tables'}"[:_LONGEST_RUN_ID]


def is_of(run_id: str, tables_run: str) -> bool:
    """Whether a look's run id says that it was over the tables that this run has made."""
    return run_id.partition("-")[2] == run_id_of(1, tables_run).partition("-")[2]
