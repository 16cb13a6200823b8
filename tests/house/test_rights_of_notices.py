"""The function's looks and what it tells, each request judged by its own role: nothing lacks, nothing is over."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from pipeline.aws import Cloud
from pipeline.export.wiring import build_exporter
from pipeline.function.handler import ExportFunction
from pipeline.lake.bucket import Lake
from pipeline.notices.looks.function import ticking_of
from pipeline.notices.schedules import Scheduled, Schedules
from tests.conftest import REGION
from tests.deploy.test_stack_emulated import Deployed
from tests.function.test_handler import Context
from tests.house.test_rights import KEYS, Watched, deployed, refused, watched, without_use
from tests.support.notices.hook import hook
from tests.support.policies.template_stack import KMS_KEY, Stack
from tests.support.work import utc_now

__all__ = ["deployed"]


@dataclass(frozen=True)
class Told:
    """A stack with a topic that is there and a secret that holds a webhook's address, and who watches its function."""

    judge: Watched
    stack: Stack
    emulator: Cloud

    def work(self) -> None:
        """A look at nothing, one after which a report is due and a run has failed, and one that finds it good."""
        settings = self.stack.resources["Function"]["Environment"]["Variables"]
        function = ExportFunction.from_env(settings)
        exporter = build_exporter(function.settings, self.judge.cloud, utc_now)
        ticking = ticking_of(function.settings, self.judge.cloud, exporter)
        function = replace(function, exporter=exporter, ticking=lambda: ticking, emit=lambda line: None)
        lake = Lake(self.emulator.s3, function.settings.bucket, function.settings.kms_key)
        at = f"{utc_now():%H:%M}"
        Schedules(lake).put("daily", Scheduled("daily", "日報", ("every",), at, "UTC", utc_now().replace(year=2024)))
        assert function.answer({"runId": "r1", "tableName": "no-such-table"}, Context())["statusCode"] == 500
        for _ in range(2):
            answer = function.answer({"notices": "due"}, Context())
            assert answer["statusCode"] == 200, answer

    def lacking(self, stack: Stack) -> set[str]:
        """Actions on the lake, topics, secrets and schedules that this stack's role refuses; the export that failed
        asked for a table of elsewhere."""
        found = refused(self.judge.requests(), stack.policy("Exporter"))
        return {one.action for one in found if not one.action.startswith("dynamodb:")}


@pytest.fixture
def told(deployed: Deployed, emulator_url: str) -> Iterator[Told]:
    emulator = Cloud(REGION, emulator_url, KEYS)
    name = f"pipeline-console/{uuid.uuid4().hex}"
    with hook() as webhook:
        emulator.secretsmanager.create_secret(Name=name, SecretString=webhook.url)
        topic = emulator.sns.create_topic(Name=f"t-{uuid.uuid4().hex}")["TopicArn"]
        said = {**deployed.parameters, "NoticeTopicArn": topic, "NoticeSlackSecret": name}
        yield Told(watched(deployed, emulator_url), Stack(**said), emulator)
        # Else nobody has been told.
        assert webhook.told


def test_the_rights_of_notices_suffice_and_none_of_them_is_over(told: Told) -> None:
    told.work()
    assert told.lacking(told.stack) == set()
    own = told.stack.policies("Exporter")["ExporterNoticesPolicy"]
    assert without_use(own, told.judge.requests(), set()) == []
    asked = {request.action for request in told.judge.requests()}
    assert {"sns:Publish", "scheduler:GetSchedule", "secretsmanager:GetSecretValue"} <= asked


def test_a_stack_that_tells_nobody_gives_none_of_them(told: Told, deployed: Deployed) -> None:
    told.work()
    missing = {"sns:Publish", "scheduler:GetSchedule", "s3:GetObject", "s3:ListBucket", "s3:PutObject"}
    assert told.lacking(deployed.stack) == missing


def test_with_a_key_it_writes_with_it(told: Told) -> None:
    keyed = Stack(**{**told.stack.parameters, "KmsKeyArn": KMS_KEY})
    replace(told, stack=keyed).work()
    assert told.lacking(keyed) == set()
    assert "s3:PutObject" in told.lacking(told.stack)
