"""Makes sources of their configuration, by the descriptors of their kinds, and holds what they share.

A further kind is one descriptor more in ``kinds``; nothing here knows one of them.
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
from pipeline.sources.http import Http
from pipeline.sources.kinds import KINDS, Kind, kind_of
from pipeline.sources.protocol import Source, Tools

# Open-Meteo's free service allows 600 requests a minute ("Terms", 2026); Google's quota is per project: both far off.
PAUSE_SECONDS = 0.1
# What a person waits for an answer, a place's name or a consent, with all attempts.
PEOPLE_SECONDS = 10.0
# What an invocation needs to keep what was fetched and to hand over; the time before it is the providers'.
RESERVE_SECONDS = 20.0


@dataclass(frozen=True)
class Registry:
    """Makes sources; what they share stands here, once a process (the sign-ins that are going on live in it).

    Its ``settings`` have an address for every provider: the kind's own where none was set.
    """

    settings: Settings
    cloud: Cloud
    lake: Lake
    now: Callable[[], datetime]
    kinds: tuple[Kind, ...] = KINDS
    sign_ins: SignIns = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sign_ins", SignIns(self.now))
        own = {name: address for kind in self.kinds for name, address in kind.endpoints.items()}
        object.__setattr__(self, "settings", replace(self.settings, endpoints={**own, **self.settings.endpoints}))

    @property
    def accounts(self) -> GoogleAccounts:
        """People's Google accounts."""
        return google_accounts(self.settings, self.cloud, self.lake, self.http("google"), self.sign_ins)

    def http(self, provider: str) -> Http:
        """The way to a provider for somebody who sits and waits; ``within`` gives a run more patience."""
        return Http(provider, now=self.now, pause_seconds=PAUSE_SECONDS, patience=PEOPLE_SECONDS)

    def tools(self, provider: str) -> Tools:
        """What a source is handed to speak to its provider."""
        return Tools(self.http(provider), self.now)

    def kind(self, name: str) -> Kind:
        """The kind of this name. Raise DataInvalid for one that is unknown."""
        return kind_of(self.kinds, name)

    def build(self, kind: str, name: str, options: Mapping[str, Any]) -> Source:
        """A source of this kind. Raise DataInvalid for an unknown kind, one that has no days, or options that it does
        not take."""
        build = self.kind(kind).build
        if build is None:
            raise DataInvalid(f"a {kind} is not fetched by days", record=name, field="kind")
        return build(self, options)

    def within(self, source: Source, remaining: Callable[[], float]) -> Source:
        """The source for a run whose invocation has ``remaining`` seconds: patient, and done in time to hand over."""
        kept: Source = self.kind(source.name).within(source, lambda: remaining() - RESERVE_SECONDS)
        return kept
