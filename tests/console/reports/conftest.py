"""What tests of kept reports share."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.aws import Cloud
from pipeline.lake.bucket import Lake
from tests.console.reports.kept import Shared
from tests.console.reports.press import Press, press_of


@pytest.fixture
def shared(lake: Lake) -> Shared:
    return Shared(lake)


@pytest.fixture
def press(cloud: Cloud, lake: Lake, tmp_path: Path) -> Press:
    return press_of(cloud, lake, tmp_path)
