"""レポート in a real browser: make one, look at it in its frame, print it alone, be refused; without barriers."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.console.wiring import wire
from tests.browser.conftest import barriers, free_port, running_server, settled, shoot
from tests.browser.test_journey import CONTRAST, JAPANESE, sideways
from tests.browser.test_sign_in import COOKIE_SECRET, RULES, SECRETS, Console, cookie

BUCKET = "reported"
# A text of every kind of markup, long enough for a second page of paper.
TEXT = "<script>document.title = 'x'</script> **b** </style> x" + "\\n\\nline" * 90
NOTE = f"""title: Weekly note
language: en
period:
  kind: last_week
blocks:
- kind: text
  text: "{TEXT}"
formats: [html, pdf, xlsx, md]
schedule:
  days: [monday]
  at: 09:00
"""
A4 = (595, 842)


def lab(emulator_url: str) -> dict[str, str]:
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    topic = "team=sns:arn:aws:sns:ap-northeast-1:123456789012:team"
    return {
        "PIPELINE_BACKEND": "aws",
        "AWS_ENDPOINT_URL": emulator_url,
        "S3_BUCKET_NAME": BUCKET,
        "PIPELINE_NOTICES": topic,
        **keys,
    }


@pytest.fixture(scope="module")
def run_id(cloud: Cloud, emulator_url: str) -> str:
    """A report that was made."""
    cloud.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    reports = wire(Settings.from_env(lab(emulator_url)), cloud).reports
    reports.definitions.save("note", NOTE, "")
    reports.definitions.save("other", NOTE, "")
    return reports.maker.make("note").run_id


@pytest.fixture(scope="module")
def url(run_id: str, emulator_url: str) -> Iterator[str]:
    with running_server(**lab(emulator_url)) as served:
        yield served


def opened(page: Page, url: str, query: str = "") -> None:
    page.goto(f"{url}/debug/reports?{query}")
    expect(page.get_by_role("tab").first).to_be_visible()
    settled(page)


def views(run_id: str) -> tuple[str, ...]:
    return ("", "report=note", f"report=note&run={run_id}", "report=weekly-exports", "report=none", "tab=notices")


def test_a_deep_link_as_the_first_request_shows_the_page_inside_its_frame(page: Page, url: str) -> None:
    opened(page, url)
    expect(page.get_by_role("heading", name="レポート", level=1)).to_be_visible()
    expect(page).to_have_title(re.compile("レポート"))
    expect(page.get_by_test_id("stSidebar").get_by_role("link", name="レポート")).to_be_visible()
    shoot(page, "reports")


def test_a_press_makes_a_report_which_opens_and_back_leads_to_its_report(page: Page, url: str) -> None:
    opened(page, url, "report=other&lang=en")
    page.get_by_role("button", name="Make it now").click()
    runs = page.locator("[class*='st-key-open-report-run-'] button")
    expect(runs).to_have_count(1)
    settled(page)
    runs.first.click()
    expect(page).to_have_url(re.compile("report=other&.*run=|run=.*report=other"))
    expect(page.frame_locator("iframe.paper").get_by_role("heading", name="Weekly note")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()


def test_the_report_is_shown_whole_and_nothing_in_it_runs_or_asks(page: Page, url: str, run_id: str) -> None:
    opened(page, url, f"report=note&run={run_id}&lang=en")
    frame = page.locator("iframe.paper")
    expect(frame).to_have_count(1)
    expect(frame).to_have_attribute("sandbox", "allow-same-origin")
    inside = page.frame_locator("iframe.paper")
    expect(inside.get_by_text("<script>document.title = 'x'</script> **b** </style> x")).to_be_visible()
    heights = frame.evaluate("one => [one.clientHeight, one.contentDocument.documentElement.scrollHeight]")
    assert heights[0] >= heights[1]
    assert page.title() != "x" and inside.locator("script").count() == 0


def test_every_form_is_downloaded_under_the_report_s_name(page: Page, url: str, run_id: str) -> None:
    opened(page, url, f"report=note&run={run_id}&lang=en")
    for form, begins in (("PDF", b"%PDF"), ("XLSX", b"PK"), ("MD", b"#"), ("HTML", b"<!DOCTYPE")):
        with page.expect_download() as download:
            page.get_by_role("button", name=re.compile(f"^(download )?{form} ")).click()
        assert re.fullmatch(rf"note-\d{{4}}-\d\d-\d\d\.{form.lower()}", download.value.suggested_filename)
        assert Path(download.value.path()).read_bytes().startswith(begins)
        settled(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_printed_is_the_report_alone_on_a4(browser: Browser, url: str, run_id: str, theme: str) -> None:
    context = browser.new_context(color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    opened(page, url, f"report=note&run={run_id}&lang=en")
    page.get_by_role("button", name="Print view").click()
    expect(page.get_by_role("button", name="Print", exact=True)).to_be_visible()
    expect(page.locator("iframe.paper")).to_have_count(1)
    settled(page)
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    paper = pypdfium2.PdfDocument(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    text = "".join(one.get_textpage().get_text_bounded() for one in paper)
    assert len(paper) > 1 and tuple(map(round, paper[0].get_size())) == A4
    assert text.lstrip().startswith("Weekly note") and text.count("line") == 90
    assert "Back to the run" not in text and "Reports" not in text
    corner = paper[0].render(scale=0.2).to_pil().convert("RGB").getpixel((60, 2))
    assert corner == (255, 255, 255)
    page.get_by_role("button", name="Back to the run").click()
    expect(page.get_by_role("tab").first).to_be_visible()
    expect(page.locator(".paper-print")).to_have_count(0)
    context.close()


def test_the_print_button_prints_once(page: Page, url: str, run_id: str) -> None:
    page.add_init_script("window.print = () => { window.printed = (window.printed ?? 0) + 1 }")
    page.goto(f"{url}/debug/reports?report=note&run={run_id}&lang=en&print=1")
    expect(page.locator("iframe.paper")).to_have_count(1)
    settled(page)
    page.get_by_role("button", name="Print", exact=True).click()
    page.wait_for_function("() => window.printed")
    settled(page)
    assert page.evaluate("window.printed") == 1


def test_the_english_page_holds_no_japanese_but_names_of_the_product_s_reports(
    page: Page, url: str, run_id: str
) -> None:
    for view in views(run_id):
        opened(page, url, f"{view}&lang=en")
        shown = page.get_by_test_id("stMain").inner_text()
        for title in ("月次データ品質", "わたしの一週間", "週次エクスポート報告"):
            shown = shown.replace(title, "")
        assert (view, JAPANESE.findall(shown)) == (view, [])


@pytest.mark.parametrize(("lang", "theme", "width"), [("ja", "dark", 390), ("en", "light", 390), ("ja", "light", 1280)])
def test_every_view_has_no_barriers_and_does_not_scroll_sideways(
    browser: Browser, url: str, run_id: str, lang: str, theme: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    for view in views(run_id):
        opened(page, url, f"{view}&lang={lang}")
        assert (view, sideways(page), barriers(page), page.evaluate(CONTRAST)) == (view, 0, [], [])
    context.close()


def test_a_viewer_opens_the_link_of_a_notice_and_sees_that_the_report_is_there(
    page: Page, url: str, run_id: str, emulator_url: str, tmp_path: Path
) -> None:
    secrets = SECRETS.format(secret=COOKIE_SECRET, provider="http://localhost:1", nothing=free_port())
    (tmp_path / "secrets.toml").write_text(secrets, "utf-8")
    (tmp_path / ".env.local").write_text(RULES, "utf-8")
    with running_server(tmp_path, **lab(emulator_url)) as served:
        console = Console(served, tmp_path, "")
        page.context.add_cookies([cookie(console, COOKIE_SECRET, email="viewer@example.com")])  # type: ignore[list-item]
        page.goto(f"{served}/debug/reports?report=note&run={run_id}&lang=en")
        expect(page.get_by_text("for operators only", exact=False).first).to_be_visible()
        settled(page)
        page.goto(f"{served}/debug/reports?report=note&run={run_id}&lang=en&print=1")
        settled(page)
        assert page.locator("iframe.paper").count() == 0 and "line" not in page.get_by_test_id("stMain").inner_text()
        own = [line for line in console.audit() if line["who"] == "viewer@example.com"]
        assert [line for line in own if line["action"] in {"download", "reports"} and line["outcome"] == "done"] == []
