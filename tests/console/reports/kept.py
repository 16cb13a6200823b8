"""Definitions in hands of several people, over one lake, with a clock that a test moves and the audit lines kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pipeline.access import Person, Role
from pipeline.console.audit import Actor, Audit
from pipeline.console.reports.definitions import Definitions
from pipeline.lake.bucket import Lake
from pipeline.lake.report_keys import DEFINITIONS
from pipeline.notices.schedules import Scheduled, Schedules

NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)
SCHEDULE = "schedule:\n  days: [monday]\n  at: 09:00\n"


def yaml_of(title: str = "週", schedule: str = "", block: str = "kind: status") -> str:
    return f"title: '{title}'\nperiod: {{kind: last_week}}\nblocks:\n- {block}\n{schedule}"


@dataclass
class Shared:
    """One lake that people share."""

    lake: Lake
    time: datetime = NOW
    lines: list[str] = field(default_factory=list)

    def of(self, name: str = "p@example.com", role: Role | None = "operator", lake: Lake | None = None) -> Definitions:
        actor = Actor(lambda: Person(name, True, role), Audit(self.lines.append, self.now))
        return Definitions(lake or self.lake, self.now, actor)

    def now(self) -> datetime:
        return self.time

    def told(self, *names: str) -> list[tuple[Any, ...]]:
        """These parts of each audit line."""
        return [tuple(json.loads(line).get(name) for name in names) for line in self.lines]

    def due(self) -> dict[str, Scheduled]:
        return {one.name: one for one in Schedules(self.lake).load()}

    def plant(self, key: str, body: bytes) -> None:
        """What somebody puts there past the console."""
        self.lake.s3.put_object(Bucket=self.lake.bucket, Key=key, Body=body)

    def plant_definition(self, name: str, text: str) -> None:
        self.plant(f"{DEFINITIONS}{name}.yaml", text.encode())


Ask = Callable[[Definitions], object]
