"""pipeline.tables.glue.catalogue: Glue follows the schemas, by moto over real HTTP; what it refuses fails no run."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.stub import Stubber

from pipeline.aws import Cloud, Credentials
from pipeline.config import Settings
from pipeline.jsonlog import JsonLog
from pipeline.lake.bucket import Lake
from pipeline.tables.glue.catalogue import Catalogue, Kept, catalogue_of
from pipeline.tables.glue.definition import OURS
from tests.conftest import REGION, Clock
from tests.support.tables.workshop import TABLE, Workshop, days_after

TASK, ALL = "things__task", "things__all_records"
KEYS = Credentials("testing", "testing")
RECORDS = [{"PK": "u", "SK": "TASK#1", "minutes": 5}]
WIDER = [{"PK": "u", "SK": "TASK#1", "minutes": 0.5}]
HELD = ("Name", "Parameters", "PartitionKeys", "StorageDescriptor", "TableType")
FURTHER = [{"PK": "u", "SK": "TASK#1", "minutes": 5, "note": "x"}]


class Place:
    """A lake whose tables a Glue database follows; ``asked`` are Glue's operations since the last look."""

    def __init__(self, url: str, lake: Lake, clock: Clock) -> None:
        self.glue = Cloud(REGION, url, KEYS).glue
        self.database = f"db_{uuid.uuid4().hex[:12]}"
        self.glue.create_database(DatabaseInput={"Name": self.database})
        self.cloud, self.asked = Cloud(REGION, url, KEYS), list[str]()
        self.cloud.glue.meta.events.register("before-call.glue", lambda model, **_: self.asked.append(model.name))
        self.shop = Workshop(lake, clock, catalogue=Catalogue(self.cloud, lake, self.database))

    def keep(self) -> Kept:
        assert self.shop.catalogue
        return self.shop.catalogue.keep(TABLE, JsonLog("f", None, self.shop.lines.append))

    def table(self, name: str = TASK) -> dict[str, Any]:
        return dict(self.glue.get_table(DatabaseName=self.database, Name=name)["Table"])

    def columns(self) -> list[tuple[str, str]]:
        return [(column["Name"], column["Type"]) for column in self.table()["StorageDescriptor"]["Columns"]]

    def wrote(self) -> list[str]:
        names = [name for name in self.asked if not name.startswith("Get")]
        self.asked.clear()
        return names


@pytest.fixture
def place(emulator_url: str, lake: Lake, clock: Clock) -> Place:
    return Place(emulator_url, lake, clock)


@pytest.fixture
def made(place: Place) -> Place:
    place.shop.export(RECORDS)
    assert place.shop.convert().warnings == ()
    assert place.wrote() == ["CreateTable", "CreateTable"]
    return place


def test_a_run_that_succeeded_makes_a_table_a_kind_and_one_of_all_records(made: Place) -> None:
    names = [table["Name"] for table in made.glue.get_tables(DatabaseName=made.database)["TableList"]]
    assert sorted(names) == [ALL, TASK]
    assert made.columns()[:3] == [("pk", "string"), ("sk", "string"), ("minutes", "bigint")]


def test_its_location_is_where_the_day_s_file_is(made: Place) -> None:
    manifest = made.shop.manifest()
    file = manifest.file("task") if manifest else None
    assert file
    template = made.table()["Parameters"]["storage.location.template"].replace("${dt}", "2024-02-01")
    assert f"s3://{made.shop.lake.bucket}/{file.key}" == f"{template}data.parquet"
    assert template.startswith(made.table()["StorageDescriptor"]["Location"])


def test_what_is_unchanged_writes_nothing(made: Place, clock: Clock) -> None:
    clock.tick(86_400)
    made.shop.export(RECORDS, days_after(1))
    made.shop.convert("t2", days_after(1))
    made.shop.convert("t3", days_after(1))
    assert made.wrote() == [] and made.keep().standing == [TASK, ALL]


def test_a_changed_type_moves_the_table_to_the_new_version_without_an_archive(made: Place, clock: Clock) -> None:
    given: list[dict[str, Any]] = []
    events = made.cloud.glue.meta.events
    events.register("provide-client-params.glue.UpdateTable", lambda params, **_: given.append(params))
    clock.tick(86_400)
    made.shop.export(WIDER, days_after(1), "e2")
    made.shop.convert("t2", days_after(1))
    assert made.wrote() == ["UpdateTable"] and given[0]["SkipArchive"] is True
    assert ("minutes", "double") in made.columns()
    assert made.table()["StorageDescriptor"]["Location"].endswith("/things/task/v=2/")


def test_a_further_column_is_added_in_the_same_version(made: Place, clock: Clock) -> None:
    clock.tick(86_400)
    made.shop.export(FURTHER, days_after(1), "e2")
    made.shop.convert("t2", days_after(1))
    assert ("note", "string") in made.columns() and made.wrote() == ["UpdateTable"]
    assert made.table()["StorageDescriptor"]["Location"].endswith("/v=1/")


def test_an_earlier_day_widens_the_projected_range(made: Place) -> None:
    made.shop.export(RECORDS, days_after(-3), "e0")
    made.shop.convert("t2", days_after(-3))
    assert made.table()["Parameters"]["projection.dt.range"] == "2024-01-29,NOW"


def test_what_others_have_added_stays_when_a_table_is_changed(made: Place) -> None:
    held = {name: made.table()[name] for name in HELD}
    held["Parameters"] |= {"owner-of-it": "ops", "projection.dt.interval": "7"}
    made.glue.update_table(DatabaseName=made.database, TableInput={**held, "Description": "by hand"})
    assert made.keep().changed == [TASK]
    parameters = made.table()["Parameters"]
    assert (parameters["owner-of-it"], parameters["projection.dt.interval"]) == ("ops", "1")
    assert made.table()["Description"] == "by hand"


def test_a_foreign_table_of_that_name_stays_as_it_is_and_is_told(place: Place) -> None:
    foreign = {"Name": TASK, "Parameters": {"mine": "yes"}, "StorageDescriptor": {"Location": "s3://elsewhere/"}}
    place.glue.create_table(DatabaseName=place.database, TableInput=foreign)
    place.shop.export(RECORDS)
    done = place.shop.convert()
    assert done.run.status == "succeeded" and place.wrote() == ["CreateTable"]
    assert place.table()["StorageDescriptor"]["Location"] == "s3://elsewhere/"
    assert done.warnings == (f"Glue table {place.database}.{TASK} is somebody else's and stays as it is",)
    assert any("not in step" in json.loads(line)["message"] for line in place.shop.lines)


def test_a_table_of_another_lake_is_foreign(made: Place) -> None:
    held = {name: made.table()[name] for name in HELD}
    held["Parameters"][OURS] = "s3://another-lake/tables/things/task/"
    made.glue.update_table(DatabaseName=made.database, TableInput=held)
    assert made.keep().changed == [] and made.wrote() == []


def test_a_database_that_is_not_there_is_a_finding_and_the_run_has_succeeded(place: Place, lake: Lake) -> None:
    place.shop.catalogue = Catalogue(place.cloud, lake, "db_of_nobody")
    place.shop.export(RECORDS)
    done = place.shop.convert()
    assert (done.run.status, len(done.warnings)) == ("succeeded", 1) and "E014" in done.warnings[0]
    assert place.shop.manifest()


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException", "InternalServiceException"])
def test_a_refusal_is_one_finding_that_names_the_action(place: Place, code: str) -> None:
    place.shop.catalogue = None
    place.shop.export(RECORDS)
    place.shop.convert()
    with Stubber(place.cloud.glue) as stub:
        stub.add_response("get_tables", {"TableList": []})
        stub.add_client_error("create_table", code, "not authorized to perform: glue:CreateTable on it")
        if code == "InternalServiceException":
            stub.add_client_error("create_table", code, "not now")
        found = Catalogue(place.cloud, place.shop.lake, place.database).keep(TABLE, JsonLog("f", None, print_nothing))
    assert found.made == [] and all("glue:CreateTable" in finding for finding in found.findings)
    assert found.findings


def print_nothing(line: str) -> None:
    assert line


def raced(place: Place, answers: Callable[[Stubber, dict[str, Any]], None]) -> Kept:
    held = {name: made for name, made in place.table(ALL).items() if name not in {"CreateTime", "UpdateTime"}}
    with Stubber(place.cloud.glue) as stub:
        answers(stub, held)
        kept = place.keep()
        stub.assert_no_pending_responses()
    return kept


def test_a_table_that_somebody_makes_at_the_same_time_is_looked_at_again(made: Place) -> None:
    task = made.table()

    def answers(stub: Stubber, all_records: dict[str, Any]) -> None:
        stub.add_response("get_tables", {"TableList": [all_records]})
        stub.add_client_error("create_table", "AlreadyExistsException")
        stub.add_response("get_table", {"Table": task})

    assert raced(made, answers) == Kept(standing=[TASK, ALL])


def test_a_table_that_somebody_changes_at_the_same_time_is_changed_once_more(made: Place) -> None:
    stale = replace_location(made.table(), "s3://old/")

    def answers(stub: Stubber, all_records: dict[str, Any]) -> None:
        stub.add_response("get_tables", {"TableList": [stale, all_records]})
        stub.add_client_error("update_table", "ConcurrentModificationException")
        stub.add_response("get_table", {"Table": stale})
        stub.add_response("update_table", {})

    assert raced(made, answers) == Kept(changed=[TASK], standing=[ALL])


def replace_location(table: dict[str, Any], location: str) -> dict[str, Any]:
    return {**table, "StorageDescriptor": {**table["StorageDescriptor"], "Location": location}}


def test_a_race_that_does_not_end_is_a_finding(made: Place) -> None:
    def answers(stub: Stubber, all_records: dict[str, Any]) -> None:
        stub.add_response("get_tables", {"TableList": [all_records]})
        for attempt in range(4):
            stub.add_client_error("create_table", "ConcurrentModificationException")
            if attempt < 3:
                stub.add_client_error("get_table", "EntityNotFoundException")

    assert len(raced(made, answers).findings) == 1


def test_a_document_without_tables_asks_glue_nothing(place: Place) -> None:
    assert place.keep() == Kept() and place.asked == []


@pytest.mark.parametrize(
    ("backend", "database", "on"), [("aws", "craft", True), ("aws", None, False), ("embedded", "craft", False)]
)
def test_it_is_there_where_the_settings_name_a_database_on_aws(
    place: Place, lake: Lake, backend: Any, database: str | None, on: bool
) -> None:
    settings = replace(Settings.from_env({}), backend=backend, glue_database=database)
    assert (catalogue_of(settings, place.cloud, lake) is not None) is on
