"""A report of one's own, kept."""

from __future__ import annotations

import pytest

from pipeline.console.reports.definitions import Definitions
from pipeline.lake.bucket import Lake
from tests.pages.reports.editor.screen import TEXT, kept


@pytest.fixture
def mine(on_aws: pytest.MonkeyPatch, lake: Lake) -> Definitions:
    kept().save("mine", TEXT, "")
    return kept()
