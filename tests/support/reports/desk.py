"""An App on a lake of its own, at a moment that a test says, and reports gathered of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipeline.access import Person
from pipeline.analysis.query.engines import Engines
from pipeline.analysis.reports.definitions.definition import AnyBlock, Definition, Period
from pipeline.analysis.reports.document import Chart, Paragraph, Part, Table
from pipeline.analysis.reports.forms.formats import FORMATS
from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.console.app import App
from pipeline.console.audit import Actor, Audit
from pipeline.console.reports.gathering.gather import How, gather
from pipeline.console.reports.told import Gathered, Pin
from pipeline.console.wiring import wire
from pipeline.lake.bucket import Lake
from tests.analysis.query.days import engine

TABLE = "craft-data"
# 07:00 of Monday, the 30th, in Tokyo: the last week is the 23rd to the 29th.
NOW = datetime(2026, 11, 29, 22, tzinfo=UTC)
TODAY = date(2026, 11, 30)
OPERATOR = Person("o@example.com", verified=True, role="operator")


def app_of(cloud: Cloud, lake: Lake, folder: Path, person: Person = OPERATOR) -> App:
    """A console on this lake in somebody's hands, at NOW; its engine keeps its files in ``folder``."""
    settings = replace(Settings.from_env({}), backend="aws", bucket=lake.bucket, table=TABLE)
    engines = Engines({"server": engine(lake, folder)})
    actor = Actor(lambda: person, Audit(lambda line: None, lambda: NOW))
    return replace(wire(settings, cloud), engine=engines, now=lambda: NOW, actor=actor)


def report(*blocks: AnyBlock, person: str = "", period: Period | None = None, **others: Any) -> Definition:
    """A report of these blocks about the last week."""
    days = period or Period(kind="last_week")
    return Definition(title="わたしの一週間", period=days, blocks=blocks, person=person, **others)


def gathered(app: App, wanted: Definition, pins: Sequence[Pin] | None = None, **others: Any) -> Gathered:
    """It, as of NOW."""
    return gather(app, "my-week", wanted, NOW, How(pins=pins, **others))


def again(app: App, wanted: Definition, first: Gathered) -> Gathered:
    """The same from its pins."""
    return gathered(app, wanted, first.pins)


def same_bytes(one: Gathered, other: Gathered) -> bool:
    """Whether both give the same files in every form."""
    return all(form.make(one.document) == form.make(other.document) for form in FORMATS.values())


def tables(of: Gathered) -> list[Table]:
    return [part for part in of.document.parts if isinstance(part, Table)]


def charts(of: Gathered) -> list[Chart]:
    return [part for part in of.document.parts if isinstance(part, Chart)]


def texts(of: Gathered | tuple[Part, ...]) -> list[str]:
    parts = of.document.parts if isinstance(of, Gathered) else of
    return [part.text for part in parts if isinstance(part, Paragraph)]


def states(of: Gathered) -> list[str]:
    """Why blocks failed."""
    return [one.error.state for one in of.failed]
