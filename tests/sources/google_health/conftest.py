"""What the tests of Google Health share: the provider on 127.0.0.1, both vaults, and a desk wired to them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.aws import Cloud
from pipeline.embedded.providers.google import GoogleProvider
from pipeline.lake.bucket import Lake
from pipeline.sources.vault import Parameters, SecretsManager, Vault
from tests.conftest import Clock
from tests.support.sources.google_person import NOW, World, no_sleep, world


@pytest.fixture
def clock() -> Clock:
    clock = Clock()
    clock.time = NOW
    return clock


@pytest.fixture
def google(clock: Clock) -> Iterator[GoogleProvider]:
    with GoogleProvider(now=clock) as google:
        yield google


@pytest.fixture(params=["secretsmanager", "ssm"])
def vault(request: pytest.FixtureRequest, cloud: Cloud) -> Vault:
    return Parameters(cloud.ssm) if request.param == "ssm" else SecretsManager(cloud.secretsmanager, no_sleep)


@pytest.fixture
def here(google: GoogleProvider, cloud: Cloud, lake: Lake, clock: Clock) -> World:
    return world(google, cloud, lake, clock)
