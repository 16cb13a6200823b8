"""One look at a day of a table: gathers what is known of it, makes the checks, and keeps the result.

Whoever looks needs an operator's rights on the lake; whoever only reads results needs a viewer's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pipeline.analysis.quality import documents, sources
from pipeline.analysis.quality.documents import Counted
from pipeline.analysis.quality.expectations import Expectations
from pipeline.analysis.quality.facts import Facts, Past
from pipeline.analysis.quality.looks import LOOK_BACK_DAYS, Look, keep
from pipeline.analysis.quality.profile import Profile, profiled
from pipeline.analysis.quality.result import Result
from pipeline.analysis.quality.rules import judged
from pipeline.analysis.quality.store import READERS, Kept, Results
from pipeline.analysis.query.face import Engine, Watch
from pipeline.errors import NotFound, SchemaMismatch
from pipeline.lake import analysis_keys, keys
from pipeline.lake.bucket import Lake
from pipeline.sources.wiring import Sources
from pipeline.tables.entities import OTHERS
from pipeline.tables.manifest import ALL_RECORDS, Manifest, Manifests

_UNWATCHED = Watch()


@dataclass(frozen=True)
class Inspection:
    """Looks at tables of one lake. ``now`` gives aware UTC times. Raises what the lake and the engine raise."""

    lake: Lake
    engine: Engine
    sources: Sources
    now: Callable[[], datetime]
    expected: Expectations

    def look(self, table: str, day: date | None = None, watch: Watch = _UNWATCHED) -> Result:
        """Look at a day (None: the newest that has a document or tables) and keep what was found. Raise NotFound
        (``no_tables``) where there is nothing to look at, and what ``keep`` raises."""
        facts, tables_run = self.facts(table, day, watch)
        look = Look(table, facts.day, tables_run, judged(facts, self.expected), facts.profile)
        return keep(self.lake, self.now, look)

    def facts(self, table: str, day: date | None, watch: Watch = _UNWATCHED) -> tuple[Facts, str]:
        """What is known of a day, and the run that made its tables (empty: it has none)."""
        today = self.now().date()
        first = (day or today) - timedelta(days=LOOK_BACK_DAYS)
        held = documents.document_days(self.lake, table, first, max(day or today, today))
        tables = frozenset(Manifests(self.lake).days(table, first))
        day = day or max({*held, *tables}, default=None)
        if day is None or day not in {*held, *tables}:
            text = f"{table} has neither a document nor tables{f' of {day}' if day else ''}"
            raise NotFound(text, resource=table, situation="no_tables")
        return self._of_day(table, day, {one: held.get(one, "") for one in {*held, *tables}}, watch)

    def _of_day(self, table: str, day: date, held: dict[date, str], watch: Watch) -> tuple[Facts, str]:
        loaded = Manifests(self.lake).load(table, day)
        manifest = loaded[0] if loaded else None
        profile = profiled(self.engine, manifest, self.expected, watch) if manifest else None
        counted = self._counted(manifest, profile, held[day])
        kept = self._results.kept(table, day - timedelta(days=LOOK_BACK_DAYS), day)
        before, lost = self._past(table, day, kept)
        of_sources = sources.told(self.lake, self.sources, day, self.now())
        facts = Facts(
            table=table,
            day=day,
            today=self.now().date(),
            claimed=counted.claimed,
            counted=counted.found,
            profile=profile,
            damaged=counted.damaged,
            before=before,
            documents=frozenset(held),
            sources=of_sources.facts,
            unread=(*_looked_at_again(table, kept.unread), *_checked((*lost, *of_sources.unread))),
        )
        return facts, manifest.run_id if manifest else ""

    def _counted(self, manifest: Manifest | None, profile: Profile | None, key: str) -> Counted:
        if manifest is None or profile is None:
            # Without a key: the tables that a moment ago were all there was are gone.
            return documents.of_document(self.lake, key) if key else Counted()
        told = documents.of_manifest(self.lake, manifest)
        return Counted(told.claimed, profile.records, told.damaged)

    def _past(self, table: str, day: date, kept: Kept) -> tuple[tuple[Past, ...], tuple[str, ...]]:
        """The days before, each by its result, else by its manifest; and the manifests that nobody can read."""
        known = {one.day: one.profile for one in kept.results if one.day < day}
        days = [one for one in Manifests(self.lake).days(table, day - timedelta(days=LOOK_BACK_DAYS)) if one < day]
        with ThreadPoolExecutor(READERS) as pool:
            read = list(pool.map(lambda one: self._past_day(table, one, known.get(one)), days))
        unread = tuple(one for one in read if isinstance(one, str))
        return tuple(one for one in read if isinstance(one, Past)), unread

    def _past_day(self, table: str, day: date, profile: Profile | None) -> Past | str | None:
        if profile:
            return Past(day, profile.records, profile.entities, profile)
        try:
            loaded = Manifests(self.lake).load(table, day)
        except SchemaMismatch:
            return keys.table_day_key(table, day)
        return _past_of(loaded[0]) if loaded else None

    @property
    def _results(self) -> Results:
        return Results(self.lake)


def _past_of(manifest: Manifest) -> Past:
    files = {file.name: file for file in manifest.files if file.name != ALL_RECORDS and file.records}
    entities = {file.entity or "": file.records for name, file in files.items() if name != OTHERS}
    return Past(manifest.day, manifest.records, entities, is_whole=OTHERS not in files)


def _looked_at_again(table: str, found: Iterable[str]) -> Iterator[tuple[str, str]]:
    """A further look at its day takes the place of a result that is damaged."""
    for key in found:
        named = analysis_keys.parse_quality_key(key)
        yield key, f"python -m pipeline quality --table {table}" + (f" --day {named[1]}" if named else "")


def _checked(found: Iterable[str]) -> Iterator[tuple[str, str]]:
    for key in found:
        yield key, "python -m pipeline check"
