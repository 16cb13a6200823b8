"""Each caller's whole work, every request of it judged by the template's policies: nothing lacks, nothing is over.

The requests are real (botocore's, to the emulator); the judge is tests/iam.py. Conditions count.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pipeline.app import App, wire
from pipeline.aws import Cloud, Credentials
from pipeline.config import Settings
from pipeline.function import build_exporter
from pipeline.invoke import LambdaStarter
from pipeline.jsonlog import JsonLog
from pipeline.models import ExportRequest, Run
from tests.conftest import REGION, MakeTable
from tests.iam import Request, allowed, many, requests_of
from tests.native_stub import NativeStub
from tests.stack import ACCOUNT, KMS_KEY, Stack
from tests.test_policies import BY_OTHERS
from tests.test_stack_emulated import Deployed, accepted, apply_bucket, apply_schedules
from tests.work import LARGE, exporter_steps, operator_steps, outcomes, utc_now, viewer_steps

KEYS = Credentials("testing", "testing")


class Watched:
    """Clients whose requests are kept as IAM would see them."""

    def __init__(self, cloud: Cloud, stack: Stack) -> None:
        self.cloud, self.asked = cloud, set[tuple[str, str, tuple[tuple[str, str], ...]]]()
        made = stack.parameters
        base = f"{REGION}:{ACCOUNT}"
        self._arns = {
            "dynamodb": f"arn:aws:dynamodb:{base}:table/{made['TableName']}",
            "lambda": f"arn:aws:lambda:{base}:function:{made['FunctionName']}",
            "logs": f"arn:aws:logs:{base}:log-group:/aws/lambda/{made['FunctionName']}:*",
            "scheduler": f"arn:aws:scheduler:{base}:schedule/{made['ScheduleGroup']}/{made['ScheduleName']}",
        }
        for client in (cloud.s3, cloud.dynamodb, cloud.lambda_, cloud.logs, cloud.scheduler):
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


def test_the_exporters_policy_suffices_and_none_of_it_is_over(deployed: Deployed, emulator_url: str) -> None:
    judge = watched(deployed, emulator_url)
    ended = outcomes(exporter_steps(settings_of(deployed), judge.cloud, start(judge.cloud, deployed)))
    assert set(ended.values()) == {"ok"}, ended
    native_work(deployed, emulator_url, judge)
    policy = deployed.stack.policy("Exporter")
    assert refused(judge.requests(), policy) == []
    asked = {request.action for request in judge.requests()}
    granted = {action for statement in policy["Statement"] for action in many(statement["Action"])}
    assert granted - asked == {action for name, action in BY_OTHERS if name == "Exporter" and action in granted}


def test_with_a_key_the_exporters_policy_suffices(deployed: Deployed, emulator_url: str) -> None:
    judge = watched(deployed, emulator_url)
    settings = settings_of(deployed, PIPELINE_KMS_KEY=KMS_KEY)
    assert set(outcomes(exporter_steps(settings, judge.cloud, start(judge.cloud, deployed))).values()) == {"ok"}
    keyed = Stack(**{**deployed.parameters, "KmsKeyArn": KMS_KEY})
    assert refused(judge.requests(), keyed.policy("Exporter")) == []
    assert refused(judge.requests(), deployed.stack.policy("Exporter")) != []


def test_the_viewers_policy_suffices_but_for_the_question_whether_it_may_invoke(
    deployed: Deployed, emulator_url: str, exported: Run
) -> None:
    judge = watched(deployed, emulator_url)
    ended = outcomes(viewer_steps(app_of(deployed, judge.cloud), exported))
    assert set(ended.values()) == {"ok"}, ended
    lacking = refused(judge.requests(), deployed.stack.policy("Viewer"))
    # Health asks by a dry run what this identity may do, and shows that it may not.
    assert {request.action for request in lacking} == {"lambda:InvokeFunction"}


def test_viewer_and_operator_together_suffice_for_an_operator(
    deployed: Deployed, emulator_url: str, exported: Run
) -> None:
    judge = watched(deployed, emulator_url)
    app = app_of(deployed, judge.cloud)
    ended = outcomes({**viewer_steps(app, exported), **operator_steps(app, exported)})
    # Nothing is archived here.
    assert {name for name, code in ended.items() if code != "ok"} <= {"restore"}, ended
    both = [deployed.stack.policy("Viewer"), deployed.stack.policy("Operator")]
    assert refused(judge.requests(), *both) == []
    own = refused(judge.requests(), deployed.stack.policy("Viewer"))
    assert {request.action for request in own} == {
        "lambda:InvokeFunction",
        "s3:RestoreObject",
        "scheduler:UpdateSchedule",
    }
