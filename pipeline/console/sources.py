"""What people do with sources: see how each stands, run one now, fill a range of days, switch, add and remove them.

Each action is checked against the role of whoever does it, and leaves one audit line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.console.accounts import People
from pipeline.console.audit import Actor
from pipeline.errors import DataInvalid, Forbidden, PipelineError
from pipeline.export import scan
from pipeline.lake import keys
from pipeline.lake.document import Reader
from pipeline.lake.keys import daily_key
from pipeline.runs.run import History, Run, Started
from pipeline.runs.start_once import StartOnce
from pipeline.sources.calendar import Calendar, DayEntry, SourceDays
from pipeline.sources.config import SourceConfig, SourceEntry
from pipeline.sources.edit import MOST_NAME, Edit
from pipeline.sources.kinds import LOOK_BACK, TABLE, Kind
from pipeline.sources.open_meteo import geocoding
from pipeline.sources.open_meteo.places import Place, as_json
from pipeline.sources.options import places_of
from pipeline.sources.protocol import Source, checked_span
from pipeline.sources.status import DAILY, Card, card
from pipeline.sources.wiring import Sources

SAMPLE_DAYS = 40


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
    start_once: StartOnce
    now: Callable[[], datetime]
    actor: Actor

    @property
    def people(self) -> People:
        """Whose data the sources have."""
        return People(self.sources, self.actor)

    def config(self) -> SourceConfig:
        """The configuration in force, with its history."""
        self.actor.require("see")
        return self.sources.configs.load()

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of sources that there are."""
        return self.sources.registry.kinds

    def kind(self, entry: SourceEntry) -> Kind:
        """The kind of an entry. Raise DataInvalid for one that is unknown."""
        return self.sources.registry.kind(entry.kind)

    def source(self, entry: SourceEntry) -> Source:
        """The source behind an entry. Raise DataInvalid for one that cannot be."""
        self.actor.require("see")
        return self.sources.build(entry)

    def overview(self, read: Callable[[], History]) -> Overview:
        """Every source with its calendar, judged by the ledger of the last days. What cannot be read (a calendar, the
        ledger or an entry of it, or of the configuration) is a problem beside the cards."""
        config, history = self.config(), _readable(read)
        calendars: dict[str, Mapping[date, DayEntry]] = {}
        problems = [*config.problems, *history.problems]
        for entry in config.sources:
            try:
                calendars[entry.name] = self.recent(entry)
            except PipelineError as error:
                problems.append(error)
        cards = self.cards(config, history.runs)
        whole = tuple(replace(one, days=calendars.get(one.entry.name, {})) for one in cards)
        return Overview(config, whole, tuple(problems))

    def cards(self, config: SourceConfig, runs: Sequence[Run]) -> tuple[Card, ...]:
        """Each source with how it stands; ``runs`` of the last days, newest first."""
        now = self.now()
        return tuple(card(entry, runs, self._missing_requirement(entry), now) for entry in config.sources)

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
        return tuple(kind for kind in self.kinds if kind.has_days and config.entry(kind.name) is None)

    def add(self, seen: SourceConfig, kind: str) -> SourceConfig:
        """Add a source with the options that its kind begins with. Raise DataInvalid (``source_there``)."""
        what = Edit("source", kind)
        with self.actor.doing("sources", str(what)):
            self._require_new(seen, kind)
            blank = self.sources.registry.kind(kind).blank
            return self._write(seen, seen.with_entry(SourceEntry(kind, kind, options=blank)), what)

    def set_up(self, seen: SourceConfig, entry: SourceEntry, options: Mapping[str, str]) -> SourceConfig:
        """Change what a person has typed of a source's options. Raise DataInvalid for what its kind does not take."""
        return self.change(seen, seen.with_entry(entry.with_options(**options)), Edit("set_up", entry.name))

    def set_look_back(self, seen: SourceConfig, entry: SourceEntry, days: int) -> SourceConfig:
        """How many days back the source's runs look again. Raise DataInvalid (``look_back``)."""
        wanted = seen.with_entry(entry.with_options(**{LOOK_BACK: days}))
        return self.change(seen, wanted, Edit("look_back", entry.name, days=str(days)))

    def add_table(self, seen: SourceConfig, table: str) -> SourceConfig:
        """Add a DynamoDB table. Raise DataInvalid for a name that cannot be, or is there; NotFound."""
        what = Edit("table", table[:MOST_NAME])
        with self.actor.doing("sources", str(what)):
            self._require_new(seen, keys.valid_table(table))
            scan.describe(self.sources.registry.cloud.dynamodb, table)
            return self._write(seen, seen.with_entry(SourceEntry(table, TABLE.name)), what)

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
            started = self.start_once.start_or_join(entry.name, partial(self._event, entry, first, last))
            tell(f"joined {started.run_id}" if started.joined else started.run_id)
            return started

    def calendar(self, entry: SourceEntry, first: date, last: date) -> Calendar:
        """How each day stands."""
        self.actor.require("see")
        return SourceDays(self.sources.fetcher.lake).load(entry.name, first, last)

    def recent(self, entry: SourceEntry) -> Mapping[date, DayEntry]:
        """The days of this year, and of the one before in its first weeks; a table has none."""
        if not self.kind(entry).has_days:
            return {}
        today = self.today(entry)
        return self.calendar(entry, today - timedelta(days=SAMPLE_DAYS), today).days

    def newest(self, entry: SourceEntry, rows: int = 20) -> list[dict[str, Any]]:
        """The newest daily records, newest first; none before the first run."""
        known = self.recent(entry)
        records: list[dict[str, Any]] = []
        for day in sorted((day for day, known_day in known.items() if known_day.has_document), reverse=True):
            key = daily_key(entry.name, day)
            records += Reader(self.sources.fetcher.lake.stream(key, known[day].version_id), key).records()
            if len(records) >= rows:
                break
        return records[:rows]

    def today(self, entry: SourceEntry) -> date:
        """The source's own day."""
        return self.now().astimezone(ZoneInfo(self.sources.build(entry).timezone)).date()

    def _write(self, seen: SourceConfig, wanted: SourceConfig, what: Edit | str) -> SourceConfig:
        return self.sources.configs.change(seen, wanted, self.actor.who().name, what)

    def _require_new(self, seen: SourceConfig, name: str) -> None:
        if name == self.sources.registry.settings.table or seen.entry(name):
            facts = {"record": name, "field": "name", "situation": "source_there"}
            raise DataInvalid(f"there is a source {name} already", **facts)

    def _event(self, entry: SourceEntry, first: date | None, last: date | None) -> dict[str, Any]:
        return {"trigger": "backfill" if first else "manual", **self._wanted(entry, first, last)}

    def _wanted(self, entry: SourceEntry, first: date | None, last: date | None) -> dict[str, str]:
        if not self.kind(entry).has_days:
            if first:
                text = f"{entry.name} is a table: it is exported whole, not by days"
                raise DataInvalid(text, record=entry.name, field="from", situation="table_has_no_days")
            return {"tableName": entry.name}
        source = self.sources.build(entry)
        if first is None:
            return {"source": entry.name}
        span = checked_span(first, last or self.today(entry), source.reach, self.today(entry))
        return {"source": entry.name, "from": span.first.isoformat(), "to": span.last.isoformat()}

    def _missing_requirement(self, entry: SourceEntry) -> PipelineError | None:
        if not self.kind(entry).has_days:
            return None
        try:
            missing = self.sources.build(entry).missing_requirement()
        except PipelineError as error:
            missing = error
        # Viewers reach no secret: to them the source's runs tell whether its accounts are connected.
        return None if isinstance(missing, Forbidden) else missing


def _readable(read: Callable[[], History]) -> History:
    try:
        return read()
    except PipelineError as error:
        # What can be done with sources does not depend on the ledger.
        return History((), (error,))
