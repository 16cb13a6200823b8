"""The page of the sources as a person uses it: connect, backfill, add a place, look at the runs, be refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PATIENCE_MS, barriers, running_server, settled, shoot
from tests.browser.test_journey import JAPANESE, sideways

CONTRAST = (Path(__file__).parent / "contrast.js").read_text("utf-8")
WEATHER, HEALTH = "source-weather", "source-google-health"
SECRET = re.compile(r"ya29\.|1//|4/[\w-]{20}|GOCSPX")
# Pictures and fonts inside the page are noise in which anything can be found.
INLINE = re.compile(r"data:[^\"')\s]+")


@pytest.fixture(scope="module")
def console() -> Iterator[str]:
    """One fresh server; the first test of this file makes its first request."""
    with running_server() as url:
        yield url


def card(page: Page, name: str) -> Locator:
    return page.locator(f".st-key-{name}")


def opened(page: Page, console: str, query: str = "") -> None:
    page.goto(f"{console}/debug/sources{query}")
    expect(card(page, HEALTH)).to_be_visible()
    expect(card(page, WEATHER)).to_be_visible()
    settled(page)


def part(page: Page, name: str, label: str) -> None:
    card(page, name).get_by_role("tab", name=label, exact=True).click()
    settled(page)


def press(page: Page, name: str, label: str) -> None:
    # Between a button's going down and up nothing may take its place.
    settled(page)
    card(page, name).get_by_role("button", name=label, exact=True).click()


def press_in_popover(page: Page, label: str) -> None:
    page.get_by_role("button", name=label, exact=True).click()


def badge(page: Page, name: str, label: str) -> None:
    expect(card(page, name).locator(".stMarkdownBadge").filter(has_text=label).first).to_be_visible()


def of_table(page: Page, table: str) -> Locator:
    """What the rows of the history say of their table."""
    return page.get_by_text(re.compile(rf"^テーブル名\s*{re.escape(table)}$"))


def filled(page: Page, console: str, query: str = "") -> None:
    """Both sources have run; then the page in the wanted language."""
    opened(page, console)
    for name in (WEATHER, HEALTH):
        if card(page, name).get_by_text("未実行").count():
            press(page, name, "今すぐ実行")
            badge(page, name, "正常")
    opened(page, console, query)


def test_a_deep_link_as_the_first_request_shows_the_sources_inside_the_frame(page: Page, console: str) -> None:
    opened(page, console)
    expect(page.get_by_role("heading", name="データソース")).to_be_visible()
    # Nothing has run yet: the tab says that somebody is waited for.
    expect(page).to_have_title("! データソース")
    expect(page.get_by_text("組み込みデモ（サンプルデータ）")).to_be_visible()
    expect(page.get_by_test_id("stSidebar").get_by_role("link", name="パイプライン")).to_be_visible()
    badge(page, WEATHER, "未実行")
    expect(card(page, WEATHER).get_by_role("link", name="Weather data by Open-Meteo.com")).to_have_attribute(
        "href", "https://open-meteo.com/"
    )
    shoot(page, "sources-first")


def test_the_health_source_is_disconnected_and_connected_through_the_consent_page(page: Page, console: str) -> None:
    opened(page, console)
    part(page, HEALTH, "設定")
    press(page, HEALTH, "接続を解除")
    press_in_popover(page, "解除する")
    expect(card(page, HEALTH).get_by_text("Googleでの同意も取り消しました")).to_be_visible()
    expect(card(page, HEALTH).get_by_text("E001 AUTH_FAILED アカウントが接続されていません")).to_be_visible()
    badge(page, HEALTH, "準備が必要")
    expect(card(page, HEALTH).get_by_role("button", name="今すぐ実行")).to_be_disabled()
    shoot(page, "sources-disconnected")
    press(page, HEALTH, "接続")
    page.wait_for_url(re.compile(r"/o/oauth2/v2/auth\?"))
    page.locator('button[value="allow"]').click()
    expect(page.get_by_text(re.compile("接続しました。「今すぐ実行」"))).to_be_visible()
    expect(page).to_have_url(f"{console}/debug/sources")
    badge(page, HEALTH, "未実行")
    assert not SECRET.search(INLINE.sub("", page.content()))


def test_a_refused_consent_is_named_in_the_language_that_was_spoken(page: Page, console: str) -> None:
    opened(page, console, "?lang=en")
    part(page, HEALTH, "Setup")
    card(page, HEALTH).get_by_role("textbox", name="Name of the person").fill("yuki")
    press(page, HEALTH, "Connect an account")
    page.wait_for_url(re.compile(r"/o/oauth2/v2/auth\?"))
    page.locator('button[value="deny"]').click()
    expect(page.get_by_text("E015 FORBIDDEN Consent was refused")).to_be_visible()
    expect(page).to_have_url(f"{console}/debug/sources?lang=en")
    part(page, HEALTH, "Setup")
    expect(card(page, HEALTH).get_by_text("akari", exact=True)).to_be_visible()
    expect(card(page, HEALTH).get_by_text("yuki", exact=True)).to_have_count(0)
    shoot(page, "sources-refused")


def test_a_forged_answer_is_refused_by_name_and_leaves_no_trace_in_the_address(page: Page, console: str) -> None:
    page.goto(f"{console}/debug/sources?state=forged&code=4/forged")
    expect(page.get_by_text("接続の開始を確認できません")).to_be_visible()
    expect(page).to_have_url(f"{console}/debug/sources")


@pytest.mark.parametrize("name", [WEATHER, HEALTH])
def test_thirty_days_are_filled_while_the_calendar_is_watched(page: Page, console: str, name: str) -> None:
    opened(page, console)
    press(page, name, "期間を指定して再取得")
    expect(card(page, name).get_by_text(re.compile("30日のうち"))).to_be_visible()
    badge(page, name, "正常")
    settled(page)  # the calendar of the run that ended is gone
    got = card(page, name).locator(".stMarkdownBadge").filter(has_text="取得済み")
    expect(got).to_have_text(re.compile(r"2[2-9]"))
    signs = card(page, name).locator(".js-plotly-plot .heatmap-label").all_text_contents()
    assert sum(sign.strip() in {"✓", "◐"} for sign in signs) == 30
    part(page, name, "最新")
    expect(card(page, name).get_by_test_id("stDataFrame")).to_be_visible()
    shoot(page, f"{name}-filled")


def test_a_place_is_removed_and_found_again_by_its_name(page: Page, console: str) -> None:
    opened(page, console)
    part(page, WEATHER, "設定")
    press(page, WEATHER, "削除")
    press_in_popover(page, "削除する")
    expect(card(page, WEATHER).get_by_text("東京を削除しました。")).to_be_visible()
    expect(card(page, WEATHER).get_by_text("次の手順: 地点がありません")).to_be_visible()
    card(page, WEATHER).get_by_label("地点を名前で検索").fill("東京")
    press(page, WEATHER, "検索")
    expect(card(page, WEATHER).get_by_text("東京都 · 日本")).to_be_visible()
    shoot(page, "sources-search")
    press(page, WEATHER, "追加")
    expect(card(page, WEATHER).get_by_text(re.compile("東京を追加しました。.*期間を指定して再取得"))).to_be_visible()
    expect(card(page, WEATHER).get_by_text("地点がありません")).to_have_count(0)


@pytest.mark.parametrize("name", [WEATHER, HEALTH])
def test_the_runs_of_a_source_are_in_the_history_with_preview_and_diff(page: Page, console: str, name: str) -> None:
    filled(page, console)
    press(page, name, "今すぐ実行")
    expect(card(page, name).get_by_role("button", name="実行中…")).to_be_visible()
    badge(page, name, "正常")
    card(page, name).get_by_role("link", name="履歴で見る").click()
    expect(page).to_have_url(re.compile(f"/debug/pipeline.*table={name.removeprefix('source-')}"))
    expect(page.get_by_role("button", name="詳細").nth(1)).to_be_visible()
    settled(page)
    expect(of_table(page, name.removeprefix("source-")).first).to_be_visible()
    assert of_table(page, "moderation-craft-data").count() == 0
    page.get_by_role("button", name="プレビュー").first.click()
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    page.get_by_role("button", name="閉じる").click()
    page.get_by_role("button", name="詳細").first.click()
    page.get_by_test_id("stRadio").get_by_text("差分", exact=True).click()
    expect(page.get_by_test_id("stMetric").filter(has_text="同じ")).to_be_visible()
    shoot(page, f"{name}-diff")


def test_a_source_is_switched_off_and_on_and_added_and_taken_out(page: Page, console: str) -> None:
    opened(page, console)
    card(page, WEATHER).get_by_text("定期実行").click()
    badge(page, WEATHER, "オフ")
    settled(page)
    card(page, WEATHER).get_by_text("定期実行").click()
    expect(card(page, WEATHER).get_by_text("オンにしました")).to_be_visible()
    page.get_by_role("button", name="大気質（Open-Meteo）").click()
    badge(page, "source-air-quality", "準備が必要")
    expect(card(page, "source-air-quality").get_by_text("次の手順: 地点がありません")).to_be_visible()
    page.get_by_label("DynamoDBテーブルの名前").fill("no-such-table")
    page.get_by_role("button", name="テーブルを追加").click()
    expect(page.get_by_text("E014 NOT_FOUND")).to_be_visible()
    card(page, "source-air-quality").get_by_role("button", name="このソースを削除").click()
    page.get_by_role("button", name="削除する", exact=True).click()
    expect(card(page, "source-air-quality")).to_have_count(0)
    page.get_by_text("設定の変更履歴").click()
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()


def test_the_japanese_page_holds_no_english_sentence_but_the_licence_s(page: Page, console: str) -> None:
    filled(page, console)
    for label in ("カレンダー", "設定"):
        for name in (WEATHER, HEALTH):
            part(page, name, label)
        text = page.get_by_test_id("stApp").inner_text().replace("Skip to main content", "")  # the framework's own link
        for technical in ("Weather data by Open-Meteo.com", "Google Health API", "Google Health"):
            text = text.replace(technical, "")
        text = re.sub(r"[a-z_]+_[a-z_]+", " ", text)  # Material icon names are ligatures
        assert re.findall(r"[A-Za-z]{3,} [A-Za-z]{2,}", text) == []


def test_the_english_page_holds_no_japanese_and_asks_no_other_machine(page: Page, console: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    filled(page, console, "?lang=en")
    assert [url for url in asked if not url.startswith((console, "data:", "blob:"))] == []
    expect(page.get_by_role("heading", name="Data sources")).to_be_visible()
    text = page.locator("body").inner_text().replace("日本語", "")
    assert JAPANESE.findall(text) == []
    shoot(page, "sources-en")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_and_every_text_stands_out(browser: Browser, console: str, theme: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 1000}, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    filled(page, console)
    for label in ("カレンダー", "設定"):
        for name in (WEATHER, HEALTH):
            part(page, name, label)
        assert barriers(page) == []
        assert page.evaluate(CONTRAST) == []
        shoot(page, f"sources-{theme}-{label}")
    context.close()


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_a_phone_does_not_scroll_sideways(browser: Browser, console: str, lang: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    filled(page, console, f"?lang={lang}")
    for number in range(4):
        for name in (WEATHER, HEALTH):
            card(page, name).get_by_role("tablist").scroll_into_view_if_needed()
            tab = card(page, name).get_by_role("tab").nth(number)
            # Every part is in sight, none behind an arrow.
            expect(tab).to_be_in_viewport(ratio=1)
            tab.click()
            settled(page)
        assert sideways(page) == 0
        shoot(page, f"sources-phone-{lang}-{number}")
    context.close()


def test_on_a_phone_what_came_of_a_press_is_in_sight(browser: Browser, console: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="light")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    opened(page, console)
    part(page, WEATHER, "設定")
    press(page, WEATHER, "検索")
    expect(page.get_by_text("検索する地点の名前を入力してください")).to_be_in_viewport()
    settled(page)
    card(page, WEATHER).get_by_text("座標で追加").click()
    press(page, WEATHER, "追加")
    expect(page.get_by_text("地点の名前が正しくありません")).to_be_in_viewport()
    settled(page)
    page.get_by_role("button", name="テーブルを追加").click()
    expect(page.get_by_text("テーブルの名前が正しくありません")).to_be_in_viewport()
    shoot(page, "sources-phone-slip")
    context.close()
