"""A board of sources in an operator's hands, with both providers on 127.0.0.1."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest

from pipeline.access import Person
from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.console.audit import Actor, Audit
from pipeline.console.sources import SourceBoard
from pipeline.embedded.providers.google import CLIENT_ID, CLIENT_SECRET, GoogleProvider
from pipeline.embedded.providers.open_meteo import OpenMeteo
from pipeline.errors import PipelineError
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.start_once import StartOnce
from pipeline.sources.config import SourceConfig, SourceEntry
from pipeline.sources.google_health.tokens import PREFIX
from pipeline.sources.google_health.tokens import SOURCE as HEALTH
from pipeline.sources.open_meteo.places import Place
from pipeline.sources.vault import vault
from pipeline.sources.wiring import build_sources
from tests.conftest import Clock
from tests.support.sources.google_person import REDIRECT, press

TOKYO = Place("geonames-1850147", "東京", 35.6895, 139.69171)
OSAKA = Place("geonames-1853909", "大阪市", 34.69379, 135.50107)
OPERATOR = Person("alice@example.com", verified=True, role="operator")
VIEWER = Person("bob@example.com", verified=True, role="viewer")
# The clock of the tests stands at 2024-02-01, 21:00 in Tokyo.
TODAY = date(2024, 2, 1)


@dataclass
class Starts:
    """A starter that keeps the events."""

    events: list[dict[str, Any]] = field(default_factory=list)

    def start(self, event: dict[str, Any]) -> None:
        self.events.append(event)


@dataclass
class Desk:
    """A board in an operator's hands, what it started, and what the audit log said."""

    board: SourceBoard
    lake: Lake
    starts: Starts
    said: list[str]
    google: GoogleProvider
    meteo: OpenMeteo
    user: str

    def seen_by(self, person: Person) -> SourceBoard:
        return replace(self.board, actor=Actor(lambda: person, self.board.actor.audit))

    def with_weather(self, *places: Place) -> tuple[SourceConfig, SourceEntry]:
        config = self.board.add(self.board.config(), "weather")
        for place in places:
            config = self.board.add_place(config, entry_of(config, "weather"), place)
        return config, entry_of(config, "weather")

    def connect(self, answer: str = "allow") -> str:
        return self.board.people.connected(press(self.board.people.connect(self.user, REDIRECT), answer))

    def lines(self) -> list[tuple[str, str, str]]:
        found = [json.loads(line) for line in self.said]
        return [(line["action"], line["target"], line["outcome"]) for line in found]


def entry_of(config: SourceConfig, name: str) -> SourceEntry:
    found = config.entry(name)
    assert found
    return found


@contextmanager
def a_desk(cloud: Cloud, lake: Lake, clock: Clock) -> Iterator[Desk]:
    """A board on this lake, with both providers."""
    with GoogleProvider(now=clock) as google, OpenMeteo(clock) as meteo:
        settings = Settings.from_env({"S3_BUCKET_NAME": lake.bucket})
        ends = {"google_health": google.url, "google_accounts": google.url, "google_oauth": google.url}
        settings = replace(settings, endpoints={**meteo.endpoints, **ends})
        kept, name = vault(cloud, settings.secrets), f"{PREFIX}/{HEALTH}/client"
        if kept.read(name) is None:
            kept.write(name, json.dumps({"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}), None)
        said: list[str] = []
        starts = Starts()
        actor = Actor(lambda: OPERATOR, Audit(said.append, clock))
        sources = build_sources(settings, cloud, lake, clock, None)
        board = SourceBoard(sources, StartOnce(Ledger(lake), Leases(lake, clock), starts, clock), clock, actor)
        # The vault is shared by the whole emulator: each test has a person of its own.
        yield Desk(board, lake, starts, said, google, meteo, f"user-{uuid.uuid4().hex[:8]}")


def refused(kind: type[PipelineError], state: str, do: Callable[[], object]) -> None:
    with pytest.raises(kind) as error:
        do()
    assert error.value.state == state
