"""Runs of the ledger for blocks: each entry at its pinned version, and what was found of the documents beside them.

What a listing shows of documents (gone, written over, without an entry) is a fact of its moment, and pinned as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

import orjson

from pipeline.console.reports.gathering.reading import Reading
from pipeline.errors import SchemaMismatch
from pipeline.lake import keys
from pipeline.lake.bucket import parsed
from pipeline.runs.ledger import believed
from pipeline.runs.run import Mode, Run, Spoiled

if TYPE_CHECKING:
    from pipeline.console.app import App

# As many as the console's own history goes back; of a longer period the last days are read.
MOST_DAYS: Final = 90
MOST_RUNS: Final = 2_000
# Of what a run of a report is, a report tells nothing.
_OWN_ENGINE: Final = "report"


@dataclass(frozen=True)
class Read:
    """Runs newest first; ``unread`` entries that nobody can read; ``since``: from which moment on there was a look;
    ``left_out``: older runs that were too many."""

    runs: tuple[Run, ...]
    unread: int
    since: datetime
    left_out: int = 0


def read_runs(app: App, reading: Reading, since: datetime, until: datetime) -> Read:
    """The runs that began from ``since`` to before ``until`` (UTC), of the last MOST_DAYS of it."""
    since = max(since, until - timedelta(days=MOST_DAYS))
    first, last = since.date(), until.date()
    # Names of a day's entries sort by the time that their runs began.
    listed = [key for key in reading.keys(keys.RUNS, first, last) if keys.parse_run_key(key)]
    entries = reading.all(listed[-MOST_RUNS:])
    runs = [one for one in map(_run, entries) if one]
    found = orjson.loads(reading.fact("documents", lambda: _documents(app, first, last)))
    every = [*(_judged(run, found["spoiled"]) for run in runs), *_without_entries(found["without_entries"])]
    wanted = (run for run in every if since <= run.started_at < until and run.engine != _OWN_ENGINE)
    ordered = sorted(wanted, key=lambda run: (run.started_at, run.run_id), reverse=True)
    return Read(tuple(ordered), len(entries) - len(runs), since, max(0, len(listed) - MOST_RUNS))


def _run(entry: tuple[str, bytes]) -> Run | None:
    key, body = entry
    try:
        return believed(parsed(body, key))
    except SchemaMismatch:
        return None


def _judged(run: Run, spoiled: Mapping[str, Spoiled]) -> Run:
    # An entry may have changed since its document was looked at: only a success can be spoiled.
    return replace(run, spoiled=spoiled.get(run.run_id)) if run.status == "succeeded" else run


def _documents(app: App, first: date, last: date) -> str:
    runs = app.ledger.history(first, last).runs
    told = {"spoiled": {run.run_id: run.spoiled for run in runs if run.spoiled}}
    return orjson.dumps({**told, "without_entries": list(_told(runs))}, option=orjson.OPT_SORT_KEYS).decode()


def _told(runs: Iterable[Run]) -> Iterator[dict[str, Any]]:
    for run in sorted((run for run in runs if run.legacy), key=lambda run: run.key or ""):
        yield {"key": run.key, "records": run.records, "bytes": run.bytes, "foreign": run.foreign}


def _without_entries(told: Sequence[Mapping[str, Any]]) -> Iterator[Run]:
    """Documents that no run tells of: of each only its day is known."""
    for one in told:
        named = keys.parse_export_key(one["key"])
        if named:
            at = datetime.combine(named.day, time(), UTC)
            mode: Mode = "incremental" if named.run_id else "full"
            run = Run(one["key"], named.table, named.day, at, at, mode, trigger="schedule", status="succeeded")
            known = {name: one[name] for name in ("key", "records", "bytes", "foreign")}
            yield replace(run, finished_at=at, legacy=True, **known)
