"""pipeline.tables.function.handler: what the tables' function does with an event, apart from its runtime."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest

from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.errors import AlreadyRunning, ConfigInvalid, NotFound, PipelineError
from pipeline.function.handler import ExportFunction
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import Run
from pipeline.tables.beside import LEDGER
from pipeline.tables.function.handler import TablesFunction, tables_function
from pipeline.tables.manifest import Manifest, Manifests
from tests.conftest import Clock, MakeTable
from tests.function.test_handler import Context

MakeFunction = Callable[[str], ExportFunction]
RECORDS = [{"PK": "u", "SK": "TASK#1", "minutes": 5}, {"PK": "u", "SK": "TASK#2", "minutes": 7}]


@dataclass
class Place:
    """An exported table, and the function that makes tables of it."""

    table: str
    lake: Lake
    function: TablesFunction
    lines: list[str] = field(default_factory=list)

    def call(self, event: Any) -> tuple[int, dict[str, Any]]:
        answer = self.function.answer(event, Context())
        return answer["statusCode"], json.loads(answer["body"])

    def manifest(self, name: str | None = None) -> Manifest | None:
        return Manifests(self.lake).newest(name or self.table, date(2024, 1, 1))

    def runs(self) -> list[Run]:
        return list(Ledger(self.lake).history(date(2024, 1, 1), date(2024, 3, 1)).runs)


@pytest.fixture
def place(cloud: Cloud, lake: Lake, clock: Clock, make_table: MakeTable, make_function: MakeFunction) -> Place:
    table = make_table(RECORDS)
    answer = make_function(table).answer({"runId": "e1"}, Context())
    assert answer["statusCode"] == 200
    settings = replace(Settings.from_env({}), bucket=lake.bucket, table=table)
    lines: list[str] = []
    return Place(table, lake, tables_function(settings, cloud, clock, emit=lines.append), lines)


def test_what_is_missing_is_made_of_the_export_and_of_the_ledger(place: Place) -> None:
    status, body = place.call({"tables": "missing"})
    manifest, ledger = place.manifest(), place.manifest(LEDGER)
    assert (status, [made["tableName"] for made in body["tables"]]) == (200, [place.table, LEDGER])
    assert manifest and {file.name: file.records for file in manifest.files} == {"task": 2, "all_records": 2}
    assert ledger and {file.name for file in ledger.files} >= {"runs"}


def test_it_leaves_a_run_of_its_own_that_nobody_pressed_for(place: Place) -> None:
    place.call({"tables": place.table})
    made = next(run for run in place.runs() if run.engine == "tables")
    assert (made.table, made.status, made.trigger) == (f"{place.table}.tables", "succeeded", "schedule")
    assert made.request_id == Context.aws_request_id


def test_what_stands_is_not_made_again(place: Place) -> None:
    place.call({"tables": place.table})
    before = place.manifest()
    status, body = place.call({"tables": place.table})
    assert (status, body["tables"][0]["days"], place.manifest()) == (200, {"standing": 1}, before)


def test_a_name_that_nothing_was_exported_of_is_an_error_when_it_is_asked_for(place: Place) -> None:
    status, body = place.call({"tables": "nothing-of-it"})
    assert (status, body["tables"][0]["code"]) == (500, "E014")


def test_an_event_that_cannot_be_understood_is_answered_and_logged(place: Place) -> None:
    status, body = place.call({"tables": "../x"})
    assert (status, body["code"]) == (500, "E003")
    assert json.loads(place.lines[-1])["level"] == "ERROR"


SCHEDULE = {"trigger": "schedule", "scheduleArn": "arn:tables", "scheduledTime": "2024-02-01T16:00:00Z"}


def test_a_nightly_look_delivered_twice_is_one_run_a_name(place: Place) -> None:
    for _ in range(2):
        status, body = place.call({"tables": "missing", **SCHEDULE})
        assert (status, len(body["tables"])) == (200, 2)
    made = [run for run in place.runs() if run.engine == "tables"]
    assert {run.table for run in made} == {f"{place.table}.tables", f"{LEDGER}.tables"}
    assert len(made) == 2 and {run.run_id[:17] for run in made} == {"20240201T160000Z-"}


@pytest.mark.parametrize("event", [{"tables": "../x"}, {"tables": "nothing-of-it"}])
@pytest.mark.parametrize("occasion", [SCHEDULE, {"trigger": "export"}, {"source": "aws.scheduler"}])
def test_where_nobody_waits_for_an_answer_a_failure_is_raised_so_that_aws_sees_it(
    place: Place, event: dict[str, Any], occasion: dict[str, Any]
) -> None:
    with pytest.raises(PipelineError):
        place.call({**event, **occasion})
    assert place.call(event)[0] == 500


def test_one_that_fails_is_raised_after_the_others_are_made(place: Place) -> None:
    lose_document(place)
    with pytest.raises(NotFound, match=f"1 of 2 failed, first {place.table}: "):
        place.call({"tables": "missing", **SCHEDULE})
    assert place.manifest() is None and place.manifest(LEDGER)


def test_an_export_s_tables_that_another_invocation_is_at_are_asked_for_again(place: Place, clock: Clock) -> None:
    held = Leases(place.lake, clock)
    held.take(f"{place.table}.tables", "another", clock().date())
    with pytest.raises(AlreadyRunning):
        place.call({"tables": place.table, "trigger": "export"})
    status, body = place.call({"tables": "missing", **SCHEDULE})
    assert (status, [made["runId"] is None for made in body["tables"]]) == (200, [True, False])


def test_an_old_boto3_of_the_runtime_is_named_before_anything_is_done(place: Place) -> None:
    old = replace(place.function, boto3="1.35.99", unsaid=["function started"])
    answer = old.answer({"tables": "missing"}, Context())
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (500, "E013")
    assert json.loads(place.lines[0])["metadata"]["boto3"] == "1.35.99"
    with pytest.raises(ConfigInvalid):
        old.answer({"tables": "missing", **SCHEDULE}, Context())
    assert [run for run in place.runs() if run.engine == "tables"] == []


def lose_document(place: Place) -> None:
    """The version that the run has written is gone."""
    key = place.lake.s3.list_objects_v2(Bucket=place.lake.bucket, Prefix="raw/")["Contents"][0]["Key"]
    for version in place.lake.s3.list_object_versions(Bucket=place.lake.bucket, Prefix=key)["Versions"]:
        place.lake.s3.delete_object(Bucket=place.lake.bucket, Key=key, VersionId=version["VersionId"])


def test_one_that_fails_stops_no_other(place: Place) -> None:
    lose_document(place)
    _, body = place.call({"tables": "missing"})
    told = {made["tableName"]: made for made in body["tables"]}
    assert "runId" in told[LEDGER] and told[LEDGER]["runId"]
    assert place.manifest() is None and place.manifest(LEDGER)


def test_glue_follows_where_a_database_is_named_and_a_missing_one_fails_nothing(place: Place, cloud: Cloud) -> None:
    name = f"db_{place.lake.bucket[-8:]}"
    settings = replace(Settings.from_env({}), backend="aws", bucket=place.lake.bucket, table=place.table)
    place.function = tables_function(
        replace(settings, glue_database=name), cloud, place.function.now, None, place.lines.append
    )
    assert place.call({"tables": place.table})[0] == 200
    assert any("not in step" in json.loads(line)["message"] for line in place.lines)
    cloud.glue.create_database(DatabaseInput={"Name": name})
    assert place.call({"tables": place.table})[0] == 200
    made = cloud.glue.get_tables(DatabaseName=name)["TableList"]
    assert {table["Name"].rpartition("__")[2] for table in made} == {"task", "all_records"}
