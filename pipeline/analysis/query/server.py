"""The server engine: a query in a locked child, over the day's tables as files that are only read.

Nothing that a person types is looked at in this process; it starts, waits, reads texts, and kills.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import orjson

from pipeline.analysis.query import convert, faults, parameters, process
from pipeline.analysis.query.cache import DayFiles
from pipeline.analysis.query.face import Query, Result, ResultColumn, Row, Watch
from pipeline.analysis.query.pool import Pool
from pipeline.analysis.query.process import QUERY, Ended, Limits
from pipeline.errors import DataInvalid, FunctionFailed
from pipeline.lake.bucket import Lake
from pipeline.tables.manifest import Manifest
from pipeline.tables.values import whole

MOST_LETTERS = 1_000_000
MOST_COLUMNS = 5_000
# Beside the rows: columns' names, and what stands between the values.
_HEAD_BYTES = 8 * 2**20


class ServerEngine:
    """Queries in children of this machine: two at a time, in the order in which they came."""

    def __init__(self, lake: Lake, folder: Callable[[], Path], quota: int, limits: Limits = QUERY) -> None:
        self._lake, self._limits, self._quota = lake, limits, quota
        self._folder, self._pool = folder, Pool()

    def run(self, query: Query, days: Sequence[Manifest], watch: Watch) -> Result:
        """Raise DataInvalid (``sql_…``) for what the SQL's author can mend, MemoryExceeded, TimedOut,
        RateLimited (``query_line``), ConfigInvalid (``query_disk``, ``query_folder``), and what Lake raises."""
        if len(query.sql) > MOST_LETTERS:
            raise DataInvalid(f"the SQL has more than {MOST_LETTERS:,} letters", situation="sql_long")
        # As in the tables: half of a surrogate pair, which a command line may bring, is U+FFFD.
        given = {name: whole(value) for name, value in query.parameters.items()}
        sql, values = parameters.bound(whole(query.sql), given)
        with self._pool.turn(watch), ExitStack() as held:
            files = self._files(watch)
            paths = [held.enter_context(files.held(day, watch.cancelled)) for day in days]
            job = {"job": "query", "sql": sql, "parameters": values, "columns": MOST_COLUMNS}
            job |= {"databases": list(zip(names(days), map(str, paths), strict=True)), "renamed": _renamed(query, days)}
            job |= {"rows": query.bounds.rows, "bytes": query.bounds.bytes}
            limits = replace(self._limits, answer=query.bounds.bytes + _HEAD_BYTES)
            if query.bounds.seconds:
                limits = replace(limits, seconds=query.bounds.seconds, cpu=query.bounds.seconds)
            return read(process.run(job, limits, watch.cancelled), limits)

    def _files(self, watch: Watch) -> DayFiles:
        def make(manifest: Manifest, folder: Path) -> Path:
            return convert.convert(self._lake, manifest, folder, self._quota, watch.cancelled)

        return DayFiles(self._folder, self._quota, make)


def names(days: Sequence[Manifest]) -> tuple[str, ...]:
    """What SQL calls each day's database: the table's name in small letters, made unique."""
    made: list[str] = []
    for day in days:
        name = "t_" + re.sub(r"[^a-z0-9]+", "_", day.table.lower()).strip("_")
        made.append(name if name not in made else f"{name}_{len(made)}")
    return tuple(made)


def _renamed(query: Query, days: Sequence[Manifest]) -> list[tuple[str, str, str]]:
    called = dict(zip((day.table for day in days), names(days), strict=True))
    return [(called[one.of], one.table, one.name) for one in query.renamed if one.of in called]


def read(ended: Ended, limits: Limits) -> Result:
    """What a child has written, as a result. Raise the PipelineError that its end comes to."""
    wrong = faults.of_end(ended, limits)
    lines = ended.output.splitlines()
    if wrong or not lines:
        raise wrong or FunctionFailed("the engine answered nothing", situation="sql_ended")
    head, last = orjson.loads(lines[0]), orjson.loads(lines[-1])
    if "fault" in last:
        raise faults.of_fault(last["fault"], last["message"], limits)
    columns = tuple(ResultColumn(name, kind) for name, kind in head["columns"])
    body = lines[1:-1]
    return Result(columns, tuple(_rows(body)), last["end"], ended.seconds, sum(map(len, body)), tuple(head["used"]))


def _rows(lines: Sequence[bytes]) -> Iterator[Row]:
    for line in lines:
        yield tuple(None if value is None else str(value) for value in orjson.loads(line))
