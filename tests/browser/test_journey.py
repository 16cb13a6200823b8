"""The main job as a person does it: open, export, watch, download, preview, switch the language, see a failure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import open_tab, running_server, settled, shoot

CONTRAST = (Path(__file__).parent / "contrast.js").read_text("utf-8")

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]+")
# Names that stay English in Japanese text.
TECHNICAL = re.compile(
    r"DynamoDB|AWS_REGION|AWS|S3_BUCKET_NAME|S3|Lambda|LAMBDA_EXPORT_FUNCTION|DYNAMODB_TABLE_NAME|JST|KB|MB|English|"
    r"moderation-craft[\w-]*|ap-northeast-1|\.env\.local|E\d{3}( [A-Z_0-9]+)?|dynamodb:Scan: [\w :']+|SUCCEEDED|JSON|"
    r"aws logs tail [\w/ -]+"
)

# What a row of the history says of a run that somebody pressed for.
MANUAL = re.compile(r"^トリガー\s*手動$")


def opened(page: Page, server: str, query: str = "") -> None:
    page.goto(f"{server}/debug/pipeline{query}")
    expect(page.get_by_test_id("stMetric").first).to_be_visible()


def press_export(page: Page) -> None:
    page.get_by_role("button", name="手動エクスポート").click()


def result_card(page: Page) -> str:
    expect(page.get_by_text("200 成功")).to_be_visible()
    expect(page.get_by_text("raw/internal/dynamodb-exports/dt=").first).to_be_visible()
    return page.get_by_role("tabpanel").first.inner_text()


def test_a_deep_link_as_the_first_request_shows_the_page_inside_its_frame(page: Page) -> None:
    with running_server() as fresh:
        opened(page, fresh)
        expect(page.get_by_role("heading", name="データパイプライン管理")).to_be_visible()
        expect(page.get_by_text("DynamoDB → S3 エクスポートの管理とモニタリング")).to_be_visible()
        sidebar = page.get_by_test_id("stSidebar")
        expect(sidebar.get_by_text("デバッグ")).to_be_visible()
        expect(sidebar.get_by_role("link", name="パイプライン")).to_be_visible()
        expect(page.get_by_text("組み込みデモ（サンプルデータ）")).to_be_visible()
        expect(page.get_by_role("dialog")).to_have_count(0)
        shoot(page, "status-ja")


def test_the_page_asks_no_other_machine_for_anything(page: Page, server: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for tab in ("status", "history", "settings"):
        page.goto(f"{server}/debug/pipeline?tab={tab}")
        expect(page.get_by_role("heading", name="データパイプライン管理")).to_be_visible()
        settled(page)
    page.wait_for_selector('link[rel*="icon"][href^="data:image/svg"]', state="attached")
    assert [url for url in asked if not url.startswith((server, "data:", "blob:"))] == []


def test_the_root_address_leads_to_the_pipeline_page(page: Page, server: str) -> None:
    page.goto(f"{server}/debug/")
    expect(page.get_by_role("heading", name="データパイプライン管理")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/debug/pipeline$"))


def test_the_root_address_keeps_the_language(page: Page, server: str) -> None:
    page.goto(f"{server}/debug/?lang=en")
    expect(page.get_by_role("heading", name="Data pipeline")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/debug/pipeline\?lang=en$"))


def test_an_export_is_watched_and_then_downloaded_whole(page: Page, tmp_path: Path) -> None:
    with running_server() as server:
        opened(page, server)
        before = page.get_by_test_id("stMetricValue").first.inner_text()
        press_export(page)
        expect(page.get_by_role("button", name="エクスポート中…")).to_be_disabled()
        expect(page.get_by_text(re.compile("エクスポート(を開始しています|中です)")).first).to_be_visible()
        card = result_card(page)
        assert "s3://moderation-craft-data-800860245583/raw/internal/dynamodb-exports/dt=" in card
        assert "エクスポートが正常に完了しました" in card
        expect(page.get_by_test_id("stMetricValue").first).not_to_have_text(before)
        shoot(page, "exported-ja")
        page.get_by_role("tab", name="履歴").click()
        expect(page.get_by_text(MANUAL).first).to_be_visible()
        with page.expect_download() as pressed:
            page.get_by_role("button", name="ダウンロード").first.click()
        target = tmp_path / "export.json"
        pressed.value.save_as(target)
        document = json.loads(target.read_text("utf-8"))
        shown = page.get_by_test_id("stVerticalBlock").filter(has_text="テーブル名").last.inner_text()
    assert document["export_metadata"]["record_count"] == len(document["data"]) > 100
    assert all("_exported_at" in record for record in document["data"])
    assert len({(record["PK"], record["SK"]) for record in document["data"]}) == len(document["data"])
    assert "moderation-craft-data" in shown


SAMPLE = [
    {"id": f"r{number:03}", "digits": 12345678901234567890123456789012345678, "half": 0.5, "text": "=睡眠 <b>😀</b>"}
    | {"nested": {"list": [number, None, True, {"S": "x"}]}}
    for number in range(30)
]


def test_what_the_button_downloads_equals_the_table(page: Page, tmp_path: Path) -> None:
    sample, target = tmp_path / "sample.json", tmp_path / "export.json"
    sample.write_text(json.dumps(SAMPLE), "utf-8")
    with running_server(PIPELINE_SAMPLE_FILE=str(sample), PIPELINE_SAMPLE_KEY="id:S") as server:
        opened(page, server)
        press_export(page)
        result_card(page)
        page.get_by_role("tab", name="履歴").click()
        with page.expect_download() as pressed:
            page.get_by_role("button", name="ダウンロード").first.click()
        pressed.value.save_as(target)
    records = json.loads(target.read_text("utf-8"))["data"]
    assert {record.pop("_exported_at")[:2] for record in records} == {"20"}
    assert sorted(records, key=lambda record: str(record["id"])) == SAMPLE


PRESS_AND_LEAVE = """() => {
    document.querySelector('.st-key-export button').click()
    setTimeout(() => document.querySelectorAll('[role=tab]')[1].click(), 150)
}"""


def test_a_press_holds_though_another_click_follows_before_it_is_answered(page: Page) -> None:
    with running_server() as server:
        opened(page, server)
        page.evaluate(PRESS_AND_LEAVE)
        expect(page.get_by_text(MANUAL).first).to_be_visible()
        expect(page.get_by_role("button", name="手動エクスポート")).to_be_enabled()


def test_the_result_survives_a_reload_and_reaches_a_second_browser(browser: Browser, page: Page, server: str) -> None:
    opened(page, server)
    press_export(page)
    result_card(page)
    page.reload()
    result_card(page)
    second = browser.new_context().new_page()
    opened(second, server)
    result_card(second)
    second.context.close()


def test_a_preview_shows_the_first_records(page: Page, server: str) -> None:
    opened(page, server)
    page.get_by_role("tab", name="履歴").click()
    page.get_by_role("button", name="プレビュー").first.click()
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    expect(page.get_by_text(re.compile("の先頭50件"))).to_be_visible()
    shoot(page, "preview-ja")
    page.get_by_role("button", name="プレビューを閉じる").click()
    expect(page.get_by_test_id("stDataFrame")).to_have_count(0)


@pytest.mark.parametrize("tab", [0, 1, 2])
def test_english_pages_hold_no_japanese(page: Page, server: str, tab: int) -> None:
    opened(page, server)
    page.get_by_text("English").click()
    expect(page.get_by_role("heading", name="Data pipeline")).to_be_visible()
    expect(page).to_have_url(re.compile("lang=en"))
    open_tab(page, tab)
    text = page.locator("body").inner_text().replace("日本語", "")
    shoot(page, f"english-{tab}")
    assert JAPANESE.findall(text) == []


@pytest.mark.parametrize("tab", [0, 1, 2])
def test_japanese_pages_hold_no_english_sentences(page: Page, server: str, tab: int) -> None:
    opened(page, server)
    open_tab(page, tab)
    text = page.get_by_test_id("stApp").inner_text().replace("Skip to main content", "")  # the framework's own link
    text = TECHNICAL.sub(" ", text)
    text = re.sub(r"[a-z_]+_[a-z_]+", " ", text)  # Material icon names are ligatures
    assert re.findall(r"[A-Za-z]{3,} [A-Za-z]{2,}", text) == []


def test_the_language_survives_a_reload(page: Page, server: str) -> None:
    opened(page, server, "?lang=en")
    expect(page.get_by_role("heading", name="Data pipeline")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Data pipeline")).to_be_visible()


def test_two_browsers_pressing_together_run_one_export(browser: Browser) -> None:
    with running_server() as server:
        pages = [browser.new_context().new_page() for _ in range(2)]
        for page in pages:
            opened(page, server)
        for page in pages:
            page.get_by_role("button", name="手動エクスポート").click(no_wait_after=True)
        dialog = pages[1].get_by_role("button", name="実行中のエクスポートを見る")
        expect(dialog.or_(pages[1].get_by_text("200 成功")).first).to_be_visible()
        if dialog.is_visible():
            dialog.click()
        for page in pages:
            result_card(page)
        pages[0].get_by_role("button", name="更新").click()
        pages[0].get_by_role("tab", name="履歴").click()
        expect(pages[0].get_by_text(MANUAL)).to_have_count(1)
        for page in pages:
            page.context.close()


@pytest.fixture
def empty_cloud() -> Iterator[str]:
    """An emulator that holds no bucket, no table and no function."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    yield f"http://127.0.0.1:{port}"
    server.stop()


def test_a_missing_bucket_is_a_red_card_and_the_settings_still_work(page: Page, empty_cloud: str) -> None:
    with running_server(
        PIPELINE_BACKEND="aws",
        AWS_ENDPOINT_URL=empty_cloud,
        AWS_ACCESS_KEY_ID="testing",
        AWS_SECRET_ACCESS_KEY="testing",  # noqa: S106 - the emulator takes anything
        S3_BUCKET_NAME="no-such-bucket-here",
    ) as server:
        page.goto(f"{server}/debug/pipeline")
        expect(page.get_by_text("E014 NOT_FOUND").first).to_be_visible()
        press_export(page)
        expect(page.get_by_text("リソースが見つかりません").first).to_be_visible()
        assert "Traceback" not in page.locator("body").inner_text()
        assert "組み込みデモ" not in page.locator("body").inner_text()
        shoot(page, "failure-ja")
        page.get_by_role("tab", name="設定").click()
        expect(page.get_by_text("no-such-bucket-here").first).to_be_visible()


def test_a_malformed_setting_is_a_red_card_inside_the_frame(page: Page) -> None:
    with running_server(PIPELINE_BACKEND="amazon") as server:
        page.goto(f"{server}/debug/pipeline")
        expect(page.get_by_text("E013 CONFIG").first).to_be_visible()
        expect(page.get_by_text("PIPELINE_BACKEND").first).to_be_visible()
        expect(page.get_by_test_id("stSidebar").get_by_text("デバッグ")).to_be_visible()


def test_a_failed_run_shows_its_error_in_the_history(page: Page, server: str) -> None:
    opened(page, server)
    page.get_by_role("tab", name="履歴").click()
    expect(page.get_by_text("E005")).to_be_visible()
    expect(page.get_by_text("DynamoDBスロットリング")).to_be_visible()
    shoot(page, "history-ja")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_stands_out_from_its_background(browser: Browser, server: str, theme: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 1000}, color_scheme=theme)
    page = context.new_page()
    opened(page, server)
    for tab in range(3):
        open_tab(page, tab)
        assert page.evaluate(CONTRAST) == []
        shoot(page, f"{theme}-{tab}")
    open_tab(page, 1)
    page.get_by_role("button", name="詳細", exact=True).first.click()
    expect(page.get_by_role("radio", name="概要").first).to_be_visible()
    settled(page)
    assert page.evaluate(CONTRAST) == []
    shoot(page, f"{theme}-details")
    context.close()


def sideways(page: Page) -> int:
    """Pixels by which the page can be scrolled to the side; Streamlit scrolls its main part, never the document."""
    return int(page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth"))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["ja", "en"])
def test_a_phone_does_not_scroll_sideways(browser: Browser, server: str, lang: str, theme: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{server}/debug/pipeline?lang={lang}")
    for tab in range(3):
        open_tab(page, tab)
        assert sideways(page) == 0
        shoot(page, f"phone-{lang}-{theme}-{tab}")
    open_tab(page, 1)
    for name in {"ja": ("プレビュー", "詳細"), "en": ("Preview", "Details")}[lang]:
        page.get_by_role("button", name=name, exact=True).first.click()
        settled(page)
        assert sideways(page) == 0
    page.get_by_test_id("stMain").evaluate("main => main.firstChild.style.minWidth = '500px'")
    assert sideways(page) > 0
    context.close()
