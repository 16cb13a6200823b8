"""The job of a source: its days are fetched piece by piece, kept raw and daily, and published as one document.

Finished days are never asked for twice by one run, however often it is cut off; a day that fails keeps what it had.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from pipeline import layout
from pipeline.attributes import EXPORTED_AT
from pipeline.document import Head, Reader, exact
from pipeline.errors import (
    AuthFailed,
    DataInvalid,
    ExternalApiDown,
    Forbidden,
    FunctionFailed,
    NotFound,
    PipelineError,
    RateLimited,
    TimedOut,
)
from pipeline.jsonlog import JsonLog
from pipeline.lease import Leases
from pipeline.models import ExportResult, FetchRequest, Run, RunError, utc_text
from pipeline.publish import Published, Target
from pipeline.record import Record, TakenOver
from pipeline.runs import Ledger
from pipeline.source_days import DayEntry, DayState, SourceDays
from pipeline.sources.source import Envelope, FetchedDay, Source, Span, checked_span
from pipeline.store import Conflict, Lake
from pipeline.upload import publish_lines

HAND_OVER_SECONDS = 60.0
MOST_HOPS = 96
WRITERS = 8
# Asked for again by every run without a range: providers correct and complete their newest days.
NEWEST_DAYS = 7
# Another day would meet the same wall.
_STOPS = (AuthFailed, ExternalApiDown, Forbidden, NotFound, RateLimited)
Remaining = Callable[[], float]


@dataclass(frozen=True)
class Fetcher:
    """Runs sources; wired once. ``find`` gives a source by its name (raises NotFound), ``within`` keeps it to the time
    that remains; ``carry_on`` starts the invocation that goes on when the time of this one is over."""

    lake: Lake
    ledger: Ledger
    leases: Leases
    now: Callable[[], datetime]
    find: Callable[[str], Source]
    carry_on: Callable[[dict[str, Any]], None] | None = None
    within: Callable[[Source, Remaining], Source] = lambda source, remaining: source

    def run(self, request: FetchRequest, log: JsonLog, remaining: Remaining) -> ExportResult:
        """Fetch the days of a source. Raise AlreadyRunning while another run of it goes on, else any PipelineError; the
        ledger has recorded it then."""
        source = self.within(self.find(request.table), remaining)
        today = self.now().astimezone(ZoneInfo(source.timezone)).date()
        first = request.first or max(source.reach, today - timedelta(days=NEWEST_DAYS))
        span = checked_span(first, request.last or today, source.reach, today)
        record = Record(self.ledger, self.leases, self.now, log)
        before = record.known(request.run_id)
        if before and before.status == "succeeded":
            return self._result(before, record)
        record.lease(request)
        self._settle_dead_run(record, request, span)
        run = record.start(request, engine="fetch", first_day=span.first, last_day=span.last)
        log.info("fetch started", source=run.table, runId=run.run_id, first=span.first, last=span.last, hop=run.hops)
        try:
            return self._fetch(_Work(self, source, span, record), request, log, remaining)
        except TakenOver:
            log.warning("the run goes on elsewhere", runId=run.run_id)
            raise
        except PipelineError as error:
            record.fail(error)
            log.error("fetch failed", code=error.code, cause=error.message, runId=run.run_id)
            raise
        finally:
            record.release()

    def _fetch(self, work: _Work, request: FetchRequest, log: JsonLog, remaining: Remaining) -> ExportResult:
        lacking = work.source.lacks()
        if lacking:
            raise lacking
        if not work.fetch(lambda: remaining() < HAND_OVER_SECONDS):
            return self._hand_over(work, request, log)
        finished = work.publish()
        log.info("fetch succeeded", records=finished.records, days=dict(finished.day_states), key=finished.key)
        return self._result(finished, work.record)

    def _hand_over(self, work: _Work, request: FetchRequest, log: JsonLog) -> ExportResult:
        run = work.record.current()
        if self.carry_on is None or run.hops >= MOST_HOPS:
            raise TimedOut(f"{run.records} records of {run.table} were fetched when the time was over")
        work.record.pause(run.records or 0, run.bytes or 0)
        event = {"source": run.table, "from": work.span.first.isoformat(), "to": work.span.last.isoformat()}
        self.carry_on({**event, "runId": run.run_id, "trigger": run.trigger, "hop": request.hop + 1})
        log.info("fetch goes on in another invocation", runId=run.run_id, hop=request.hop + 1)
        return replace(self._result(run, work.record), continues=True)

    def _settle_dead_run(self, record: Record, request: FetchRequest, span: Span) -> None:
        """A run that died: this one goes on in its name when it was about the same days, else it is ended."""
        dead = record.dead_holder
        if dead is None or dead.run_id == request.run_id:
            return
        try:
            entry = self.ledger.find(dead.run_id, (dead.day,))
        except PipelineError as error:
            record.warn(error)
            return
        if entry is None or entry.run.status != "running":
            return
        if (entry.run.first_day, entry.run.last_day) == (span.first, span.last):
            record.adopt(entry.run)
        else:
            record.bury(entry.run, FunctionFailed(f"run {dead.run_id} stopped without a word and was not gone on with"))

    def _result(self, run: Run, record: Record) -> ExportResult:
        milliseconds = round((run.duration_seconds or 0) * 1000)
        return ExportResult(run, self.lake.location(run.key or ""), milliseconds, tuple(record.warnings))


class _Work:
    """One run of one source, from its calendar to its document."""

    def __init__(self, fetcher: Fetcher, source: Source, span: Span, record: Record) -> None:
        self.source, self.span, self.record = source, span, record
        self._lake, self._now = fetcher.lake, fetcher.now
        self._days = SourceDays(fetcher.lake)
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
        lines = [line for day in sorted(entries) for line in self._stored(day, entries[day])]
        key = layout.fetched_key(self.source.name, run.day, run.run_id)
        published = self._publish(key, lines, "full")
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
            entries = dict(pool.map(self._keep_day, fetched))
        self._save(entries)

    def _keep_day(self, fetched: FetchedDay) -> tuple[date, DayEntry]:
        run_id = self.record.current().run_id
        rejected = tuple((refused.field, refused.why) for refused in fetched.rejected)
        entry = DayEntry("missing", run_id, self._now(), rejected=rejected)
        if not fetched.records:
            return fetched.day, self._kept_before(fetched.day, entry)
        digest = _digest(fetched)
        before = self._calendar.days.get(fetched.day)
        if before is None or before.digest != digest or not before.has_document:
            self._publish(
                layout.raw_key(self.source.name, fetched.day), [_line(_raw(e)) for e in fetched.envelopes], "raw"
            )
            lines = [self._with_time(record) for record in fetched.records]
            published = self._publish(layout.daily_key(self.source.name, fetched.day), lines, "daily")
            entry = replace(entry, size=published.size, checksum=published.checksum, version_id=published.version_id)
        else:
            entry = replace(entry, size=before.size, checksum=before.checksum, version_id=before.version_id)
        state: DayState = "partial" if fetched.partial else "got"
        return fetched.day, replace(entry, state=state, records=len(fetched.records), digest=digest)

    def _kept_before(self, day: date, empty: DayEntry) -> DayEntry:
        """A day that has vanished at the provider keeps its last good document."""
        before = self._calendar.days.get(day)
        return (
            replace(before, run_id=empty.run_id, fetched_at=empty.fetched_at)
            if before and before.has_document
            else empty
        )

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
        rejected = sum(len(entry.rejected) for entry in entries)
        self.record.note(day_states=states, rejected=rejected, records=records, bytes=size)
        self.record.progress(records, size, 0.0, 0)

    def _entries(self) -> dict[date, DayEntry]:
        return {day: self._calendar.days[day] for day in self.span.days() if day in self._calendar.days}

    def _refuse_failed(self, entries: Mapping[date, DayEntry]) -> None:
        failed = {day: entry.error for day, entry in entries.items() if entry.error}
        if failed:
            day, error = next(iter(failed.items()))
            text = f"{len(failed)} of {len(entries)} days failed, first {day}: {error.code} {error.message}"
            raise DataInvalid(text, record=f"{self.source.name} {day}", field="day")

    def _stored(self, day: date, entry: DayEntry) -> list[bytes]:
        if not entry.has_document:
            return []
        key = layout.daily_key(self.source.name, day)
        return [_line(exact(record)) for record in Reader(self._lake.stream(key, entry.version_id), key).records()]

    def _with_time(self, record: Mapping[str, Any]) -> bytes:
        return _line({**record, EXPORTED_AT: utc_text(self.record.current().started_at)})

    def _publish(self, key: str, lines: list[bytes], what: str) -> Published:
        run = self.record.current()
        extra = (("export_mode", "full"), ("run_id", run.run_id), ("content", what))
        head = Head(self.source.name, utc_text(run.started_at), len(lines), extra)
        target = Target(self._lake.bucket, key, run.run_id, self.record.fencing_token)
        return publish_lines(self._lake, target, head, lines)


def _raw(envelope: Envelope) -> dict[str, Any]:
    return {
        "source": envelope.source,
        "user": envelope.user,
        "date": envelope.day.isoformat(),
        "fetched_at": utc_text(envelope.fetched_at),
        "api_version": envelope.api_version,
        "data": envelope.data,
        EXPORTED_AT: utc_text(envelope.fetched_at),
    }


def _digest(fetched: FetchedDay) -> str:
    """What a day says: the same again means that nothing has to be written. Answers hold how long they took and the
    like, so the records are compared, and what was refused."""
    refused = [[one.field, one.found, one.why] for one in fetched.rejected]
    return hashlib.sha256(orjson.dumps([fetched.records, refused], option=orjson.OPT_SORT_KEYS)).hexdigest()


def _line(value: Any) -> bytes:
    return orjson.dumps(value)
