"""The embedded demo's providers: an Open-Meteo and a Google of this machine, connected and configured.

One of each per process; their data agree with the sample's, so that sleep and weather explain its sessions.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlsplit

import urllib3

from pipeline.aws import Cloud
from pipeline.clock import utc_now
from pipeline.config import Settings
from pipeline.embedded.providers.google import CLIENT_ID, CLIENT_SECRET, GoogleProvider
from pipeline.embedded.providers.open_meteo import OpenMeteo
from pipeline.lake.bucket import Lake
from pipeline.sources.config import SourceEntry
from pipeline.sources.edit import Edit
from pipeline.sources.google_health.accounts import keep_client
from pipeline.sources.google_health.oauth import OAuthClient
from pipeline.sources.kinds import GOOGLE_HEALTH, WEATHER
from pipeline.sources.open_meteo.places import Place, as_json
from pipeline.sources.vault import vault
from pipeline.sources.wiring import build_sources

USER = "akari"
TOKYO = Place("geonames-1850147", "東京", 35.6895, 139.69171, "Asia/Tokyo", "東京都", "日本")
REDIRECT = "http://localhost:8501/debug/sources"


@dataclass(frozen=True)
class Providers:
    """The providers of this process."""

    open_meteo: OpenMeteo
    google: GoogleProvider


@functools.cache
def providers() -> Providers:
    """Started when first asked for; they end with the process."""
    return Providers(OpenMeteo().start(), GoogleProvider(user=USER).start())


def led_here(settings: Settings) -> Settings:
    """The settings with every provider's address on this machine."""
    here = providers()
    google = dict.fromkeys(GOOGLE_HEALTH.endpoints, here.google.url)
    return replace(settings, endpoints={**here.open_meteo.endpoints, **google})


def configure(cloud: Cloud, settings: Settings) -> None:
    """The demo's sources: weather of Tokyo, and the health data of one person, who has consented."""
    sources = build_sources(settings, cloud, Lake(cloud.s3, settings.bucket), utc_now, None)
    keep_client(vault(cloud, settings.secrets), OAuthClient(CLIENT_ID, CLIENT_SECRET))
    accounts = sources.registry.accounts
    if not accounts.connected(USER):
        accounts.finish(_consent(accounts.begin(USER, USER, REDIRECT)), USER)
    seen = sources.configs.load()
    wanted = seen
    for kind, options in ((WEATHER, {"places": [as_json(TOKYO)]}), (GOOGLE_HEALTH, {"users": [USER]})):
        wanted = wanted.with_entry(SourceEntry(kind.name, kind.name, options={**kind.blank, **options}))
    sources.configs.change(seen, wanted, "demo", Edit("demo"))


def _consent(url: str) -> dict[str, str]:
    """Press "allow" on the provider's page; what the browser would be sent back with."""
    asked = dict(parse_qsl(urlsplit(url).query))
    address = f"{url.partition('/o/oauth2')[0]}/o/oauth2/v2/consent"
    fields = {**asked, "answer": "allow"}
    answer = urllib3.PoolManager().request("POST", address, fields=fields, encode_multipart=False, redirect=False)
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
