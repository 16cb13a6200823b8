"""pages.models.page under AppTest: its tabs in both languages, empty states, and projects beside each other."""

from __future__ import annotations

import pytest

from pipeline.lake.bucket import Lake
from pipeline.words.catalogue import LANGUAGES, Words
from tests.pages.conftest import texts
from tests.pages.models.conftest import cards, opened
from tests.support.lakes import models

TABS = ("runs", "lineage", "quality", "builds")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tab", TABS)
def test_an_empty_lake_says_what_to_do(on_aws: pytest.MonkeyPatch, language: str, tab: str) -> None:
    page = opened(language, tab)
    words = Words(language)
    steps = {
        "runs": "dbt.first_build",
        "lineage": "lineage.none",
        "quality": "inspect.nobody_step",
        "builds": "buildlog.none",
    }
    assert not page.exception and not page.error
    assert words(steps[tab]) in texts(page)
    assert words("dbt.none", project="moderation_craft") in texts(page)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tab", TABS)
def test_every_tab_is_drawn(on_aws: pytest.MonkeyPatch, lake: Lake, language: str, tab: str) -> None:
    models.fill(lake)
    models.fill_quality(lake)
    page = opened(language, tab)
    assert not page.exception and cards(page) == []
