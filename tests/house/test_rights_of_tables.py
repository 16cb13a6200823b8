"""The tables' function's whole work, every request of it judged by its own role: nothing lacks, nothing is over."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from pipeline.aws import Cloud
from pipeline.clock import utc_text
from pipeline.lake.keys import export_key
from pipeline.runs.starter import LambdaStarter
from pipeline.tables.function.handler import tables_function
from tests.conftest import REGION, MakeTable
from tests.deploy.test_stack_emulated import Deployed, apply_bucket
from tests.function.test_handler import Context
from tests.house.test_policies import BY_OTHERS
from tests.house.test_rights import (
    KEYS,
    Watched,
    fetched,
    native_work,
    refused,
    settings_of,
    source_world,
    start,
    watched,
    without_use,
)
from tests.support.policies.iam import Request, allowed, many
from tests.support.policies.template_stack import ACCOUNT, KMS_KEY, Stack
from tests.support.work import exporter_steps, utc_now


class Late(Context):
    """An invocation whose time is nearly over."""

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


@pytest.fixture
def filled(emulator_url: str, make_table: MakeTable) -> Deployed:
    """A stack with an export of its table, an older one that no run knows of, and runs of sources."""
    deployed = Deployed(emulator_url, make_table([{"PK": "u", "SK": f"TASK#{n}", "n": n} for n in range(9)]))
    apply_bucket(deployed)
    cloud = Cloud(REGION, emulator_url, KEYS)
    exporter_steps(settings_of(deployed), cloud, start(cloud, deployed))["export"]()
    put_old_document(cloud, deployed)
    fetched(source_world(deployed, emulator_url), emulator_url)
    return deployed


def put_old_document(cloud: Cloud, deployed: Deployed) -> None:
    """What the function before this one left yesterday: no run knows its version."""
    table, yesterday = deployed.parameters["TableName"], utc_now() - timedelta(days=1)
    about = {"table_name": table, "exported_at": utc_text(yesterday), "export_version": "1.0", "record_count": 1}
    body = orjson.dumps({"export_metadata": about, "data": [{"PK": "u", "SK": "TASK#0"}]})
    cloud.s3.put_object(Bucket=deployed.parameters["BucketName"], Key=export_key(table, yesterday.date()), Body=body)


def work(deployed: Deployed, judge: Watched, emulator_url: str, **more: str) -> None:
    """All that it is asked for: everybody's missing tables, one table anew, a native export's, and a run that goes on
    elsewhere."""
    go_on = LambdaStarter(judge.cloud.lambda_, deployed.parameters["TablesFunctionName"]).start
    made = tables_function(settings_of(deployed, **more), judge.cloud, utc_now, go_on, lambda line: None)
    again = {"tables": deployed.parameters["TableName"], "rebuild": True}
    for event in ({"tables": "missing", "trigger": "schedule"}, again):
        assert made.answer(event, Context())["statusCode"] == 200
    native_work(deployed, emulator_url, Watched(Cloud(REGION, emulator_url, KEYS), deployed.stack))
    assert made.answer(again, Late())["statusCode"] == 200
    last = made.answer(again, Context())
    assert last["statusCode"] == 200, last["body"]


def test_the_tables_policy_suffices_and_none_of_it_is_over(filled: Deployed, emulator_url: str) -> None:
    judge = watched(filled, emulator_url)
    work(filled, judge, emulator_url)
    policy = filled.stack.policy("Tables")
    assert refused(judge.requests(), policy) == []
    granted = {action for statement in policy["Statement"] for action in many(statement["Action"])}
    others = {action for name, action in BY_OTHERS if name == "Tables" and action in granted}
    # A source's day is read by its version; without one only in an adopted bucket that keeps none.
    unversioned = f"arn:aws:s3:::{filled.parameters['BucketName']}/staging/daily/*"
    # What it asks Glue: test_rights_of_queries.py.
    unused = [one for one in without_use(policy, judge.requests(), others) if not one[1].startswith("glue:")]
    assert unused == [("ReadDocuments", "s3:GetObject", unversioned)]


def test_with_a_key_the_tables_policy_suffices(filled: Deployed, emulator_url: str) -> None:
    judge = watched(filled, emulator_url)
    work(filled, judge, emulator_url, PIPELINE_KMS_KEY=KMS_KEY)
    keyed = Stack(**{**filled.parameters, "KmsKeyArn": KMS_KEY})
    assert refused(judge.requests(), keyed.policy("Tables")) == []
    assert refused(judge.requests(), filled.stack.policy("Tables")) != []


def test_of_a_further_table_it_asks_for_its_keys_only(
    filled: Deployed, emulator_url: str, make_table: MakeTable
) -> None:
    more = make_table([{"PK": "u", "SK": "1"}])
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{more}"
    policy = Stack(**{**filled.parameters, "MoreTableArns": arn}).policy("Tables")
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{filled.parameters['TableName']}"
    for resource in (arn, table):
        assert allowed([policy], Request("dynamodb:DescribeTable", resource))
        assert not allowed([policy], Request("dynamodb:Scan", resource))


@pytest.mark.parametrize(
    ("action", "key"),
    [
        ("s3:PutObject", "raw/internal/dynamodb-exports/dt=2024-02-01/t.json"),
        ("s3:PutObject", "staging/daily/weather/dt=2024-02-01/weather.json"),
        ("s3:PutObject", "metadata/sources.json"),
        ("s3:GetObject", "raw/external/weather/dt=2024-02-01/weather.json"),
        ("s3:GetObject", "metadata/audit/dt=2024-02-01/a.json"),
        ("s3:DeleteObject", "tables/t/task/v=1/dt=2024-02-01/data.parquet"),
    ],
)
def test_what_it_does_not_make_it_cannot_write_and_what_it_does_not_need_it_cannot_read(action: str, key: str) -> None:
    stack = Stack()
    asked = Request(action, f"arn:aws:s3:::{stack.parameters['BucketName']}/{key}")
    assert not allowed([stack.policy("Tables")], asked)


def test_the_export_function_starts_the_tables_function_and_no_other(filled: Deployed) -> None:
    policy, names = filled.stack.policy("Exporter"), filled.parameters
    base = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
    for name, may in ((names["TablesFunctionName"], True), (names["FunctionName"], True), ("another", False)):
        assert allowed([policy], Request("lambda:InvokeFunction", base + name)) is may
    assert not allowed([filled.stack.policy("Tables")], Request("lambda:InvokeFunction", base + names["FunctionName"]))
