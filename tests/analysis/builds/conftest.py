"""A small world for each test that spoils one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.aws import Cloud
from tests.analysis.builds.world import World, small_world


@pytest.fixture
def make_world(cloud: Cloud, tmp_path: Path) -> Callable[..., World]:
    """Make a world whose project has these files in place of its own."""
    return lambda **files: small_world(cloud, tmp_path / "small", **files)
