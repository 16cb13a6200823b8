"""The world of people whose days are foreseen."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.lake.bucket import Lake
from tests.conftest import Clock
from tests.console.insights.foreseeing.world import World


@pytest.fixture
def world(lake: Lake, clock: Clock, tmp_path: Path) -> World:
    return World(lake, clock, tmp_path)
