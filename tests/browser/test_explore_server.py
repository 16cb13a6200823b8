"""分析 and the server: the same SQL on its engine, what is kept in the lake, and where the browser cannot go on."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from decimal import Decimal

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline.aws import Cloud
from pipeline.lake.bucket import Lake
from tests.browser.conftest import PATIENCE_MS, barriers, running_server, settled, shoot
from tests.browser.test_explore import cells, lab, opened, run, write
from tests.support.forms.workbooks import sheets
from tests.support.lakes.tables import conditions, make_day

BUCKET = "explored-there"
TABLE = "moderation-craft-data"
HARD = (
    "select weight, start_time, start_time_jst, category, focus_level / 3 as third, [1, 2] as list, "
    "{'a': 'x y', 'b': 0.1} as struct, 1e21::double as big, 100.0::double as whole, true as yes, "
    "date '2026-11-27' as day, interval 14 months as long, cast(null as varchar) as nothing "
    "from session order by session_id limit 5"
)


@pytest.fixture(scope="module")
def there(cloud: Cloud, emulator_url: str) -> Iterator[str]:
    """One server over a lake in which two documents have a table of the same name."""
    cloud.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    cloud.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    make_day(Lake(cloud.s3, BUCKET), TABLE)
    make_day(Lake(cloud.s3, BUCKET), "open-meteo", {"condition": conditions().slice(1)})
    with running_server(**{**lab(emulator_url), "S3_BUCKET_NAME": BUCKET}) as url:
        yield url


def choose(page: Page, engine: str) -> None:
    page.get_by_label("エンジン", exact=True).select_option(engine)


@pytest.mark.parametrize(
    "sql",
    [
        HARD,
        "select category, count(*) as n, avg(focus_level) as mean from session group by category order by n, category",
        "select a.user_id, b.user_id from condition a join open_meteo_condition b using (user_id)",
        "with s as (select * from session) select count(*) from s",
    ],
)
def test_both_engines_answer_with_the_same_texts_under_the_same_names(page: Page, there: str, sql: str) -> None:
    opened(page, there)
    grids = {}
    for engine in ("browser", "server"):
        choose(page, engine)
        run(page, sql)
        heads = page.locator(".grid th button")
        titles = [head.get_attribute("title") for head in heads.all()]
        grids[engine] = (heads.all_inner_texts(), titles, cells(page))
    assert grids["browser"][2] and grids["browser"] == grids["server"]


def test_the_page_says_where_a_query_runs_and_its_person_s_history_comes_back(page: Page, there: str) -> None:
    opened(page, there)
    where = page.locator(".where")
    expect(where).to_contain_text("SQLも結果もサーバーには送られません")
    choose(page, "server")
    expect(where).to_contain_text("SQLはサーバーに送られ")
    run(page, "select 'asked there' as word")
    expect(page.get_by_text(re.compile(r"^1行・[0-9.]+秒・結果"))).to_be_visible()
    page.reload()
    expect(page.locator(".cm-content")).to_be_visible()
    page.get_by_text("履歴", exact=True).click()
    line = page.locator("li", has_text="asked there")
    expect(line).to_contain_text("サーバー")
    page.get_by_role("button", name="履歴を消去").click()
    expect(line).to_have_count(0)


def test_a_query_on_the_server_is_cancelled_and_the_next_one_answers(page: Page, there: str) -> None:
    opened(page, there)
    choose(page, "server")
    write(page, "select sum(a.range * b.range) from range(10000000) a, range(10000000) b")
    page.keyboard.press("Escape")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.get_by_text("サーバーで実行しています")).to_be_visible()
    page.wait_for_timeout(500)
    page.get_by_role("button", name="中止").click()
    expect(page.locator(".problem")).to_contain_text("中止しました", timeout=5_000)
    run(page, "select 7 as seven")
    assert cells(page) == ["7"]


def test_what_the_server_refuses_is_told_with_its_remedy(page: Page, there: str) -> None:
    opened(page, there)
    choose(page, "server")
    run(page, "drop table session")
    problem = page.locator(".problem")
    expect(problem).to_contain_text("E003")
    expect(problem).to_contain_text("SELECT")
    run(page, "select nothing_of_that_name from session")
    expect(problem).to_contain_text("nothing_of_that_name")


def test_a_result_of_the_server_is_taken_as_csv_parquet_and_xlsx(page: Page, there: str) -> None:
    opened(page, there)
    for engine in ("browser", "server"):
        choose(page, engine)
        run(page, "select weight, category, focus_level as focus from session order by start_time limit 4")
        taken = {}
        for kind in ("CSV", "Parquet", "XLSX"):
            with page.expect_download() as pressed:
                page.get_by_role("button", name=f"結果全体を{kind}で保存").click()
            taken[kind] = pressed.value.path().read_bytes()
            expect(page.locator('.explore[data-busy="false"]')).to_be_visible()
        weights = ["12345678901234567890.12345678", "12345678901234567891.12345678"]
        assert all(weight in taken["CSV"].decode() for weight in weights)
        assert "'=1+1" in taken["CSV"].decode()
        assert [str(one) for one in pq.read_table(io.BytesIO(taken["Parquet"]))["weight"].to_pylist()][:2] == weights
        header, *rows = sheets(taken["XLSX"])[0].rows()
        assert header == ["weight", "category", "focus"]
        # Past 15 digits it is text, as is what looks like a formula; NULL is no cell.
        assert [row[0] for row in rows[:2]] == weights and [row[2] for row in rows[:2]] == [Decimal(1), Decimal(2)]
        assert sorted(str(row[1]) for row in rows) == ["=1+1", "None", "study", "work"]


def test_parameters_are_values_on_both_engines_and_travel_with_a_shared_address(page: Page, there: str) -> None:
    opened(page, there)
    for engine in ("browser", "server"):
        choose(page, engine)
        write(page, "select count(*) as n from session where category = {{kind}} and focus_level >= {{least}}")
        fields = page.locator(".parameters input")
        expect(fields).to_have_count(2)
        fields.nth(0).fill("study' or '1'='1")
        fields.nth(1).fill("0")
        page.get_by_role("button", name="実行", exact=True).click()
        expect(page.locator(".grid td")).to_have_text("0")
        fields.nth(0).fill("study")
        page.get_by_role("button", name="実行", exact=True).click()
        expect(page.locator(".grid td")).to_have_text("100")
        fields.nth(1).fill("")
        page.get_by_role("button", name="実行", exact=True).click()
        expect(page.locator(".problem")).to_contain_text("値がありません" if engine == "browser" else "E003")
        fields.nth(1).fill("0")
    page.goto(f"{there}/debug/explore?lang=ja&sql=select%20%7B%7Bword%7D%7D%20as%20w&p.word=shared%20value")
    expect(page.locator(".parameters input")).to_have_value("shared value")
    page.get_by_role("button", name="このSQLを実行").click()
    expect(page.locator(".grid td")).to_have_text("shared value")


def test_a_saved_query_is_there_for_everybody_and_a_change_of_it_that_came_first_is_not_lost(
    page: Page, browser: Browser, there: str
) -> None:
    opened(page, there)
    write(page, "select {{word}} as saved_word")
    page.locator(".parameters input").fill("before")
    page.get_by_text("保存したクエリ", exact=True).click()
    page.get_by_label("クエリの名前").fill("週のまとめ")
    page.get_by_role("button", name="このSQLを保存").click()
    expect(page.get_by_text("「週のまとめ」を保存しました")).to_be_visible()
    context = browser.new_context()
    other = context.new_page()
    other.set_default_timeout(PATIENCE_MS)
    opened(other, there)
    other.get_by_text("保存したクエリ", exact=True).click()
    other.get_by_role("button", name="週のまとめ", exact=True).click()
    expect(other.locator(".cm-content")).to_have_text("select {{word}} as saved_word")
    expect(other.locator(".parameters input")).to_have_value("before")
    write(other, "select 'theirs' as saved_word")
    other.get_by_role("button", name="このSQLを保存").click()
    expect(other.get_by_text("「週のまとめ」を保存しました")).to_be_visible()
    context.close()
    write(page, "select 'mine' as saved_word")
    page.get_by_role("button", name="このSQLを保存").click()
    expect(page.locator(".saved")).to_contain_text("クエリが変更されています")
    # The list is what it is by now: opened again, it is the other's.
    page.get_by_role("button", name="週のまとめ", exact=True).click()
    expect(page.locator(".cm-content")).to_contain_text("theirs")
    page.get_by_role("button", name="保存したクエリ「週のまとめ」を消す").click()
    page.get_by_role("button", name="「週のまとめ」を本当に消す").click()
    expect(page.get_by_text("保存したクエリはまだありません")).to_be_visible()


def test_without_webassembly_the_page_chooses_the_server_and_says_why(page: Page, there: str) -> None:
    page.add_init_script("Object.defineProperty(window, 'WebAssembly', { value: undefined })")
    opened(page, there)
    expect(page.locator(".problem")).to_contain_text("このブラウザではエンジンが動きません")
    expect(page.locator(".where")).to_contain_text("自動: サーバー（このブラウザではエンジンが動かないため）")
    run(page, "select count(*) as n from session")
    assert cells(page) == ["400"]


def test_what_the_browser_has_no_memory_for_the_server_is_offered_at_a_press(page: Page, there: str) -> None:
    opened(page, there)
    run(page, "select list(repeat('abcdefgh' || range, 20000)) from range(100000)")
    expect(page.locator(".problem")).to_contain_text("ブラウザのメモリが足りません")
    page.get_by_role("button", name="サーバーで実行").click()
    # It is too much for the server's limits, too: it says so, and both go on.
    expect(page.locator(".problem")).to_contain_text(re.compile("E00[389]"), timeout=30_000)
    run(page, "select 1 as one")
    assert cells(page) == ["1"]


def test_a_tab_that_was_put_to_sleep_answers_again(page: Page, there: str) -> None:
    opened(page, there)
    run(page, "select 1 as one")
    session = page.context.new_cdp_session(page)
    session.send("Page.setWebLifecycleState", {"state": "frozen"})
    page.wait_for_timeout(1_000)
    session.send("Page.setWebLifecycleState", {"state": "active"})
    run(page, "select count(*) as n from session")
    assert cells(page) == ["400"]


def test_an_engine_that_the_browser_ended_meanwhile_is_started_again(page: Page, there: str) -> None:
    page.add_init_script(
        "window.made = []; const Own = Worker; window.Worker = class extends Own {"
        " constructor(...all) { super(...all); window.made.push(this); } }"
    )
    opened(page, there)
    run(page, "select 1 as one")
    page.evaluate("window.made.at(-1).terminate(); document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_text("スリープのあいだにエンジンが停止した")).to_be_visible(timeout=30_000)
    run(page, "select count(*) as n from session")
    assert cells(page) == ["400"]


def test_japanese_is_typed_by_an_input_method(page: Page, there: str) -> None:
    opened(page, there)
    write(page, "select '' as word")
    page.keyboard.press("Escape")
    page.keyboard.press("ControlOrMeta+Home")
    for _ in "select '":
        page.keyboard.press("ArrowRight")
    session = page.context.new_cdp_session(page)
    for part in ("し", "しゅう", "しゅうちゅう", "集中"):
        session.send("Input.imeSetComposition", {"text": part, "selectionStart": len(part), "selectionEnd": len(part)})
    # Enter takes the word; it neither runs the query nor breaks the line.
    session.send("Input.insertText", {"text": "集中"})
    expect(page.locator(".cm-content")).to_have_text("select '集中' as word")
    assert cells(page) == []
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator(".grid td")).to_have_text("集中")


@pytest.mark.parametrize(("theme", "width", "language"), [("light", 1280, "ja"), ("dark", 390, "en")])
def test_axe_finds_nothing_serious_in_what_the_server_adds(
    browser: Browser, there: str, theme: str, width: int, language: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 1000}, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{there}/debug/explore?lang={language}")
    page.get_by_label("エンジン" if language == "ja" else "Engine", exact=True).select_option("server")
    run(page, "select category, count(*) as n from session where focus_level >= {{least}} group by all order by all")
    page.locator(".parameters input").fill("3")
    page.keyboard.press("Enter")
    page.locator(".bar button.primary").first.click()
    expect(page.locator(".grid td").first).to_be_visible()
    for box in page.locator("details.history > summary").all():
        box.click()
    settled(page)
    shoot(page, f"explore-server-{language}-{theme}-{width}")
    found = barriers(page)
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    context.close()
    assert (found, wide) == ([], False)


def test_sql_of_the_browser_s_engine_never_crosses_the_session(page: Page, there: str) -> None:
    sent: list[str] = []

    def keep(frame: bytes | str) -> None:
        sent.append(frame if isinstance(frame, str) else frame.decode("latin-1"))

    page.on("websocket", lambda socket: socket.on("framesent", keep))
    opened(page, there)
    run(page, "select 'kept_here_alone' as word from session limit 1")
    settled(page)
    assert sent and not any("kept_here_alone" in one for one in sent)
    choose(page, "server")
    run(page, "select 'sent_to_the_server' as word")
    assert any("sent_to_the_server" in one for one in sent)
    assert json.dumps(cells(page)) == '["sent_to_the_server"]'


def test_athena_is_a_choice_where_it_is_set_up_and_says_its_price_before(page: Page, there: str, cloud: Cloud) -> None:
    asked = {"PIPELINE_GLUE_DATABASE": "craft", "PIPELINE_ATHENA_WORKGROUP": "craft", "S3_BUCKET_NAME": BUCKET}
    with running_server(**{**lab(cloud.s3.meta.endpoint_url), **asked}) as url:
        opened(page, url)
        choose(page, "athena")
        write(page, "select count(*) from session")
        expect(page.locator(".where")).to_contain_text("料金は最大0.000050米ドル")
        page.keyboard.press("Escape")
        page.keyboard.press("ControlOrMeta+Enter")
        # Nobody has told Glue of this lake's tables: no row is better than none that looks like all.
        expect(page.locator(".problem")).to_contain_text("Glue")
