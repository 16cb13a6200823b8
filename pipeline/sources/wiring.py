"""The sources of one lake, wired: their configuration, their registry, and the job that fetches them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.errors import ConfigInvalid, NotFound, PipelineError
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.lifecycle import CarryOn
from pipeline.sources.config import SourceConfigs, SourceEntry
from pipeline.sources.fetch import Fetcher
from pipeline.sources.protocol import Source
from pipeline.sources.registry import Registry


@dataclass(frozen=True)
class Sources:
    """The sources of one lake: their configuration, and the job that fetches them."""

    registry: Registry
    configs: SourceConfigs
    fetcher: Fetcher

    def find(self, name: str) -> Source:
        """A source by its name. Raise NotFound, DataInvalid."""
        return self.fetcher.find(name)

    def build(self, entry: SourceEntry) -> Source:
        """The source behind an entry that was read already. Raise DataInvalid for one that cannot be."""
        return self.registry.build(entry.kind, entry.name, entry.options)

    def start_due(self, event: Mapping[str, Any]) -> list[str]:
        """Start every source that is on, each in an invocation of its own, so that none can stop another. Raise what
        stood in the way of the first that could not be started, after the others have been."""
        if self.fetcher.carry_on is None:
            text = "there is no function to start: its name is not known"
            raise ConfigInvalid(text, variable="LAMBDA_EXPORT_FUNCTION", looked_in="environment")
        occasion = {name: event[name] for name in ("trigger", "scheduleArn", "scheduledTime") if name in event}
        started, failed = [], []
        for entry in self.configs.load().sources:
            if not entry.enabled:
                continue
            what = "source" if self.registry.kind(entry.kind).has_days else "tableName"
            try:
                self.fetcher.carry_on({what: entry.name, **occasion})
                started.append(entry.name)
            except PipelineError as error:
                failed.append(error)
        if failed:
            raise failed[0]
        return started


def build_sources(
    settings: Settings, cloud: Cloud, lake: Lake, now: Callable[[], datetime], carry_on: CarryOn | None
) -> Sources:
    """The sources of a lake, of the kinds that there are."""
    return sources_of(Registry(settings, cloud, lake, now), carry_on)


def sources_of(registry: Registry, carry_on: CarryOn | None) -> Sources:
    """The sources of a registry's lake, of the kinds that the registry knows."""
    lake, now = registry.lake, registry.now

    def check(entry: SourceEntry) -> None:
        kind = registry.kind(entry.kind)
        if kind.has_days:
            kind.look_back(entry.options)
            registry.build(entry.kind, entry.name, entry.options)

    configs = SourceConfigs(lake, now, check, registry.kinds)

    def entry_of(name: str) -> SourceEntry:
        entry = configs.load().entry(name)
        if entry is None or not registry.kind(entry.kind).has_days:
            raise NotFound(f"there is no source {name}", resource=name, action="metadata/sources.json")
        return entry

    def find(name: str) -> Source:
        entry = entry_of(name)
        return registry.build(entry.kind, entry.name, entry.options)

    def look_back(name: str) -> int:
        entry = entry_of(name)
        return registry.kind(entry.kind).look_back(entry.options)

    leases = Leases(lake, now)
    fetcher = Fetcher(lake, Ledger(lake, now), leases, now, find, carry_on, registry.within, look_back=look_back)
    return Sources(registry, configs, fetcher)
