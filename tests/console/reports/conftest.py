"""What tests of kept reports share."""

from __future__ import annotations

import pytest

from pipeline.lake.bucket import Lake
from tests.console.reports.kept import Shared


@pytest.fixture
def shared(lake: Lake) -> Shared:
    return Shared(lake)
