"""Reports: their policy beside a viewer's suffices and is used whole; of what is in one a viewer's reaches nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.analysis.models.builds import Build, Builds
from pipeline.analysis.quality.store import Results
from pipeline.analysis.reports.definitions.definition import History, Models, Period, Quality, Status
from pipeline.aws import Cloud
from pipeline.console.app import App
from pipeline.console.reports.gathering.gather import How, gather
from pipeline.console.wiring import wire
from pipeline.lake.bucket import Lake
from pipeline.notices.due import DueReports
from pipeline.notices.notice import Notice
from tests.console.reports.kept import SCHEDULE, yaml_of
from tests.deploy.test_stack_emulated import Deployed
from tests.house.test_policies import put
from tests.house.test_rights import KEYS, REGION, Watched, deployed, refused, settings_of, watched, without_use
from tests.support.lakes.models import golden, put_project
from tests.support.policies.iam import Request, allowed
from tests.support.policies.template_stack import KMS_KEY, TOPIC, Stack
from tests.support.reports.desk import report
from tests.support.reports.exports import brief, result

__all__ = ["deployed"]
AT = datetime(2026, 11, 30, tzinfo=UTC)
READY = Notice("report_ready", "report_ready:r", AT, "weekly", "/debug/reports?report=weekly")
PRIVATE = ("config/", "reports/", "metadata/notices/")
TEXT = yaml_of(schedule=SCHEDULE, block="kind: text\n  text: of the team\nformats: [md]")


def made_again(app: App, lake: Lake) -> None:
    """A report of what the console knows, and the same again of its versions."""
    now = app.now()
    Results(lake).save(replace(result(29), table=app.settings.table, day=now.date(), made_at=now))
    Builds(lake).save(Build(brief(29), nodes={}))
    put_project(lake, "shop", golden("manifest-v12"), golden("run_results-v6"))
    wanted = report(Status(), History(), Quality(), Models(), period=Period("fixed", None, now.date(), now.date()))
    first = gather(app, "weekly", wanted, now)
    assert not first.failed and gather(app, "weekly", wanted, now, How(pins=first.pins)) == first


def worked(deployed: Deployed, judge: Watched) -> list[Request]:
    """An operator's whole work: a definition kept, changed, deleted and restored; made, opened, told of."""
    Cloud(REGION, judge.cloud.s3.meta.endpoint_url, KEYS).sns.create_topic(Name=TOPIC.rpartition(":")[2])
    app = wire(settings_of(deployed, PIPELINE_NOTICES=f"mail=sns:{TOPIC}"), judge.cloud)
    reports = app.reports
    kept = reports.definitions
    seen = kept.save("weekly", TEXT, "").seen
    seen = kept.pause("weekly", True, seen).seen
    kept.delete("weekly", seen)
    kept.restore("weekly")
    assert kept.duplicate("weekly", "copy").seen and len(kept.history("weekly")) == 2
    assert kept.get("copy").text and not kept.deleted() and kept.settle() == 0
    made = reports.maker.make("weekly")
    assert b"of the team" in reports.maker.file("weekly", made.run_id, made.day, "md")
    assert reports.maker.runs("weekly")[0].made
    notices = reports.notices
    notices.save(notices.preferences(), notices.preferences().seen)
    assert notices.tell([READY]) and notices.sent(1)
    DueReports(app.lake, app.now).mark()
    made_again(app, Lake(Cloud(REGION, judge.cloud.s3.meta.endpoint_url, KEYS).s3, app.lake.bucket))
    # Whom it tells is another policy's.
    return [one for one in judge.requests() if one.action.startswith("s3:")]


def test_reports_need_their_own_policy_beside_a_viewer_s_and_all_of_it(deployed: Deployed, emulator_url: str) -> None:
    asked = worked(deployed, watched(deployed, emulator_url))
    viewer, reports = deployed.stack.policy("Viewer"), deployed.stack.policy("OperatorReports")
    assert refused(asked, viewer, reports) == []
    assert without_use(reports, asked, set()) == []


def test_a_viewer_s_policy_opens_no_report_and_no_definition(deployed: Deployed, emulator_url: str) -> None:
    asked = worked(deployed, watched(deployed, emulator_url))
    private = [one for one in asked if one.resource.partition("/")[2].startswith(PRIVATE)]
    assert {one.action for one in private} == {"s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"}
    for more in ({}, {"AuditToS3": "true"}, {"KmsKeyArn": KMS_KEY}):
        assert refused(private, Stack(**{**deployed.parameters, **more}).policy("Viewer")) == private


@pytest.mark.parametrize("key", ["config/reports/a.yaml", "reports/a/dt=2026-11-30/r/report.pdf"])
@pytest.mark.parametrize("name", ["Exporter", "Tables", "Scheduler", "OperatorBuilds", "OperatorInsights"])
def test_nobody_else_reads_or_writes_them(name: str, key: str) -> None:
    stack = Stack()
    resource = f"arn:aws:s3:::{stack.parameters['BucketName']}/{key}"
    for request in (Request("s3:GetObject", resource), put(resource, sse="AES256")):
        assert not allowed([stack.policy(name)], request)
        assert allowed([stack.policy("OperatorReports")], request)


@pytest.mark.parametrize("lease", ["weekly", "pipeline.quality", "pipeline.reports", "pipeline.forecasts"])
def test_no_lease_of_others_is_theirs_to_write(lease: str) -> None:
    stack = Stack()
    base = f"arn:aws:s3:::{stack.parameters['BucketName']}/metadata/leases"
    assert allowed([stack.policy("OperatorReports")], put(f"{base}/pipeline.report.weekly.json", sse="AES256"))
    assert not allowed([stack.policy("OperatorReports")], put(f"{base}/{lease}.json", sse="AES256"))


def test_with_a_key_they_are_written_with_it(deployed: Deployed, emulator_url: str) -> None:
    keyed = Stack(**{**deployed.parameters, "KmsKeyArn": KMS_KEY}).policy("OperatorReports")
    bucket = deployed.parameters["BucketName"]
    lake = Lake(Cloud(REGION, emulator_url, KEYS).s3, bucket, KMS_KEY)
    options: dict[str, Any] = lake.put_options(b"x")
    assert options["ServerSideEncryption"] == "aws:kms"
    resource = f"arn:aws:s3:::{bucket}/config/reports/a.yaml"
    assert allowed([keyed], put(resource, sse="aws:kms")) and not allowed([keyed], put(resource, sse="AES256"))
    key = Request("kms:GenerateDataKey", KMS_KEY, {"kms:ViaService": f"s3.{REGION}.amazonaws.com"})
    assert allowed([keyed], key) and not allowed([keyed], Request("kms:GenerateDataKey", KMS_KEY))


def test_nothing_of_them_expires_or_is_archived() -> None:
    rules = Stack().resources["Bucket"]["LifecycleConfiguration"]["Rules"]
    of_age = [rule["Prefix"] for rule in rules if "Transitions" in rule or "ExpirationInDays" in rule]
    ours = (*PRIVATE, "metadata/reports/")
    assert of_age and not [prefix for prefix in of_age for name in ours if name.startswith(prefix)]
