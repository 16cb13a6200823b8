"""The work of each kind of caller on sources, beside support/work.py: weather, and one person's health.

The vault is the whole emulator's, so that each world has a person of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import orjson

from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.console.app import App
from pipeline.console.wiring import wire
from pipeline.embedded.providers.google import CLIENT_ID, CLIENT_SECRET
from pipeline.embedded.sources import TOKYO, led_here
from pipeline.jsonlog import JsonLog
from pipeline.lake import keys
from pipeline.lake.publish import Target
from pipeline.lake.upload import DocumentUpload, Spec
from pipeline.runs.request import FetchRequest
from pipeline.runs.run import Run
from pipeline.sources.config import SourceConfig, SourceEntry
from pipeline.sources.google_health.tokens import PREFIX, SOURCE
from pipeline.sources.open_meteo.places import as_json
from pipeline.sources.vault import vault
from tests.support.sources.google_person import REDIRECT, press
from tests.support.work import DAY, Steps, give_up, utc_now

SCHEDULED = {"trigger": "schedule", "scheduleArn": "arn:sources", "scheduledTime": "2024-02-01T05:30:00Z"}
NEW = SourceEntry("air-quality", "air-quality", options={"places": [as_json(TOKYO)]})


@dataclass(frozen=True)
class SourceWorld:
    """A lake whose providers are on this machine: made once by somebody who may do everything."""

    settings: Settings
    person: str = field(default_factory=lambda: f"person-{uuid4().hex[:8]}")

    @property
    def entries(self) -> tuple[SourceEntry, SourceEntry]:
        weather = SourceEntry("weather", "weather", options={"places": [as_json(TOKYO)]})
        return weather, SourceEntry(SOURCE, "google-health", options={"users": [self.person]})

    def app(self, cloud: Cloud) -> App:
        """The console, or what the function is made of, with these clients."""
        return wire(led_here(self.settings), cloud)

    def make(self, cloud: Cloud) -> None:
        """The OAuth client, both sources, and the person's consent."""
        kept, name = vault(cloud, self.settings.secrets), f"{PREFIX}/{SOURCE}/client"
        if kept.read(name) is None:
            client = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
            kept.write(name, orjson.dumps(client).decode(), None)
        app = self.app(cloud)
        app.sources.configs.change(app.sources.configs.load(), SourceConfig(self.entries), "test", "two sources")
        connect(app, self.person)


def connect(app: App, person: str) -> None:
    """Through the consent page, as a browser would."""
    accounts = app.sources.registry.accounts
    accounts.finish(press(accounts.begin("work", person, REDIRECT), "allow"), "work")


def fetching_steps(world: SourceWorld, cloud: Cloud, carry_on: Callable[[dict[str, Any]], None]) -> Steps:
    """The function's: runs of both, one that hands over, a token renewed, the schedule, uploads given up."""
    app = world.app(cloud)
    sources = replace(app.sources, fetcher=replace(app.sources.fetcher, carry_on=carry_on))
    accounts, newest = app.sources.registry.accounts, utc_now().date() - timedelta(days=2)

    def fetch(source: str, run_id: str, seconds: float = 800, hop: int = 0) -> Run:
        first = newest - timedelta(days=3)
        request = FetchRequest(run_id, source, trigger="backfill", hop=hop, first=first, last=newest)
        return sources.fetcher.run(request, JsonLog("work", None, lambda line: None), lambda: seconds).run

    def give_all_up() -> None:
        documents = (keys.raw_key("weather", DAY), keys.daily_key("weather", DAY))
        for key in (*documents, keys.fetched_key("weather", DAY, "r")):
            give_up(DocumentUpload(app.lake, Spec(Target(app.lake.bucket, key, "r", 1))))

    return {
        "fetch weather": lambda: fetch("weather", "work-weather"),
        "hand a fetch over": lambda: fetch(SOURCE, "work-health", 30),
        "go on with a fetch": lambda: fetch(SOURCE, "work-health", hop=1),
        "renew a token": lambda: accounts.renewed(world.person, accounts.access(world.person)),
        "start what is due": lambda: sources.start_due({"sources": "due", **SCHEDULED}),
        "give sources' uploads up": give_all_up,
    }


def seeing_steps(world: SourceWorld, app: App, runs: Sequence[Run]) -> Steps:
    """A viewer's: what the page of sources shows; ``runs`` have documents."""
    board, today = app.board, utc_now().date()
    return {
        "which sources there are": board.config,
        "how each stands": lambda: [card.state for card in board.cards(board.config(), runs)],
        "days of a source": lambda: [board.calendar(entry, today, today) for entry in world.entries],
        "newest records": lambda: [board.newest(entry) for entry in world.entries],
        "preview of a source's run": lambda: [app.documents.preview(run) for run in runs],
        "differences of a source's runs": lambda: [app.documents.diff(run, run) for run in runs],
    }


def changing_steps(world: SourceWorld, app: App, runs: Sequence[Run]) -> Steps:
    """An operator's: the list of sources, a run, a range of days, and people's accounts."""
    board, accounts = app.board, app.sources.registry.accounts
    weather, guest = world.entries[0], f"{world.person}-guest"

    def change() -> None:
        seen = board.config()
        board.change(seen, seen.with_entry(NEW), "added air quality")

    return {
        "add a source": change,
        "fetch a source": lambda: board.start(weather),
        "fill a range": lambda: board.start(weather, utc_now().date() - timedelta(days=9)),
        "download of a source's run": lambda: [app.documents.raw(run) for run in runs],
        "connect an account": lambda: connect(app, guest),
        "connect it again": lambda: connect(app, guest),
        "disconnect it": lambda: accounts.disconnect(guest),
    }
