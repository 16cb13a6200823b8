"""People whose days are published, and the board of forecasts in somebody's hands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.access import Person, Role
from pipeline.analysis.models.kept import Kept
from pipeline.analysis.query.engines import Engines
from pipeline.console.audit import Actor, Audit
from pipeline.console.insights.daily import Daily
from pipeline.console.insights.forecasts import ForecastBoard
from pipeline.console.insights.foreseeing.progress import Progress
from pipeline.console.insights.foreseeing.running import Runner
from pipeline.console.queries import Queries
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.tables.manifest import Manifests
from tests.analysis.query.days import engine
from tests.conftest import Clock
from tests.support.tables.workshop import TABLE

# 07:00 of the 28th in Tokyo.
NOW = datetime(2026, 11, 27, 22, tzinfo=UTC)
TODAY = date(2026, 11, 28)


class World:
    """A console on a lake; ``lines`` are its audit's."""

    def __init__(self, lake: Lake, clock: Clock, folder: Path) -> None:
        clock.time = NOW
        self.lake, self.clock, self.lines = lake, clock, list[str]()
        self._kept, self._progress, self._folder = Kept(), Progress(), folder

    def board(self, role: Role | None = "operator") -> ForecastBoard:
        person = Person("p@example.com", verified=True, role=role)
        actor = Actor(lambda: person, Audit(self.lines.append, self.clock))
        engines = Engines({"server": engine(self.lake, self._folder)})
        daily = Daily(Queries(Manifests(self.lake), engines, self.clock, actor), self._kept)
        leases = Leases(self.lake, self.clock)
        return ForecastBoard(Runner(daily, Ledger(self.lake), leases, TABLE, self._progress))


def life(person: str, days: int, until: date = TODAY - timedelta(days=1), seed: int = 1) -> list[dict[str, Any]]:
    """A row a day up to ``until``, of values that nobody can foresee."""
    rng = np.random.default_rng(seed)
    return [
        {
            "user_id": person,
            "day": until - timedelta(days=days - 1 - at),
            "focus_minutes": float(np.round(180 + rng.normal(0, 40), 1)),
            "sessions": float(rng.poisson(4)),
            "mood": float(rng.integers(2, 6)),
            "focus": float(np.round(rng.uniform(4, 8), 1)),
            "sleep_hours": float(np.round(rng.normal(7, 0.7), 2)),
        }
        for at in range(days)
    ]


def task(person: str, project: str, number: int, status: str = "completed", **cells: Any) -> dict[str, Any]:
    """A task of an hour that took an hour and a half."""
    named = {"user_id": person, "project_id": project, "project": f"{project} 計画", "project_status": "active"}
    return named | {
        "big_task_id": f"{project}-{number:02}",
        "status": status,
        "estimated_minutes": 60.0,
        "actual_minutes": 90.0 if status == "completed" else None,
        **cells,
    }
