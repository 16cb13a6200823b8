"""The run ledger: one object a run, written at the start, at progress and at the end, and read back as history.

Days that the old function wrote have no entries: there the documents themselves stand in. A success is believed as long
as its document is listed as the one that it wrote.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from pipeline.aws_answers import MOST_SKEW_S3
from pipeline.clock import utc_now
from pipeline.errors import AlreadyRunning, DataInvalid, PipelineError, SchemaMismatch
from pipeline.lake import keys
from pipeline.lake.bucket import Conflict, Lake, StoredObject, parsed
from pipeline.runs.folded.index import Folded, Mark
from pipeline.runs.folded.kept import KeptIndex
from pipeline.runs.run import History, Run, Spoiled
from pipeline.runs.unrecorded import Unrecorded

READERS = 16
# S3 dates by whole seconds at the coarsest.
RESOLUTION = timedelta(seconds=1)
REMEMBERED = 20_000
# A month that is over is folded as long as its last days are looked at.
FOLDED = timedelta(days=33)


@dataclass(frozen=True)
class Entry:
    """A run as the ledger holds it; ``etag`` is the state that the next write must find. ``at``: when it was written,
    by S3's own clock, where it says so."""

    run: Run
    etag: str
    at: datetime | None = None


@dataclass(frozen=True)
class Told:
    """A run as a listing found its entry; ``written`` is when, by S3's clock; None where it changed since then."""

    run: Run
    written: datetime | None


@dataclass(frozen=True)
class _Read:
    """An entry that was read, and what of it can be folded: it has ended, and is as the listing shows it."""

    told: Told
    folded: Folded | None = None


class Ledger:
    """Reads and writes run entries. Raises what Lake raises; a lost race is AlreadyRunning."""

    def __init__(self, lake: Lake, now: Callable[[], datetime] = utc_now) -> None:
        self._lake = lake
        self._unrecorded = Unrecorded(lake)
        self._index = KeptIndex(lake, now)
        self._known: dict[Mark, Run] = {}
        self._lock = threading.Lock()

    def find(self, run_id: str, days: tuple[date, ...]) -> Entry | None:
        """The entry of a run that started on one of these UTC days."""
        for day in days:
            key = keys.run_key(run_id, day)
            stored = self._lake.read_json(key)
            if stored:
                return Entry(believed(stored[0]), stored[1])
        return None

    def open(self, run: Run) -> Entry:
        """Write the first entry of a run; AlreadyRunning when the same run was opened elsewhere."""
        return self._write(run, seen=None)

    def update(self, entry: Entry, run: Run) -> Entry:
        """Replace an entry that is still as we left it; AlreadyRunning when somebody took the run over."""
        return self._write(run, seen=entry.etag)

    def history(self, first: date, last: date) -> History:
        """Runs of these UTC days, newest first, and what could not be read. Raise only when nothing could be."""
        listed, problems = self._listed(keys.RUNS, keys.parse_run_key, first, last)
        # Before the entries are read: both lists are of one moment, as nearly as can be.
        documents, unlisted = self._listed(keys.EXPORTS, keys.parse_export_key, first, last)
        told, unread = self._told(listed)
        problems += unread + unlisted
        if problems and not told and not documents:
            raise problems[0]
        entries = [one.run for one in told] if unlisted else judged(told, documents, first, last)
        described = {run.key for run in entries if run.key}
        bare = [document for document in documents if document.key not in described]
        joined = self._unrecorded.join(entries, bare)
        runs = sorted(joined, key=lambda run: (run.started_at, run.run_id), reverse=True)
        return History(runs=tuple(runs), problems=tuple(problems))

    def entries(self, first: date, last: date) -> History:
        """What entries alone say of these UTC days, newest first. Raise only when nothing could be read."""
        listed, problems = self._listed(keys.RUNS, keys.parse_run_key, first, last)
        told, unread = self._told(listed)
        problems += unread
        if problems and not told:
            raise problems[0]
        runs = sorted((one.run for one in told), key=lambda run: (run.started_at, run.run_id), reverse=True)
        return History(tuple(runs), tuple(problems))

    def fold(self, today: date) -> None:
        """Bring the history's index up to the ledger, as whoever reads so many days does anyway. Raise what ``entries``
        raises."""
        self.entries(today - FOLDED, today)

    def _write(self, run: Run, seen: str | None) -> Entry:
        try:
            written = self._lake.put_json(keys.run_key(run.run_id, run.day), run.to_json(), seen)
            return Entry(run, written.etag, written.at)
        except Conflict as error:
            raise AlreadyRunning(
                f"run {run.run_id} was taken over elsewhere", run_id=run.run_id, table=run.table
            ) from error

    def _told(self, listed: Sequence[StoredObject]) -> tuple[list[Told], list[PipelineError]]:
        known = self._recall(listed)
        unknown = [held for held in listed if _mark(held) not in known]
        with ThreadPoolExecutor(READERS) as pool:
            read = dict(zip(map(_mark, unknown), pool.map(self._read, unknown), strict=True))
        self._index.add([one.folded for one in read.values() if isinstance(one, _Read) and one.folded], len(listed))
        told = [Told(known[mark], held.last_modified) for held in listed if (mark := _mark(held)) in known]
        told += [one.told for one in read.values() if isinstance(one, _Read)]
        return told, _distinct([problem for problem in read.values() if isinstance(problem, PipelineError)])

    def _recall(self, listed: Sequence[StoredObject]) -> dict[Mark, Run]:
        """What is remembered of these entries, and what the history's index holds of them as the listing shows them."""
        with self._lock:
            known = {mark: run for held in listed if (run := self._known.get(mark := _mark(held)))}
        found = self._index.find({mark for held in listed if (mark := _mark(held)) not in known})
        for mark, body in found.bodies.items():
            # What is not believed is read from the ledger, and told as that.
            with suppress(SchemaMismatch):
                run = believed(parsed(body.encode(), mark[0]))
                if run.status != "running":
                    known[mark] = run
                    self._remember(mark, run)
        self._index.add([Folded(*mark, found.bodies[mark]) for mark in found.misplaced], len(listed))
        return known

    def _listed(
        self, prefix: str, parse: Callable[[str], object], first: date, last: date
    ) -> tuple[list[StoredObject], list[PipelineError]]:
        try:
            return [held for held in self._days(prefix, first, last) if parse(held.key)], []
        except PipelineError as error:
            return [], [error]

    def _days(self, prefix: str, first: date, last: date) -> Iterator[StoredObject]:
        end = keys.before_day(prefix, last + timedelta(days=1))
        for held in self._lake.list_after(prefix, keys.before_day(prefix, first)):
            if held.key >= end:
                return
            yield held

    def _read(self, listed: StoredObject) -> _Read | PipelineError | None:
        try:
            stored = self._lake.read_small(listed.key)
            run = believed(parsed(stored[0], listed.key)) if stored else None
        except SchemaMismatch as error:
            return _named(error, listed.key)
        except PipelineError as error:
            return error
        if run is None or stored is None:
            return None
        if stored[1] != listed.etag:
            return _Read(Told(run, None))
        if run.status == "running":
            return _Read(Told(run, listed.last_modified))
        self._remember(_mark(listed), run)
        return _Read(Told(run, listed.last_modified), Folded(listed.key, listed.etag, stored[0].decode()))

    def _remember(self, mark: Mark, run: Run) -> None:
        with self._lock:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[mark] = run


def _mark(held: StoredObject) -> Mark:
    return held.key, held.etag


def judged(told: Sequence[Told], documents: Sequence[StoredObject], first: date, last: date) -> list[Run]:
    """The runs of these days. Of each key's newest one, where that is a success, it is told when its document is gone
    or another one than a run wrote, as far as the listing shows it. Pure."""
    held = {document.key: document for document in documents}
    going = {(one.run.table, one.run.day) for one in told if one.run.status == "running"}
    writers: dict[str, list[Told]] = {}
    for one in told:
        parsed = keys.parse_export_key(one.run.key or "")
        # What goes on may have published already.
        if parsed and first <= parsed.day <= last and (parsed.table, parsed.day) not in going:
            writers.setdefault(one.run.key or "", []).append(one)
    spoiled = {_newest(those).run.run_id: _spoiled(those, held.get(key)) for key, those in writers.items()}
    return [replace(one.run, spoiled=spoiled.get(one.run.run_id)) for one in told]


def _newest(told: Sequence[Told]) -> Told:
    return max(told, key=lambda one: (one.run.started_at, one.run.run_id))


def _spoiled(writers: Sequence[Told], held: StoredObject | None) -> Spoiled | None:
    newest = _newest(writers)
    # Of what changed since the listing nothing is known; a run that failed is told of as that.
    if newest.written is None or newest.run.status != "succeeded":
        return None
    if held is None:
        return "gone"
    # By a clock that was ahead the newest is not the last.
    return None if any(_may_have_written(one, held) for one in writers) else "replaced"


def _may_have_written(told: Told, held: StoredObject) -> bool:
    if told.run.bytes and told.run.bytes != held.size:
        return False
    # An entry that S3 dates far from its own time was copied: then nobody knows which of the two was written first.
    original = told.written is not None and abs(told.written - told.run.updated_at) <= MOST_SKEW_S3
    return told.written is None or not original or held.last_modified <= told.written + RESOLUTION


def believed(raw: Any) -> Run:
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
