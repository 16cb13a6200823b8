"""What Athena is given, run by DuckDB over tables laid out as Glue's: the same rows as the server's, of one day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.analysis.query.athena.statement import Rows, prepared
from pipeline.analysis.query.face import Query, Watch
from pipeline.aws import Cloud
from pipeline.console.examples import examples
from pipeline.lake.bucket import Lake
from pipeline.tables.manifest import Manifest
from tests.analysis.query.days import DAY, TABLES, engine, made, stored

SQL = [
    "select SK, focus_level from session where focus_level > 3 order by SK",
    "select * from session order by SK limit 3",
    "with often as (select focus_level, count(*) n from session group by 1) select * from often order by n, 1",
    "select (select count(*) from user), max(minutes) from t_craft.session",
    "select session.SK from session join user u on session.focus_level = length(u.name) order by 1",
    "select SK from session union all select SK from user order by 1 desc limit 5",
]


@pytest.fixture(scope="module")
def day(cloud: Cloud) -> tuple[Lake, Manifest]:
    lake = made(cloud)
    return lake, stored(lake, TABLES)


@pytest.fixture(scope="module")
def glue(day: tuple[Lake, Manifest], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Tables as Athena sees them: columns in small letters, the day behind them, and rows of another day."""
    lake, manifest = day
    with duckdb.connect() as base:
        base.execute("create schema db")
        for file in manifest.files:
            path = tmp_path_factory.mktemp("glue") / f"{file.name}.parquet"
            path.write_bytes(b"".join(lake.stream(file.key, file.version_id)))
            shown = ", ".join(f'"{column.name}" as "{column.name.lower()}"' for column in file.columns)
            for dt in (DAY, "2026-11-26"):
                rows = f"select {shown}, '{dt}' as dt from '{path}'"  # noqa: S608 - names of ours
                base.execute(f"create table if not exists db.craft__{file.name} as {rows} limit 0")
                base.execute(f"insert into db.craft__{file.name} {rows}")
        yield base


def example_queries(manifest: Manifest) -> list[str]:
    return [example.sql for file in manifest.files for example in examples(file.name, file.columns)]


def test_example_queries_and_others_give_what_the_server_gives(
    day: tuple[Lake, Manifest], glue: Any, tmp_path: Path
) -> None:
    lake, manifest = day
    server = engine(lake, tmp_path)
    for sql in [*SQL, *example_queries(manifest)]:
        query = Query(sql, ("craft",))
        statement = prepared(query, [manifest])
        columns = {part: tuple(column.name for column in part.file.columns) for part in statement.parts}
        rows = {part: Rows(columns[part], "dt", str(DAY)) for part in statement.parts}
        found = glue.execute(statement.sql("db", rows)).fetchall()
        wanted = server.run(query, [manifest], Watch()).rows
        assert [tuple(None if each is None else str(each) for each in row) for row in found] == list(wanted), sql


def test_a_table_named_in_full_has_all_days(day: tuple[Lake, Manifest], glue: Any) -> None:
    _, manifest = day
    sql = "select count(*) from craft__user"
    made_sql = prepared(replace(Query(sql, ("craft",))), [manifest]).sql("db", {})
    glue.execute("use memory.db")
    assert glue.execute(made_sql).fetchall() == [(4,)]
