"""A lake with one day's tables, and a builder of a small project on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.analysis.builds.children import Project
from pipeline.analysis.builds.job import Builder, build_request
from pipeline.analysis.builds.marts import CurrentMarts, current_marts
from pipeline.analysis.models.builds import Build, Builds
from pipeline.aws import Cloud
from pipeline.errors import PipelineError
from pipeline.jsonlog import JsonLog
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import Run, new_run_id
from tests.analysis.builds.projects import PLANTED, small_project
from tests.analysis.query.days import made
from tests.conftest import Clock
from tests.support.tables.workshop import TABLE, Workshop

# As many digits as a column may have, more than any float; and more minutes than 64 bits sum up to.
WEIGHT = Decimal("123456789012345678.12345678901234567890")
MINUTES = 2**62
SESSIONS: list[dict[str, Any]] = [
    {"PK": f"USER#{number % 2}", "SK": f"SESSION#{number}", "entity_type": "session", "minutes": MINUTES}
    | {"weight": WEIGHT, "notes": "private words"}
    for number in range(6)
]


@dataclass
class World:
    """``clock`` stands on the day of the tables, at noon."""

    lake: Lake
    clock: Clock
    project: Project
    lines: list[str] = field(default_factory=list)

    @property
    def shop(self) -> Workshop:
        return Workshop(self.lake, self.clock)

    def tables(self, records: list[dict[str, Any]], run_id: str = "1") -> None:
        """Today's export and its tables."""
        self.shop.export(records, self.clock().date(), f"e{run_id}")
        self.shop.convert(f"t{run_id}", self.clock().date())

    def builder(self, **parts: Any) -> Builder:
        given = {"project": self.project, **parts}
        return Builder(self.lake, Ledger(self.lake), Leases(self.lake, self.clock), self.clock, **given)

    def build(self, run_id: str | None = None, **parts: Any) -> Run:
        request = build_request(run_id or new_run_id(self.clock()), TABLE, parts.pop("day", None))
        return self.builder(**parts).run(request, JsonLog("build", None, self.lines.append), lambda: 900.0).run

    def kept(self, run: Run) -> Build:
        found = Builds(self.lake).load(run.day, run.run_id)
        assert found
        return found

    def current(self) -> CurrentMarts | None:
        return current_marts(self.lake)

    def everything(self) -> dict[str, bytes]:
        """All that stands in the lake, by its keys."""
        return {held.key: b"".join(self.lake.stream(held.key)) for held in self.lake.list_after("", "")}

    def tick(self, seconds: float = 1.0) -> None:
        self.clock.tick(seconds)


def small_world(cloud: Cloud, folder: Path, **files: str) -> World:
    """A lake of its own with the sessions' tables, and a small project."""
    environment = {"DBT_ENV_CUSTOM_ENV_TOKEN": PLANTED, "SOME_SECRET": PLANTED}
    project = Project(small_project(folder / "project", **files), environment=environment)
    world = World(made(cloud), Clock(), project)
    world.tables(SESSIONS)
    return world


@contextmanager
def failing(kind: type[PipelineError], state: str) -> Iterator[None]:
    with pytest.raises(kind) as raised:
        yield
    assert raised.value.state == state, raised.value.message


def holds_planted(world: World) -> list[str]:
    """Where the planted secret is found: keys of the lake, lines of the log."""
    places = [key for key, body in world.everything().items() if PLANTED.encode() in body]
    return places + [line for line in world.lines if PLANTED in line]
