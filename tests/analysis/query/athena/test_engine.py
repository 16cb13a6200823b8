"""pipeline.analysis.query.athena.engine: a query from its start to its rows; stopped when nobody waits any more."""

from __future__ import annotations

import json
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.stub import ANY, Stubber

from pipeline.analysis.query.athena.engine import MOST_SECONDS, AthenaEngine
from pipeline.analysis.query.face import Bounds, Query, Result, ResultColumn, Watch
from pipeline.aws import Cloud, Credentials
from pipeline.errors import (
    DataInvalid,
    ExternalApiDown,
    Forbidden,
    NotFound,
    PipelineError,
    RateLimited,
    SchemaMismatch,
    TimedOut,
)
from pipeline.lake.bucket import Lake
from pipeline.tables.glue.catalogue import Catalogue
from pipeline.tables.manifest import Manifest
from tests.conftest import REGION, Clock
from tests.support.tables.workshop import DAY, Workshop

RECORDS = [{"PK": "u", "SK": "TASK#1", "minutes": 5, "userId": "a"}, {"PK": "u", "SK": "TASK#2", "minutes": 7}]
WORKGROUP = "craft"
SQL = "select minutes from task where SK = {{key}}"
COLUMN = {"Name": "minutes", "Label": "minutes", "Type": "bigint"}


class Place:
    """A lake whose tables are in Glue, and an engine that is not slept for."""

    def __init__(self, url: str, lake: Lake, clock: Clock) -> None:
        self.url = url
        self.cloud = Cloud(REGION, url, Credentials("testing", "testing"))
        database = f"db_{uuid.uuid4().hex[:12]}"
        self.cloud.glue.create_database(DatabaseInput={"Name": database})
        self.shop = Workshop(lake, clock, catalogue=Catalogue(self.cloud, lake, database))
        self.shop.export(RECORDS)
        self.shop.convert()
        self.slept: list[float] = []
        self.engine = AthenaEngine(
            self.cloud, lake.bucket, database, WORKGROUP, sleep=self.slept.append, seconds=lambda: sum(self.slept)
        )

    @property
    def day(self) -> Manifest:
        manifest = self.shop.manifest()
        assert manifest
        return manifest

    def run(self, sql: str = SQL, watch: Watch | None = None, bounds: Bounds | None = None, **values: str) -> Result:
        given = values or ({"key": "TASK#1"} if "{{key}}" in sql else {})
        query = Query(sql, ("things",), parameters=given, engine="athena", bounds=bounds or Bounds())
        return self.engine.run(query, [self.day], watch or Watch())

    def queue(self, *rows: tuple[str | None, ...]) -> None:
        """What moto's next query answers."""
        data = [{"Data": [{} if value is None else {"VarCharValue": value} for value in row]} for row in rows]
        results = [
            {"rows": data, "column_info": [{**COLUMN, "CatalogName": "hive", "SchemaName": "", "TableName": ""}]}
        ]
        body = json.dumps({"region": REGION, "results": results}).encode()
        request = urllib.request.Request(f"{self.url}/moto-api/static/athena/query-results", body)
        request.add_header("Content-Type", "application/json")
        urllib.request.urlopen(request).close()


@pytest.fixture
def place(emulator_url: str, lake: Lake, clock: Clock) -> Place:
    return Place(emulator_url, lake, clock)


@contextmanager
def stubbed(place: Place) -> Iterator[Stubber]:
    """Athena's answers one by one; a query that was started."""
    with Stubber(place.cloud.athena) as stub:
        yield stub
        stub.assert_no_pending_responses()


def started(stub: Stubber) -> Stubber:
    stub.add_response("start_query_execution", {"QueryExecutionId": "q"})
    return stub


def look(stub: Stubber, state: str, reason: str = "", scanned: int = 0, kind: str = "DML") -> None:
    status = {"State": state, "StateChangeReason": reason}
    told = {"DataScannedInBytes": scanned, "EngineExecutionTimeInMillis": 1500}
    execution = {"QueryExecutionId": "q", "Status": status, "Statistics": told, "StatementType": kind}
    stub.add_response("get_query_execution", {"QueryExecution": execution}, {"QueryExecutionId": "q"})


def page(stub: Stubber, *values: str, more: str | None = None, size: int = 1000, seen: str | None = None) -> None:
    rows = [{"Data": [{"VarCharValue": value}]} for value in values]
    answer: dict[str, Any] = {"ResultSet": {"Rows": rows, "ResultSetMetadata": {"ColumnInfo": [COLUMN]}}}
    answer |= {"NextToken": more} if more else {}
    expected = {"QueryExecutionId": "q", "MaxResults": size, **({"NextToken": seen} if seen else {})}
    stub.add_response("get_query_results", answer, expected)


def raised(act: Callable[[], object], kind: type[PipelineError]) -> PipelineError:
    with pytest.raises(kind) as found:
        act()
    return found.value


def test_rows_of_a_query_that_was_started_over_http(place: Place) -> None:
    place.cloud.athena.create_work_group(Name=WORKGROUP)
    given: list[dict[str, Any]] = []
    events = place.cloud.athena.meta.events
    events.register("provide-client-params.athena.StartQueryExecution", lambda params, **_: given.append(params))
    place.queue(("minutes",), ("5",), (None,), ("",))
    found = place.run(key="TASK#1' or '1'='1")
    assert (found.columns, found.rows) == ((ResultColumn("minutes", "BIGINT"),), (("5",), (None,), ("",)))
    assert (found.used, found.scanned, found.cut) == (("task",), 0, "")
    (asked,) = given
    assert asked["WorkGroup"] == WORKGROUP and asked["QueryExecutionContext"] == {"Database": place.engine.database}
    assert asked["ExecutionParameters"] == ["'TASK#1'' or ''1''=''1'"] and len(asked["ClientRequestToken"]) == 32
    table = f'"{place.engine.database}"."things__task"'
    columns = '"PK", "SK", "minutes", "userId"'
    rows = f"(SELECT {columns} FROM {table} WHERE \"dt\" = '{DAY}')"  # noqa: S608 - read by nobody
    assert asked["QueryString"] == " ".join(['WITH "task" AS', rows, "select minutes from task where SK = ?"])


def test_it_waits_longer_from_look_to_look_and_tells_bytes_and_cost(place: Place) -> None:
    with stubbed(place) as stub:
        for state in ("QUEUED", "RUNNING", "RUNNING"):
            look(started(stub) if state == "QUEUED" else stub, state)
        look(stub, "SUCCEEDED", scanned=2 * 10**12)
        page(stub, "minutes", "5")
        found = place.run()
    assert (found.scanned, found.usd, found.seconds) == (2 * 10**12, 10.0, 1.5)
    assert 0.7 <= sum(place.slept) <= 1.2 and max(place.slept) <= 0.1


def test_pages_are_taken_one_after_the_other(place: Place) -> None:
    with stubbed(place) as stub:
        look(started(stub), "SUCCEEDED")
        page(stub, "minutes", "5", more="t")
        page(stub, "6", seen="t")
        assert place.run().rows == (("5",), ("6",))


def test_no_more_pages_are_asked_for_than_the_bounds_take(place: Place) -> None:
    with stubbed(place) as stub:
        look(started(stub), "SUCCEEDED")
        page(stub, "minutes", "5", "6", more="t", size=3)
        found = place.run(bounds=Bounds(rows=1))
    assert (found.rows, found.cut) == ((("5",),), "rows")


@pytest.mark.parametrize("kind", ["UTILITY", "DML"])
def test_an_explanation_has_no_titles_that_could_be_lost(place: Place, kind: str) -> None:
    with stubbed(place) as stub:
        look(started(stub), "SUCCEEDED", kind=kind)
        page(stub, "Fragment 0", "  Output")
        assert place.run("explain select * from task").rows == (("Fragment 0",), ("  Output",))


@pytest.mark.parametrize(
    ("state", "reason", "situation"),
    [
        ("FAILED", "COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved", "sql_unknown"),
        ("CANCELLED", "Bytes scanned limit was exceeded", "sql_bytes"),
    ],
)
def test_a_query_that_fails_says_why_and_is_not_stopped_again(
    place: Place, state: str, reason: str, situation: str
) -> None:
    with stubbed(place) as stub:
        look(started(stub), "RUNNING")
        look(stub, state, reason)
        assert raised(place.run, DataInvalid).state == situation


def stop(stub: Stubber) -> None:
    stub.add_response("stop_query_execution", {}, {"QueryExecutionId": "q"})


def test_a_query_that_is_not_wanted_any_more_is_stopped_at_athena(place: Place) -> None:
    asked = iter([False, False, True])
    with stubbed(place) as stub:
        look(started(stub), "RUNNING")
        look(stub, "RUNNING")
        stop(stub)
        found = raised(lambda: place.run(watch=Watch(cancelled=lambda: next(asked))), TimedOut)
    assert found.state == "query_cancelled"


def test_a_query_that_is_interrupted_is_stopped_at_athena(place: Place) -> None:
    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    place.engine = replace(place.engine, sleep=interrupted)
    with stubbed(place) as stub:
        look(started(stub), "RUNNING")
        stop(stub)
        with pytest.raises(KeyboardInterrupt):
            place.run()


def test_pages_of_a_query_that_is_not_wanted_any_more_are_not_taken(place: Place) -> None:
    with stubbed(place) as stub:
        look(started(stub), "SUCCEEDED")
        page(stub, "minutes", "5", more="t")
        assert raised(lambda: place.run(watch=Watch(cancelled=lambda: True)), TimedOut).state == "query_cancelled"


def test_a_query_that_athena_does_not_tell_of_is_stopped(place: Place) -> None:
    with stubbed(place) as stub:
        started(stub).add_client_error("get_query_execution", "InternalServerException", http_status_code=500)
        stop(stub)
        assert "athena:GetQueryExecution" in raised(place.run, ExternalApiDown).message


def test_a_query_that_does_not_end_is_ended(place: Place) -> None:
    with stubbed(place) as stub:
        look(started(stub), "RUNNING")
        place.engine = replace(place.engine, seconds=iter([0.0, 0.0, MOST_SECONDS + 1]).__next__)
        stub.add_client_error("stop_query_execution", "InvalidRequestException")
        assert raised(place.run, TimedOut).state == "sql_time"


@pytest.mark.parametrize(
    ("code", "message", "kind", "state"),
    [
        ("TooManyRequestsException", "", RateLimited, "query_line"),
        ("AccessDeniedException", "x is not authorized to perform: athena:StartQueryExecution on y", Forbidden, ""),
        ("InvalidRequestException", "line 1:1: mismatched input", DataInvalid, "sql_syntax"),
    ],
)
def test_a_query_that_is_not_started_says_why(
    place: Place, code: str, message: str, kind: type[PipelineError], state: str
) -> None:
    with Stubber(place.cloud.athena) as stub:
        stub.add_client_error("start_query_execution", code, message, http_status_code=400)
        assert raised(place.run, kind).state == state


def test_the_token_of_a_start_is_one_that_athena_takes(place: Place) -> None:
    given = {"QueryString": ANY, "ClientRequestToken": ANY, "QueryExecutionContext": ANY, "WorkGroup": WORKGROUP}
    with stubbed(place) as stub:
        stub.add_response("start_query_execution", {"QueryExecutionId": "q"}, given)
        look(stub, "SUCCEEDED")
        page(stub, "_col0", "1")
        assert place.run("select 1").used == ()


def test_too_many_columns_are_told(place: Place) -> None:
    info = [{**COLUMN, "Name": str(number)} for number in range(5001)]
    with stubbed(place) as stub:
        look(started(stub), "SUCCEEDED")
        answer = {"ResultSet": {"Rows": [], "ResultSetMetadata": {"ColumnInfo": info}}}
        stub.add_response("get_query_results", answer)
        assert raised(place.run, DataInvalid).state == "sql_wide"


def test_a_table_that_glue_does_not_have_is_told_before_anything_is_started(place: Place) -> None:
    place.cloud.glue.delete_table(DatabaseName=place.engine.database, Name="things__task")
    with stubbed(place):
        assert raised(place.run, NotFound).state == "query_catalogue"


def test_a_right_on_glue_that_lacks_is_told_with_its_action(place: Place) -> None:
    with Stubber(place.cloud.glue) as stub:
        stub.add_client_error("get_table", "AccessDeniedException", "not authorized to perform: glue:GetTable on x")
        assert raised(place.run, Forbidden).facts["action"] == "glue:GetTable"


HELD = ("Name", "Parameters", "PartitionKeys", "StorageDescriptor", "TableType")


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table["StorageDescriptor"].update(Location="s3://lake/tables/things/task/v=2/"),
        lambda table: table["Parameters"].update({"projection.dt.range": "2024-02-02,NOW"}),
        lambda table: table["Parameters"].update({"projection.dt.range": "NOW-3YEARS,NOW"}),
        lambda table: table["PartitionKeys"].clear(),
    ],
)
def test_a_table_that_does_not_have_the_day_s_file_is_told_and_nothing_is_started(place: Place, change: Any) -> None:
    table = place.cloud.glue.get_table(DatabaseName=place.engine.database, Name="things__task")["Table"]
    change(table)
    held = {name: table[name] for name in HELD}
    place.cloud.glue.update_table(DatabaseName=place.engine.database, TableInput=held)
    with stubbed(place):
        assert raised(place.run, SchemaMismatch).state == "query_catalogue"


def test_a_day_after_the_first_one_is_in_the_range(place: Place, clock: Clock) -> None:
    clock.tick(86_400)
    place.shop.export(RECORDS, DAY + timedelta(days=1), "e2")
    place.shop.convert("t2", DAY + timedelta(days=1))
    later = place.shop.manifest(DAY + timedelta(days=1))
    with stubbed(place) as stub:
        look(started(stub), "SUCCEEDED")
        page(stub, "minutes", "5")
        assert later and place.engine.run(Query("table task", ("things",)), [later], Watch()).rows == (("5",),)
