"""pipeline.cli.sources: tables are made in this process, and what the newest day has is shown."""

from __future__ import annotations

import json
import re

import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.clock import utc_now
from pipeline.config import Settings
from pipeline.export.wiring import build_exporter
from pipeline.jsonlog import JsonLog
from pipeline.runs.request import ExportRequest
from pipeline.runs.run import new_run_id
from tests.cli.test_main import pipeline
from tests.conftest import REGION, MakeTable

ITEMS = [{"PK": "a", "SK": "TASK#1", "minutes": 25}, {"PK": "a", "SK": "PROFILE", "entity_type": "user"}]


def export(demo: dict[str, str], table: str) -> None:
    """As the demo's function does it, which would have had tables made of it."""
    cloud = Cloud(REGION, demo["AWS_ENDPOINT_URL"], Credentials("testing", "testing"))
    exporter = build_exporter(Settings.from_env(demo), cloud, utc_now)
    request = ExportRequest(new_run_id(utc_now()), table)
    assert exporter.run(request, JsonLog("export", None, lambda line: None), lambda: 800).run.status == "succeeded"


def test_tables_of_an_export_are_made_once(demo: dict[str, str], make_table: MakeTable) -> None:
    table = make_table(ITEMS)
    export(demo, table)
    made = json.loads(pipeline("tables", "--table", table, "--json", **demo).stdout)
    assert (made["tableName"], made["status"], made["days"], made["itemCount"]) == (table, "succeeded", {"made": 1}, 2)
    assert {file["name"]: file["records"] for file in made["tables"]["files"]} == {
        "all_records": 2,
        "task": 1,
        "user": 1,
    }
    again = pipeline("tables", "--table", table, **demo)
    rows = [re.split(r" {2,}", line.strip()) for line in again.stdout.splitlines()]
    assert "standing 1" in again.stderr and rows[0] == ["day", "table", "kind", "records", "bytes", "version"]
    assert [row[1:4] for row in rows[1:]] == [["all_records", "-", "2"], ["task", "TASK", "1"], ["user", "user", "1"]]
    assert '"target":"' + table + ' tables"' in again.stderr
    rebuilt = json.loads(pipeline("tables", "--table", table, "--rebuild", "--json", **demo).stdout)
    assert rebuilt["days"] == {"made": 1}


def test_where_there_is_no_export_it_says_so(demo: dict[str, str], make_table: MakeTable) -> None:
    done = pipeline("tables", "--table", make_table([]), "--from", "2024-01-01", "--to", "2024-01-02", **demo)
    assert (done.returncode, done.stdout) == (1, "")
    assert "There is no export to make tables of" in done.stderr


@pytest.mark.parametrize("days", [("--from", "2024-01-02", "--to", "2024-01-01"), ("--from", "soon")])
def test_days_that_are_none_are_wrong_usage(days: tuple[str, ...]) -> None:
    assert pipeline("tables", *days).returncode == 2


def test_glue_follows_where_a_database_is_named_and_what_it_refuses_is_told(
    demo: dict[str, str], make_table: MakeTable
) -> None:
    table = make_table(ITEMS)
    named = {**demo, "PIPELINE_GLUE_DATABASE": f"db_{table[-8:].replace('-', '_')}".lower()}
    export(demo, table)
    told = pipeline("tables", "--table", table, **named)
    assert told.returncode == 0 and f"Glue database {named['PIPELINE_GLUE_DATABASE']}: E014" in told.stderr
    glue = Cloud(REGION, demo["AWS_ENDPOINT_URL"], Credentials("testing", "testing")).glue
    glue.create_database(DatabaseInput={"Name": named["PIPELINE_GLUE_DATABASE"]})
    assert "Glue" not in pipeline("tables", "--table", table, **named).stderr
    made = glue.get_tables(DatabaseName=named["PIPELINE_GLUE_DATABASE"])["TableList"]
    assert sorted(each["Name"].rpartition("__")[2] for each in made) == ["all_records", "task", "user"]
