"""pipeline.analysis.query.server: what comes back, exact and bounded, and what is said where nothing does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.analysis.query.face import Bounds, Query, Result, Watch
from pipeline.analysis.query.process import QUERY
from pipeline.analysis.query.server import ServerEngine
from pipeline.aws import Cloud
from pipeline.errors import DataInvalid, MemoryExceeded, PipelineError, TimedOut
from pipeline.lake.bucket import Lake
from pipeline.words.catalogue import LANGUAGES, Words
from tests.analysis.query.children import children
from tests.analysis.query.days import SESSIONS, TABLES, USERS, engine, made, stored

Ask = Callable[..., Result]
ENDLESS = "select sum(a.range * b.range) from range(10000000) a, range(10000000) b"


@pytest.fixture(scope="module")
def ask(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Ask:
    lake = made(cloud)
    days, server = [stored(lake, TABLES)], engine(lake, tmp_path_factory.mktemp("cache"))

    def answer(sql: str, rows: int = 1000, size: int = 2**20, **parameters: str) -> Result:
        query = Query(sql, ("craft",), parameters=parameters, bounds=Bounds(rows, size))
        return server.run(query, days, Watch())

    return answer


def refused(ask: Ask, sql: str, **parameters: str) -> PipelineError:
    with pytest.raises(PipelineError) as raised:
        ask(sql, **parameters)
    return raised.value


def test_a_result_has_names_types_rows_and_the_tables_that_it_is_of(ask: Ask) -> None:
    found = ask("select count(*) as n, sum(minutes) as m from session")
    assert found.rows == (("300", str(sum(range(300)) * 25)),)
    assert [(each.name, each.type) for each in found.columns] == [("n", "BIGINT"), ("m", "HUGEINT")]
    assert (found.used, found.truncated, found.bytes) == (("session",), False, len('["300","1121250"]'))


def test_every_record_comes_back_in_the_order_of_the_query(ask: Ask) -> None:
    found = ask("select SK, focus_level, notes from session order by minutes desc")
    assert [row[0] for row in found.rows] == [record["SK"] for record in reversed(SESSIONS)]
    assert found.rows[0] == ("SESSION#299", str(299 % 7), "あ" * 4)


VALUES: list[tuple[str, str | None]] = [
    ("12345678901234567890123456789012345678::decimal(38,0)", "12345678901234567890123456789012345678"),
    ("0.1::double", "0.1"),
    ("1e300::double", "1e+300"),
    ("'nan'::double", "nan"),
    ("170141183460469231731687303715884105727::hugeint", "170141183460469231731687303715884105727"),
    ("interval '1 month 2 days'", "1 month 2 days"),
    ("timestamptz '2026-11-27 09:00:00.123456+09'", "2026-11-27 00:00:00.123456+00"),
    ("timestamp_ns '2026-11-27 09:00:00.123456789'", "2026-11-27 09:00:00.123456789"),
    ("date '9999-12-31' + 1", "10000-01-01"),
    ("null", None),
    ("''", ""),
    ("'a' || chr(10) || '\"''日本語'", "a\n\"'日本語"),
    ("true", "true"),
    ("[1, null]", "[1, NULL]"),
    ("'\\xAA'::blob", "\\xAA"),
]


def test_a_value_keeps_every_digit(ask: Ask) -> None:
    found = ask(f"select {', '.join(sql for sql, _ in VALUES)}")  # noqa: S608
    assert found.rows == (tuple(text for _, text in VALUES),)


@pytest.mark.parametrize(
    "sql",
    [
        "from user",
        "table user",
        "values (1, 2), (3, 4)",
        "with a as (select 1 as n) select * from a -- the end",
        "/* first */ select 1 ;",
        "select 1 as a, 2 as a, 3 as A",
        "describe session",
        "summarize user",
        "show tables",
        "pivot session on focus_level using count(*)",
        "explain select * from session",
        "EXPLAIN ANALYZE (select count(*) from session)",
        "explain (format json) select 1",
    ],
)
def test_whatever_reads_is_let_through(ask: Ask, sql: str) -> None:
    found = ask(sql)
    assert found.rows and len(found.rows[0]) == len(found.columns)
    assert len({column.name for column in found.columns}) == len(found.columns)


def test_more_rows_than_asked_for_are_cut_and_said(ask: Ask) -> None:
    found = ask("select * from range(5000000)", rows=100)
    assert (found.cut, len(found.rows), found.rows[-1]) == ("rows", 100, ("99",))
    whole = ask("select * from range(100)", rows=100)
    assert (whole.cut, len(whole.rows)) == ("", 100)


def test_more_bytes_than_asked_for_are_cut_and_said(ask: Ask) -> None:
    found = ask("select repeat('x', 1000) from range(5000)", rows=10_000, size=100_000)
    assert (found.cut, len(found.rows), found.bytes) == ("bytes", 99, 99 * 1004)


def test_sql_of_ours_may_have_more_time_than_a_person_s(lake: Lake, tmp_path: Path) -> None:
    days, server = [stored(lake, TABLES)], ServerEngine(lake, lambda: tmp_path, 2**26, replace(QUERY, seconds=0.0))
    with pytest.raises(TimedOut):
        server.run(Query("select 1", ("craft",)), days, Watch())
    assert server.run(Query("select 1", ("craft",), bounds=Bounds(seconds=60)), days, Watch()).rows == (("1",),)


def test_ten_thousand_columns_are_refused(ask: Ask) -> None:
    columns = ", ".join(f"{number} as c{number}" for number in range(10_000))
    assert refused(ask, f"select {columns}").state == "sql_wide"


@pytest.mark.parametrize(
    ("sql", "state"),
    [
        ("", "sql_empty"),
        (" -- nothing", "sql_empty"),
        ("select 1; select 2", "sql_several"),
        ("copy (select 1) to 'x'", "sql_not_select"),
        ("explain analyze copy (select 1) to 'x'", "sql_not_select"),
        ("update extensions", "sql_not_select"),
        ("selec 1", "sql_syntax"),
        ("select * from nobody", "sql_unknown"),
        ("select nothing from session", "sql_unknown"),
        ("select nothing(1)", "sql_unknown"),
        ("select sum(SK) from session", "sql_meaning"),
        ("select SK::integer from session", "sql_value"),
        ("select * from read_text('/etc/passwd')", "sql_refused"),
        ("with x as (insert into session select * from session returning *) select 1 from x", "sql_not_select"),
        ("select sum(99999999999999999999999999999999999999::decimal(38,0)) from range(3)", "sql_digits"),
        ("select " + "1+" * 20000 + "1", "sql_syntax"),
        ("select 1 -- " + "x" * 1_000_000, "sql_long"),
    ],
)
def test_each_fault_has_a_situation_of_its_own(ask: Ask, sql: str, state: str) -> None:
    error = refused(ask, sql)
    assert (error.state, type(error)) == (state, DataInvalid), error.message
    assert "passwd" not in error.message and "LINE" not in error.message


def test_a_fault_names_the_line_of_the_person_s_own_text(ask: Ask) -> None:
    for sql in ("select\n1,\nnothing\nfrom session", "select\n1,\n)"):
        assert refused(ask, sql).facts["line"] == "3"


def test_parameters_are_bound_and_mean_what_a_literal_would(ask: Ask) -> None:
    assert ask("select SK from user where SK = {{ who }}", who="USER#1").rows == (("USER#1",),)
    assert ask("select count(*) from session where minutes >= {{least}}", least="7450").rows == (("2",),)
    nasty = "x'; drop table user; --"
    assert ask("select {{x}} as x, count(*) from user", x=nasty).rows == ((nasty, str(len(USERS))),)
    assert refused(ask, "select {{x}}").state == "sql_parameter_missing"


def test_half_of_a_surrogate_pair_is_what_it_is_in_the_tables(ask: Ask) -> None:
    assert ask("select '\ud83d' as x, {{y}} as y", y="\udcff").rows == (("\ufffd", "\ufffd"),)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sum_of_too_many_digits_is_explained(ask: Ask, language: str) -> None:
    error = refused(ask, "select sum(('9' || repeat('0', 37))::decimal(38,0)) from range(11)")
    title, cause, remedy = Words(language).error(error)
    assert "38" in title + cause and "sum(CAST(" in remedy


def test_several_tables_are_read_together(lake: Lake, tmp_path: Path) -> None:
    weather = [{"day": "2026-11-27", "temperature": Decimal("8.5")}]
    days = [stored(lake, TABLES), stored(lake, {"weather": weather, "user": [{"SK": "?"}]}, "weather-tokyo")]
    server = engine(lake, tmp_path)
    sql = "select count(*), max(temperature), count(distinct user.SK) from weather, user, t_weather_tokyo.user as other"
    assert server.run(Query(sql, ("craft", "weather-tokyo")), days, Watch()).rows == (("2", "8.5", "2"),)


def test_a_cancelled_query_ends_and_its_process_is_gone(lake: Lake, tmp_path: Path) -> None:
    days, server, stop = [stored(lake, TABLES)], engine(lake, tmp_path), threading.Event()
    ended: list[Any] = []

    def ask() -> None:
        try:
            server.run(Query(ENDLESS, ("craft",)), days, Watch(stop.is_set))
        except PipelineError as error:
            ended.append(error)

    server.run(Query("select 1", ("craft",)), days, Watch())
    asking = threading.Thread(target=ask)
    asking.start()
    while not children():
        time.sleep(0.01)
    time.sleep(0.5)
    stop.set()
    # How fast is the benchmarks' (tests/benchmarks/explore): without it, it would go on for the engine's 12 seconds.
    asking.join(5)
    (error,) = ended
    assert (type(error), error.state) == (TimedOut, "query_cancelled")
    assert children() == []


def test_memory_that_a_query_may_not_have_is_said(ask: Ask) -> None:
    error = refused(ask, "select length(repeat('x', 4000000000))")
    assert (type(error), error.state) == (MemoryExceeded, "sql_memory")
    assert ask("select 1").rows == (("1",),)
