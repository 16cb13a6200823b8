"""相関と予測 in a real browser: look, open a pair, go back, ask otherwise, foresee, be refused; without barriers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.console.wiring import wire
from pipeline.lake.bucket import Lake
from tests.browser.conftest import barriers, free_port, running_server, settled, shoot
from tests.browser.test_journey import CONTRAST, JAPANESE, sideways
from tests.browser.test_sign_in import COOKIE_SECRET, RULES, SECRETS, Console, cookie
from tests.support.lakes import insights

BUCKET = "understood"
PAIR = "pair=sleep_hours~focus~0"
VIEWS = ("", "person=", PAIR, f"person=&{PAIR}", "tab=forecast", "tab=forecast&target=good_focus")


def lab(emulator_url: str) -> dict[str, str]:
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    return {"PIPELINE_BACKEND": "aws", "AWS_ENDPOINT_URL": emulator_url, "S3_BUCKET_NAME": BUCKET, **keys}


@pytest.fixture(scope="module")
def url(cloud: Cloud, emulator_url: str) -> Iterator[str]:
    cloud.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    insights.fill(Lake(cloud.s3, BUCKET))
    board = wire(Settings.from_env(lab(emulator_url)), cloud).insights.forecasts
    board.past()
    board.foresee()
    with running_server(**lab(emulator_url)) as served:
        yield served


def opened(page: Page, url: str, query: str = "") -> None:
    page.goto(f"{url}/debug/insights?{query}")
    expect(page.get_by_role("tab").first).to_be_visible()
    settled(page)


def test_a_deep_link_as_the_first_request_shows_the_page_inside_its_frame(page: Page, url: str) -> None:
    opened(page, url)
    expect(page.get_by_role("heading", name="相関と予測", level=1)).to_be_visible()
    expect(page).to_have_title("✓ 相関と予測")
    expect(page.get_by_test_id("stSidebar").get_by_text("インサイト", exact=True)).to_be_visible()
    expect(page.get_by_text("関連が見つかりました", exact=False).first).to_be_visible()
    shoot(page, "insights")


def test_effective_days_and_corrected_p_are_in_view_on_a_wide_screen(page: Page, url: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    opened(page, url)
    for name in ("実質日数", "補正後のp"):
        box = page.get_by_text(name).nth(1).bounding_box()
        assert box and box["x"] + box["width"] <= 1280


def test_a_pair_opens_and_back_leads_to_the_list(page: Page, url: str) -> None:
    opened(page, url)
    page.get_by_role("button", name="よく眠った日は、集中度も高い？").click()
    expect(page).to_have_url(re.compile("pair=sleep_hours~focus~0"))
    expect(page.get_by_role("button", name="一覧に戻る")).to_be_visible()
    settled(page)
    page.go_back()
    expect(page.get_by_role("heading", name="探索", exact=True)).to_be_visible()


def test_the_sql_of_a_pair_runs_in_explore_s_own_page(page: Page, url: str) -> None:
    opened(page, url, f"{PAIR}&lang=en")
    page.get_by_text("Recompute it yourself", exact=True).click()
    settled(page)
    page.get_by_role("link", name="Open in Explore").click()
    expect(page).to_have_url(re.compile(r"/debug/explore\?.*sql=.*mart_daily_wellness"))


def test_the_english_page_holds_no_japanese(page: Page, url: str) -> None:
    for view in VIEWS:
        opened(page, url, f"{view}&lang=en")
        assert (view, JAPANESE.findall(page.get_by_test_id("stMain").inner_text())) == (view, [])


@pytest.mark.parametrize(("lang", "theme", "width"), [("ja", "dark", 390), ("en", "light", 390), ("en", "dark", 1280)])
def test_every_view_has_no_barriers_and_does_not_scroll_sideways(
    browser: Browser, url: str, lang: str, theme: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    for view in VIEWS:
        opened(page, url, f"{view}&lang={lang}")
        assert (view, sideways(page), barriers(page), page.evaluate(CONTRAST)) == (view, 0, [], [])
    context.close()


def test_a_press_foresees_and_tells_when_it_is_done(page: Page, url: str) -> None:
    opened(page, url, "tab=forecast")
    page.get_by_role("button", name="予測する", exact=True).click()
    expect(page.get_by_text("5人", exact=False).first).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="予測する", exact=True)).to_be_enabled(timeout=60_000)


def test_a_viewer_is_told_that_these_are_people_s_own_days_and_sees_none(
    page: Page, url: str, emulator_url: str, tmp_path: Path
) -> None:
    secrets = SECRETS.format(secret=COOKIE_SECRET, provider="http://localhost:1", nothing=free_port())
    (tmp_path / "secrets.toml").write_text(secrets, "utf-8")
    (tmp_path / ".env.local").write_text(RULES, "utf-8")
    with running_server(tmp_path, **lab(emulator_url)) as served:
        console = Console(served, tmp_path, "")
        page.context.add_cookies([cookie(console, COOKIE_SECRET, email="viewer@example.com")])  # type: ignore[list-item]
        for view in VIEWS:
            page.goto(f"{served}/debug/insights?lang=en&{view}")
            expect(page.get_by_text("for operators only", exact=False).first).to_be_visible()
            settled(page)
            assert [name for name in insights.PEOPLE if name in page.get_by_test_id("stMain").inner_text()] == []
        own = [line for line in console.audit() if line["who"] == "viewer@example.com"]
        assert [line for line in own if line["action"] in {"query", "insights"}] == []
