"""deploy.deployer: plans that change nothing, failures that name the resource, the state as it was (Stubber)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from pipeline.config import Settings
from pipeline.deploy import package
from pipeline.deploy.bundles import TABLES
from pipeline.deploy.deployer import Code, Deployer, Order, Plan, Target, environment
from pipeline.deploy.stack import Change, ChangeSet, State
from pipeline.deploy.template import template_of
from pipeline.errors import ConfigInvalid, Forbidden, NotFound, PipelineError
from tests.conftest import REGION, Clock
from tests.deploy.test_stack import CREATED, FAKE, NAME, SET_ID, STACK_ID, event, events

ACCOUNT = "123456789012"
BUCKET = f"pipeline-code-{ACCOUNT}-{REGION}"
ABSENT = ("describe_stacks", "ValidationError", "Stack with id my-stack does not exist")
TEMPLATE = '{"Resources": {}}'
KEY = f"pipeline/{hashlib.sha256(TEMPLATE.encode()).hexdigest()}.yaml"
ADDRESS = f"https://s3.{REGION}.amazonaws.com/{BUCKET}/{KEY}"


def stubbed(service: Any) -> Stubber:
    return Stubber(boto3.client(service, region_name=REGION, **FAKE))


@dataclass
class Stubs:
    """A Cloud whose clients are stubs, and the deployer that works on it."""

    region: str = REGION
    stack: Stubber = field(default_factory=lambda: stubbed("cloudformation"))
    bucket: Stubber = field(default_factory=lambda: stubbed("s3"))
    caller: Stubber = field(default_factory=lambda: stubbed("sts"))

    def __post_init__(self) -> None:
        self.cloudformation, self.s3, self.sts = self.stack.client, self.bucket.client, self.caller.client

    @property
    def all(self) -> tuple[Stubber, ...]:
        return self.stack, self.bucket, self.caller

    @property
    def deployer(self) -> Deployer:
        settings = Settings.from_env({"PIPELINE_BACKEND": "aws", "S3_BUCKET_NAME": "my-lake"})
        return Deployer(self, settings, Clock(), lambda _: None)  # type: ignore[arg-type]

    def asked_who(self) -> None:
        self.caller.add_response("get_caller_identity", {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/me"})

    def has_bucket(self, name: str = BUCKET) -> None:
        """The bucket is there and takes the template."""
        self.bucket.add_response("head_bucket", {}, {"Bucket": name, "ExpectedBucketOwner": ACCOUNT})
        self.bucket.add_response("put_object", {})

    def declares(self, *names: str, **defaults: str) -> None:
        self.stack.add_response("validate_template", {})
        parameters = [{"ParameterKey": name} for name in names]
        parameters += [{"ParameterKey": name, "DefaultValue": value} for name, value in defaults.items()]
        self.stack.add_response("get_template_summary", {"Parameters": parameters})


@pytest.fixture
def stubs() -> Iterator[Stubs]:
    made = Stubs()
    for stub in made.all:
        stub.activate()
    yield made
    for stub in made.all:
        stub.assert_no_pending_responses()


@pytest.fixture
def zipped(tmp_path: Path) -> Code:
    return Code(package.build(tmp_path / "it.zip", dict))


def there(status: str, **parameters: str) -> Target:
    return Target(ACCOUNT, "arn", REGION, NAME, State(STACK_ID, status, "", parameters, {}))


NOWHERE = Target(ACCOUNT, "arn", REGION, NAME, None)


def order(code_bucket: str | None = None, **given: str) -> Order:
    return Order(TEMPLATE, given, "arm64", code_bucket)


def planned(zipped: Code, target: Target = NOWHERE, makes_bucket: bool = False) -> Plan:
    change_set = ChangeSet(SET_ID, STACK_ID, (Change("Add", "Topic", "AWS::SNS::Topic", ""),))
    return Plan(target, "CREATE", (), zipped, BUCKET, template_of(TEMPLATE), change_set, makes_bucket)


def test_the_demo_has_nothing_to_deploy_to() -> None:
    with pytest.raises(ConfigInvalid, match="nothing to deploy to") as caught:
        Deployer(Stubs(), Settings.from_env({}), Clock(), lambda _: None)  # type: ignore[arg-type]
    assert caught.value.facts["variable"] == "PIPELINE_BACKEND"


def test_another_account_is_refused_before_anything_else_is_asked(stubs: Stubs) -> None:
    stubs.asked_who()
    with pytest.raises(ConfigInvalid, match=f"of account {ACCOUNT}, expected 999999999999"):
        stubs.deployer.target(NAME, "999999999999")


def test_an_expected_account_is_accepted(stubs: Stubs) -> None:
    stubs.asked_who()
    stubs.stack.add_client_error(*ABSENT)
    target = stubs.deployer.target(NAME, ACCOUNT)
    assert target.new and (target.account, target.region) == (ACCOUNT, REGION)


def test_a_new_stack_takes_the_settings_and_a_content_addressed_key(stubs: Stubs, zipped: Code) -> None:
    stubs.declares("BucketName", "CodeBucket", "CodeKey", "Architecture", Timeout="900")
    stubs.has_bucket()
    wanted = {"BucketName": "my-lake", "CodeBucket": BUCKET, "CodeKey": f"pipeline/{zipped.export.sha256}.zip"}
    sent = [{"ParameterKey": name, "ParameterValue": value} for name, value in wanted.items()]
    sent.append({"ParameterKey": "Architecture", "ParameterValue": "arm64"})
    request = {"StackName": NAME, "ChangeSetName": ANY, "ChangeSetType": "CREATE", "TemplateURL": ADDRESS}
    request |= {"Parameters": sent, "Capabilities": ["CAPABILITY_NAMED_IAM"]}
    stubs.stack.add_response("create_change_set", CREATED, request)
    stubs.stack.add_response("describe_change_set", {"Status": "CREATE_COMPLETE"})
    plan = stubs.deployer.plan(NOWHERE, order(), zipped)
    assert [(value.name, value.origin) for value in plan.values][0] == ("BucketName", "setting")
    assert not plan.makes_bucket


@pytest.fixture
def both(tmp_path: Path) -> Code:
    return Code(package.build(tmp_path / "it.zip", dict), package.build(tmp_path / "tables.zip", dict, TABLES))


def test_each_function_s_zip_has_a_key_of_its_own(stubs: Stubs, both: Code) -> None:
    stubs.declares("CodeKey", "TablesCodeKey")
    stubs.has_bucket()
    stubs.stack.add_response("create_change_set", CREATED)
    stubs.stack.add_response("describe_change_set", {"Status": "CREATE_COMPLETE"})
    values = {value.name: value.value for value in stubs.deployer.plan(NOWHERE, order(), both).values}
    assert both.tables
    wanted = {"CodeKey": both.export.sha256, "TablesCodeKey": both.tables.sha256}
    assert values == {name: f"pipeline/{sha256}.zip" for name, sha256 in wanted.items()}
    assert len(set(values.values())) == 2


def test_whichever_zip_is_not_there_is_uploaded(stubs: Stubs, both: Code) -> None:
    stubs.bucket.add_response("head_object", {"ContentLength": both.export.size})
    stubs.bucket.add_client_error("head_object", "404", "Not Found", 404)
    sent = {"Bucket": BUCKET, "Key": both.keys()["TablesCodeKey"], "Body": ANY, "ChecksumSHA256": ANY}
    stubs.bucket.add_response("put_object", {}, {**sent, "ExpectedBucketOwner": ACCOUNT})
    assert stubs.deployer.upload(planned(both))


def test_an_update_keeps_what_is_not_given(stubs: Stubs, zipped: Code) -> None:
    stubs.declares("BucketName", "TableName", AlarmEmail="")
    stubs.has_bucket("its-own")
    stubs.stack.add_response(
        "create_change_set",
        CREATED,
        {
            "StackName": NAME,
            "ChangeSetName": ANY,
            "ChangeSetType": "UPDATE",
            "TemplateURL": ADDRESS.replace(BUCKET, "its-own"),
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
            "Parameters": [
                {"ParameterKey": "BucketName", "UsePreviousValue": True},
                {"ParameterKey": "TableName", "ParameterValue": "new"},
            ],
        },
    )
    stubs.stack.add_response("describe_change_set", {"Status": "CREATE_COMPLETE"})
    target = there("CREATE_COMPLETE", BucketName="old-lake", TableName="old", CodeBucket="its-own")
    plan = stubs.deployer.plan(target, order(TableName="new"), zipped)
    assert [value.origin for value in plan.values] == ["kept", "given", "default"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"Tabel": "x"}, "unknown parameter Tabel; known: TableName"),
        ({"CodeKey": "x"}, "CodeKey is set by deploy itself; use --package"),
        ({"TablesCodeKey": "x"}, "TablesCodeKey is set by deploy itself; use --tables-package"),
    ],
)
def test_a_parameter_that_does_not_do_is_refused_before_a_change_set(
    stubs: Stubs, zipped: Code, given: dict[str, str], said: str
) -> None:
    stubs.has_bucket()
    stubs.declares("TableName", "CodeKey")
    with pytest.raises(ConfigInvalid, match=said):
        stubs.deployer.plan(NOWHERE, order(**given), zipped)


def test_a_parameter_without_a_value_is_named(stubs: Stubs, zipped: Code) -> None:
    stubs.has_bucket()
    stubs.declares("Secret")
    with pytest.raises(ConfigInvalid, match="needs a value for Secret"):
        stubs.deployer.plan(NOWHERE, order(), zipped)


@pytest.mark.parametrize(
    ("status", "way"),
    [
        ("ROLLBACK_COMPLETE", "deletes it and creates it anew"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback --stack-name my-stack"),
        ("DELETE_FAILED", "pipeline destroy --stack my-stack"),
        ("UPDATE_IN_PROGRESS", "wait until the other operation ends"),
    ],
)
def test_a_stack_that_is_stuck_is_said_with_the_way_out(stubs: Stubs, zipped: Code, status: str, way: str) -> None:
    with pytest.raises(ConfigInvalid, match=f"is in {status}: .*{way}"):
        stubs.deployer.plan(there(status), order(), zipped)


def test_a_code_bucket_that_was_named_is_not_made(stubs: Stubs, zipped: Code) -> None:
    stubs.bucket.add_client_error("head_bucket", "404", "Not Found", 404)
    with pytest.raises(NotFound, match="code bucket mine does not exist"):
        stubs.deployer.plan(NOWHERE, order("mine"), zipped)


def test_a_code_bucket_of_another_account_is_refused(stubs: Stubs, zipped: Code) -> None:
    stubs.bucket.add_client_error("head_bucket", "403", "Forbidden", 403)
    with pytest.raises(Forbidden):
        stubs.deployer.plan(NOWHERE, order(), zipped)


def test_a_code_bucket_in_another_region_is_refused(stubs: Stubs, zipped: Code) -> None:
    stubs.bucket.add_response("head_bucket", {"BucketRegion": "eu-west-1"})
    with pytest.raises(ConfigInvalid, match="is in eu-west-1; Lambda reads code from its own Region"):
        stubs.deployer.plan(NOWHERE, order("mine"), zipped)


def test_a_bucket_name_that_is_taken_is_said(stubs: Stubs, zipped: Code) -> None:
    stubs.bucket.add_client_error("head_bucket", "404", "Not Found", 404)
    stubs.bucket.add_client_error("create_bucket", "BucketAlreadyExists", "taken", 409)
    with pytest.raises(ConfigInvalid, match="taken by another account"):
        stubs.deployer.plan(NOWHERE, order(), zipped)


def test_a_missing_right_to_upload_is_no_matter_of_the_history(stubs: Stubs, zipped: Code) -> None:
    stubs.bucket.add_client_error("head_object", "403", "Forbidden", 403)
    stubs.bucket.add_client_error("put_object", "AccessDenied", "Access Denied", 403)
    with pytest.raises(Forbidden) as caught:
        stubs.deployer.upload(planned(zipped))
    assert caught.value.facts["action"] == "s3:PutObject"


def test_a_plan_taken_back_leaves_no_change_set_and_no_empty_stack(stubs: Stubs, zipped: Code) -> None:
    stubs.stack.add_response("delete_change_set", {}, {"StackName": NAME, "ChangeSetName": SET_ID})
    review = {"StackName": NAME, "StackId": STACK_ID, "CreationTime": Clock()(), "StackStatus": "REVIEW_IN_PROGRESS"}
    stubs.stack.add_response("describe_stacks", {"Stacks": [review]})
    stubs.stack.add_response("delete_stack", {}, {"StackName": STACK_ID})
    stubs.deployer.withdraw(planned(zipped))


def test_a_stack_that_was_there_stays_when_a_plan_is_taken_back(stubs: Stubs, zipped: Code) -> None:
    stubs.stack.add_response("delete_change_set", {})
    raw = {"StackName": NAME, "StackId": STACK_ID, "CreationTime": Clock()(), "StackStatus": "UPDATE_COMPLETE"}
    stubs.stack.add_response("describe_stacks", {"Stacks": [raw]})
    stubs.deployer.withdraw(planned(zipped, there("UPDATE_COMPLETE")))


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("bad e-mail", ConfigInvalid),
        ("my-lake already exists", ConfigInvalid),
        ("User: arn:aws:iam::1:user/me is not authorized to perform: iam:CreateRole on resource: r", Forbidden),
    ],
)
def test_a_failed_deployment_names_the_resource_and_why(
    stubs: Stubs, zipped: Code, reason: str, kind: type[PipelineError]
) -> None:
    events(
        stubs.stack,
        event(1, "CREATE_IN_PROGRESS"),
        event(2, "CREATE_FAILED", reason, "Topic"),
        event(3, "ROLLBACK_COMPLETE"),
    )
    stubs.stack.add_client_error(*ABSENT)
    with pytest.raises(
        kind, match=r"my-stack is ROLLBACK_COMPLETE: Topic \(AWS::SNS::Topic\) CREATE_FAILED: "
    ) as caught:
        stubs.deployer.finish(planned(zipped), None, lambda _: None)
    assert reason in caught.value.message and caught.value.facts["resource"] == "Topic"


def test_the_remains_of_a_failed_creation_are_deleted_before_going_on(stubs: Stubs) -> None:
    events(stubs.stack, event(1, "ROLLBACK_COMPLETE"))
    stubs.stack.add_response("delete_stack", {}, {"StackName": STACK_ID})
    events(stubs.stack, event(1, "ROLLBACK_COMPLETE"), event(2, "DELETE_IN_PROGRESS"), event(3, "DELETE_COMPLETE"))
    assert stubs.deployer.clear(there("ROLLBACK_COMPLETE"), lambda _: None).new


def test_a_stack_that_does_not_go_names_the_resource(stubs: Stubs) -> None:
    events(stubs.stack, event(1, "CREATE_COMPLETE"))
    stubs.stack.add_response("delete_stack", {})
    events(
        stubs.stack,
        event(1, "CREATE_COMPLETE"),
        event(2, "DELETE_FAILED", "it is in use", "Topic"),
        event(3, "DELETE_FAILED"),
    )
    with pytest.raises(ConfigInvalid, match="Topic .*it is in use"):
        stubs.deployer.destroy(there("CREATE_COMPLETE"), lambda _: None)


def test_the_settings_of_a_stack_are_its_outputs_before_its_parameters() -> None:
    parameters = {"BucketName": "asked", "TableName": "t"}
    state = State(STACK_ID, "CREATE_COMPLETE", "", parameters, {"BucketName": "real", "Region": "eu-west-1"})
    assert environment(state, REGION) == {
        "PIPELINE_BACKEND": "aws",
        "AWS_REGION": "eu-west-1",
        "S3_BUCKET_NAME": "real",
        "DYNAMODB_TABLE_NAME": "t",
    }


def test_a_console_is_told_of_the_tables_function_where_there_is_one() -> None:
    state = State(STACK_ID, "CREATE_COMPLETE", "", {}, {"FunctionName": "f", "TablesFunctionName": "f-tables"})
    said = environment(state, REGION)
    assert (said["LAMBDA_EXPORT_FUNCTION"], said["LAMBDA_TABLES_FUNCTION"]) == ("f", "f-tables")


def test_a_console_is_told_where_the_stack_keeps_tokens() -> None:
    state = State(STACK_ID, "CREATE_COMPLETE", "", {"GoogleClientId": "id.apps.example.com"}, {"Secrets": "ssm"})
    said = environment(state, REGION)
    assert (said["PIPELINE_SECRETS"], said["PIPELINE_GOOGLE_CLIENT_ID"]) == ("ssm", "id.apps.example.com")
