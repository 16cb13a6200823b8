"""What people do with sources: see how each stands, run one now, fill a range of days, switch, add and remove them.

Each action is checked against the role of whoever does it, and leaves one audit line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pipeline import contract
from pipeline.audit import Actor
from pipeline.document import Reader
from pipeline.errors import Forbidden, PipelineError
from pipeline.history import shown_status
from pipeline.invoke import Starter
from pipeline.layout import daily_key
from pipeline.lease import Leases
from pipeline.models import Run, RunError, Started
from pipeline.runs import Ledger
from pipeline.source_config import SourceConfig, SourceEntry
from pipeline.source_days import Calendar, SourceDays
from pipeline.source_jobs import Sources
from pipeline.sources.source import Source, checked_span

# Providers are asked every day; half a day of grace for their own lateness.
LATE_AFTER = timedelta(hours=36)
SAMPLE_DAYS = 40
State = Literal["off", "lacking", "running", "failed", "late", "ok", "never"]


@dataclass(frozen=True)
class Card:
    """One source as its card shows it: ``last`` the newest run, ``success`` the newest good one, ``error`` what stands
    in its way."""

    entry: SourceEntry
    state: State
    last: Run | None
    success: Run | None
    error: PipelineError | RunError | None


@dataclass(frozen=True)
class SourceBoard:
    """The sources of one lake in somebody's hands. Raises Forbidden, and whatever the lake raises."""

    sources: Sources
    ledger: Ledger
    leases: Leases
    starter: Starter
    now: Callable[[], datetime]
    actor: Actor
    embedded: bool = False

    def config(self) -> SourceConfig:
        """The configuration in force, with its history."""
        self.actor.require("see")
        return self.sources.configs.load()

    def source(self, entry: SourceEntry) -> Source:
        """The source behind an entry. Raise DataInvalid for one that cannot be."""
        self.actor.require("see")
        return self.sources.find(entry.name)

    def cards(self, config: SourceConfig, runs: Sequence[Run]) -> tuple[Card, ...]:
        """Each source with how it stands; ``runs`` of the last days, newest first."""
        now = self.now()
        return tuple(card(entry, runs, self._lacking(entry), now) for entry in config.sources)

    def change(self, seen: SourceConfig, wanted: SourceConfig, what: str) -> SourceConfig:
        """Write a changed configuration. Raise DataInvalid when it is invalid, or somebody else was faster."""
        with self.actor.doing("sources", what):
            return self.sources.configs.change(seen, wanted, self.actor.who().name, what)

    def start(self, entry: SourceEntry, first: date | None = None, last: date | None = None) -> Started:
        """Start a run of a source (of its newest days, or of a range), or join the one that is going."""
        what = f"{entry.name} {first} to {last}" if first else entry.name
        with self.actor.doing("export", what) as tell:
            lease = self.leases.current(entry.name)
            if lease:
                tell(f"joined {lease.run_id}")
                return Started(lease.run_id, lease.day, joined=True)
            started = self._start(entry, first, last)
            tell(started.run_id)
            return started

    def calendar(self, entry: SourceEntry, first: date, last: date) -> Calendar:
        """How each day stands."""
        self.actor.require("see")
        return SourceDays(self.sources.fetcher.lake).load(entry.name, first, last)

    def newest(self, entry: SourceEntry, rows: int = 20) -> list[dict[str, Any]]:
        """The newest daily records, newest first; none before the first run."""
        today = self.today(entry)
        known = self.calendar(entry, today - timedelta(days=SAMPLE_DAYS), today).days
        found: list[dict[str, Any]] = []
        for day in sorted((day for day, known_day in known.items() if known_day.has_document), reverse=True):
            key = daily_key(entry.name, day)
            found += Reader(self.sources.fetcher.lake.stream(key, known[day].version_id), key).records()
            if len(found) >= rows:
                break
        return found[:rows]

    def today(self, entry: SourceEntry) -> date:
        """The source's own day."""
        return self.now().astimezone(ZoneInfo(self.sources.find(entry.name).timezone)).date()

    def _start(self, entry: SourceEntry, first: date | None, last: date | None) -> Started:
        now = self.now()
        started = Started(contract.new_run_id(now), now.date(), joined=False)
        event: dict[str, Any] = {"runId": started.run_id, "trigger": "backfill" if first else "manual"}
        if entry.kind == "table":
            event["tableName"] = entry.name
        else:
            event["source"] = entry.name
            source = self.sources.find(entry.name)
            if first:
                span = checked_span(first, last or self.today(entry), source.reach, self.today(entry))
                event |= {"from": span.first.isoformat(), "to": span.last.isoformat()}
        self.starter.start(event)
        return started

    def _lacking(self, entry: SourceEntry) -> PipelineError | None:
        if entry.kind == "table":
            return None
        try:
            lacking = self.sources.find(entry.name).lacks()
        except PipelineError as error:
            lacking = error
        # Viewers reach no secret: to them the source's runs tell whether its accounts are connected.
        return None if isinstance(lacking, Forbidden) else lacking


def card(entry: SourceEntry, runs: Sequence[Run], lacking: PipelineError | None, now: datetime) -> Card:
    """Judge a source by its runs, newest first."""
    own = [run for run in runs if run.table == entry.name]
    last = own[0] if own else None
    success = next((run for run in own if run.status == "succeeded"), None)
    return Card(
        entry, _state(entry, last, success, lacking, now), last, success, lacking or (last.error if last else None)
    )


def _state(
    entry: SourceEntry, last: Run | None, success: Run | None, lacking: PipelineError | None, now: datetime
) -> State:
    shown = shown_status(last, now) if last else None
    if shown == "running":
        return "running"
    if not entry.enabled:
        return "off"
    if lacking:
        return "lacking"
    if last is None:
        return "never"
    if shown in {"failed", "lost"}:
        return "failed"
    return "ok" if success and now - success.started_at <= LATE_AFTER else "late"
