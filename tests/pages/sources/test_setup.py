"""pages.sources.card: what is left to set up is a next step in the reader's language; what is broken is an error."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from pipeline.errors import AuthFailed, ConfigInvalid, DataInvalid, PipelineError, says_all
from pipeline.lake.bucket import Lake
from pipeline.runs.run import RunError
from pipeline.sources import kinds
from pipeline.sources.config import SourceEntry
from pipeline.sources.kinds import Kind
from pipeline.sources.status import card
from pipeline.words.catalogue import LANGUAGES, Words, catalogue
from tests.conftest import Clock
from tests.pages.conftest import texts
from tests.pages.sources.test_sources import WEATHER, configure, opened, ran, titles

# The demo's own person may have consented in the emulator that all tests share; this one never does.
NOBODY = "nobody-here"
NEXT = {"ja": "次の手順", "en": "Next step"}
# A word of three letters and more that is none of the names which stand in Latin letters in every language.
ENGLISH = re.compile(r"\b(?:has|no|not|is|are|yet|the|of|nobody|missing|keep|connected)\b")


def steps(page: AppTest) -> str:
    return "\n".join(info.proto.title or "" for info in page.info)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [kinds.WEATHER, kinds.AIR_QUALITY, kinds.GOOGLE_HEALTH], ids=lambda kind: kind.name)
def test_a_source_that_was_just_added_opens_with_its_next_step_and_no_error(
    on_aws: pytest.MonkeyPatch, lake: Lake, kind: Kind, language: str
) -> None:
    page = opened(language).button(key=f"add-{kind.name}").click().run()
    assert not page.exception and not page.error
    assert NEXT[language] in steps(page)
    assert "E013" not in texts(page) and f"{kind.name}.places" not in texts(page)


@pytest.mark.parametrize("kind", [kinds.WEATHER, kinds.GOOGLE_HEALTH], ids=lambda kind: kind.name)
def test_its_step_is_said_in_japanese_alone(on_aws: pytest.MonkeyPatch, lake: Lake, kind: Kind) -> None:
    page = opened("ja").button(key=f"add-{kind.name}").click().run()
    said = "\n".join([*(info.value for info in page.info), *(code.value for code in page.code), steps(page)])
    assert not ENGLISH.search(said)


def test_an_account_that_was_given_back_is_an_error(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    configure(lake, SourceEntry("google-health", "google-health", options={"users": [NOBODY]}))
    assert "E001 AUTH_FAILED" in titles(opened())


def test_options_that_are_none_are_an_error(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    configure(lake, SourceEntry("weather", "weather", options={"places": 7}))
    assert "E003" in titles(opened())


@pytest.mark.parametrize(
    ("lacking", "is_step"),
    [
        (ConfigInvalid("x", situation="no_place"), True),
        (ConfigInvalid("tides has no harbour yet", setting="tides.harbour"), True),
        (AuthFailed("x", situation="not_connected"), True),
        (AuthFailed("x", situation="not_connected", user="akari"), False),
        (AuthFailed("x", situation="revoked", user="akari"), False),
        (DataInvalid("x"), False),
    ],
)
def test_what_is_a_step_and_what_an_error(clock: Clock, lacking: PipelineError, is_step: bool) -> None:
    found = card(SourceEntry("tides", "tides"), [], lacking, clock())
    assert (found.setup is lacking) == is_step


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_step_without_words_of_its_own_has_general_ones(language: str) -> None:
    assert set(Words(language).error_of_code("E013", "not_set_up")).isdisjoint(Words(language).error_of_code("E013"))


def test_a_failure_whose_words_say_all_shows_no_english_sentence_of_ours(
    on_aws: pytest.MonkeyPatch, lake: Lake
) -> None:
    configure(lake, SourceEntry("google-health", "google-health", options={"users": [NOBODY]}))
    page = opened("ja")
    assert "E001" in titles(page)
    assert not any("is not connected" in code.value for code in page.code)


def test_what_a_provider_has_said_is_shown_as_it_came(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    configure(lake, WEATHER)
    ran(lake, status="failed", error=RunError("E003", "open-meteo answered 400: Parameter 'daily' is wrong"))
    assert any("Parameter 'daily' is wrong" in code.value for code in opened("ja").code)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_situation_that_says_all_has_its_three_texts(language: str) -> None:
    texts_of = catalogue(language)
    states = {key.split(".")[1] for key in texts_of if key.startswith("situations.")}
    said = {state for state in states if says_all(state)}
    assert len(said) > 15
    lacking = [f"{state}.{part}" for state in said for part in ("title", "cause", "remedy")]
    assert [key for key in lacking if not texts_of.get(f"situations.{key}")] == []
