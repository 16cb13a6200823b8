"""モデルと品質 in a real browser: look, open, go back, mark, be refused, build; on a phone and without barriers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline.aws import Cloud
from pipeline.lake.bucket import Lake
from tests.browser.conftest import barriers, free_port, running_server, settled, shoot
from tests.browser.test_journey import CONTRAST, JAPANESE, sideways
from tests.browser.test_sign_in import COOKIE_SECRET, RULES, SECRETS, Console, cookie
from tests.support.lakes import models

BUCKET = "modelled"
TABLE = "moderation-craft-data"
TABS = ("runs", "lineage", "quality", "builds")
REASON = "known to the team"


@dataclass(frozen=True)
class Modelled:
    """A console over a lake with builds; the newest build's run id, and the ids of an error and a warning."""

    url: str
    run_id: str
    error: str
    warning: str


@pytest.fixture(scope="module")
def modelled(cloud: Cloud, emulator_url: str) -> Iterator[Modelled]:
    cloud.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    lake = Lake(cloud.s3, BUCKET)
    run_id = models.fill(lake, builds=12)
    models.put_project(lake, "hostile", models.hostile())
    models.put_project(lake, "large", models.large(300))
    found = models.fill_quality(lake, TABLE)
    with running_server(**lab(emulator_url)) as url:
        yield Modelled(url, run_id, *found)


def lab(emulator_url: str) -> dict[str, str]:
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    return {"PIPELINE_BACKEND": "aws", "AWS_ENDPOINT_URL": emulator_url, "S3_BUCKET_NAME": BUCKET, **keys}


def opened(page: Page, url: str, query: str = "") -> None:
    page.goto(f"{url}/debug/models?{query}")
    expect(page.get_by_role("tab").first).to_be_visible()
    settled(page)


def test_a_deep_link_as_the_first_request_shows_the_page_inside_its_frame(page: Page, modelled: Modelled) -> None:
    opened(page, modelled.url)
    expect(page.get_by_role("heading", name="モデルと品質", level=1)).to_be_visible()
    expect(page).to_have_title("✕ モデルと品質")
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar.get_by_text("データ", exact=True)).to_be_visible()
    links = [link.inner_text().split()[-1] for link in sidebar.get_by_role("link").all()]
    assert links[-4:] == ["分析", "モデルと品質", "相関と予測", "レポート"]
    expect(page.get_by_text("公開見送り")).to_be_visible()
    shoot(page, "models-ja")


def test_back_undoes_one_step_from_a_model_to_its_neighbour(page: Page, modelled: Modelled) -> None:
    opened(page, modelled.url)
    page.get_by_role("button", name="stg_users").click()
    expect(page.get_by_role("heading", name="stg_users")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="int_sessions").click()
    expect(page.get_by_role("heading", name="int_sessions")).to_be_visible()
    expect(page).to_have_url(re.compile("model=model.moderation_craft.int_sessions"))
    page.go_back()
    expect(page.get_by_role("heading", name="stg_users")).to_be_visible()
    page.go_back()
    expect(page.get_by_test_id("stMetric").first).to_be_visible()
    expect(page).to_have_url(f"{modelled.url}/debug/models?")


def test_compiled_sql_opens_in_explore_by_its_address(page: Page, modelled: Modelled) -> None:
    opened(page, modelled.url, f"model={models.USERS}&lang=en")
    page.get_by_text("Compiled SQL").click()
    settled(page)
    page.get_by_role("link", name="Open in Explore").click()
    expect(page).to_have_url(re.compile(r"/debug/explore\?.*sql=WITH"))


def test_the_graph_is_drawn_of_the_server_s_own_files(page: Page, modelled: Modelled) -> None:
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    opened(page, modelled.url, "tab=lineage")
    expect(page.locator(".st-key-lineage svg text", has_text="✗ stg_users")).to_be_visible()
    assert [url for url in asked if not url.startswith((modelled.url, "data:", "blob:"))] == []
    shoot(page, "models-lineage")


def test_markup_in_names_runs_nothing(page: Page, modelled: Modelled) -> None:
    said: list[str] = []
    page.on("dialog", lambda dialog: said.append(dialog.message) or dialog.dismiss())
    for tab in ("runs", "lineage"):
        opened(page, modelled.url, f"project=hostile&tab={tab}")
        expect(page.get_by_text("<img src=x onerror").first).to_be_visible()
    assert said == [] and page.locator("img[src='x']").count() == 0


def test_an_operator_acknowledges_mutes_and_takes_it_back(page: Page, modelled: Modelled) -> None:
    opened(page, modelled.url, f"tab=quality&finding={modelled.error}")
    card = page.locator(f".st-key-finding-{modelled.error}")
    card.get_by_role("button", name="ミュートする").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("期間中は判定と通知から除きます", exact=False)).to_be_visible()
    settled(page)
    assert barriers(page) == []
    dialog.get_by_role("button", name="保存").click()
    expect(dialog.get_by_text("理由が必要です", exact=False).first).to_be_visible()
    dialog.get_by_role("textbox", name="理由").fill(REASON)
    dialog.get_by_role("button", name="保存").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(card.get_by_text("ミュート", exact=True).first).to_be_visible()
    expect(card.get_by_text(REASON)).to_be_visible()
    page.reload()
    expect(card.get_by_text(REASON)).to_be_visible()
    settled(page)
    card.get_by_role("button", name="マークを取り消す").click()
    expect(page.get_by_text("マークを取り消しました")).to_be_visible()
    expect(card.get_by_text(REASON)).to_have_count(0)
    card.get_by_role("button", name="確認済みにする").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_viewer_sees_and_every_action_is_refused(
    page: Page, modelled: Modelled, emulator_url: str, tmp_path: Path
) -> None:
    secrets = SECRETS.format(secret=COOKIE_SECRET, provider="http://localhost:1", nothing=free_port())
    (tmp_path / "secrets.toml").write_text(secrets, "utf-8")
    (tmp_path / ".env.local").write_text(RULES, "utf-8")
    with running_server(tmp_path, **lab(emulator_url)) as url:
        console = Console(url, tmp_path, "")
        page.context.add_cookies([cookie(console, COOKIE_SECRET, email="viewer@example.com")])  # type: ignore[list-item]
        opened(page, url, f"lang=en&model={models.USERS}")
        expect(page.get_by_role("button", name="Build", exact=True)).to_be_disabled()
        expect(page.get_by_role("button", name="Show failing rows")).to_be_disabled()
        opened(page, url, f"lang=en&tab=quality&finding={modelled.warning}")
        for name in ("Check now", "Acknowledge", "Mute"):
            expect(page.get_by_role("button", name=name)).to_be_disabled()
        assert "hanako" not in page.content()
        assert [line for line in console.audit() if line["action"] in {"build", "quality", "download"}] == []


@pytest.mark.parametrize(("lang", "theme", "width"), [("ja", "dark", 390), ("en", "light", 390), ("en", "dark", 1280)])
def test_every_view_has_no_barriers_and_does_not_scroll_sideways(
    browser: Browser, modelled: Modelled, lang: str, theme: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    views = [f"tab={tab}" for tab in TABS] + [f"model={models.USERS}", f"tab=builds&build={modelled.run_id}"]
    views += [f"tab=quality&finding={modelled.error}", "project=large&tab=lineage"]
    for view in views:
        opened(page, modelled.url, f"{view}&lang={lang}")
        assert (view, sideways(page), barriers(page), page.evaluate(CONTRAST)) == (view, 0, [], [])
    context.close()


def test_nothing_of_the_english_page_is_japanese(page: Page, modelled: Modelled) -> None:
    for view in (*(f"tab={tab}" for tab in TABS), f"model={models.USERS}", f"tab=builds&build={modelled.run_id}"):
        opened(page, modelled.url, f"{view}&lang=en")
        text = page.get_by_test_id("stMain").inner_text()
        assert JAPANESE.findall(text) == []


def test_a_build_is_pressed_watched_in_two_browsers_and_told(browser: Browser, page: Page) -> None:
    with running_server(PIPELINE_DEMO_SCHEDULE="on", PIPELINE_BUILD_AFTER_TABLES="off") as url:
        page.goto(f"{url}/debug/explore")
        # Its tables come after its exports.
        expect(page.locator(".cm-content")).to_be_visible(timeout=120_000)
        opened(page, url)
        page.get_by_role("button", name="ビルド", exact=True).click()
        expect(page.get_by_role("button", name="ビルド中です")).to_be_disabled()
        second = browser.new_context().new_page()
        opened(second, url)
        expect(second.get_by_role("button", name="ビルド中です")).to_be_disabled()
        expect(second.get_by_role("progressbar")).to_be_visible()
        for one in (page, second):
            expect(one.get_by_text("モデルとテストはすべて正常です", exact=False)).to_be_visible(timeout=120_000)
            expect(one.get_by_text("公開中").first).to_be_visible()
        second.context.close()
