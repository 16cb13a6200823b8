"""The part of check that looks at sources: their calendars against their documents, both ways.

Of a daily document both the version that the calendar names and the newest one are looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from pipeline.check.findings import READERS, Finding, Kind
from pipeline.check.refusals import Subject
from pipeline.errors import AuthFailed, PipelineError, SchemaMismatch
from pipeline.lake import keys
from pipeline.lake.bucket import Lake, StoredObject
from pipeline.lake.document import Reader
from pipeline.lake.publish import RUN_ID, checksums_agree
from pipeline.sources.calendar import DayEntry, SourceDays

_HISTORY = "python -m pipeline history"


@dataclass(frozen=True)
class SourceCheck:
    """Days that were fetched since ``since``; ``read_data`` reads their documents to the end."""

    lake: Lake
    since: datetime
    read_data: bool

    def findings(self) -> Iterator[Finding]:
        """What is wrong, and nothing else. Raise what listing the lake raises."""
        calendars, foreign = self._calendars()
        yield from foreign
        for source, years in calendars.items():
            yield from self._source(source, years)

    def _source(self, source: str, years: Iterable[int]) -> Iterator[Finding]:
        """Every day of the years that can be read; of the others only that they cannot."""
        days: dict[date, DayEntry] = {}
        unread: set[int] = set()
        for year in sorted(years):
            try:
                days |= SourceDays(self.lake).load_years(source, [year]).days
            except PipelineError as error:
                unread.add(year)
                yield _unread(source, year, error)
        with ThreadPoolExecutor(READERS) as pool:
            yield from chain.from_iterable(pool.map(self._looked_at, self._wanted(source, days)))
        yield from _listing(keys.EXTERNAL, source).going_on(self._raw(source, days))
        for prefix in (keys.EXTERNAL, keys.DAILY):
            yield from _listing(prefix, source).going_on(self._strays(prefix, source, days, unread))

    def _calendars(self) -> tuple[dict[str, set[int]], list[Finding]]:
        years: dict[str, set[int]] = {}
        foreign = []
        for held in self.lake.list_after(keys.SOURCE_DAYS, ""):
            parsed = keys.parse_source_days_key(held.key)
            if parsed:
                years.setdefault(parsed[0], set()).add(parsed[1])
            else:
                foreign.append(Finding("foreign_object", held.key, "calendars only", f"{held.size} bytes", _HISTORY))
        return years, foreign

    def _wanted(self, source: str, days: Mapping[date, DayEntry]) -> list[tuple[str, date, DayEntry]]:
        return [
            (source, day, entry) for day, entry in days.items() if entry.has_document and entry.fetched_at >= self.since
        ]

    def _looked_at(self, wanted: tuple[str, date, DayEntry]) -> list[Finding]:
        source, day, entry = wanted
        subject = Subject(keys.daily_key(source, day), "a whole document", _fetch(source, day), entry.run_id)
        return list(subject.going_on(self._day(source, day, entry)))

    def _day(self, source: str, day: date, entry: DayEntry) -> Iterator[Finding]:
        key = keys.daily_key(source, day)
        newest = self.lake.head(key)
        yield from self._newest(newest, source, day, entry)
        same = newest is None or not entry.version_id or newest.version_id == entry.version_id
        held = newest if same else self.lake.head(key, entry.version_id)
        if held is None:
            if newest is not None:
                # The newest one is another: whoever wants the day as it was recorded finds nothing.
                yield Finding(
                    "missing_object", key, "the recorded version", "nothing", _fetch(source, day), entry.run_id
                )
            return
        if held.size != entry.size:
            expected, found = f"{entry.size} bytes", f"{held.size} bytes"
            yield Finding("size_differs", key, expected, found, _fetch(source, day), entry.run_id)
        if not checksums_agree(held.checksum, entry.checksum):
            yield Finding(
                "checksum_differs", key, entry.checksum, str(held.checksum), _fetch(source, day), entry.run_id
            )
        if held.archived:
            subject = Subject(key, "the daily document", _fetch(source, day), entry.run_id)
            yield subject.archived(self.lake, held.storage, entry.version_id)
        elif self.read_data:
            yield from self._content(source, day, entry)

    def _newest(self, newest: StoredObject | None, source: str, day: date, entry: DayEntry) -> Iterator[Finding]:
        """What readers of the lake meet under the key, whichever version the calendar names."""
        key, command = keys.daily_key(source, day), _fetch(source, day)
        if newest is None:
            yield Finding("missing_object", key, "the daily document", "nothing", command, entry.run_id)
        elif entry.version_id and newest.version_id != entry.version_id:
            # A run that was killed before it could tell its calendar has left a document, anybody else has not.
            kind: Kind = "orphaned_object" if RUN_ID in dict(newest.metadata) else "replaced_object"
            expected, found = f"version {entry.version_id}", f"version {newest.version_id}, {newest.size} bytes"
            yield Finding(kind, key, expected, found, command, entry.run_id)

    def _raw(self, source: str, days: Mapping[date, DayEntry]) -> Iterator[Finding]:
        """Raw answers by their listing alone: who may look at the lake need not be allowed to read them."""
        held = {stored.key: stored.size for stored in self.lake.list_after(f"{keys.EXTERNAL}{source}/", "")}
        for _, day, entry in self._wanted(source, days):
            key, command = keys.raw_key(source, day), _fetch(source, day)
            if key not in held:
                yield Finding("missing_object", key, "the raw answer", "nothing", command, entry.run_id)
            elif entry.raw_size and held[key] != entry.raw_size:
                expected, found = f"{entry.raw_size} bytes", f"{held[key]} bytes"
                yield Finding("size_differs", key, expected, found, command, entry.run_id)

    def _content(self, source: str, day: date, entry: DayEntry) -> Iterator[Finding]:
        key = keys.daily_key(source, day)
        count = sum(1 for _ in Reader(self.lake.stream(key, entry.version_id), key).records())
        if count != entry.records:
            expected = f"{entry.records} records"
            yield Finding("count_differs", key, expected, str(count), _fetch(source, day), entry.run_id)

    def _strays(
        self, prefix: str, source: str, days: Mapping[date, DayEntry], unread: Collection[int]
    ) -> Iterator[Finding]:
        for held in self.lake.list_after(f"{prefix}{source}/", ""):
            parsed, size = keys.parse_source_key(held.key), f"{held.size} bytes"
            if parsed is None:
                yield Finding("foreign_object", held.key, "documents of the source only", size, _fetch(source))
            elif parsed.day.year not in unread and not (parsed.day in days and days[parsed.day].has_document):
                command = _fetch(source, parsed.day)
                yield Finding("orphaned_object", held.key, "a day of the calendar", size, command)


def _unread(source: str, year: int, error: PipelineError) -> Finding:
    subject = Subject(keys.source_days_key(source, year), "days of a source", _fetch(source))
    if isinstance(error, SchemaMismatch):
        return subject.finding("unreadable_entry", error.message, "days of a source")
    if isinstance(error, AuthFailed):
        raise error
    return subject.ended_by(error)


def _listing(prefix: str, source: str) -> Subject:
    return Subject(f"{prefix}{source}/", "a listing", _fetch(source))


def _fetch(source: str, day: date | None = None) -> str:
    return f"python -m pipeline run {source}{f' --from {day} --to {day}' if day else ''}"
