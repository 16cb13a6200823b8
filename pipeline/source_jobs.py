"""The sources of one lake, wired: their configuration, their registry, and the job that fetches them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.errors import ConfigInvalid, NotFound
from pipeline.export import CarryOn
from pipeline.fetching import Fetcher
from pipeline.lease import Leases
from pipeline.runs import Ledger
from pipeline.source_config import SourceConfigs, SourceEntry
from pipeline.sources.registry import Registry
from pipeline.sources.source import Source
from pipeline.store import Lake


@dataclass(frozen=True)
class Sources:
    """The sources of one lake: their configuration, and the job that fetches them."""

    registry: Registry
    configs: SourceConfigs
    fetcher: Fetcher

    def find(self, name: str) -> Source:
        """A source by its name. Raise NotFound, DataInvalid."""
        return self.fetcher.find(name)

    def start_due(self, event: Mapping[str, Any]) -> list[str]:
        """Start every source that is on, each in an invocation of its own, so that none can stop another."""
        if self.fetcher.carry_on is None:
            text = "the sources that are due are started by the deployed function only: this process is none"
            raise ConfigInvalid(text, variable="AWS_LAMBDA_FUNCTION_NAME", looked_in="environment")
        said = {name: event[name] for name in ("trigger", "scheduleArn", "scheduledTime") if name in event}
        due = [entry for entry in self.configs.load().sources if entry.enabled]
        for entry in due:
            what = {"tableName": entry.name} if entry.kind == "table" else {"source": entry.name}
            self.fetcher.carry_on({**what, **said})
        return [entry.name for entry in due]


def build_sources(
    settings: Settings, cloud: Cloud, lake: Lake, now: Callable[[], datetime], carry_on: CarryOn | None
) -> Sources:
    """The sources of a lake."""
    leases = Leases(lake, now)
    registry = Registry(settings, cloud, lake, now)

    def check(entry: SourceEntry) -> None:
        if entry.kind != "table":
            registry.build(entry.kind, entry.name, entry.options)

    configs = SourceConfigs(lake, now, check)

    def find(name: str) -> Source:
        entry = configs.load().entry(name)
        if entry is None or entry.kind == "table":
            raise NotFound(f"there is no source {name}", resource=name, action="metadata/sources.json")
        return registry.build(entry.kind, entry.name, entry.options)

    return Sources(registry, configs, Fetcher(lake, Ledger(lake), leases, now, find, carry_on))
