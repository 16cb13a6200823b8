"""The run ledger: one object a run, written at the start, at progress and at the end, and read back as history.

Days that the old function wrote have no entries: there the documents themselves stand in.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pipeline.errors import AlreadyRunning, DataInvalid, PipelineError, SchemaMismatch
from pipeline.lake import keys
from pipeline.lake.bucket import Conflict, Lake, StoredObject
from pipeline.runs.run import History, Run
from pipeline.runs.unrecorded import Unrecorded

READERS = 16
REMEMBERED = 20_000


@dataclass(frozen=True)
class Entry:
    """A run as the ledger holds it; ``etag`` is the state that the next write must find. ``at``: when it was written,
    by S3's own clock, where it says so."""

    run: Run
    etag: str
    at: datetime | None = None


class Ledger:
    """Reads and writes run entries. Raises what Lake raises; a lost race is AlreadyRunning."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._unrecorded = Unrecorded(lake)
        self._known: dict[tuple[str, str], Run] = {}
        self._lock = threading.Lock()

    def find(self, run_id: str, days: tuple[date, ...]) -> Entry | None:
        """The entry of a run that started on one of these UTC days."""
        for day in days:
            key = keys.run_key(run_id, day)
            stored = self._lake.read_json(key)
            if stored:
                return Entry(_believed(stored[0]), stored[1])
        return None

    def open(self, run: Run) -> Entry:
        """Write the first entry of a run; AlreadyRunning when the same run was opened elsewhere."""
        return self._write(run, seen=None)

    def update(self, entry: Entry, run: Run) -> Entry:
        """Replace an entry that is still as we left it; AlreadyRunning when somebody took the run over."""
        return self._write(run, seen=entry.etag)

    def history(self, first: date, last: date) -> History:
        """Runs of these UTC days, newest first, and what could not be read. Raise only when nothing could be."""
        entries, entry_problems = self._entries(first, last)
        documents, document_problems = self._documents(first, last)
        problems = entry_problems + document_problems
        if problems and not entries and not documents:
            raise problems[0]
        described = {run.key for run in entries if run.key}
        bare = [document for document in documents if document.key not in described]
        joined = self._unrecorded.join(entries, bare)
        runs = sorted(joined, key=lambda run: (run.started_at, run.run_id), reverse=True)
        return History(runs=tuple(runs), problems=tuple(problems))

    def entries(self, first: date, last: date) -> History:
        """What entries alone say of these UTC days, newest first. Raise only when nothing could be read."""
        runs, problems = self._entries(first, last)
        if problems and not runs:
            raise problems[0]
        return History(tuple(sorted(runs, key=lambda run: (run.started_at, run.run_id), reverse=True)), tuple(problems))

    def _write(self, run: Run, seen: str | None) -> Entry:
        try:
            written = self._lake.put_json(keys.run_key(run.run_id, run.day), run.to_json(), seen)
            return Entry(run, written.etag, written.at)
        except Conflict as error:
            raise AlreadyRunning(
                f"run {run.run_id} was taken over elsewhere", run_id=run.run_id, table=run.table
            ) from error

    def _entries(self, first: date, last: date) -> tuple[list[Run], list[PipelineError]]:
        try:
            listed = [held for held in self._days(keys.RUNS, first, last) if keys.parse_run_key(held.key)]
        except PipelineError as error:
            return [], [error]
        with ThreadPoolExecutor(READERS) as pool:
            read = list(pool.map(self._read, listed))
        runs = [run for run in read if isinstance(run, Run)]
        return runs, _distinct([problem for problem in read if isinstance(problem, PipelineError)])

    def _documents(self, first: date, last: date) -> tuple[list[StoredObject], list[PipelineError]]:
        try:
            listed = self._days(keys.EXPORTS, first, last)
            return [held for held in listed if keys.parse_export_key(held.key)], []
        except PipelineError as error:
            return [], [error]

    def _days(self, prefix: str, first: date, last: date) -> Iterator[StoredObject]:
        end = keys.before_day(prefix, last + timedelta(days=1))
        for held in self._lake.list_after(prefix, keys.before_day(prefix, first)):
            if held.key >= end:
                return
            yield held

    def _read(self, listed: StoredObject) -> Run | PipelineError | None:
        mark = (listed.key, listed.etag)
        with self._lock:
            known = self._known.get(mark)
        if known:
            return known
        try:
            stored = self._lake.read_json(listed.key)
            run = _believed(stored[0]) if stored else None
        except SchemaMismatch as error:
            return _named(error, listed.key)
        except PipelineError as error:
            return error
        if run and run.status != "running":
            self._remember(mark, run)
        return run

    def _remember(self, mark: tuple[str, str], run: Run) -> None:
        with self._lock:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[mark] = run


def _believed(raw: Any) -> Run:
    """A ledger entry whose names and keys are the lake's own. Raise SchemaMismatch for any other."""
    run = Run.from_json(raw)
    if abs(run.started_at.date() - run.day) > timedelta(days=1):
        facts = {"expected": f"a start on {run.day}", "found": run.started_at.isoformat()}
        raise SchemaMismatch(f"ledger entry not believed: day {run.day}, started {run.started_at.isoformat()}", **facts)
    try:
        keys.valid_table(run.table)
        keys.valid_run_id(run.run_id)
        for key in (run.key, *(file.key for file in run.files)):
            if key is not None:
                keys.valid_document_key(key)
    except DataInvalid as error:
        facts = {"expected": "names and keys of this lake", "found": error.message}
        raise SchemaMismatch(f"ledger entry not believed: {error.message}", **facts) from error
    return run


def _named(error: SchemaMismatch, key: str) -> SchemaMismatch:
    # Without its key one broken entry looks like another, and only the first would be told.
    if "key" in error.facts:
        return error
    return SchemaMismatch(f"{key}: {error.message}", key=key, **error.facts)


def _distinct(problems: list[PipelineError]) -> list[PipelineError]:
    seen: dict[tuple[str, str], PipelineError] = {}
    for problem in problems:
        seen.setdefault((problem.code, problem.facts.get("key", problem.facts.get("action", ""))), problem)
    return list(seen.values())
