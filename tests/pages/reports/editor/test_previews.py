"""pages.reports.editor under AppTest: what a draft would look like, its failures in their places, nothing as markup."""

from __future__ import annotations

import pytest

from pages.ui import state
from pipeline.console.reports.definitions import Definitions
from pipeline.words.catalogue import LANGUAGES, Words
from tests.pages.conftest import texts
from tests.pages.reports.editor.screen import HOSTILE, TEXT, field, opened, previewed, shown, typed

WORDS = Words("ja")


def test_the_preview_is_of_what_is_typed(mine: Definitions) -> None:
    page = previewed(opened())
    assert "私の報告" in shown(page)
    page = previewed(typed(page, "title", "Another"))
    assert "Another" in shown(page) and WORDS("report_editor.stale") not in texts(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_shown_stays_and_is_called_old_while_what_is_typed_is_nothing(mine: Definitions, language: str) -> None:
    page = previewed(opened(language=language))
    page = page.radio(key=field(page, "mode")).set_value("yaml").run()
    page = page.text_area(key=field(page, "yaml")).set_value("title: [half").run()
    assert Words(language)("report_editor.stale") in texts(page) and "私の報告" in shown(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_block_that_fails_is_told_in_its_place_and_the_others_are_shown(mine: Definitions, language: str) -> None:
    words = Words(language)
    text = TEXT.replace("- kind: status", "- kind: table\n  sql: SELECT broken")
    mine.save("mine", f"{text}language: {language}\n", mine.get("mine").seen)
    page = previewed(opened(language=language))
    assert words("report_editor.failed_here") in texts(page) and "こんにちは" in shown(page)
    [failed] = page.session_state[state.REPORT_DRAFT_PREVIEWS]["mine"].shown.failed
    title, cause, remedy = words.error(failed.error)
    assert all(part in shown(page) for part in (failed.error.code, cause))
    assert any(title in one.proto.title for one in page.error) and failed.block == 0


def test_a_block_that_is_none_yet_is_told_in_the_preview_too(mine: Definitions) -> None:
    page = opened()
    page = page.selectbox(key="report-kind").select("table").run()
    page = previewed(page.button(key="report-add").click().run())
    assert WORDS("report_editor.no_block", number=3, title="table") in shown(page) and "こんにちは" in shown(page)


def test_nothing_that_is_typed_is_read_as_markup(mine: Definitions) -> None:
    page = typed(opened(), "title", HOSTILE)
    page = page.text_area(key=field(page, "text")).set_value(HOSTILE).run()
    page = previewed(page)
    assert "<b>x</b>" not in shown(page) and "&lt;b&gt;x&lt;/b&gt;" in shown(page)
    marked = [one.value for one in (*page.markdown, *page.caption, *page.header, *page.subheader)]
    assert not [one for one in marked if "<b>" in one.replace("\\<b\\>", "")]


def test_a_title_of_a_block_is_no_markup_in_its_head_and_its_signs(mine: Definitions) -> None:
    page = opened()
    [key] = [one.key for one in page.text_input if one.key.endswith("-2-title")]
    page = page.text_input(key=key).set_value(HOSTILE).run()
    heads = [one.value for one in page.markdown if "bold" in one.value]
    labels = [one.label for one in page.button if "bold" in one.label]
    assert heads and labels and all("\\*\\*bold\\*\\*" in one for one in (*heads, *labels))


def test_a_preview_is_made_again_when_somebody_asks(mine: Definitions) -> None:
    page = previewed(opened())
    first = page.session_state[state.REPORT_DRAFT_PREVIEWS]["mine"].shown
    page = previewed(page.button(key="report-preview-again").click().run())
    assert page.session_state[state.REPORT_DRAFT_PREVIEWS]["mine"].shown is not first
