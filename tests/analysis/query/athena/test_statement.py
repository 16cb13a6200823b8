"""pipeline.analysis.query.athena.statement: a name of the day's tables is that day's rows, and nothing else changes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analysis.query.athena.statement import MOST_BYTES, Rows, Statement, prepared
from pipeline.analysis.query.face import Query
from pipeline.errors import DataInvalid
from pipeline.lake import keys
from pipeline.tables.manifest import Column, Manifest, TableFile

DAY = date(2026, 11, 27)
COLUMNS = (Column("SK", "text"), Column('a"b', "int64"))


def manifest(table: str = "craft", *names: str) -> Manifest:
    files = tuple(
        TableFile(name, name, 1, keys.table_file_key(table, name, 1, DAY), "v", "c", 100, 1, COLUMNS)
        for name in names or ("session", "user", "all_records")
    )
    return Manifest(table, DAY, "run-1", datetime(2026, 11, 27, tzinfo=UTC), "k", "s", None, None, 3, files)


def statement(sql: str, *days: Manifest, **values: str) -> Statement:
    return prepared(Query(sql, ("craft",), parameters=values), days or (manifest(),))


def made(sql: str, *days: Manifest, **values: str) -> str:
    prepared_ = statement(sql, *days, **values)
    return prepared_.sql("db", {part: Rows(("SK", 'a"b'), "dt", "2026-11-27") for part in prepared_.parts})


def of_day(name: str, glue: str | None = None) -> str:
    table = glue or f"craft__{name}"
    return f'"{name}" AS (SELECT "SK", "a""b" FROM "db"."{table}" WHERE "dt" = \'2026-11-27\')'  # noqa: S608


SESSION, USER = of_day("session"), of_day("user")


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select * from session", "WITH @session select * from session"),
        ("SELECT * FROM Session;\n-- end", "WITH @session SELECT * FROM Session"),
        ('select * from "SESSION" order by 1', 'WITH @session select * from "SESSION" order by 1'),
        ("-- first\nselect 1 from session", "-- first\nWITH @session select 1 from session"),
        ("select 1 from session s, user", "WITH @session, @user select 1 from session s, user"),
        ("(select 1 from user)", "WITH @user (select 1 from user)"),
        ("values 1", "values 1"),
        ("table user", "WITH @user table user"),
        ("with a as (select * from user) select * from a", "with @user,  a as (select * from user) select * from a"),
        (
            "with recursive a(n) as (select 1 from user) table a",
            "with recursive @user,  a(n) as (select 1 from user) table a",
        ),
        ("explain select * from user", "explain WITH @user select * from user"),
        ("explain analyze verbose select 1 from user", "explain analyze verbose WITH @user select 1 from user"),
        (
            "explain (type io) with a as (table user) table a",
            "explain (type io) with @user,  a as (table user) table a",
        ),
        ("select * from t_craft.session", 'WITH @session select * from "session"'),
        ("select 'session', 1 -- session\n/* user */", "select 'session', 1"),
        ("select x.session, session.y from db.user x", "select x.session, session.y from db.user x"),
        ("select * from craft__session", "select * from craft__session"),
        ("select * from db.craft__session", "select * from db.craft__session"),
        ("select 1", "select 1"),
    ],
)
def test_the_day_s_tables_stand_in_front_of_what_was_written(sql: str, expected: str) -> None:
    assert made(sql) == expected.replace("@session", SESSION).replace("@user", USER)


def test_lines_stay_the_person_s() -> None:
    before, _, after = made("select 1,\n  2\nfrom session\nwhere x").partition("select 1,\n")
    assert "\n" not in before and after == "  2\nfrom session\nwhere x"


def test_of_two_documents_the_first_has_the_name_and_the_other_its_own_before_it() -> None:
    sql = made("select * from session join t_films . Session on 1 = 1", manifest(), manifest("films", "session"))
    other = of_day("t_films.session", "films__session")
    assert sql == f'WITH {SESSION}, {other} select * from session join "t_films.session"   on 1 = 1'  # noqa: S608


def test_what_is_named_in_full_is_told_and_is_not_of_the_day() -> None:
    named = statement('select * from "db"."CRAFT__session", craft__user, craft__session')
    assert (named.whole, named.parts) == (("craft__session", "craft__user"), {})


def test_how_often_a_table_is_named_is_counted() -> None:
    named = statement("select session.x from session join t_craft.session b on a.session = b.session, user")
    assert {part.name: times for part, times in named.parts.items()} == {"session": 2, "user": 1}


@pytest.mark.parametrize(
    ("sql", "values", "parameters"),
    [
        ("select {{a}}", {"a": "x"}, ["'x'"]),
        ("select {{b}}, {{ a }}, {{b}}", {"a": "1", "b": "it's"}, ["'it''s'", "'1'", "'it''s'"]),
        ("select {{a}} -- {{c}}\n/* {{d}} */", {"a": "'; drop table x --"}, ["'''; drop table x --'"]),
        ("select {{a}}", {"a": ""}, ["''"]),
    ],
)
def test_parameters_are_literals_in_the_order_of_their_marks(sql: str, values: Any, parameters: list[str]) -> None:
    named = statement(sql, **values)
    assert list(named.values) == parameters
    assert named.sql("db", {}).count("?") == len(parameters) and "{{a" not in named.sql("db", {})


@pytest.mark.parametrize(
    ("sql", "values", "state"),
    [
        ("", {}, "sql_empty"),
        (" ; -- nothing", {}, "sql_empty"),
        ("select 1; select 2", {}, "sql_several"),
        ("drop table user", {}, "sql_not_select"),
        ("insert into user select 1", {}, "sql_not_select"),
        ("unload (select 1) to 's3://b/'", {}, "sql_not_select"),
        ("explain drop table user", {}, "sql_not_select"),
        ("explain", {}, "sql_not_select"),
        ("explain explain select 1", {}, "sql_not_select"),
        ("explain analyze create table a as select 1", {}, "sql_not_select"),
        ("select {{a}}", {}, "sql_parameter_missing"),
        ("select 1", {"a": "1"}, "sql_parameter_unknown"),
        ("select '{{a}}'", {"a": "1"}, "sql_parameter_quoted"),
        ("select ?", {}, "sql_parameter_missing"),
        ("select {{a}}", {"a": "x" * 1023}, "sql_parameter_long"),
        ("with user as (select * from user) select 1", {}, "sql_with_name"),
        ("with a as (select 1), User(x, y) as (select * from user) select 1", {}, "sql_with_name"),
        ("with recursive user as (select * from user) select 1", {}, "sql_with_name"),
    ],
)
def test_what_cannot_be_asked_is_told_before_it_costs_anything(sql: str, values: Any, state: str) -> None:
    with pytest.raises(DataInvalid) as raised:
        statement(sql, **values)
    assert raised.value.state == state


@pytest.mark.parametrize(
    "sql",
    [
        "with a as (select user from x) select a.user from a",
        "with a as (select 1, 2 from b group by 1, 2), c as (select 1) select * from a, user",
        "select * from (with user as (select 1) select * from user)",
    ],
)
def test_a_with_of_another_name_or_further_in_may_be_as_it_is(sql: str) -> None:
    assert "session" not in made(sql)


def test_sql_that_is_too_long_with_its_tables_is_told() -> None:
    with pytest.raises(DataInvalid) as raised:
        made("select '" + "語" * (MOST_BYTES // 3) + "'")  # noqa: S608
    assert raised.value.state == "sql_long_athena"
    with pytest.raises(DataInvalid):
        made("select 1" + " " * MOST_BYTES)


PIECES = [
    "select",
    "with",
    "a",
    "as",
    "(",
    ")",
    "session",
    "user",
    ".",
    ",",
    ";",
    "'x",
    '"',
    "--",
    "/*",
    "\n",
    "?",
    "explain",
]


@given(st.lists(st.sampled_from([*PIECES, "t_craft", "table", "recursive", "{{a}}", "from", "1"]), max_size=14))
def test_whatever_is_written_is_told_or_stands_behind_the_day_s_tables_as_it_was(pieces: list[str]) -> None:
    sql = " ".join(pieces)
    try:
        found = statement(sql, a="1")
    except DataInvalid as error:
        assert error.state.startswith("sql_")
        return
    shown = made(sql, a="1")
    texts = ["?" if token.kind == "mark" else token.text for token in found.tokens]
    assert shown.startswith("".join(texts[: found.begins])) and shown.endswith("".join(texts[found.begins :]))
    assert all(shown.count(of_day(part.name)) == 1 for part in found.parts)
    assert found.parts or shown == "".join(texts)
