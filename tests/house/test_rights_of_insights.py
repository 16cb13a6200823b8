"""Insights and forecasts: their policy beside a viewer's suffices and is used whole; a viewer's reaches none of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pipeline.analysis.builds.marts import MARTS_TABLE
from pipeline.analysis.correlation.questions import questions
from pipeline.analysis.forecast.store import Forecasts
from pipeline.analysis.query.face import Query
from pipeline.analysis.reports.definitions.definition import Correlation, TableOfQuery
from pipeline.analysis.reports.definitions.definition import Forecast as ForecastOf
from pipeline.aws import Cloud
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import Leases
from tests.analysis.forecast.test_store import FIRST, LAST, ROWS, made
from tests.deploy.test_stack_emulated import Deployed
from tests.house.test_policies import put
from tests.house.test_rights import KEYS, REGION, Watched, app_of, deployed, refused, watched, without_use
from tests.support.lakes.insights import lives
from tests.support.lakes.marts import DAY, publish_mart, publish_wellness
from tests.support.policies.iam import Request, allowed
from tests.support.policies.template_stack import KMS_KEY, Stack
from tests.support.reports.desk import NOW, TODAY, again, gathered, report
from tests.support.work import utc_now

__all__ = ["deployed"]
QUESTIONS = "metadata/insights/questions.json"
PRIVATE = ("metadata/forecasts/", "metadata/insights/")


def forecast(lake: Lake) -> None:
    """Somebody's days are read, foreseen and kept, and what was kept is read again."""
    Leases(lake, utc_now).take("pipeline.forecasts", "run-1", DAY)
    store = Forecasts(lake)
    saved = store.save(made(30), ROWS)
    assert store.newest("u1", "minutes", FIRST, LAST) == saved and saved.predictions
    assert lake.read_bytes(saved.predictions.key)
    # The questions stand where nobody has written them yet, and then are.
    assert lake.read_json(QUESTIONS) is None
    assert lake.write_json(QUESTIONS, {"questions": []}, None)
    assert [one.key for one in lake.list_after("metadata/insights/", "metadata/insights/")] == [QUESTIONS]
    # A report that is made again asks what it asked then.
    stored = lake.head(QUESTIONS)
    assert stored and b"".join(lake.stream(QUESTIONS, stored.version_id)) == b'{"questions":[]}'


@pytest.fixture
def mart(deployed: Deployed, emulator_url: str) -> None:
    lake = Lake(Cloud(REGION, emulator_url, KEYS).s3, deployed.parameters["BucketName"])
    publish_mart(lake, "mart_daily_wellness", [DAY - timedelta(days=1), DAY])


def looked(deployed: Deployed, judge: Watched, **settings: Any) -> list[Request]:
    """An operator's whole look: the mart by a query, then forecasts and questions."""
    queries, query = app_of(deployed, judge.cloud).queries, Query("select day from mart_daily_wellness", (MARTS_TABLE,))
    assert len(queries.run(query, queries.read(query)).rows) == 2
    forecast(Lake(judge.cloud.s3, deployed.parameters["BucketName"], **settings))
    return judge.requests()


@pytest.mark.usefixtures("mart")
def test_insights_need_their_own_policy_beside_a_viewer_s_and_all_of_it(deployed: Deployed, emulator_url: str) -> None:
    asked = looked(deployed, watched(deployed, emulator_url))
    viewer, insights = deployed.stack.policy("Viewer"), deployed.stack.policy("OperatorInsights")
    assert refused(asked, viewer, insights) == []
    assert without_use(insights, asked, set()) == []


@pytest.mark.usefixtures("mart")
def test_a_viewer_s_policy_reaches_no_forecast_and_no_question(deployed: Deployed, emulator_url: str) -> None:
    asked = looked(deployed, watched(deployed, emulator_url))
    private = [one for one in asked if one.resource.partition("/")[2].startswith(PRIVATE)]
    private += [one for one in asked if one.context.get("s3:prefix", "").startswith(PRIVATE)]
    assert {one.action for one in private} == {"s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:PutObject"}
    # Whatever the stack lets viewers do: previews, an audit log, a key.
    for more in ({}, {"AuditToS3": "true"}, {"KmsKeyArn": KMS_KEY}):
        assert refused(private, Stack(**{**deployed.parameters, **more}).policy("Viewer")) == private


def test_a_report_s_blocks_are_made_and_made_again_by_what_operators_have(
    deployed: Deployed, emulator_url: str
) -> None:
    lake = Lake(Cloud(REGION, emulator_url, KEYS).s3, deployed.parameters["BucketName"])
    publish_wellness(lake, list(lives(TODAY, {"akari": 60})), TODAY - timedelta(days=1))
    judge = watched(deployed, emulator_url)
    app = replace(app_of(deployed, judge.cloud), now=lambda: NOW)
    sql = "SELECT day, steps FROM mart_daily_wellness"
    wanted = report(TableOfQuery(sql=sql), Correlation(), ForecastOf(measure="mood"), person="akari")
    app.insights.forecasts.foresee(["akari"])
    app.insights.questions.save(questions()[:3], app.insights.questions.current())
    first = gathered(app, wanted)
    assert not first.failed and again(app, wanted, first) == first
    policies = [deployed.stack.policy(name) for name in ("Viewer", "Operator", "OperatorInsights")]
    assert refused(judge.requests(), *policies) == []


@pytest.mark.parametrize("name", ["Exporter", "Tables", "Scheduler", "OperatorBuilds", "OperatorAthena"])
@pytest.mark.parametrize("key", ["metadata/forecasts/u1/minutes/dt=2026-11-30/run-1.json", QUESTIONS])
def test_nobody_else_reads_or_writes_them(name: str, key: str) -> None:
    stack = Stack()
    resource = f"arn:aws:s3:::{stack.parameters['BucketName']}/{key}"
    for request in (Request("s3:GetObject", resource), put(resource, sse="AES256")):
        assert not allowed([stack.policy(name)], request)
        assert allowed([stack.policy("OperatorInsights")], request)


@pytest.mark.usefixtures("mart")
def test_with_a_key_they_are_written_with_it(deployed: Deployed, emulator_url: str) -> None:
    keyed = Stack(**{**deployed.parameters, "KmsKeyArn": KMS_KEY})
    asked = looked(deployed, watched(deployed, emulator_url), kms_key=KMS_KEY)
    assert refused(asked, keyed.policy("Viewer"), keyed.policy("OperatorInsights")) == []
    assert refused(asked, deployed.stack.policy("Viewer"), deployed.stack.policy("OperatorInsights")) != []


@pytest.mark.parametrize("name", ["OperatorBuilds", "OperatorInsights"])
def test_who_writes_beside_a_viewer_s_policy_alone_may_use_the_key(name: str) -> None:
    key = Request("kms:GenerateDataKey", KMS_KEY, {"kms:ViaService": f"s3.{REGION}.amazonaws.com"})
    assert allowed([Stack(KmsKeyArn=KMS_KEY).policy(name)], key)
    assert not allowed([Stack(KmsKeyArn=KMS_KEY).policy(name)], Request("kms:GenerateDataKey", KMS_KEY))
    assert "kms:" not in str(Stack().policy(name))


def test_nothing_of_them_expires_or_is_archived() -> None:
    rules = Stack().resources["Bucket"]["LifecycleConfiguration"]["Rules"]
    of_age = [rule["Prefix"] for rule in rules if "Transitions" in rule or "ExpirationInDays" in rule]
    assert of_age and not [prefix for prefix in of_age for name in PRIVATE if name.startswith(prefix)]
