"""pages.insights.forecast.going under AppTest: the button, a run that goes on, and what it came to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pages.ui import reads
from pipeline.console.insights.foreseeing.running import LEASE
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import Leases
from pipeline.words.catalogue import LANGUAGES, Words
from tests.pages.conftest import texts
from tests.pages.insights.forecast.conftest import minutes, opened, publish_days
from tests.pages.models.conftest import cards
from tests.support.eventually import eventually


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_that_goes_on_elsewhere_is_shown_and_cannot_be_pressed_again(
    on_aws: pytest.MonkeyPatch, lake: Lake, language: str
) -> None:
    publish_days(lake, minutes(30))
    now = datetime.now(UTC)
    Leases(lake, lambda: now).take(LEASE, "run-elsewhere", now.date())
    page, words = opened(language), Words(language)
    assert not page.exception and cards(page) == []
    button = page.button(key="foresee")
    assert button.disabled and button.label == words("foreseen.busy") and button.help == words("foreseen.busy_hint")
    (progress,) = page.get("progress")
    assert words("foreseen.elsewhere") in progress.proto.text


def test_pressing_foresees_and_tells_what_came_of_it(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    publish_days(lake, minutes(80))
    page, words = opened(), Words("ja")
    page.button(key="foresee").click().run()
    assert not page.exception

    def ended() -> bool:
        reads.refresh()
        page.run()
        return page.get("progress") == []

    assert eventually(ended, 60)
    shown = texts(page)
    assert words("foreseen.ended", foreseen=1, unchanged=0, refused=0) in shown
    assert words("foreseen.none") not in shown and words("foreseen.verdict.no_better") in shown
    page.button(key="close-foreseen").click().run()
    assert words("foreseen.ended", foreseen=1, unchanged=0, refused=0) not in texts(page)


def test_pressing_without_days_says_what_to_do(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    page = opened()
    page.button(key="foresee").click().run()
    assert not page.exception

    def told() -> bool:
        reads.refresh()
        page.run()
        return bool(cards(page))

    assert eventually(told, 60)
    title, _, remedy = Words("ja").error_of_code("E014", "insights_no_mart")
    assert [card for card in cards(page) if title in card] and remedy in texts(page)
