"""pages.reports.notices_tab under AppTest: who is told of what, a test to a real webhook, what was sent."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest

from pages.ui import reads
from pipeline.aws import Cloud
from pipeline.clock import utc_now
from pipeline.notices.notice import Notice
from pipeline.words.catalogue import LANGUAGES, Words
from tests.pages.conftest import texts
from tests.pages.models.conftest import cards, tables
from tests.pages.reports.conftest import board, opened, press
from tests.support.notices.hook import TAIL, Hook, hook

WORDS = Words("ja")
OPS = "ops"


@pytest.fixture
def webhook() -> Iterator[Hook]:
    with hook() as made:
        yield made


@pytest.fixture
def told(on_aws: pytest.MonkeyPatch, cloud: Cloud, webhook: Hook) -> Hook:
    """The console with one channel, a webhook on this machine."""
    secret = f"notices/{uuid.uuid4().hex}"
    cloud.secretsmanager.create_secret(Name=secret, SecretString=webhook.url)
    on_aws.setenv("PIPELINE_NOTICES", f"{OPS}=slack:{secret}")
    reads.forget_app()
    return webhook


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_channels_the_tab_says_how_to_have_some(on_aws: pytest.MonkeyPatch, language: str) -> None:
    page, words = opened(language, tab="notices"), Words(language)
    assert not page.exception and cards(page) == []
    assert words("reports.notices.none") in texts(page) and words("reports.notices.example") in texts(page)
    assert words("reports.notices.nothing_sent", days=14) in texts(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_channel_is_shown_with_its_kinds_and_that_links_are_missing(told: Hook, language: str) -> None:
    page, words = opened(language, tab="notices"), Words(language)
    assert not page.exception and cards(page) == []
    assert words("reports.notices.no_links") in texts(page)
    assert len(page.checkbox) == 11 and all(box.value for box in page.checkbox)


def test_links_are_not_missing_where_the_console_s_address_is_said(told: Hook, on_aws: pytest.MonkeyPatch) -> None:
    on_aws.setenv("PIPELINE_CONSOLE_URL", "https://console.example.com")
    reads.forget_app()
    assert WORDS("reports.notices.no_links") not in texts(opened(tab="notices"))


def test_a_test_arrives_and_stands_in_the_log(told: Hook) -> None:
    page = press(opened(tab="notices"), f"test-{OPS}")
    assert not page.exception and cards(page) == [] and len(told.told) == 1
    assert WORDS("reports.notices.tested", name=OPS) in texts(page)
    assert tables(page)[0][0][WORDS("reports.notices.channel")] == OPS


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_test_that_does_not_arrive_says_why_without_the_address(told: Hook, language: str) -> None:
    told.status = 500
    page = press(opened(language, tab="notices"), f"test-{OPS}")
    assert not page.exception and len(cards(page)) == 1
    assert TAIL not in texts(page)


def test_kinds_and_language_are_saved_and_stay(told: Hook) -> None:
    page = opened(tab="notices")
    box = next(one for one in page.checkbox if one.label == WORDS("reports.notices.kind.run_late"))
    box.uncheck()
    next(one for one in page.selectbox if one.label == WORDS("reports.notices.language")).select("en")
    page = press(page, "save-notices")
    assert not page.exception and cards(page) == []
    now = board().notices.preferences()
    assert now.language == "en" and not now.wants(OPS, "run_late") and now.wants(OPS, "run_failed")
    box = next(one for one in opened(tab="notices").checkbox if one.label == WORDS("reports.notices.kind.run_late"))
    assert box.value is False


def test_whoever_was_slower_is_told(told: Hook) -> None:
    page = opened(tab="notices")
    board().notices.save(replace(board().notices.preferences(), language="en"), "")
    page = press(page, "save-notices")
    assert not page.exception and len(cards(page)) == 1 and board().notices.preferences().language == "en"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_could_not_be_sent_is_told_with_its_reason(told: Hook, language: str) -> None:
    told.status = 500
    board().notices.tell([Notice("run_failed", "run_failed:r1", utc_now(), "movies", "/debug/pipeline?run=r1")])
    page, words = opened(language, tab="notices"), Words(language)
    assert not page.exception
    row = tables(page)[0][0]
    assert row[words("reports.notices.of")] == "movies"
    assert row[words("reports.notices.outcome")] == words("reports.notices.outcomes.failed")
    assert any(OPS in warning.value for warning in page.warning)
