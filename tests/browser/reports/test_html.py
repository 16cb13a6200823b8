"""pipeline.analysis.reports.forms.html: one file, in a real browser: nothing asked for, read by everybody, on A4."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from pipeline.analysis.reports.document import Column, Paragraph, Table
from pipeline.analysis.reports.forms.html import html
from tests.support.reports.attacks import TEXTS
from tests.support.reports.documents import document, of_texts, week


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_asks_for_nothing_and_everybody_can_read_it(browser: Browser, tmp_path: Path, scheme: str) -> None:
    (tmp_path / "week.html").write_bytes(html(week()))
    page = browser.new_page(color_scheme="dark" if scheme == "dark" else "light")
    asked, said = list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto((tmp_path / "week.html").as_uri())
    page.locator("summary").first.click()
    assert (len(asked), said) == (1, [])
    assert [each["id"] for each in Axe().run(page).response["violations"]] == []
    page.close()


def test_attacks_run_nothing_and_ask_for_nothing(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "odd.html").write_bytes(html(of_texts(TEXTS)))
    page = browser.new_page()
    asked, opened = list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: opened.append(dialog.message))
    page.goto((tmp_path / "odd.html").as_uri())
    elements = "script, img, iframe, a, link, form, object, embed, [onload], [onerror], [href], [src]"
    assert (len(asked), opened, page.locator(elements).count()) == (1, [], 0)
    page.close()


def test_it_prints_on_a4_within_the_margins(browser: Browser, tmp_path: Path) -> None:
    wide = Table("t", tuple(Column("列" * 5) for _ in range(12)), (("x" * 400,) * 12,) * 3)
    (tmp_path / "wide.html").write_bytes(html(document(wide, Paragraph("y" * 5_000))))
    page = browser.new_page(viewport={"width": 794, "height": 1123})
    page.emulate_media(media="print")
    page.goto((tmp_path / "wide.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.close()


def test_the_language_and_the_title_are_the_document_s() -> None:
    written = html(document(language="en", title="Weekly <b>")).decode()
    assert '<html lang="en">' in written
    assert "<title>Weekly &lt;b&gt;</title>" in written
