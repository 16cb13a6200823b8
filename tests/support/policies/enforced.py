"""A process of its own in which the emulator enforces IAM: users with the template's policies do their work.

Prints, as JSON, how each step of each user's work ended, and how each forbidden one. Enforcement is a setting of moto's
whole process (``/moto-api/reset-auth``), so it must never be switched on where other tests run.

moto 5.2.5 checks signatures, actions, and resources of S3. It knows no conditions (one that it cannot verify counts as
a denial) and asks every other service for the resource ``*``; those parts are left out here and proven in test_rights
and test_policies.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
import urllib.request
import zipfile
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import boto3
from moto.server import ThreadedMotoServer

from pipeline.access import LOCAL
from pipeline.aws import Cloud, Credentials, translated
from pipeline.cli.output import tell
from pipeline.config import Settings
from pipeline.console.app import App
from pipeline.console.wiring import wire
from pipeline.lake import keys
from pipeline.runs.run import Run
from pipeline.runs.starter import LambdaStarter
from pipeline.sources.google_health.tokens import PREFIX, SOURCE
from pipeline.tables.function.handler import tables_function
from tests.support.policies.iam import many
from tests.support.policies.template_stack import ACCOUNT, REGION, Stack
from tests.support.quick import make_quick
from tests.support.sources.source_work import SourceWorld, changing_steps, fetching_steps, seeing_steps
from tests.support.work import DAY, LARGE, Steps, exporter_steps, operator_steps, outcomes, utc_now, viewer_steps

POLICIES = {
    "exporter": ("Exporter",),
    "tables": ("Tables",),
    "viewer": ("Viewer",),
    "operator": ("Viewer", "Operator"),
    "stranger": (),
}
# IAM's name of an action → the emulator's.
_OWN_NAMES = {"lambda:InvokeFunction": "lambda:Invoke"}
RAW = keys.raw_key("weather", DAY)
FORECAST, QUESTIONS = "metadata/forecasts/u1/minutes/dt=2026-11-30/r.json", "metadata/insights/questions.json"
ELSEWHERE = "gold/weather.json"
CLIENT = f"{PREFIX}/{SOURCE}/client"


def rendered(document: Mapping[str, Any]) -> dict[str, Any]:
    """A policy in the words that the emulator understands."""
    statements = [
        {
            "Sid": statement["Sid"],
            "Effect": statement["Effect"],
            "Action": [_OWN_NAMES.get(action, action) for action in many(statement["Action"])],
            "Resource": statement["Resource"] if "s3:" in many(statement["Action"])[0] else "*",
        }
        for statement in document["Statement"]
    ]
    return {"Version": "2012-10-17", "Statement": statements}


class World:
    """The emulator with everything that the stack makes, and a user for each kind of caller."""

    def __init__(self) -> None:
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        self.url = "http://127.0.0.1:{1}".format(*self._server.get_host_and_port())
        self.stack = Stack()
        environment = dict(self.stack.resources["Function"]["Environment"]["Variables"])
        self.settings = Settings.from_env(environment | {"PIPELINE_SCHEDULE": self.stack.outputs["ScheduleName"]})
        # The function then answers without Docker.
        self._tell("config", {"lambda": {"use_docker": False}})
        self._make_lake()
        self._make_table()
        self._make_function()
        self.sources = SourceWorld(self.settings)
        self.sources.make(Cloud(REGION, self.url, Credentials("admin", "admin")))
        self.clouds = {user: self._make_user(user, names) for user, names in POLICIES.items()}
        self._tell("reset-auth", 0)

    def app(self, user: str) -> App:
        """The console as this user."""
        # Standard output is this program's answer: audit lines go beside it.
        return wire(self.settings, self.clouds[user]).for_person(lambda: LOCAL, tell)

    def console(self, user: str) -> App:
        """The same with the sources' providers on this machine."""
        return self.sources.app(self.clouds[user]).for_person(lambda: LOCAL, tell)

    def close(self) -> None:
        self._server.stop()

    def _client(self, service: str) -> Any:
        credentials = {"aws_access_key_id": "admin", "aws_secret_access_key": "admin"}
        return boto3.client(service, region_name=REGION, endpoint_url=self.url, **credentials)  # type: ignore[call-overload]

    def _tell(self, what: str, value: Any) -> None:
        body = json.dumps(value).encode()
        request = urllib.request.Request(f"{self.url}/moto-api/{what}", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request):
            return

    def _make_lake(self) -> None:
        s3, bucket = self._client("s3"), self.settings.bucket
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        s3.put_bucket_encryption(
            Bucket=bucket,
            ServerSideEncryptionConfiguration={
                "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
            },
        )
        for key in (RAW, ELSEWHERE, FORECAST, QUESTIONS):
            s3.put_object(Bucket=bucket, Key=key, Body=b"{}")

    def _make_table(self) -> None:
        dynamodb, table = self._client("dynamodb"), self.settings.table
        names = ("PK", "SK")
        dynamodb.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
            KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
        )
        for item in LARGE:
            dynamodb.put_item(TableName=table, Item={name: {"S": value} for name, value in item.items()})

    def _make_function(self) -> None:
        zipped = io.BytesIO()
        with zipfile.ZipFile(zipped, "w") as archive:
            archive.writestr("export_handler.py", "")
        role = self._client("iam").create_role(RoleName="exporter-role", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        for name in (self.settings.function, self.settings.tables_function):
            self._client("lambda").create_function(
                FunctionName=name,
                Runtime="python3.13",
                Handler="export_handler.handler",
                Role=role,
                Code={"ZipFile": zipped.getvalue()},
            )
            self._client("logs").create_log_group(logGroupName=f"/aws/lambda/{name}")
        scheduler = self._client("scheduler")
        scheduler.create_schedule_group(Name=self.stack.parameters["ScheduleGroup"])
        scheduler.create_schedule(**self.stack.resources["DailySchedule"])

    def _make_user(self, user: str, names: tuple[str, ...]) -> Cloud:
        iam = self._client("iam")
        iam.create_user(UserName=user)
        for made, document in (policy for name in names for policy in self.stack.policies(name).items()):
            text = json.dumps(rendered(document))
            arn = iam.create_policy(PolicyName=f"{user}-{made}", PolicyDocument=text)["Policy"]["Arn"]
            iam.attach_user_policy(UserName=user, PolicyArn=arn)
        key = iam.create_access_key(UserName=user)["AccessKey"]
        cloud = Cloud(REGION, self.url, Credentials(key["AccessKeyId"], key["SecretAccessKey"]))
        for client in (cloud.scheduler, cloud.lambda_):
            client.meta.events.register("before-sign", _say_what_is_signed)
        return cloud


def _say_what_is_signed(request: Any, **_: Any) -> None:
    # Without this header the emulator takes the query of a request without a body for one, and the signature for wrong.
    if not request.data:
        request.headers["X-Amz-Content-SHA256"] = hashlib.sha256(b"").hexdigest()


def forbidden(cloud: Cloud, settings: Settings, run: Run, sources: bytes) -> Steps:
    """What some caller may not do, by a name that begins with the action; ``sources``: their list as it stands."""
    s3, dynamodb, lambda_ = cloud.s3, cloud.dynamodb, cloud.lambda_
    bucket = {"Bucket": settings.bucket}
    key, table, function = {"Key": run.key or ""}, {"TableName": settings.table}, {"FunctionName": settings.function}
    steps: Steps = {
        "dynamodb:Scan": lambda: dynamodb.scan(**table),
        "dynamodb:PutItem": lambda: dynamodb.put_item(**table, Item={"PK": {"S": "x"}, "SK": {"S": "x"}}),
        "dynamodb:DeleteTable": lambda: dynamodb.delete_table(**table),
        "lambda:InvokeFunction": lambda: lambda_.invoke(**function, InvocationType="Event", Payload=b"{}"),
        "lambda:UpdateFunctionCode": lambda: lambda_.update_function_code(**function, ZipFile=b""),
        "s3:PutObject of a document": lambda: s3.put_object(**bucket, **key, Body=b"x"),
        "s3:PutObject of a lease": lambda: s3.put_object(**bucket, Key="metadata/leases/t.json", Body=b"x"),
        "s3:PutObject of a source's day": lambda: s3.put_object(**bucket, Key=RAW, Body=b"x"),
        "s3:PutObject of the sources": lambda: s3.put_object(**bucket, Key=keys.SOURCES, Body=sources),
        "s3:PutObject elsewhere": lambda: s3.put_object(**bucket, Key=ELSEWHERE, Body=b"x"),
        "s3:GetObject of a document": lambda: s3.get_object(**bucket, **key),
        "s3:GetObject of a raw answer": lambda: s3.get_object(**bucket, Key=RAW),
        "s3:GetObject of a forecast": lambda: s3.get_object(**bucket, Key=FORECAST),
        "s3:GetObject of the questions": lambda: s3.get_object(**bucket, Key=QUESTIONS),
        "s3:PutObject of a forecast": lambda: s3.put_object(**bucket, Key=FORECAST, Body=b"{}"),
        "s3:PutObject of the questions": lambda: s3.put_object(**bucket, Key=QUESTIONS, Body=b"{}"),
        "s3:GetObject elsewhere": lambda: s3.get_object(**bucket, Key=ELSEWHERE),
        "s3:DeleteObject": lambda: s3.delete_object(**bucket, **key),
        "s3:DeleteObjectVersion": lambda: s3.delete_object(**bucket, **key, VersionId=run.version_id or ""),
        "s3:PutBucketPolicy": lambda: s3.put_bucket_policy(**bucket, Policy="{}"),
        "s3:DeleteBucket": lambda: s3.delete_bucket(**bucket),
        "secretsmanager:GetSecretValue": lambda: cloud.secretsmanager.get_secret_value(SecretId=CLIENT),
        "secretsmanager:CreateSecret": lambda: cloud.secretsmanager.create_secret(Name=f"{CLIENT}-{uuid4().hex}"),
        "ssm:GetParameter": lambda: cloud.ssm.get_parameter(Name=f"/{CLIENT}"),
        "scheduler:DeleteSchedule": lambda: cloud.scheduler.delete_schedule(Name="x"),
        "logs:DeleteLogGroup": lambda: cloud.logs.delete_log_group(logGroupName="x"),
        "iam:CreateAccessKey": lambda: cloud.iam.create_access_key(UserName="operator"),
    }
    return {name: _told(name, step) for name, step in steps.items()}


def _told(name: str, step: Any) -> Any:
    def run() -> None:
        with translated(name.partition(" ")[0], ACCOUNT):
            step()

    return run


def made_by(world: World) -> dict[str, str]:
    """What the tables' function makes as its own user, by name."""
    function = tables_function(world.settings, world.clouds["tables"], utc_now, None, lambda line: None)
    body = json.loads(function.answer({"tables": "missing"}, Fresh())["body"])
    return {made["tableName"]: made.get("message", "ok") for made in body["tables"]}


class Fresh:
    """Lambda's context at the beginning of an invocation."""

    aws_request_id, function_name = "request-1", "tables"

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


def main() -> None:
    make_quick()
    world = World()
    starter = LambdaStarter(world.clouds["exporter"].lambda_, world.settings.function)
    steps = exporter_steps(world.settings, world.clouds["exporter"], starter.start)
    run = steps.pop("export")()
    report: dict[str, Any] = {"exporter": {"export": run.status, **outcomes(steps)}}
    fetching = fetching_steps(world.sources, world.clouds["exporter"], starter.start)
    fetching["hand a fetch over"]()
    runs = [fetching.pop("fetch weather")(), fetching.pop("go on with a fetch")()]
    report["exporter of sources"] = outcomes(fetching)
    report["tables"] = made_by(world)
    sources = world.console("viewer").lake.read_bytes(keys.SOURCES)
    # Refused first: nobody has changed anything then.
    report["refused"] = {
        user: outcomes(forbidden(cloud, world.settings, run, sources)) for user, cloud in world.clouds.items()
    }
    viewer, operator = world.app("viewer"), world.app("operator")
    report["viewer"] = outcomes(viewer_steps(viewer, run))
    report["viewer as operator"] = outcomes(operator_steps(viewer, run))
    report["health"] = {
        fact.action: fact.error.message if fact.error else "ok"
        for fact in viewer.health.facts()
        if fact.subject == "permission" or fact.error
    }
    report["operator"] = outcomes({**viewer_steps(operator, run), **operator_steps(operator, run)})
    report["stranger"] = outcomes(viewer_steps(world.app("stranger"), run))
    console = {user: world.console(user) for user in ("viewer", "operator", "stranger")}
    report["cards"] = {
        user: seeing_steps(world.sources, console[user], runs)["how each stands"]() for user in ("viewer", "operator")
    }
    report["viewer of sources"] = outcomes(seeing_steps(world.sources, console["viewer"], runs))
    report["viewer as operator of sources"] = outcomes(changing_steps(world.sources, console["viewer"], runs))
    changing = changing_steps(world.sources, console["operator"], runs)
    report["operator of sources"] = outcomes({**seeing_steps(world.sources, console["operator"], runs), **changing})
    report["stranger of sources"] = outcomes(seeing_steps(world.sources, console["stranger"], runs))
    report["time"] = operator.schedules.current().hour
    world.close()
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
