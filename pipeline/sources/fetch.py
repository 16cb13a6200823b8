"""The engine of a source: its days are fetched piece by piece, kept raw and daily, and published as one document.

Finished days are never asked for twice by one run, however often it is cut off; a day that fails keeps what it had.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import ClassVar
from zoneinfo import ZoneInfo

from pipeline.errors import (
    BY_CODE,
    AuthFailed,
    ConfigInvalid,
    DataInvalid,
    ExternalApiDown,
    Forbidden,
    NotFound,
    PipelineError,
    RateLimited,
    SchemaMismatch,
    TimedOut,
)
from pipeline.jsonlog import JsonLog
from pipeline.lake import keys
from pipeline.lake.bucket import Conflict, Lake
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.lifecycle import CarryOn, Engine, Finished, HandsOver, Lifecycle, Outcome, Remaining, Turn
from pipeline.runs.recorder import Record, TakenOver
from pipeline.runs.request import ExportRequest, ExportResult, FetchRequest
from pipeline.runs.run import Run, RunError
from pipeline.sources.calendar import DayEntry, SourceDays
from pipeline.sources.day_documents import DayDocuments
from pipeline.sources.kinds import LOOK_BACK_DAYS
from pipeline.sources.protocol import FetchedDay, Source, Span, checked_span

WRITERS = 8
# Another day would meet the same wall.
_STOPS = (AuthFailed, ExternalApiDown, Forbidden, NotFound, RateLimited)


@dataclass(frozen=True)
class Fetcher:
    """Runs sources; wired once. ``find`` gives a source by its name (raises NotFound), ``within`` keeps it to the time
    that remains, ``look_back`` says how many days before today a run without a range fetches again; ``carry_on`` starts
    the invocation that goes on when the time of this one is over."""

    lake: Lake
    ledger: Ledger
    leases: Leases
    now: Callable[[], datetime]
    find: Callable[[str], Source]
    carry_on: CarryOn | None = None
    within: Callable[[Source, Remaining], Source] = lambda source, remaining: source
    sleep: Callable[[float], None] = time.sleep
    look_back: Callable[[str], int] = lambda name: LOOK_BACK_DAYS

    def run(self, request: FetchRequest, log: JsonLog, remaining: Remaining) -> ExportResult:
        """Fetch the days of a source. Raise DataInvalid for days that it cannot have, NotFound and ConfigInvalid for a
        source that is none, else what ``Lifecycle.run`` raises."""
        source = self.within(self._source(request.table), remaining)
        today = self.now().astimezone(ZoneInfo(source.timezone)).date()
        first = request.first or max(source.reach, today - timedelta(days=self.look_back(source.name)))
        span = checked_span(first, request.last or today, source.reach, today)
        life = Lifecycle(self.lake, self.ledger, self.leases, self.now, self.carry_on, self.sleep)
        return life.run(_Fetch(self, source, span), request, log, remaining)

    def _source(self, name: str) -> Source:
        """The source of this name: the lease that guards its documents goes by it, and so must their keys.
        Raise NotFound, ConfigInvalid."""
        source = self.find(name)
        if source.name != name:
            facts = {"setting": name, "variable": name, "looked_in": keys.SOURCES}
            raise ConfigInvalid(f"the source {name} would write the days of {source.name}", **facts)
        return source


@dataclass(frozen=True)
class _Fetch(Engine):
    """The engine of one source and its days."""

    fetcher: Fetcher
    source: Source
    span: Span
    job: ClassVar[str] = "fetch"
    engines: ClassVar[tuple[str, ...]] = ("fetch",)

    def facts(self) -> Mapping[str, object]:
        return {"first_day": self.span.first, "last_day": self.span.last}

    def told(self, run: Run) -> Mapping[str, object]:
        days = {"days": dict(run.day_states), "updated": run.updated_days} if run.day_states else {}
        return {"source": run.table, "first": self.span.first, "last": self.span.last, **days}

    def resumes(self, dead: Run, request: ExportRequest) -> bool:
        """A run about the same days is gone on with."""
        return (dead.first_day, dead.last_day) == (self.span.first, self.span.last)

    def work(self, request: ExportRequest, record: Record, turn: Turn) -> Outcome:
        """Fetch and keep what this run has not yet, then publish all of its days."""
        missing = self.source.missing_requirement()
        if missing:
            raise missing
        work = _Work(self.fetcher, self.source, self.span, record)
        if work.fetch(turn.is_over):
            return Finished(work.publish())
        run = record.current()
        turn.require_successor(f"{run.records} records of {run.table} were fetched")
        return HandsOver({"source": run.table, "from": self.span.first.isoformat(), "to": self.span.last.isoformat()})


class _Work:
    """One run of one source, from its calendar to its document."""

    def __init__(self, fetcher: Fetcher, source: Source, span: Span, record: Record) -> None:
        self.source, self.span, self.record = source, span, record
        self._now = fetcher.now
        self._days = SourceDays(fetcher.lake)
        self._documents = DayDocuments(fetcher.lake, source, record, fetcher.now)
        self._calendar = self._days.load(source.name, span.first, span.last)

    def fetch(self, time_is_over: Callable[[], bool]) -> bool:
        """Fetch what this run has not yet; False when it has to go on in another invocation. Raise what stops it."""
        for number, piece in enumerate(self._open_pieces()):
            if time_is_over():
                return False
            self.record.confirm_lease()
            self._fetch(piece, number == 0)
        return not (time_is_over() and any(self._open_pieces()))

    def _fetch(self, piece: Span, first: bool) -> None:
        fetched: list[FetchedDay] = []
        try:
            for day in self.source.fetch(piece):
                fetched.append(day)
        except PipelineError as error:
            self._keep(fetched)
            self._failed(set(piece.days()) - {day.day for day in fetched}, error)
            # What a whole invocation was too short for is no shorter in the next one.
            if isinstance(error, _STOPS) or (first and isinstance(error, TimedOut)):
                raise
        else:
            self._keep(fetched)
        finally:
            self._tell()

    def publish(self) -> Run:
        """The run's document: the daily records of all its days, as the lake holds them now. Raise what a day failed of
        when not one stands."""
        self.record.confirm_lease()
        entries = self._entries()
        self._refuse_failed(entries)
        run = self.record.current()
        lines = [line for day in sorted(entries) for line in self._documents.lines(day, entries[day])]
        key = keys.fetched_key(self.source.name, run.day, run.run_id)
        published = self._documents.publish(key, lines, "full", self.record.left)
        self._tell()
        return self.record.succeed(published, len(lines))

    def _open_pieces(self) -> Iterator[Span]:
        run_id = self.record.current().run_id
        known = self._calendar.days
        wanted = [
            day for day in self.span.days() if day not in known or known[day].run_id != run_id or known[day].error
        ]
        # Neighbours keep the difference between the day and its place in the list.
        for _, group in groupby(enumerate(wanted), lambda pair: pair[1].toordinal() - pair[0]):
            days = [day for _, day in group]
            yield from Span(days[0], days[-1]).cut(self.source.span_days)

    def _keep(self, fetched: list[FetchedDay]) -> None:
        with ThreadPoolExecutor(WRITERS) as pool:
            kept = dict(pool.map(self._keep_day, fetched))
        self._save({day: entry for day, entry in kept.items() if isinstance(entry, DayEntry)})
        for day, refused in kept.items():
            if isinstance(refused, PipelineError):
                self._failed({day}, refused)

    def _keep_day(self, fetched: FetchedDay) -> tuple[date, DayEntry | SchemaMismatch]:
        try:
            return fetched.day, self._documents.keep(fetched, self._calendar.days.get(fetched.day))
        except SchemaMismatch as error:
            # An answer that cannot be kept is a failure of its day only.
            return fetched.day, error

    def _failed(self, days: set[date], error: PipelineError) -> None:
        why = RunError.of(error)
        run_id, now = self.record.current().run_id, self._now()
        blank = DayEntry("failed", run_id, now)
        self._save({day: self._calendar.days.get(day, blank).failed(why, run_id, now) for day in days})

    def _save(self, entries: Mapping[date, DayEntry]) -> None:
        try:
            self._calendar = self._days.save(self._calendar.with_days(entries), entries)
        except Conflict as error:
            run_id = self.record.current().run_id
            raise TakenOver(f"run {run_id} goes on elsewhere", run_id=run_id, table=self.source.name) from error

    def _tell(self) -> None:
        entries = self._entries().values()
        states = tuple(
            (state, sum(e.state == state for e in entries)) for state in ("got", "partial", "missing", "failed")
        )
        records, size = sum(entry.records for entry in entries), sum(entry.size for entry in entries)
        run_id = self.record.current().run_id
        updated = sum(entry.replaced_by == run_id for entry in entries)
        rejected = sum(entry.refused for entry in entries)
        self.record.note(day_states=states, rejected=rejected, updated_days=updated, records=records, bytes=size)
        self.record.progress(records, size, 0.0, 0)

    def _entries(self) -> dict[date, DayEntry]:
        return {day: self._calendar.days[day] for day in self.span.days() if day in self._calendar.days}

    def _refuse_failed(self, entries: Mapping[date, DayEntry]) -> None:
        failed = {day: entry.error for day, entry in entries.items() if entry.error}
        if failed:
            day, first = next(iter(failed.items()))
            text = f"{len(failed)} of {len(entries)} days failed, first {day}: {first.code} {first.message}"
            facts = {"record": f"{self.source.name} {day}", "field": "day", "key": f"{self.source.name} {day}"}
            facts |= {"expected": "days that can be kept", "found": first.message, "situation": first.state}
            # Days that all failed for one reason are that failure; a mixed range is data that are not whole.
            one = len(failed) == len(entries) and {why.code for why in failed.values()} == {first.code}
            raise (BY_CODE.get(first.code, DataInvalid) if one else DataInvalid)(text, **facts)
