"""分析 in its small things: what it says, keeps and leaves out, as a newcomer met it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page, expect

from pipeline.aws import Cloud
from pipeline.lake.bucket import Lake
from tests.browser.conftest import running_server, settled
from tests.browser.test_explore import cells, lab, opened, run, write
from tests.browser.test_explore_server import choose
from tests.support.forms.workbooks import sheets
from tests.support.lakes.tables import TABLES, make_day

BUCKET = "explored-words"
TABLE = "moderation-craft-data"


@pytest.fixture(scope="module")
def words(cloud: Cloud, emulator_url: str) -> Iterator[str]:
    """One server over a lake that has a table by the name of another one's column."""
    cloud.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    cloud.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    make_day(Lake(cloud.s3, BUCKET), TABLE, {**TABLES, "category": pa.table({"name": ["x" * 3]})})
    with running_server(**{**lab(emulator_url), "S3_BUCKET_NAME": BUCKET}) as url:
        yield url


def taken(page: Page, kind: str) -> bytes:
    with page.expect_download() as pressed:
        page.get_by_role("button", name=f"結果全体を{kind}で保存").click()
    expect(page.locator('.explore[data-busy="false"]')).to_be_visible()
    return pressed.value.path().read_bytes()


@pytest.mark.parametrize("engine", ["browser", "server"])
def test_columns_of_one_name_keep_their_own_values_in_every_file(page: Page, words: str, engine: str) -> None:
    opened(page, words)
    choose(page, engine)
    run(page, "select 1 as a, 2 as a, '=3' as b, 4 as \"A\", '=5' as \"=c\"")
    assert cells(page) == ["1", "2", "=3", "4", "=5"]
    raw = taken(page, "CSV")
    assert raw.startswith(b"\xef\xbb\xbf")
    head, row = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert row == ["1", "2", "'=3", "4", "'=5"] and len(set(head)) == 5 and head[-1] == "'=c"
    values: dict[str, Any] = pq.read_table(io.BytesIO(taken(page, "Parquet"))).to_pylist()[0]
    assert list(values.values()) == [1, 2, "=3", 4, "=5"]
    assert sheets(taken(page, "XLSX"))[0].rows()[1] == [1.0, 2.0, "=3", 4.0, "=5"]


def test_another_language_redraws_it_and_keeps_what_was_written(page: Page, words: str) -> None:
    opened(page, words)
    write(page, "select 'kept' as word")
    page.keyboard.press("Escape")
    page.get_by_text("English", exact=True).click()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_visible()
    settled(page)
    expect(page.locator(".cm-content")).to_have_text("select 'kept' as word")
    run(page, "select 'english' as word")
    assert cells(page) == ["english"]
    page.get_by_text("日本語", exact=True).click()
    expect(page.get_by_role("button", name="実行", exact=True)).to_be_visible()


def test_an_engine_s_message_is_a_sentence_about_the_person_s_sql(page: Page, words: str) -> None:
    opened(page, words)
    run(page, "selec 1")
    expect(page.locator(".problem pre")).to_have_text(re.compile("^Parser Error: syntax error at or near"))
    run(page, "select cast(category as integer) from session")
    expect(page.locator(".problem")).to_contain_text("Could not convert string")
    expect(page.locator(".problem")).not_to_contain_text("varchar")


@pytest.mark.parametrize("engine", ["browser", "server"])
def test_a_parameter_may_have_a_japanese_name(page: Page, words: str, engine: str) -> None:
    opened(page, words)
    choose(page, engine)
    write(page, "select {{名前}} as a")
    page.locator(".parameters input").fill("値")
    page.get_by_role("button", name="実行", exact=True).click()
    expect(page.locator(".grid td")).to_have_text("値")


def test_a_table_whose_name_is_only_a_column_s_is_not_handed_over(page: Page, words: str) -> None:
    opened(page, words)
    run(page, "select category, count(*) from session group by category")
    expect(page.locator(".status")).to_contain_text("使ったテーブル8.7 KB")
    run(page, "select name from category")
    assert cells(page) == ["xxx"]


def test_what_the_chart_and_the_pager_leave_out_is_said(page: Page, words: str) -> None:
    opened(page, words)
    run(page, "select session_id, focus_level from session")
    expect(page.get_by_text("先頭の200点だけを表示しています（全400行）")).to_be_visible()
    expect(page.get_by_text("全400行のうち1〜100行目")).to_be_visible()
    run(page, "select range from range(150000)")
    expect(page.get_by_text("先頭100,000行のうち1〜100行目")).to_be_visible()


def test_an_empty_text_says_so_and_the_result_before_it_goes(page: Page, words: str) -> None:
    opened(page, words)
    run(page, "select 1 as one")
    run(page, "-- nothing")
    expect(page.locator(".problem")).to_contain_text("SQLがありません")
    assert cells(page) == []
    page.get_by_text("保存したクエリ", exact=True).click()
    page.get_by_role("button", name="このSQLを保存").click()
    expect(page.get_by_text("名前を入れてください")).to_be_visible()


def test_values_and_the_engine_outlive_the_page(page: Page, words: str) -> None:
    opened(page, words)
    choose(page, "server")
    write(page, "select {{word}} as w")
    page.locator(".parameters input").fill("still here")
    page.get_by_role("link", name="データソース").click()
    expect(page.locator(".cm-content")).to_have_count(0)
    page.get_by_role("link", name="分析").click()
    expect(page.locator(".parameters input")).to_have_value("still here")
    expect(page.get_by_label("エンジン", exact=True)).to_have_value("server")


def test_the_list_of_offers_closes_when_the_query_runs(page: Page, words: str) -> None:
    opened(page, words)
    write(page, "select 1 as one")
    page.keyboard.type(" from sess", delay=30)
    expect(page.locator(".cm-tooltip-autocomplete li").first).to_be_visible()
    # Tables are offered once they are known, keywords at once.
    expect(page.locator(".cm-completionLabel").filter(has_text=re.compile("^session$"))).to_have_count(1)
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator(".cm-tooltip-autocomplete")).to_have_count(0)


@pytest.mark.parametrize("engine", ["browser", "server"])
def test_the_plan_of_an_explain_is_its_own(page: Page, words: str, engine: str) -> None:
    opened(page, words)
    choose(page, engine)
    write(page, "explain select count(*) from session")
    page.get_by_role("button", name="実行計画").click()
    expect(page.locator("pre.plan")).to_be_visible()
