"""Each caller's whole work, every request of it judged by the template's policies: nothing lacks, nothing is over.

The requests are real (botocore's, to the emulator); the judge is tests/support/policies/iam.py. Conditions count.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest

from pipeline.analysis.models.artifacts import VERSIONS
from pipeline.analysis.query.face import Query
from pipeline.aws import Cloud, Credentials
from pipeline.config import Settings
from pipeline.console.app import App
from pipeline.console.wiring import wire
from pipeline.export.wiring import build_exporter
from pipeline.jsonlog import JsonLog
from pipeline.lake.bucket import Lake
from pipeline.lake.dbt_keys import Artifact, dbt_key, dbt_run_key
from pipeline.runs.request import ExportRequest
from pipeline.runs.run import Run
from pipeline.runs.starter import LambdaStarter
from tests.analysis.models.shop import GOLDEN
from tests.analysis.query.days import TABLES, stored
from tests.conftest import REGION, MakeTable
from tests.deploy.test_stack_emulated import Deployed, accepted, apply_bucket, apply_schedules
from tests.house.test_policies import BY_OTHERS
from tests.support.native_stub import NativeStub
from tests.support.policies.iam import Request, allowed, many, matching, requests_of
from tests.support.policies.template_stack import ACCOUNT, KMS_KEY, Stack
from tests.support.sources.source_work import SourceWorld, changing_steps, fetching_steps, seeing_steps
from tests.support.work import LARGE, exporter_steps, operator_steps, outcomes, utc_now, viewer_steps

KEYS = Credentials("testing", "testing")


class Watched:
    """Clients whose requests are kept as IAM would see them."""

    def __init__(self, cloud: Cloud, stack: Stack) -> None:
        self.cloud, self.asked = cloud, set[tuple[str, str, tuple[tuple[str, str], ...]]]()
        made = stack.parameters
        base = f"{REGION}:{ACCOUNT}"
        self._arns = {
            "dynamodb": f"arn:aws:dynamodb:{base}:table/{made['TableName']}",
            "lambda": f"arn:aws:lambda:{base}:function:",
            "logs": f"arn:aws:logs:{base}:log-group:",
            "scheduler": f"arn:aws:scheduler:{base}:schedule/{made['ScheduleGroup']}/{made['ScheduleName']}",
            "secretsmanager": f"arn:aws:secretsmanager:{base}:secret:",
            "ssm": f"arn:aws:ssm:{base}:parameter",
            "sns": "",
        }
        lake = (cloud.s3, cloud.dynamodb, cloud.lambda_, cloud.logs, cloud.scheduler)
        for client in (*lake, cloud.secretsmanager, cloud.ssm, cloud.sns):
            client.meta.events.register("provide-client-params", self._keep)
        cloud.lambda_.meta.events.register("before-call.lambda.Invoke", accepted)

    def requests(self) -> list[Request]:
        return [Request(action, resource, dict(context)) for action, resource, context in sorted(self.asked)]

    def _keep(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        service = model.service_model.service_name
        for asked in requests_of(service, model.name, params, self._arns):
            self.asked.add((asked.action, asked.resource, tuple(sorted(asked.context.items()))))


@pytest.fixture
def deployed(emulator_url: str, make_table: MakeTable) -> Deployed:
    made = Deployed(emulator_url, make_table(LARGE))
    apply_bucket(made)
    apply_schedules(made)
    return made


def settings_of(deployed: Deployed, **more: str) -> Settings:
    environment = dict(deployed.stack.resources["Function"]["Environment"]["Variables"])
    return Settings.from_env(environment | {"PIPELINE_SCHEDULE": deployed.stack.outputs["ScheduleName"]} | more)


def watched(deployed: Deployed, emulator_url: str) -> Watched:
    return Watched(Cloud(REGION, emulator_url, KEYS), deployed.stack)


def refused(requests: list[Request], *documents: dict[str, Any]) -> list[Request]:
    return [request for request in requests if not allowed(documents, request)]


def start_tables(cloud: Cloud, deployed: Deployed) -> None:
    LambdaStarter(cloud.lambda_, deployed.parameters["TablesFunctionName"]).start({"tables": "t"})


def start(cloud: Cloud, deployed: Deployed) -> Any:
    return LambdaStarter(cloud.lambda_, deployed.parameters["FunctionName"]).start


@pytest.fixture
def exported(deployed: Deployed, emulator_url: str) -> Run:
    cloud = Cloud(REGION, emulator_url, KEYS)
    run = exporter_steps(settings_of(deployed), cloud, start(cloud, deployed))["export"]()
    assert isinstance(run, Run)
    return run


def app_of(deployed: Deployed, cloud: Cloud) -> App:
    return wire(settings_of(deployed), cloud)


def put_dbt_project(cloud: Cloud, deployed: Deployed) -> None:
    """Some other dbt's newest artifacts, and a run of its that is kept."""
    for artifact in get_args(Artifact):
        body = GOLDEN.joinpath(f"{artifact}-v{max(VERSIONS[artifact][1] - {20})}.json").read_bytes()
        for key in (dbt_key("shop", artifact), dbt_run_key("shop", utc_now().date(), "i", artifact)):
            cloud.s3.put_object(Bucket=deployed.parameters["BucketName"], Key=key, Body=body)


def native_work(deployed: Deployed, emulator_url: str, judge: Watched) -> None:
    with NativeStub(emulator_url, REGION) as stub:
        watched_stub = Watched(Cloud(REGION, stub.url, KEYS), deployed.stack)
        watched_stub.asked = judge.asked
        exporter = build_exporter(settings_of(deployed), judge.cloud, utc_now)
        exporter = replace(exporter, dynamodb=watched_stub.cloud.dynamodb)
        log = JsonLog("work", None, lambda line: None)
        exporter.run(ExportRequest("work-native", deployed.parameters["TableName"]), log, lambda: 800)
        stub.finish()
        looked = exporter.look(deployed.parameters["TableName"], log, lambda: 800)
        assert looked and looked.run.status == "succeeded"


def source_world(deployed: Deployed, emulator_url: str, **settings: str) -> SourceWorld:
    world = SourceWorld(settings_of(deployed, **settings))
    world.make(Cloud(REGION, emulator_url, KEYS))
    return world


def fetched(world: SourceWorld, emulator_url: str) -> list[Run]:
    """A run of each source, by somebody who may do everything."""
    steps = fetching_steps(world, Cloud(REGION, emulator_url, KEYS), lambda event: None)
    steps["hand a fetch over"]()
    return [steps["fetch weather"](), steps["go on with a fetch"]()]


def without_use(policy: dict[str, Any], requests: list[Request], others: set[str]) -> list[tuple[str, str, str]]:
    """Actions on resources that a policy gives, and nobody has asked for; conditions left aside."""
    pairs = [
        (statement, action, resource)
        for statement in policy["Statement"]
        for action in many(statement["Action"])
        for resource in many(statement["Resource"])
        if action not in others and statement["Sid"] != "WriteNativeExport"
    ]
    return [
        (statement["Sid"], action, resource)
        for statement, action, resource in pairs
        if not any(
            matching({"Statement": [{**statement, "Action": action, "Resource": resource}]}, request)
            for request in requests
        )
    ]


def test_the_exporters_policy_suffices_and_none_of_it_is_over(deployed: Deployed, emulator_url: str) -> None:
    judge, world = watched(deployed, emulator_url), source_world(deployed, emulator_url)
    carry_on = start(judge.cloud, deployed)
    steps = exporter_steps(settings_of(deployed), judge.cloud, carry_on)
    ended = outcomes({**steps, **fetching_steps(world, judge.cloud, carry_on)})
    assert set(ended.values()) == {"ok"}, ended
    native_work(deployed, emulator_url, judge)
    start_tables(judge.cloud, deployed)
    policy = deployed.stack.policy("Exporter")
    assert refused(judge.requests(), policy) == []
    asked = {request.action for request in judge.requests()}
    granted = {action for statement in policy["Statement"] for action in many(statement["Action"])}
    others = {action for name, action in BY_OTHERS if name == "Exporter" and action in granted}
    assert granted - asked == others
    assert without_use(policy, judge.requests(), others) == []


def test_with_a_key_the_exporters_policy_suffices(deployed: Deployed, emulator_url: str) -> None:
    judge = watched(deployed, emulator_url)
    settings, carry_on = settings_of(deployed, PIPELINE_KMS_KEY=KMS_KEY), start(judge.cloud, deployed)
    world = source_world(deployed, emulator_url, PIPELINE_KMS_KEY=KMS_KEY)
    steps = {**exporter_steps(settings, judge.cloud, carry_on), **fetching_steps(world, judge.cloud, carry_on)}
    assert set(outcomes(steps).values()) == {"ok"}
    keyed = Stack(**{**deployed.parameters, "KmsKeyArn": KMS_KEY})
    assert refused(judge.requests(), keyed.policy("Exporter")) == []
    assert refused(judge.requests(), deployed.stack.policy("Exporter")) != []


def test_the_viewers_policy_suffices_but_for_two_questions_whether_it_may(
    deployed: Deployed, emulator_url: str, exported: Run
) -> None:
    world = source_world(deployed, emulator_url)
    put_dbt_project(Cloud(REGION, emulator_url, KEYS), deployed)
    runs, judge = fetched(world, emulator_url), watched(deployed, emulator_url)
    steps = viewer_steps(app_of(deployed, judge.cloud), exported)
    ended = outcomes({**steps, **seeing_steps(world, world.app(judge.cloud), runs)})
    assert set(ended.values()) == {"ok"}, ended
    lacking = refused(judge.requests(), deployed.stack.policy("Viewer"))
    # Health asks by a dry run what this identity may do, and shows that it may not. Whether an account is connected is
    # asked of the vault; where that is refused, the source's runs tell.
    assert {request.action for request in lacking} == {"lambda:InvokeFunction", "secretsmanager:GetSecretValue"}


def test_viewer_and_operator_together_suffice_for_an_operator(
    deployed: Deployed, emulator_url: str, exported: Run
) -> None:
    world = source_world(deployed, emulator_url)
    runs, judge = fetched(world, emulator_url), watched(deployed, emulator_url)
    app, there = app_of(deployed, judge.cloud), world.app(judge.cloud)
    of_sources = {**seeing_steps(world, there, runs), **changing_steps(world, there, runs)}
    ended = outcomes({**viewer_steps(app, exported), **operator_steps(app, exported), **of_sources})
    # Nothing is archived here.
    assert {name for name, code in ended.items() if code != "ok"} <= {"restore"}, ended
    both = [deployed.stack.policy("Viewer"), deployed.stack.policy("Operator")]
    assert refused(judge.requests(), *both) == []
    own = refused(judge.requests(), deployed.stack.policy("Viewer"))
    assert {request.action for request in own} == {
        "dynamodb:ListTables",
        "lambda:InvokeFunction",
        "s3:PutObject",
        "s3:RestoreObject",
        "scheduler:UpdateSchedule",
        "secretsmanager:CreateSecret",
        "secretsmanager:DeleteSecret",
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecretVersionStage",
    }
    written = {request.resource.partition("/")[2] for request in own if request.action == "s3:PutObject"}
    assert written == {"metadata/sources.json", f"metadata/leases/google-health-token.{world.person}-guest.json"}


def test_an_operator_asks_the_tables_and_a_viewer_s_policy_reads_no_row_of_them(
    deployed: Deployed, emulator_url: str
) -> None:
    table = deployed.parameters["TableName"]
    lake = Lake(Cloud(REGION, emulator_url, KEYS).s3, deployed.parameters["BucketName"])
    stored(lake, TABLES, table, utc_now().date())
    judge = watched(deployed, emulator_url)
    queries, query = app_of(deployed, judge.cloud).queries, Query("select count(*) from session", (table,))
    assert queries.run(query, queries.read(query)).rows == (("300",),)
    asked = judge.requests()
    assert refused(asked, deployed.stack.policy("Viewer"), deployed.stack.policy("Operator")) == []
    rows = [request for request in asked if request.resource.partition("/")[2].startswith("tables/")]
    assert rows and refused(asked, deployed.stack.policy("Viewer")) == rows


def test_with_a_key_the_operators_changes_are_written_with_it(deployed: Deployed, emulator_url: str) -> None:
    world, judge = source_world(deployed, emulator_url, PIPELINE_KMS_KEY=KMS_KEY), watched(deployed, emulator_url)
    assert set(outcomes(changing_steps(world, world.app(judge.cloud), [])).values()) == {"ok"}
    keyed = Stack(**{**deployed.parameters, "KmsKeyArn": KMS_KEY})
    assert refused(judge.requests(), keyed.policy("Viewer"), keyed.policy("Operator")) == []
    assert refused(judge.requests(), deployed.stack.policy("Viewer"), deployed.stack.policy("Operator")) != []


def test_with_parameters_as_the_vault_the_policies_suffice(deployed: Deployed, emulator_url: str) -> None:
    stack, url = Stack(**{**deployed.parameters, "Secrets": "ssm"}), emulator_url
    world = source_world(deployed, url, PIPELINE_SECRETS="ssm")
    function, console = watched(deployed, url), watched(deployed, url)
    steps = fetching_steps(world, function.cloud, start(function.cloud, deployed))
    assert set(outcomes(steps).values()) == {"ok"}
    assert set(outcomes(changing_steps(world, world.app(console.cloud), [])).values()) == {"ok"}
    assert refused(function.requests(), stack.policy("Exporter")) == []
    assert refused(console.requests(), stack.policy("Viewer"), stack.policy("Operator")) == []
    # The other vault's stack gives none of it.
    assert {request.action for request in refused(function.requests(), deployed.stack.policy("Exporter"))} == {
        "ssm:GetParameter",
        "ssm:PutParameter",
    }
