"""The operator's day: inspect a failure down to its log, compare, take other forms, move the schedule, share a view."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE_MS, barriers, running_server, settled, shoot
from tests.support.forms.workbooks import sheets

TABS = ("status", "history", "settings")


def opened(page: Page, server: str, tab: str = "status", lang: str = "ja", more: str = "") -> None:
    page.goto(f"{server}/debug/pipeline?lang={lang}&tab={tab}{more}")
    marks = {"status": "stMetric", "history": "stSelectbox", "settings": "stForm"}
    expect(page.get_by_test_id(marks[tab]).first).to_be_visible()
    settled(page)


def part(page: Page, name: str) -> None:
    # The button itself is hidden behind what is drawn of it.
    page.get_by_test_id("stRadio").get_by_text(name, exact=True).first.click()
    settled(page)


def test_the_first_look_answers_whether_all_is_well(page: Page, server: str) -> None:
    opened(page, server)
    expect(page.get_by_text(re.compile("のエクスポートは正常に完了しました"))).to_be_visible()
    expect(page.get_by_text(re.compile("次回は.*（あと"))).to_be_visible()
    expect(page.locator(".js-plotly-plot .bars").first).to_be_visible()
    shoot(page, "console-status")


def test_a_failure_is_followed_down_to_its_log_lines(page: Page, server: str) -> None:
    opened(page, server, "history", more="&status=failed")
    expect(page.get_by_text("E005")).to_be_visible()
    page.get_by_role("button", name="詳細").first.click()
    expect(page.get_by_role("radio", name="ログ").first).to_be_checked()
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    shoot(page, "console-failure")


def test_two_exports_are_compared(page: Page, server: str) -> None:
    opened(page, server, "history", "en", "&sort=oldest")
    rows = page.get_by_role("button", name="Details")
    rows.nth(1).click()
    part(page, "Differences")
    expect(page.get_by_text("Added records (the first hundred)")).to_be_visible()
    added = page.get_by_test_id("stMetric").filter(has_text="Added").get_by_test_id("stMetricValue")
    assert int(added.inner_text()) > 0
    shoot(page, "console-diff")


def test_an_export_is_taken_as_csv_xlsx_and_parquet(page: Page, server: str, tmp_path: Path) -> None:
    opened(page, server, "history", "en")
    page.get_by_role("button", name="Details").first.click()
    part(page, "Other formats")
    found = {}
    for kind in ("CSV", "XLSX", "Parquet"):
        with page.expect_download() as pressed:
            page.get_by_role("button", name=f"Download {kind}").click()
        pressed.value.save_as(tmp_path / kind)
        assert pressed.value.suggested_filename.endswith(f".{kind.lower()}")
        found[kind] = (tmp_path / kind).read_bytes()
    header, *rows = sheets(found["XLSX"])[0].rows()
    keys = {
        "CSV": list(pd.read_csv(io.BytesIO(found["CSV"]), low_memory=False)["SK"]),
        "XLSX": [row[header.index("SK")] for row in rows],
        "Parquet": list(pd.read_parquet(io.BytesIO(found["Parquet"]))["SK"]),
    }
    assert keys["CSV"] == keys["XLSX"] == keys["Parquet"] and len(rows) > 100


def test_case_12_a_tables_own_toolbar_offers_no_download(page: Page, server: str) -> None:
    opened(page, server, "history", "en")
    page.get_by_role("button", name="Preview").first.click()
    page.get_by_test_id("stDataFrame").hover()
    expect(page.get_by_test_id("stElementToolbar").get_by_role("button", name="Fullscreen")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("CSV|[Dd]ownload as"))).to_have_count(0)


def test_columns_are_profiled(page: Page, server: str) -> None:
    opened(page, server, "history")
    page.get_by_role("button", name="詳細").first.click()
    part(page, "列プロファイル")
    expect(page.get_by_text(re.compile("から求めています"))).to_be_visible()
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()


def test_a_filtered_view_is_shared_and_reloaded(browser: Browser, page: Page, server: str) -> None:
    opened(page, server, "history")
    page.get_by_test_id("stSelectbox").filter(has_text="状態").locator("input").click()
    page.get_by_role("option", name="失敗").click()
    expect(page).to_have_url(re.compile("status=failed"))
    expect(page.get_by_role("button", name="詳細")).to_have_count(1)
    second = browser.new_context().new_page()
    second.goto(page.url)
    expect(second.get_by_role("button", name="詳細")).to_have_count(1)
    expect(second.get_by_text("E005")).to_be_visible()
    second.context.close()


def test_the_schedule_is_moved_and_switched_off(page: Page) -> None:
    with running_server() as server:
        opened(page, server, "settings", "en")
        page.get_by_test_id("stForm").get_by_text("Enabled").click()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved. The schedule is switched off.")).to_be_visible()
        page.get_by_role("tab", name="Status").click()
        expect(page.get_by_text("The schedule is switched off (last good export")).to_be_visible()


def test_the_doctor_examines_everything(page: Page, server: str) -> None:
    opened(page, server, "settings")
    page.get_by_role("button", name="診断を実行").click()
    expect(page.get_by_text("[正常] 権限 · s3:ListBucket")).to_be_visible()
    shoot(page, "console-settings")


def test_the_language_of_the_document_is_told_to_screen_readers(page: Page, server: str) -> None:
    for lang in ("ja", "en"):
        opened(page, server, lang=lang)
        page.wait_for_function(f"document.documentElement.lang === '{lang}'")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("tab", TABS)
def test_axe_finds_nothing_serious_of_ours(browser: Browser, server: str, tab: str, theme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 1000}, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    opened(page, server, tab)
    found = barriers(page)
    if tab == "history":
        page.get_by_role("button", name="詳細", exact=True).first.click()
        settled(page)
        shoot(page, f"details-{theme}-{width}")
        found += barriers(page)
    context.close()
    assert found == []


@pytest.mark.parametrize("tab", TABS)
def test_headings_leave_no_level_out_and_are_no_stop_of_the_keyboard(page: Page, server: str, tab: str) -> None:
    opened(page, server, tab)
    levels = page.get_by_role("heading").evaluate_all("all => all.map(one => Number(one.tagName[1]))")
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    expect(page.get_by_role("main").get_by_role("link", name="Link to heading")).to_have_count(0)


def test_the_keyboard_reaches_tabs_and_buttons(page: Page, server: str) -> None:
    opened(page, server)
    page.get_by_role("tab", name="ステータス").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="詳細").first).to_be_visible()
    page.get_by_role("button", name="詳細").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name="概要").first).to_be_visible()


def test_five_sessions_at_once_all_see_the_page(browser: Browser, server: str) -> None:
    pages = [browser.new_context().new_page() for _ in range(5)]
    for page in pages:
        page.goto(f"{server}/debug/pipeline?tab=history", wait_until="commit")
    for page in pages:
        expect(page.get_by_role("button", name="詳細").first).to_be_visible()
        page.context.close()
