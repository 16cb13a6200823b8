"""The tables' function at Glue, an operator at Athena: every request judged by the template's policies."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.analysis.query.face import Query
from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.console.wiring import wire
from pipeline.lake.bucket import Lake
from pipeline.tables.glue.catalogue import Catalogue
from pipeline.tables.manifest import Manifest
from tests.conftest import REGION, Clock
from tests.house.test_rights import KEYS, Watched, refused
from tests.support.policies.iam import many
from tests.support.policies.template_stack import ACCOUNT, Stack
from tests.support.tables.workshop import Workshop, days_after

RECORDS = [{"PK": "u", "SK": "TASK#1", "minutes": 5}]
FURTHER = [{"PK": "u", "SK": "TASK#1", "note": "x"}]


@pytest.fixture
def stack(lake: Lake) -> Stack:
    return Stack(BucketName=lake.bucket, GlueDatabase=f"db_{lake.bucket[-8:]}")


@pytest.fixture
def database(stack: Stack, cloud: Cloud) -> str:
    name = stack.parameters["GlueDatabase"]
    cloud.glue.create_database(DatabaseInput={"Name": name})
    cloud.athena.create_work_group(Name=name)
    return name


@pytest.fixture
def judge(stack: Stack, emulator_url: str) -> Watched:
    made = Watched(Cloud(REGION, emulator_url, KEYS), stack)
    base, name = f"{REGION}:{ACCOUNT}", stack.parameters["GlueDatabase"]
    made._arns["glue"] = f"arn:aws:glue:{base}:table/{name}/any"
    made._arns["athena"] = f"arn:aws:athena:{base}:workgroup/{name}"
    for client in (made.cloud.glue, made.cloud.athena):
        client.meta.events.register("provide-client-params", made._keep)
    return made


def made(shop: Workshop) -> Manifest:
    """Tables of two days, the second of which has a column more."""
    for number, records in enumerate((RECORDS, FURTHER)):
        day = days_after(number - 1)
        shop.export(records, day, f"e{number}")
        assert shop.convert(f"t{number}", day).warnings == ()
    manifest = shop.manifest()
    assert manifest
    return manifest


def test_the_tables_function_s_rights_on_glue_suffice(
    stack: Stack, database: str, lake: Lake, clock: Clock, judge: Watched
) -> None:
    made(Workshop(lake, clock, catalogue=Catalogue(judge.cloud, lake, database)))
    asked = [request for request in judge.requests() if request.action.startswith("glue:")]
    assert {request.action for request in asked} == {"glue:GetTables", "glue:CreateTable", "glue:UpdateTable"}
    assert refused(asked, stack.policies("Tables")["TablesCataloguePolicy"]) == []


def test_an_operator_asks_athena_and_a_viewer_may_not(
    stack: Stack, database: str, lake: Lake, clock: Clock, cloud: Cloud, judge: Watched
) -> None:
    day = made(Workshop(lake, clock, catalogue=Catalogue(cloud, lake, database)))
    settings = replace(Settings.from_env({"PIPELINE_BACKEND": "aws"}), bucket=lake.bucket)
    app = wire(replace(settings, glue_database=database, athena_workgroup=database), judge.cloud)
    query = Query("select minutes from task", ("things",), day.day, "athena")
    app.queries.run(query, app.queries.read(query))
    asked, mine = judge.requests(), stack.policy("Operator")
    own = {action for statement in mine["Statement"] for action in many(statement["Action"]) if "athena:" in action}
    used = {request.action for request in asked if request.action.startswith(("athena:", "glue:"))}
    assert used == own - {"athena:StopQueryExecution"} | {"glue:GetTable"}
    assert refused(asked, stack.policy("Viewer"), mine) == []
    assert {request.action for request in refused(asked, stack.policy("Viewer"))} == used
