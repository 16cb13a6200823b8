"""A console that makes reports on a lake of its own, with a clock that a test moves and the audit lines kept.

``team`` is a topic of the emulator that can be told; nobody is set up as ``nobody``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline.access import SCHEDULE, Person, Role
from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.console.app import App
from pipeline.console.reports.building_duty import BuildingDuty
from pipeline.console.reports.making import ReportMaker
from pipeline.console.reports.running.beside import Beside
from pipeline.console.reports.told import Made
from pipeline.console.wiring import wire
from pipeline.lake.bucket import Lake
from pipeline.lake.report_keys import REPORTS
from pipeline.notices.due import Due, DueReports
from pipeline.runs.lease import Leases
from pipeline.runs.run import Run
from tests.conftest import Clock
from tests.support.notices.topics import Topic, topic

# A Monday, half an hour before reports are due.
MORNING = datetime(2026, 11, 30, 0, 0, tzinfo=UTC)
SCHEDULE_TEXT = "schedule: {days: [every], at: '09:30'}\n"
TO_TEAM = "recipients: [{kind: sns, name: team}]\n"
TEXT = "{kind: text, text: '数字だけでなく、言葉も。'}"
STATUS, HISTORY = "{kind: status}", "{kind: history}"
# There is no such table.
BROKEN = "{kind: table, sql: 'select * from nowhere'}"


def yaml_of(*blocks: str, more: str = "", formats: str = "[html, md]", title: str = "週次エクスポート報告") -> str:
    listed = "".join(f"- {block}\n" for block in blocks or (TEXT, STATUS, HISTORY))
    return f"title: '{title}'\nperiod: {{kind: last_week}}\nformats: {formats}\nblocks:\n{listed}{more}"


@dataclass
class Press:
    """``lines`` are the audit's."""

    cloud: Cloud
    lake: Lake
    clock: Clock
    topic: Topic
    folder: Path
    lines: list[str] = field(default_factory=list)

    def app(self, role: Role | None = "operator", lake: Lake | None = None) -> App:
        """Another process's, in somebody's hands."""
        person = Person("p@example.com", verified=True, role=role)
        return self.app_of(lambda: person, lake)

    def app_of(self, who: Callable[[], Person], lake: Lake | None = None) -> App:
        lake = lake or self.lake
        settings = Settings.from_env(
            {
                "S3_BUCKET_NAME": lake.bucket,
                "DYNAMODB_TABLE_NAME": "things",
                "PIPELINE_QUERY_CACHE": str(self.folder),
                "PIPELINE_NOTICES": f"team=sns:{self.topic.arn}",
                "PIPELINE_CONSOLE_URL": "https://console.example.com",
            }
        )
        app = replace(wire(settings, self.cloud), now=self.clock, leases=Leases(lake, self.clock), lake=lake)
        return app.for_person(who, self.lines.append)

    def maker(self, role: Role | None = "operator") -> ReportMaker:
        return replace(self.app(role).reports.maker, beside=Beside())

    def keep(self, name: str, *blocks: str, **parts: str) -> None:
        self.app().reports.definitions.save(name, yaml_of(*blocks, **parts), "")

    def come_due(self, *names: str, **parts: str) -> list[Due]:
        """These are defined, their time has come, and that is marked."""
        for name in names:
            self.keep(name, **{"more": SCHEDULE_TEXT, **parts})
        self.clock.tick(timedelta(minutes=40).total_seconds())
        self.due.mark()
        return list(self.due.open())

    @property
    def due(self) -> DueReports:
        return DueReports(self.lake, self.clock)

    def states(self, name: str | None = None) -> list[str]:
        return [one.state for one in self.due.states(name)]

    def duty(self) -> Callable[[], None]:
        """What a console's watcher does of reports."""
        app, duty = self.app_of(lambda: SCHEDULE), BuildingDuty()
        return lambda: duty(app)

    def runs(self) -> list[Run]:
        day = self.clock().date()
        found = self.app().ledger.entries(day - timedelta(days=2), day + timedelta(days=1)).runs
        return [run for run in found if run.engine == "report"]

    def keys(self, prefix: str = REPORTS) -> list[str]:
        return [held.key for held in self.lake.list_after(prefix, prefix)]

    def bodies(self, made: Made) -> dict[str, bytes]:
        return {file[0]: self.maker().file(made.name, made.run_id, made.day, file[0]) for file in made.files}

    def told(self, *names: str) -> list[tuple[Any, ...]]:
        """These parts of each audit line."""
        return [tuple(json.loads(line).get(name) for name in names) for line in self.lines]


def press_of(cloud: Cloud, lake: Lake, folder: Path) -> Press:
    clock = Clock()
    clock.time = MORNING
    return Press(cloud, lake, clock, topic(cloud), folder)
