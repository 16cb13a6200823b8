"""A lake with days of ModerationCraft's records, exported, made into tables, and looked at one after the other."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.access import Person, Role
from pipeline.analysis.quality.expectations import expectations
from pipeline.analysis.quality.inspection import Inspection
from pipeline.analysis.quality.result import Result
from pipeline.analysis.query.server import ServerEngine
from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.console.analysis.quality import Quality
from pipeline.console.audit import Actor, Audit
from pipeline.errors import DataInvalid
from pipeline.lake.bucket import Lake
from pipeline.sources.registry import Registry
from pipeline.sources.wiring import sources_of
from pipeline.tables.manifest import Manifest
from tests.conftest import Clock
from tests.support.tables.workshop import TABLE, Workshop

Record = dict[str, Any]
USER: Record = {"PK": "USER#u", "SK": "PROFILE", "entity_type": "user", "name": "hanako-private"}


def task(number: int) -> Record:
    return {"PK": "BIGTASK#b", "SK": f"SMALLTASK#b-{number}", "entity_type": "small_task", "minutes": number}


def session(number: int, **more: Any) -> Record:
    own = {"PK": "USER#u", "SK": f"SESSION#{number}", "entity_type": "session", "small_task_id": f"b-{number % 3}"}
    return {**own, "focus_level": number % 10 + 1, "notes": "private words", **more}


def usual(count: int = 20) -> list[Record]:
    """A day's records without a fault."""
    return [USER, *map(task, range(3)), *map(session, range(count))]


@dataclass
class World:
    """``clock`` stands on DAY at noon and goes on with the days."""

    shop: Workshop
    clock: Clock
    inspection: Inspection
    lines: list[str] = field(default_factory=list)

    @property
    def lake(self) -> Lake:
        return self.shop.lake

    @property
    def day(self) -> date:
        return self.clock().date()

    def export(self, records: list[Record], **facts: Any) -> None:
        """Today's export, and its tables where it can have any."""
        self.shop.export(records, self.day, "e", **facts)
        with suppress(DataInvalid):
            # Of a document that counts wrongly there are none.
            self.shop.convert(f"t-{self.day}", self.day)

    def look(self, records: list[Record] | None = None) -> Result:
        """Look at today, after an export of these."""
        if records is not None:
            self.export(records)
        return self.inspection.look(TABLE)

    def tables_of(self, records: list[Record]) -> Manifest:
        """Today's tables of these."""
        self.export(records)
        manifest = self.shop.manifest(self.day)
        assert manifest
        return manifest

    def tomorrow(self, days: int = 1) -> None:
        self.clock.tick(days * 86_400)

    def board(self, role: Role | None = "operator", name: str = "p@example.com") -> Quality:
        person = Person(name, verified=True, role=role)
        return Quality(
            self.lake, self.inspection, self.clock, Actor(lambda: person, Audit(self.lines.append, self.clock))
        )


def world(cloud: Cloud, lake: Lake, clock: Clock, folder: Path) -> World:
    settings = replace(Settings.from_env({}), bucket=lake.bucket, table=TABLE)
    sources = sources_of(Registry(settings, cloud, lake, clock), None)
    engine = ServerEngine(lake, lambda: folder, 200 * 2**20)
    return World(Workshop(lake, clock), clock, Inspection(lake, engine, sources, clock, expectations()))


def told(result: Result) -> set[tuple[str, str]]:
    """Which checks have found something about what."""
    return {(one.finding.check, one.finding.subject) for one in result.findings}


def changed(result: Result) -> list[tuple[str, str]]:
    return [(one.kind, one.finding.check) for one in result.changes]
