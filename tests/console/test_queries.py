"""pipeline.console.queries: an operator's right; the audit log says which tables, never what was asked or answered."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.access import Person, Role
from pipeline.analysis.builds.marts import MARTS_TABLE
from pipeline.analysis.query.engines import Engines
from pipeline.analysis.query.face import Query, Result
from pipeline.console.audit import Actor, Audit
from pipeline.console.queries import Queries
from pipeline.errors import ConfigInvalid, DataInvalid, Forbidden, NotFound
from pipeline.lake.bucket import Lake
from pipeline.tables.manifest import Manifests
from tests.analysis.query.days import DAY, TABLES, engine, stored
from tests.support.lakes.marts import publish_mart

NOW = datetime(2026, 11, 28, tzinfo=UTC)
EARLIER = date(2026, 11, 26)


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def queries(lake: Lake, tmp_path: Path, lines: list[str]) -> Callable[[Role | None], Queries]:
    def of(role: Role | None) -> Queries:
        person = Person("p@example.com", verified=True, role=role)
        actor = Actor(lambda: person, Audit(lines.append, lambda: NOW))
        return Queries(Manifests(lake), Engines({"server": engine(lake, tmp_path)}), lambda: NOW, actor)

    return of


def run(queries: Queries, sql: str) -> Result:
    query = Query(sql, ("craft",))
    return queries.run(query, queries.read(query))


def line(lines: list[str]) -> dict[str, Any]:
    assert len(lines) == 1
    return dict(json.loads(lines[0]))


def test_what_models_have_published_is_asked_by_its_name(
    lake: Lake, queries: Callable[[Role | None], Queries], lines: list[str]
) -> None:
    publish_mart(lake, "mart_days", [DAY, EARLIER])
    query = Query("select min(day) from mart_days", (MARTS_TABLE,))
    asked = queries("operator")
    assert asked.run(query, asked.read(query)).rows == (("2026-11-26",),)
    assert line(lines)["target"] == f"build-1 {MARTS_TABLE}"


def test_marts_of_another_day_and_of_a_lake_without_builds_are_no_tables(
    lake: Lake, queries: Callable[[Role | None], Queries]
) -> None:
    with pytest.raises(NotFound, match="no tables"):
        queries("operator").manifest(MARTS_TABLE)
    publish_mart(lake, "mart_days", [DAY])
    with pytest.raises(NotFound, match="2026-11-26"):
        queries("operator").manifest(MARTS_TABLE, EARLIER)


def test_an_operator_s_query_is_one_line_of_run_version_tables_and_engine(
    lake: Lake, queries: Callable[[Role | None], Queries], lines: list[str]
) -> None:
    stored(lake, TABLES)
    found = run(queries("operator"), "select name as my_alias from user where SK = 'USER#1' and name <> 'my text'")
    assert found.rows == (("花子",),)
    told = line(lines)
    assert (told["who"], told["action"], told["outcome"]) == ("p@example.com", "query", "done")
    assert (told["target"], told["detail"]) == ("run-1 craft", "server: 2026-11-27 source-version; user")
    assert not any(part in lines[0] for part in ("select", "my_alias", "my text", "USER#1", "花子"))


def test_a_query_that_fails_is_told_by_its_code_alone(
    lake: Lake, queries: Callable[[Role | None], Queries], lines: list[str]
) -> None:
    stored(lake, TABLES)
    with pytest.raises(DataInvalid):
        run(queries("operator"), "select my_column from session")
    told = line(lines)
    assert (told["outcome"], told["code"]) == ("failed", "E003") and "my_column" not in lines[0]


@pytest.mark.parametrize("role", [None, "viewer"])
def test_nobody_else_may_and_a_refusal_is_told(
    lake: Lake, queries: Callable[[Role | None], Queries], lines: list[str], role: Role | None
) -> None:
    manifest = stored(lake, TABLES)
    refused = queries(role)
    query = Query("select 1", ("craft",))
    for ask in (lambda: refused.days("craft"), lambda: refused.manifest("craft"), lambda: refused.read(query)):
        with pytest.raises(Forbidden):
            ask()
    with pytest.raises(Forbidden):
        refused.run(query, [manifest])
    assert line(lines)["outcome"] == "refused"


def test_the_newest_day_is_read_unless_another_is_named(lake: Lake, queries: Callable[[Role | None], Queries]) -> None:
    for day, run_id in ((EARLIER, "old"), (DAY, "new")):
        stored(lake, {"user": []}, day=day, run_id=run_id)
    mine = queries("operator")
    assert mine.days("craft") == (DAY, EARLIER)
    assert [mine.read(Query("", ("craft",), day))[0].run_id for day in (None, EARLIER)] == ["new", "old"]


def test_what_has_no_tables_is_not_found(lake: Lake, queries: Callable[[Role | None], Queries]) -> None:
    stored(lake, TABLES)
    for query in (Query("", ("films",)), Query("", ("craft",), EARLIER)):
        with pytest.raises(NotFound) as raised:
            queries("operator").read(query)
        assert raised.value.state == "no_tables"


def test_a_table_that_is_named_twice_is_read_once_and_not_too_many(
    lake: Lake, queries: Callable[[Role | None], Queries]
) -> None:
    stored(lake, {"user": []})
    assert len(queries("operator").read(Query("", ("craft", "craft")))) == 1
    with pytest.raises(DataInvalid):
        queries("operator").read(Query("", tuple(f"table-{number}" for number in range(9))))


def test_an_engine_that_is_not_set_up_is_refused_before_anything_is_read(
    queries: Callable[[Role | None], Queries],
) -> None:
    with pytest.raises(ConfigInvalid):
        queries("operator").read(Query("select 1", ("nothing-of-it",), engine="athena"))


def test_only_what_costs_something_has_an_estimate(lake: Lake, queries: Callable[[Role | None], Queries]) -> None:
    manifest = stored(lake, TABLES)
    mine = queries("operator")
    found = mine.estimate(Query("select 1 from user", ("craft",), engine="athena"), [manifest])
    assert found and found.scanned == sum(file.size for file in manifest.files if file.name == "user")
    assert mine.estimate(Query("select 1 from user", ("craft",)), [manifest]) is None
    with pytest.raises(Forbidden):
        queries("viewer").estimate(Query("select 1", ("craft",), engine="athena"), [manifest])
