"""The editor of reports in a real browser: a preview that follows typing, without barriers, and nothing as markup."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.console.app import App
from pipeline.console.wiring import wire
from pipeline.lake.bucket import Lake
from tests.browser.conftest import barriers, running_server, settled, shoot
from tests.browser.test_journey import CONTRAST, JAPANESE, sideways
from tests.support.lakes import insights

BUCKET = "edited"
# The names of our controls; in a select box Streamlit has buttons of its own, called Open and Clear all.
NAMES = """() => [...document.querySelectorAll(
    '.st-key-report-editor :is(button:not([data-react-aria-pressable]), input, textarea, [role=combobox])')]
    .filter(one => one.checkVisibility())
    .map(one => one.getAttribute('aria-label') || one.labels?.[0]?.textContent || one.textContent)"""
# What cannot be pressed now is meant to be paler (WCAG 2.2, 1.4.3, "Incidental").
IDLE = """() => [...document.querySelectorAll('button:disabled *')].flatMap(
    one => [...one.childNodes].filter(node => node.nodeType === 3).map(node => node.textContent.trim()))"""
EVERY_KIND = """title: 全部のブロック
period: {kind: last_week}
person: akari
blocks:
- kind: status
- kind: history
- kind: quality
- kind: models
- kind: chart
  sql: SELECT day, sleep_hours FROM mart_daily_wellness WHERE user_id = {{person}} ORDER BY day LIMIT 5
  x: day
  y: [sleep_hours]
- kind: table
  title: こわれた表
  sql: SELECT nothing_here
- kind: correlation
- kind: forecast
  measure: focus_minutes
- kind: text
  text: さいごの文章
schedule: {days: [monday, 02-29], at: 09:00, zone: Europe/Paris}
recipients: [{kind: slack, name: ops}]
"""


def lab(emulator_url: str) -> dict[str, str]:
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    return {"PIPELINE_BACKEND": "aws", "AWS_ENDPOINT_URL": emulator_url, "S3_BUCKET_NAME": BUCKET, **keys}


@pytest.fixture(scope="module")
def app(cloud: Cloud, emulator_url: str) -> App:
    cloud.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    insights.fill(Lake(cloud.s3, BUCKET), {"akari": 60, "ren": 40})
    return wire(Settings.from_env(lab(emulator_url)), cloud)


@pytest.fixture(scope="module")
def url(app: App, emulator_url: str) -> Iterator[str]:
    app.reports.definitions.save("every-kind", EVERY_KIND, "")
    with running_server(**lab(emulator_url)) as served:
        yield served


def opened(page: Page, url: str, query: str) -> None:
    page.goto(f"{url}/debug/reports?edit=1&{query}")
    expect(page.get_by_role("radio", name="YAML")).to_be_attached()
    settled(page)


def paper(page: Page) -> Locator:
    """What the preview shows."""
    return page.frame_locator("iframe.paper").locator("body")


def new(page: Page, url: str, app: App, name: str, text: str) -> None:
    """Open the editor of a report with this text, whatever it was before."""
    definitions = app.reports.definitions
    seen = next((one.seen for one in definitions.listed() if one.name == name), "")
    definitions.save(name, text, seen)
    opened(page, url, f"report={name}")


def pale(page: Page) -> list[list[str]]:
    """Texts with too little contrast."""
    idle = page.evaluate(IDLE)
    return [found for found in page.evaluate(CONTRAST) if found[0] not in idle]


ONE = "title: ひとつ\nperiod: {kind: last_week}\nblocks:\n- kind: text\n  text: はじめの文\n"


def test_the_preview_follows_what_is_typed_without_leaving_the_field(page: Page, url: str, app: App) -> None:
    new(page, url, app, "followed", ONE)
    expect(paper(page)).to_contain_text("はじめの文")
    area = page.get_by_label("ブロック1の文章")
    area.fill("")
    area.press_sequentially("あとの文")
    expect(paper(page)).to_contain_text("あとの文")
    expect(area).to_be_focused()
    area.press_sequentially("と、続き")
    expect(paper(page)).to_contain_text("あとの文と、続き")
    expect(area).to_have_value("あとの文と、続き")


def test_what_is_typed_while_a_preview_comes_is_not_lost(page: Page, url: str, app: App) -> None:
    new(page, url, app, "fast", ONE)
    area = page.get_by_label("ブロック1の文章")
    area.fill("")
    # Over several previews, at the pace of a person.
    area.press_sequentially("0123456789" * 4, delay=110)
    expect(area).to_have_value("0123456789" * 4)
    expect(paper(page)).to_contain_text("0123456789" * 4)


def test_what_is_older_than_what_is_typed_says_so(page: Page, url: str, app: App) -> None:
    new(page, url, app, "stale", ONE)
    expect(paper(page)).to_contain_text("はじめの文")
    page.get_by_test_id("stRadio").get_by_text("YAML").click()
    settled(page)
    page.get_by_label("定義のYAML").fill("title: [half")
    expect(page.get_by_text("古い表示")).to_be_visible()
    expect(page.get_by_text("E003", exact=False).first).to_be_visible()
    expect(paper(page)).to_contain_text("はじめの文")


def test_blocks_are_told_apart_added_moved_and_saved(page: Page, url: str, app: App) -> None:
    new(page, url, app, "moved", ONE)
    page.get_by_role("button", name="ブロックを追加").click()
    settled(page)
    page.get_by_role("button", name="上へ移動: 2. エクスポートの状態").click()
    settled(page)
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("レポート「moved」の定義を保存しました")).to_be_visible()
    definition = app.reports.definitions.get("moved").definition
    assert definition is not None and [type(one).__name__ for one in definition.blocks] == ["Status", "FreeText"]


def test_a_draft_is_there_again_after_another_page(page: Page, url: str, app: App) -> None:
    new(page, url, app, "left", ONE)
    page.get_by_label("タイトル", exact=True).fill("半分の題")
    expect(page.get_by_text("未保存の下書き")).to_be_visible()
    page.get_by_role("link", name="パイプライン").click()
    expect(page.get_by_role("heading", level=1, name="パイプライン")).to_be_visible()
    settled(page)
    page.go_back()
    expect(page.get_by_label("タイトル", exact=True)).to_have_value("半分の題")


def test_two_editors_are_told_of_each_other(page: Page, url: str, app: App) -> None:
    new(page, url, app, "both", ONE)
    page.get_by_label("タイトル", exact=True).fill("わたしの題")
    expect(page.get_by_text("未保存の下書き")).to_be_visible()
    definitions = app.reports.definitions
    definitions.save("both", ONE.replace("ひとつ", "ほかの人の題"), definitions.get("both").seen)
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("この定義を保存しました", exact=False)).to_be_visible()
    expect(page.get_by_text("+title: わたしの題")).to_be_visible()
    settled(page)
    assert "ほかの人の題" in definitions.get("both").text


def test_nothing_that_is_typed_runs_or_is_fetched(page: Page, url: str, app: App) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    hostile = "<img src=http://127.0.0.1:1/x onerror=alert(1)><script>parent.hit=1</script> ![](http://127.0.0.1:1/y)"
    new(page, url, app, "hostile", ONE.replace("はじめの文", f"'{hostile}'").replace("ひとつ", f"'{hostile}'"))
    expect(paper(page)).to_contain_text("<script>parent.hit=1</script>")
    assert page.evaluate("window.hit") is None
    assert [one for one in asked if "127.0.0.1:1/" in one] == []


def test_a_block_that_fails_is_told_beside_its_fields_and_in_the_preview(page: Page, url: str) -> None:
    opened(page, url, "report=every-kind")
    expect(paper(page)).to_contain_text("さいごの文章")
    expect(paper(page)).to_contain_text("このブロックは作成できませんでした")
    settled(page)
    block = page.locator("[class*=st-key-report-block-]").nth(5)
    expect(block.get_by_role("alert")).to_be_visible()
    expect(page.locator("[class*=st-key-report-block-]").nth(4).get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_every_control_has_a_name_of_its_own(page: Page, url: str, lang: str) -> None:
    opened(page, url, f"report=every-kind&lang={lang}")
    names = page.evaluate(NAMES)
    assert names and all(names) and sorted(set(names)) == sorted(names)


def test_the_english_editor_holds_no_japanese_but_what_was_typed(page: Page, url: str) -> None:
    opened(page, url, "lang=en")
    assert JAPANESE.findall(page.get_by_test_id("stMain").inner_text()) == []


@pytest.mark.parametrize(
    ("lang", "theme", "width"),
    [("ja", "light", 1280), ("en", "dark", 1280), ("ja", "dark", 390), ("en", "light", 390)],
)
def test_it_has_no_barriers_and_does_not_scroll_sideways(
    browser: Browser, url: str, lang: str, theme: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    for view in ("report=every-kind", ""):
        opened(page, url, f"{view}&lang={lang}")
        if view:
            expect(paper(page)).to_contain_text("さいごの文章")
            settled(page)
        shoot(page, f"report-editor-{lang}-{theme}-{width}-{'new' if not view else 'all'}")
        assert (view, sideways(page), barriers(page), pale(page)) == (view, 0, [], [])
    page.get_by_test_id("stRadio").get_by_text("YAML").click()
    settled(page)
    assert (sideways(page), barriers(page), pale(page)) == (0, [], [])
    context.close()
