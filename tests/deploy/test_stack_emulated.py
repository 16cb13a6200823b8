"""The stack on the emulator: created by its CloudFormation as far as it goes, the rest of the template applied by hand.

moto creates bucket, function (as x86_64), log group, queue, roles (without their policies), policies and topic. It
knows no bucket policy, lifecycle, public access block, schedules, alarms, metric filters: those go from the parsed
template through the services' own APIs, whose parameters have CloudFormation's names, and are read back.
"""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.config import Settings
from pipeline.monitor.health import Health
from pipeline.monitor.schedule import Schedules
from tests.conftest import REGION, MakeTable
from tests.support.policies.iam import many
from tests.support.policies.template_stack import EMULATED, Stack, for_emulator

ALARMS = ("ErrorsAlarm", "NoSuccessAlarm", "DurationAlarm", "TablesErrorsAlarm")


class Deployed:
    """A stack of unique names on the emulator, and the template resolved with the same parameters."""

    def __init__(self, url: str, table: str) -> None:
        self._url = url
        mark = uuid.uuid4().hex[:8]
        self.parameters = {
            "TableName": table,
            "BucketName": f"stack-{mark}",
            "FunctionName": f"function-{mark}",
            "TablesFunctionName": f"tables-{mark}",
            "ScheduleGroup": f"group-{mark}",
            "AlarmEmail": "ops@example.com",
            "CodeBucket": f"code-{mark}",
        }
        self.stack = Stack(**self.parameters)
        self.name = f"stack-{mark}"
        self._upload()
        given = self.parameters | {name: self.stack.parameters[name] for name in ("CodeKey", "TablesCodeKey")}
        self.client("cloudformation").create_stack(
            StackName=self.name,
            TemplateBody=for_emulator(**self.parameters),
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
            Capabilities=["CAPABILITY_IAM"],
        )

    def client(self, service: str) -> Any:
        keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        return boto3.client(service, region_name=REGION, endpoint_url=self._url, **keys)  # type: ignore[call-overload]

    def physical(self, name: str) -> str:
        """What CloudFormation calls the resource: a policy's ARN, a role's name."""
        client = self.client("cloudformation")
        found = client.describe_stack_resource(StackName=self.name, LogicalResourceId=name)["StackResourceDetail"]
        return str(found["PhysicalResourceId"])

    def outputs(self) -> dict[str, str]:
        (found,) = self.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"]
        return {said["OutputKey"]: said["OutputValue"] for said in found["Outputs"]}

    def _upload(self) -> None:
        place = {"LocationConstraint": REGION}
        s3, bucket = self.client("s3"), self.parameters["CodeBucket"]
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        for key, handler in (("CodeKey", "export_handler.py"), ("TablesCodeKey", "tables_handler.py")):
            zipped = io.BytesIO()
            with zipfile.ZipFile(zipped, "w") as archive:
                archive.writestr(handler, "")
            s3.put_object(Bucket=bucket, Key=self.stack.parameters[key], Body=zipped.getvalue())


@pytest.fixture
def deployed(emulator_url: str, make_table: MakeTable) -> Deployed:
    return Deployed(emulator_url, make_table([]))


def lifecycle_rules(stack: Stack) -> list[dict[str, Any]]:
    """CloudFormation's rules in the words of the S3 API."""
    return [_rule(said) for said in stack.resources["Bucket"]["LifecycleConfiguration"]["Rules"]]


def _rule(said: dict[str, Any]) -> dict[str, Any]:
    same = ("Status", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload")
    rule = {"ID": said["Id"], "Filter": {"Prefix": said.get("Prefix", "")}}
    rule |= {name: said[name] for name in same if name in said}
    if "Transitions" in said:
        rule["Transitions"] = [
            {"Days": move["TransitionInDays"], "StorageClass": move["StorageClass"]} for move in said["Transitions"]
        ]
    if "ExpirationInDays" in said:
        rule["Expiration"] = {"Days": said["ExpirationInDays"]}
    return rule


def apply_bucket(deployed: Deployed) -> None:
    """Everything but the bucket's policy: the emulator takes a denial whose condition is not met for one that is."""
    s3, said = deployed.client("s3"), deployed.stack.resources
    bucket = {"Bucket": deployed.parameters["BucketName"]}
    s3.put_bucket_versioning(**bucket, VersioningConfiguration=said["Bucket"]["VersioningConfiguration"])
    s3.put_public_access_block(
        **bucket, PublicAccessBlockConfiguration=said["Bucket"]["PublicAccessBlockConfiguration"]
    )
    s3.put_bucket_ownership_controls(**bucket, OwnershipControls=said["Bucket"]["OwnershipControls"])
    s3.put_bucket_lifecycle_configuration(**bucket, LifecycleConfiguration={"Rules": lifecycle_rules(deployed.stack)})


def apply_schedules(deployed: Deployed) -> None:
    scheduler = deployed.client("scheduler")
    scheduler.create_schedule_group(Name=deployed.parameters["ScheduleGroup"])
    for name in ("DailySchedule", "SourcesSchedule", "LookSchedule", "TablesSchedule"):
        scheduler.create_schedule(**deployed.stack.resources[name])


def test_every_type_that_the_emulator_knows_is_created(deployed: Deployed) -> None:
    client = deployed.client("cloudformation")
    (found,) = client.describe_stacks(StackName=deployed.name)["Stacks"]
    assert found["StackStatus"] == "CREATE_COMPLETE"
    made = client.describe_stack_resources(StackName=deployed.name)["StackResources"]
    wanted = {name for name, kind in deployed.stack.types.items() if kind in EMULATED}
    assert {resource["LogicalResourceId"] for resource in made} == wanted
    assert len(wanted) == 21


@pytest.mark.parametrize(("function", "role"), [("Function", "ExporterRole"), ("TablesFunction", "TablesRole")])
def test_each_function_is_as_the_template_says(deployed: Deployed, function: str, role: str) -> None:
    name = deployed.parameters[f"{function}Name"]
    found = deployed.client("lambda").get_function_configuration(FunctionName=name)
    wanted = deployed.stack.resources[function]
    for named in ("Runtime", "Handler", "Timeout", "MemorySize", "Environment"):
        assert found[named] == wanted[named]
    assert role in found["Role"]


@pytest.mark.parametrize("function", ["FunctionName", "TablesFunctionName"])
def test_each_log_group_keeps_a_month(deployed: Deployed, function: str) -> None:
    name = f"/aws/lambda/{deployed.parameters[function]}"
    (group,) = deployed.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    assert group["retentionInDays"] == 30


@pytest.mark.parametrize("name", ["Exporter", "Tables", "Scheduler", "Viewer", "Operator"])
def test_each_policy_is_created_with_its_statements(deployed: Deployed, name: str) -> None:
    iam = deployed.client("iam")
    wanted = deployed.stack.policies(name)
    assert f"{name}Policy" in wanted
    for made, document in wanted.items():
        arn = deployed.physical(made)
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        held = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        assert _grants(held) == _grants(document)
    assert deployed.outputs()[f"{name}PolicyArn"] == deployed.physical(f"{name}Policy")


def _grants(document: dict[str, Any]) -> dict[str, list[str]]:
    return {statement["Sid"]: many(statement["Action"]) for statement in document["Statement"]}


@pytest.mark.parametrize("name", ["Exporter", "Tables", "Scheduler"])
def test_each_role_has_its_policy_and_trusts_its_service_only(deployed: Deployed, name: str) -> None:
    iam = deployed.client("iam")
    # The emulator attaches no policy of the same stack.
    assert deployed.stack.resources[f"{name}Role"]["ManagedPolicyArns"] == list(deployed.stack.policies(name))
    (trust,) = iam.get_role(RoleName=deployed.physical(f"{name}Role"))["Role"]["AssumeRolePolicyDocument"]["Statement"]
    service = {"Scheduler": "scheduler"}.get(name, "lambda")
    assert (trust["Principal"], trust["Action"]) == ({"Service": f"{service}.amazonaws.com"}, "sts:AssumeRole")


def test_the_lifecycle_is_accepted_by_s3_and_read_back(deployed: Deployed) -> None:
    apply_bucket(deployed)
    held = deployed.client("s3").get_bucket_lifecycle_configuration(Bucket=deployed.parameters["BucketName"])["Rules"]
    assert {rule["ID"]: _known(rule) for rule in held} == {
        rule["ID"]: _known(rule) for rule in lifecycle_rules(deployed.stack)
    }


def _known(rule: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in rule.items() if value not in ({}, [], None, {"Prefix": ""})}


def test_the_bucket_policy_is_accepted_by_s3_and_read_back(deployed: Deployed) -> None:
    s3, bucket = deployed.client("s3"), deployed.parameters["BucketName"]
    wanted = deployed.stack.resources["BucketPolicy"]["PolicyDocument"]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(wanted))
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]) == wanted


def test_the_schedule_is_accepted_and_read_by_its_output(deployed: Deployed) -> None:
    apply_schedules(deployed)
    name = deployed.stack.outputs["ScheduleName"]
    plan = Schedules(deployed.client("scheduler"), name).current()
    assert (plan.hour, plan.minute, plan.timezone, plan.enabled) == (14, 0, "Asia/Tokyo", True)
    group, _, own = name.partition("/")
    target = deployed.client("scheduler").get_schedule(GroupName=group, Name=own)["Target"]
    assert target == deployed.stack.resources["DailySchedule"]["Target"]


def test_the_alarms_are_accepted_by_cloudwatch_and_read_back(deployed: Deployed) -> None:
    cloudwatch = deployed.client("cloudwatch")
    wanted = {name: deployed.stack.resources[name] for name in ALARMS}
    for name, said in wanted.items():
        cloudwatch.put_metric_alarm(AlarmName=f"{deployed.name}-{name}", **said)
    held = cloudwatch.describe_alarms(AlarmNamePrefix=deployed.name)["MetricAlarms"]
    assert len(held) == len(wanted)
    for alarm in held:
        said = wanted[alarm["AlarmName"].rpartition("-")[2]]
        for name in ("Threshold", "EvaluationPeriods", "TreatMissingData", "AlarmActions", "ComparisonOperator"):
            assert alarm[name] == said[name]


def test_the_success_count_is_accepted_by_the_log(deployed: Deployed) -> None:
    logs, said = deployed.client("logs"), deployed.stack.resources["SuccessCount"]
    logs.put_metric_filter(
        logGroupName=said["LogGroupName"],
        filterName="successes",
        filterPattern=said["FilterPattern"],
        metricTransformations=[
            {name[0].lower() + name[1:]: value for name, value in one.items()} for one in said["MetricTransformations"]
        ],
    )
    (held,) = logs.describe_metric_filters(logGroupName=said["LogGroupName"])["metricFilters"]
    assert held["filterPattern"] == said["FilterPattern"]


def accepted(**_: Any) -> tuple[Any, dict[str, Any]]:
    """Lambda's answer to an asynchronous invocation, given before it is sent: the emulator runs no functions."""
    return SimpleNamespace(status_code=202), {"StatusCode": 202, "Payload": io.BytesIO()}


def test_the_console_finds_the_whole_stack_in_good_health(deployed: Deployed, emulator_url: str) -> None:
    cloud = Cloud(REGION, emulator_url, Credentials("testing", "testing"))
    cloud.lambda_.meta.events.register("before-call.lambda.Invoke", accepted)
    apply_bucket(deployed)
    apply_schedules(deployed)
    cloud.dynamodb.update_continuous_backups(
        TableName=deployed.parameters["TableName"],
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    )
    environment = {
        "S3_BUCKET_NAME": deployed.outputs()["BucketName"],
        "LAMBDA_EXPORT_FUNCTION": deployed.outputs()["FunctionName"],
        "LAMBDA_TABLES_FUNCTION": deployed.outputs()["TablesFunctionName"],
        "DYNAMODB_TABLE_NAME": deployed.outputs()["TableName"],
        "PIPELINE_SCHEDULE": deployed.stack.outputs["ScheduleName"],
    }
    settings = Settings.from_env(environment | {"PIPELINE_BACKEND": "aws"})
    facts = list(Health(cloud, settings, lambda: datetime.now(UTC)).facts())
    # They have not run yet: nothing is in their logs, their boto3 among that.
    assert {(fact.subject, fact.name) for fact in facts if fact.state != "ok"} == {
        ("log", "events"),
        ("function", "boto3"),
        ("tables", "boto3"),
    }
