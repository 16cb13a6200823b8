"""What the tests of notices share: a webhook, and an office whose people are told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.aws import Cloud
from pipeline.lake.bucket import Lake
from tests.conftest import Clock
from tests.support.notices.hook import Hook, hook
from tests.support.notices.office import Office, office


@pytest.fixture
def webhook() -> Iterator[Hook]:
    with hook() as made:
        yield made


@pytest.fixture
def here(cloud: Cloud, lake: Lake, clock: Clock, webhook: Hook) -> Office:
    return office(cloud, lake, clock, webhook)
