"""pipeline.sources.registry: who waits how long: a person for seconds, a run until its invocation hands over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.errors import ExternalApiDown, RateLimited
from pipeline.jsonlog import JsonLog
from pipeline.lake.bucket import Lake
from pipeline.runs.request import FetchRequest
from pipeline.sources.config import SourceConfig, SourceEntry
from pipeline.sources.google_health.accounts import GoogleAccounts
from pipeline.sources.google_health.source import GoogleHealth
from pipeline.sources.open_meteo import geocoding
from pipeline.sources.open_meteo.places import as_json
from pipeline.sources.registry import PEOPLE_SECONDS
from pipeline.sources.wiring import Sources, build_sources
from tests.support.sources.open_meteo_desk import TODAY, TOKYO, Desk, open_desk


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_desk() as opened:
        yield opened


@pytest.fixture
def sources(cloud: Cloud, lake: Lake, desk: Desk) -> Sources:
    settings = replace(Settings.from_env({"S3_BUCKET_NAME": lake.bucket}), endpoints=desk.server.endpoints)
    return build_sources(settings, cloud, lake, desk.clock, None)


def test_a_person_who_seeks_a_place_is_told_at_once_of_a_long_wait(sources: Sources, desk: Desk) -> None:
    desk.server.fail(429, {"Retry-After": "60"}, times=4)
    registry = sources.registry
    with pytest.raises(RateLimited):
        geocoding.search(registry.http("open-meteo"), registry.settings.endpoints, "tokyo", "ja")
    assert len(desk.paths()) == 1


def test_a_person_waits_for_nobody_s_renewal_longer_than_for_a_provider(sources: Sources) -> None:
    assert sources.registry.accounts.store.patience == PEOPLE_SECONDS


def test_a_run_waits_for_nothing_past_its_invocation(sources: Sources, desk: Desk) -> None:
    entry = SourceEntry("weather", "weather", options={"places": [as_json(TOKYO)]})
    sources.configs.change(sources.configs.load(), SourceConfig((entry,)), "test", "weather")
    desk.server.fail(503, {"Retry-After": "59"}, times=4)
    request = FetchRequest("r1", "weather", first=TODAY - timedelta(days=9), last=TODAY - timedelta(days=8))
    with pytest.raises(ExternalApiDown):
        sources.fetcher.run(request, JsonLog("f", None, lambda line: None), lambda: 65.0)
    assert len(desk.paths()) == 1


def test_a_run_has_the_patience_of_its_invocation_for_every_question(sources: Sources) -> None:
    registry = sources.registry
    health = registry.within(registry.build("google-health", "google-health", {"users": ["akari"]}), lambda: 900.0)
    assert isinstance(health, GoogleHealth) and isinstance(health.accounts, GoogleAccounts)
    for asked in (health.tools.http, health.accounts.http, health.accounts.store):
        assert asked.left() == 880.0 and asked.patience > 120
