"""What the tests of Open-Meteo's sources share: the provider over real HTTP, a clock, sleeps that are only noted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from pipeline.embedded.providers.open_meteo import OpenMeteo
from pipeline.sources.http import Http
from pipeline.sources.open_meteo.places import Place
from pipeline.sources.open_meteo.weather import Weather
from pipeline.sources.protocol import FetchedDay, Span, Tools
from tests.conftest import Clock

# Noon in Tokyo; in New York it is still the day before.
NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
TODAY = date(2026, 11, 24)
TOKYO = Place("tokyo", "東京", 35.6895, 139.69171)
OSAKA = Place("osaka", "大阪市", 34.69379, 135.50107)
PARIS = Place("paris", "パリ", 48.85341, 2.3488, "Europe/Paris")
NEW_YORK = Place("new-york", "ニューヨーク", 40.71427, -74.00597, "America/New_York")


@dataclass
class Desk:
    """A provider, and the means to ask it."""

    server: OpenMeteo
    clock: Clock
    waited: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.http = Http("open-meteo", sleep=self.waited.append, now=self.clock)
        self.tools = Tools(self.http, self.clock)

    def weather(self, first: date, last: date | None = None, places: tuple[Place, ...] = (TOKYO,)) -> list[FetchedDay]:
        return list(Weather(self.tools, self.server.endpoints, places).fetch(Span(first, last or first)))

    def paths(self) -> list[str]:
        return [path for path, _ in self.server.requests]


@contextmanager
def open_desk(now: datetime = NOW) -> Iterator[Desk]:
    clock = Clock()
    clock.time = now
    with OpenMeteo(clock) as server:
        desk = Desk(server, clock)
        yield desk
        desk.http.pool.clear()


def setting(*path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """An alteration that puts a value at a path of the answer."""

    def alter(answer: dict[str, Any]) -> None:
        for name in path[:-1]:
            answer = answer[name]
        answer[path[-1]] = value

    return alter


def without(*path: str) -> Callable[[dict[str, Any]], None]:
    """An alteration that takes a field away."""

    def alter(answer: dict[str, Any]) -> None:
        for name in path[:-1]:
            answer = answer[name]
        del answer[path[-1]]

    return alter


def told(day: FetchedDay) -> dict[str, str]:
    """What a day rejected: field → why."""
    return {one.field: one.why for one in day.rejected}
