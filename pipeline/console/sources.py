"""What people do with sources: see how each stands, run one now, fill a range of days, switch, add and remove them.

Each action is checked against the role of whoever does it, and leaves one audit line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.console.accounts import NOBODY, People
from pipeline.console.audit import Actor
from pipeline.errors import DataInvalid, Forbidden, PipelineError
from pipeline.export import scan
from pipeline.lake import keys
from pipeline.lake.document import Reader
from pipeline.lake.keys import daily_key
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import History, Run, Started, new_run_id
from pipeline.runs.start_once import Starts
from pipeline.runs.starter import Starter
from pipeline.sources.calendar import Calendar, DayEntry, SourceDays
from pipeline.sources.config import Kind, SourceConfig, SourceEntry
from pipeline.sources.edit import MOST_NAME, Edit
from pipeline.sources.open_meteo import geocoding
from pipeline.sources.open_meteo.places import Place, as_json
from pipeline.sources.protocol import Source, checked_span
from pipeline.sources.registry import KINDS, places_of
from pipeline.sources.status import DAILY, Card, card
from pipeline.sources.wiring import Sources

SAMPLE_DAYS = 40
# What a source of this kind begins with.
BLANK: Mapping[str, Mapping[str, Any]] = {
    "weather": {"places": []},
    "air-quality": {"places": []},
    "google-health": NOBODY,
}


@dataclass(frozen=True)
class Overview:
    """All sources at one moment: the configuration that was read, a card each, and what could not be read beside."""

    config: SourceConfig
    cards: tuple[Card, ...]
    problems: tuple[PipelineError, ...] = ()


@dataclass(frozen=True)
class SourceBoard:
    """The sources of one lake in somebody's hands. Raises Forbidden, and whatever the lake raises."""

    sources: Sources
    ledger: Ledger
    leases: Leases
    starter: Starter
    now: Callable[[], datetime]
    actor: Actor
    starts: Starts = field(default_factory=Starts, repr=False)

    @property
    def people(self) -> People:
        """Whose data the sources have."""
        return People(self.sources, self.actor)

    def config(self) -> SourceConfig:
        """The configuration in force, with its history."""
        self.actor.require("see")
        return self.sources.configs.load()

    def source(self, entry: SourceEntry) -> Source:
        """The source behind an entry. Raise DataInvalid for one that cannot be."""
        self.actor.require("see")
        return self.sources.build(entry)

    def overview(self, read: Callable[[], History]) -> Overview:
        """Every source with its calendar, judged by the ledger of the last days. What cannot be read (a calendar, the
        ledger or an entry of it, or of the configuration) is a problem beside the cards."""
        config, history = self.config(), _readable(read)
        found: dict[str, Mapping[date, DayEntry]] = {}
        problems = [*config.problems, *history.problems]
        for entry in config.sources:
            try:
                found[entry.name] = self.recent(entry)
            except PipelineError as error:
                problems.append(error)
        cards = self.cards(config, history.runs)
        return Overview(config, tuple(replace(c, days=found.get(c.entry.name, {})) for c in cards), tuple(problems))

    def cards(self, config: SourceConfig, runs: Sequence[Run]) -> tuple[Card, ...]:
        """Each source with how it stands; ``runs`` of the last days, newest first."""
        now = self.now()
        return tuple(card(entry, runs, self._lacking(entry), now) for entry in config.sources)

    def next_run(self) -> datetime:
        """When the sources that are on run by themselves."""
        return DAILY.next(self.now())

    def change(self, seen: SourceConfig, wanted: SourceConfig, what: Edit | str) -> SourceConfig:
        """Write a changed configuration. Raise DataInvalid when it is invalid, or somebody else was faster."""
        with self.actor.doing("sources", str(what)):
            return self._write(seen, wanted, what)

    def switch(self, seen: SourceConfig, entry: SourceEntry, enabled: bool) -> SourceConfig:
        """Switch a source on or off."""
        what = Edit("on" if enabled else "off", entry.name)
        return self.change(seen, seen.with_entry(replace(entry, enabled=enabled)), what)

    def remove(self, seen: SourceConfig, entry: SourceEntry) -> SourceConfig:
        """Take a source out of the configuration, after giving its people's consents back; what it has brought stays in
        the lake."""
        self.actor.require("sources")
        self.people.disconnect_all(entry)
        return self.change(seen, seen.without(entry.name), Edit("no_source", entry.name))

    def addable(self, config: SourceConfig) -> tuple[Kind, ...]:
        """The kinds of which there is none yet; a kind has one source, tables apart."""
        return tuple(kind for kind in KINDS if config.entry(kind) is None)  # type: ignore[misc]

    def add(self, seen: SourceConfig, kind: Kind) -> SourceConfig:
        """Add a source without place or person yet. Raise DataInvalid (``source_there``)."""
        what = Edit("source", kind)
        with self.actor.doing("sources", str(what)):
            self._require_new(seen, kind)
            return self._write(seen, seen.with_entry(SourceEntry(kind, kind, options=BLANK[kind])), what)

    def add_table(self, seen: SourceConfig, table: str) -> SourceConfig:
        """Add a DynamoDB table. Raise DataInvalid for a name that cannot be, or is there; NotFound."""
        what = Edit("table", table[:MOST_NAME])
        with self.actor.doing("sources", str(what)):
            self._require_new(seen, keys.valid_table(table))
            scan.describe(self.sources.registry.cloud.dynamodb, table)
            return self._write(seen, seen.with_entry(SourceEntry(table, "table")), what)

    def places(self, entry: SourceEntry) -> tuple[Place, ...]:
        """The places of a source. Raise DataInvalid for options that are none."""
        self.actor.require("see")
        return places_of(entry.options)

    def find_places(self, text: str, language: str) -> tuple[Place, ...]:
        """Places by name, best first. Raise DataInvalid, RateLimited, ExternalApiDown, SchemaMismatch."""
        self.actor.require("sources")
        registry = self.sources.registry
        return geocoding.search(registry.http("open-meteo"), registry.settings.endpoints, text, language)

    def add_place(self, seen: SourceConfig, entry: SourceEntry, place: Place) -> SourceConfig:
        """Add a place to a source. Raise DataInvalid (``place_there``)."""
        known = self.places(entry)
        what = Edit("place", entry.name, place.place_id, place.name)
        with self.actor.doing("sources", str(what)):
            if any(one.place_id == place.place_id for one in known):
                facts = {"record": entry.name, "field": "places", "situation": "place_there"}
                raise DataInvalid(f"{entry.name} has the place {place.place_id} already", **facts)
            return self._write(
                seen, seen.with_entry(entry.with_options(places=[*map(as_json, known), as_json(place)])), what
            )

    def remove_place(self, seen: SourceConfig, entry: SourceEntry, place: Place) -> SourceConfig:
        """Take a place out of a source; its days stay in the lake."""
        kept = [as_json(one) for one in self.places(entry) if one.place_id != place.place_id]
        what = Edit("no_place", entry.name, place.place_id, place.name)
        return self.change(seen, seen.with_entry(entry.with_options(places=kept)), what)

    def start(self, entry: SourceEntry, first: date | None = None, last: date | None = None) -> Started:
        """Start a run of a source (of its newest days, or of a range), or join the one that is going."""
        what = f"{entry.name} {first} to {last}" if first else entry.name
        with self.actor.doing("export", what) as tell:
            begin = partial(self._start, entry, first, last)
            started = self.starts.once(entry.name, self.now(), partial(self._going, entry), begin)
            tell(f"joined {started.run_id}" if started.joined else started.run_id)
            return started

    def calendar(self, entry: SourceEntry, first: date, last: date) -> Calendar:
        """How each day stands."""
        self.actor.require("see")
        return SourceDays(self.sources.fetcher.lake).load(entry.name, first, last)

    def recent(self, entry: SourceEntry) -> Mapping[date, DayEntry]:
        """The days of this year, and of the one before in its first weeks; a table has none."""
        if entry.kind == "table":
            return {}
        today = self.today(entry)
        return self.calendar(entry, today - timedelta(days=SAMPLE_DAYS), today).days

    def newest(self, entry: SourceEntry, rows: int = 20) -> list[dict[str, Any]]:
        """The newest daily records, newest first; none before the first run."""
        known = self.recent(entry)
        found: list[dict[str, Any]] = []
        for day in sorted((day for day, known_day in known.items() if known_day.has_document), reverse=True):
            key = daily_key(entry.name, day)
            found += Reader(self.sources.fetcher.lake.stream(key, known[day].version_id), key).records()
            if len(found) >= rows:
                break
        return found[:rows]

    def today(self, entry: SourceEntry) -> date:
        """The source's own day."""
        return self.now().astimezone(ZoneInfo(self.sources.build(entry).timezone)).date()

    def _write(self, seen: SourceConfig, wanted: SourceConfig, what: Edit | str) -> SourceConfig:
        return self.sources.configs.change(seen, wanted, self.actor.who().name, what)

    def _require_new(self, seen: SourceConfig, name: str) -> None:
        if name == self.sources.registry.settings.table or seen.entry(name):
            facts = {"record": name, "field": "name", "situation": "source_there"}
            raise DataInvalid(f"there is a source {name} already", **facts)

    def _start(self, entry: SourceEntry, first: date | None, last: date | None) -> Started:
        now = self.now()
        started = Started(new_run_id(now), now.date(), joined=False)
        event: dict[str, Any] = {"runId": started.run_id, "trigger": "backfill" if first else "manual"}
        if entry.kind == "table" and first:
            text = f"{entry.name} is a table: it is exported whole, not by days"
            raise DataInvalid(text, record=entry.name, field="from", situation="table_has_no_days")
        if entry.kind == "table":
            event["tableName"] = entry.name
        else:
            event["source"] = entry.name
            source = self.sources.build(entry)
            if first:
                span = checked_span(first, last or self.today(entry), source.reach, self.today(entry))
                event |= {"from": span.first.isoformat(), "to": span.last.isoformat()}
        self.starter.start(event)
        return started

    def _going(self, entry: SourceEntry, recent: Started | None) -> Started | None:
        lease = self.leases.current(entry.name)
        if lease:
            return Started(lease.run_id, lease.day, joined=True)
        days = (recent.day, recent.day + timedelta(days=1)) if recent else ()
        # A run that was just started may not have reached its ledger yet: a second press joins it.
        waiting = recent and self.ledger.find(recent.run_id, days) is None
        return replace(recent, joined=True) if recent and waiting else None

    def _lacking(self, entry: SourceEntry) -> PipelineError | None:
        if entry.kind == "table":
            return None
        try:
            lacking = self.sources.build(entry).lacks()
        except PipelineError as error:
            lacking = error
        # Viewers reach no secret: to them the source's runs tell whether its accounts are connected.
        return None if isinstance(lacking, Forbidden) else lacking


def _readable(read: Callable[[], History]) -> History:
    try:
        return read()
    except PipelineError as error:
        # What can be done with sources does not depend on the ledger.
        return History((), (error,))
