"""The forms of pages.data_sources under AppTest: what a slip is told, where a notice stands, what may not collide."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.words import LANGUAGES, Words
from pipeline.source_board import BLANK
from pipeline.source_config import SourceEntry
from pipeline.store import Lake
from tests.pages.conftest import texts
from tests.pages.test_sources import WEATHER, configure, opened, titles

HEALTH = SourceEntry("google-health", "google-health", options=BLANK["google-health"])
YEAR = timedelta(days=365)


def fill(page: AppTest, label: str, value: str) -> None:
    next(field for field in page.text_input if field.label == label).set_value(value)


def press(page: AppTest, key: str) -> None:
    next(button for button in page.button if button.key == key).click().run()


def slip(page: AppTest, words: Words, what: str) -> None:
    language = words.language
    if what == "search_text":
        fill(page, words("place.search"), "  ")
        press(page, "search-for-weather")
    elif what == "user_name":
        fill(page, words("account.user"), "" if language == "ja" else "あかり")
        press(page, "connect-new-google-health")
    elif what == "table_name":
        fill(page, words("add.table"), "")
        press(page, "add-a-table")
    else:
        fill(page, words("place.name"), "" if what == "place_name" else "home")
        fill(page, words("place.timezone"), "Tokyo/Asia" if what == "place_zone" else "Asia/Tokyo")
        press(page, "coordinates-of-weather")


def wrong_range(page: AppTest, first: date, last: date) -> None:
    page.date_input[0].set_value(first)
    page.date_input[1].set_value(last)
    press(page, "backfill-of-weather")


def told(page: AppTest, words: Words, situation: str) -> None:
    title, cause, remedy = words.error_of_code("E003", situation)
    assert not page.exception
    assert f"E003 DATA_VALIDATION {title}" in titles(page)
    assert cause in texts(page) and remedy in texts(page)
    assert title != words("errors.E003.title")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", ["search_text", "place_name", "place_zone", "user_name", "table_name"])
def test_a_slip_in_a_form_is_told_with_what_to_type(
    on_aws: pytest.MonkeyPatch, lake: Lake, what: str, language: str
) -> None:
    configure(lake, WEATHER, HEALTH)
    page = opened(language, part="setup")
    details = len(page.code)
    slip(page, Words(language), what)
    told(page, Words(language), what)
    # The English of the log helps nobody here.
    assert len(page.code) == details


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("what", "years"), [("range_order", (0, 1)), ("range_long", (4, 0))])
def test_a_range_that_cannot_be_is_told_with_what_to_choose(
    on_aws: pytest.MonkeyPatch, lake: Lake, what: str, years: tuple[int, int], language: str
) -> None:
    configure(lake, WEATHER)
    page = opened(language, part="days")
    today = page.date_input[1].value
    wrong_range(page, *(today - YEAR * back for back in years))
    told(page, Words(language), what)
