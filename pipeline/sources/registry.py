"""Which kinds of sources there are, and how one is made of its configuration.

A new kind is one line in ``KINDS``, one file beside this one, one test, and one section in each catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.errors import DataInvalid
from pipeline.lake.bucket import Lake
from pipeline.sources.google_health.accounts import GoogleAccounts, google_accounts
from pipeline.sources.google_health.consents import SignIns
from pipeline.sources.google_health.source import GoogleHealth
from pipeline.sources.http import Http
from pipeline.sources.open_meteo.air_quality import AirQuality
from pipeline.sources.open_meteo.place_source import OfPlaces
from pipeline.sources.open_meteo.places import DEFAULT_ZONE, Place, place_from, zone_of
from pipeline.sources.open_meteo.weather import Weather
from pipeline.sources.protocol import Source, Tools

# Open-Meteo's free service allows 600 requests a minute ("Terms", 2026); Google's quota is per project: both far off.
PAUSE_SECONDS = 0.1
MOST_USERS, MOST_PLACES = 20, 50
# What a person waits for an answer, a place's name or a consent, with all attempts.
PEOPLE_SECONDS = 10.0
# What an invocation needs to keep what was fetched and to hand over; the time before it is the providers'.
RESERVE_SECONDS = 20.0


@dataclass(frozen=True)
class Registry:
    """Makes sources; what they share stands here, once a process (the sign-ins that are going on live in it)."""

    settings: Settings
    cloud: Cloud
    lake: Lake
    now: Callable[[], datetime]
    sign_ins: SignIns = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sign_ins", SignIns(self.now))

    @property
    def accounts(self) -> GoogleAccounts:
        """People's Google accounts."""
        return google_accounts(self.settings, self.cloud, self.lake, self.http("google"), self.sign_ins)

    def http(self, provider: str) -> Http:
        """The way to a provider for somebody who sits and waits; ``within`` gives a run more patience."""
        return Http(provider, now=self.now, pause_seconds=PAUSE_SECONDS, patience=PEOPLE_SECONDS)

    def build(self, kind: str, name: str, options: Mapping[str, Any]) -> Source:
        """A source of this kind. Raise DataInvalid for an unknown kind, or options that it does not take."""
        if kind not in KINDS:
            raise DataInvalid(f"there is no kind of source {kind!r:.40}", record=name, field="kind")
        return KINDS[kind](self, options)


def within(source: Source, remaining: Callable[[], float]) -> Source:
    """The source for a run whose invocation has ``remaining`` seconds: patient, and done in time to hand over."""

    def left() -> float:
        return remaining() - RESERVE_SECONDS

    if isinstance(source, OfPlaces):
        return replace(source, tools=replace(source.tools, http=source.tools.http.within(left)))
    return source.within(left) if isinstance(source, GoogleHealth) else source


def places_of(options: Mapping[str, Any]) -> tuple[Place, ...]:
    """The places in a source's options. Raise DataInvalid for one that is none, or for too many."""
    raw = options.get("places", [])
    if not isinstance(raw, list) or len(raw) > MOST_PLACES:
        raise DataInvalid(f"places is not a list of at most {MOST_PLACES}", record="place", field="places")
    return tuple(place_from(place) for place in raw)


def users_of(options: Mapping[str, Any]) -> tuple[str, ...]:
    """The people in a source's options. Raise DataInvalid."""
    raw = options.get("users", [])
    if not isinstance(raw, list) or len(raw) > MOST_USERS or not all(isinstance(user, str) for user in raw):
        raise DataInvalid(f"users is not a list of at most {MOST_USERS} names", record="account", field="users")
    return tuple(dict.fromkeys(raw))


def _weather(registry: Registry, options: Mapping[str, Any]) -> Source:
    tools = Tools(registry.http("open-meteo"), registry.now)
    return Weather(tools, registry.settings.endpoints, places_of(options))


def _air_quality(registry: Registry, options: Mapping[str, Any]) -> Source:
    tools = Tools(registry.http("open-meteo"), registry.now)
    return AirQuality(tools, registry.settings.endpoints, places_of(options))


def _google_health(registry: Registry, options: Mapping[str, Any]) -> Source:
    users, zone = users_of(options), options.get("timezone", DEFAULT_ZONE)
    for user in users:
        registry.accounts.store.name(user)
    if not isinstance(zone, str) or zone_of(zone) is None:
        raise DataInvalid(f"{zone!r:.60} is no time zone", record="google-health", field="timezone")
    url = registry.settings.endpoints.google_health
    return GoogleHealth(Tools(registry.http("google"), registry.now), registry.accounts, users, url, zone)


KINDS: dict[str, Callable[[Registry, Mapping[str, Any]], Source]] = {
    "weather": _weather,
    "air-quality": _air_quality,
    "google-health": _google_health,
}
