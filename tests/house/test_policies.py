"""The template's policies against the code: each action asked for has its statement, each statement its use.

Decisions are IAM's as documented (policies/iam.py), conditions included; test_enforcement has the emulator decide.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.places import ROOT
from tests.support.policies.calls import DOORS, actions_behind, actions_in, modules_behind
from tests.support.policies.iam import Request, allowed, denied, many, matching
from tests.support.policies.template_stack import ACCOUNT, KMS_KEY, MORE_TABLE, NOTICES, PATH, REGION, Stack

# What IAM knows no resource for. Source: Service Authorization Reference, "Actions defined by Amazon DynamoDB".
WITHOUT_RESOURCE = {"dynamodb:ListTables"}
NAMES = ("Exporter", "Tables", "Scheduler", "Viewer", "Operator")
VAULTS = ("secretsmanager", "ssm")
SHOWN = ROOT / "lambda" / "POLICIES.md"
# What somebody else asks for with these rights, so that the code does not name it.
BY_OTHERS = {
    ("Exporter", "logs:CreateLogStream"): "Lambda",
    ("Exporter", "logs:PutLogEvents"): "Lambda",
    ("Exporter", "sqs:SendMessage"): "Lambda (an event that it gave up)",
    ("Exporter", "s3:PutObjectAcl"): "DynamoDB (a native export)",
    ("Exporter", "kms:Decrypt"): "S3 (with a key)",
    ("Exporter", "kms:GenerateDataKey"): "S3 (with a key)",
    ("Tables", "logs:CreateLogStream"): "Lambda",
    ("Tables", "logs:PutLogEvents"): "Lambda",
    ("Tables", "sqs:SendMessage"): "Lambda (an event that it gave up)",
    ("Tables", "kms:Decrypt"): "S3 (with a key)",
    ("Tables", "kms:GenerateDataKey"): "S3 (with a key)",
    ("Scheduler", "lambda:InvokeFunction"): "EventBridge Scheduler",
    ("Scheduler", "sqs:SendMessage"): "EventBridge Scheduler (an event that it gave up)",
    ("Viewer", "kms:Decrypt"): "S3 (with a key)",
    ("Viewer", "kms:GenerateDataKey"): "S3 (with a key)",
    ("Operator", "glue:GetDatabase"): "Athena",
    ("Operator", "glue:GetPartitions"): "Athena",
    ("Operator", "s3:GetBucketLocation"): "Athena",
    ("Operator", "s3:ListMultipartUploadParts"): "Athena",
    ("Operator", "iam:PassRole"): "EventBridge Scheduler (UpdateSchedule)",
    ("Operator", "kms:GenerateDataKey"): "S3 (with a key)",
}


@pytest.fixture(scope="module")
def stack() -> Stack:
    return Stack()


def statements(name: str, effect: str = "Allow") -> Iterator[dict[str, Any]]:
    """Of the fullest form of a policy: a key, an audit log, a native engine, a further table, both vaults."""
    fullest = {"KmsKeyArn": KMS_KEY, "AuditToS3": "true", "MoreTableArns": MORE_TABLE, **NOTICES}
    either = [Stack(**fullest, Secrets=vault).policy(name) for vault in VAULTS]
    found = {statement["Sid"]: statement for document in either for statement in document["Statement"]}
    yield from (statement for statement in found.values() if statement["Effect"] == effect)


def granted(name: str) -> set[str]:
    return {action for statement in statements(name) for action in many(statement["Action"])}


def without_statement(asked: set[str], grants: dict[str, set[str]]) -> set[str]:
    """Actions that the code asks for and no policy grants."""
    return asked - set().union(*grants.values())


def without_use(asked: dict[str, set[str]], grants: dict[str, set[str]]) -> set[tuple[str, str]]:
    """Granted actions that nobody asks for behind that policy's door."""
    pairs = {(name, action) for name, actions in grants.items() for action in actions}
    return {(name, action) for name, action in pairs if action not in asked.get(name, set())} - BY_OTHERS.keys()


def asked() -> dict[str, set[str]]:
    return {name: set(actions_behind(door)) for name, door in DOORS.items()}


def grants() -> dict[str, set[str]]:
    return {name: granted(name) for name in NAMES}


def test_each_action_in_the_code_has_its_statement() -> None:
    assert without_statement(set().union(*asked().values()), grants()) == set()


def test_each_statement_has_its_use() -> None:
    assert without_use(asked(), grants()) == set()


def test_what_only_the_console_asks_for_is_granted_to_viewer_or_operator() -> None:
    # What the functions ask for as well, they ask for on AWS: the console's machine has no right to it.
    own = modules_behind(DOORS["Operator"]) - modules_behind("function.handler") - modules_behind(DOORS["Tables"])
    needed = {action for action, names in actions_behind(DOORS["Operator"]).items() if own & set(names)}
    assert {"scheduler:UpdateSchedule", "s3:ListBucketMultipartUploads"} <= needed
    assert needed - granted("Viewer") - granted("Operator") == set()


def test_what_others_ask_for_is_granted_and_not_our_own() -> None:
    assert {(name, action) for name, action in BY_OTHERS if action not in granted(name)} == set()
    assert {(name, action) for name, action in BY_OTHERS if action in asked().get(name, set())} == set()


def test_the_comparison_can_fail_on_either_side() -> None:
    assert actions_in('client.delete_object(Bucket="b", Key="k")') == {"s3:DeleteObject"}
    assert actions_in('with translated("dynamodb:DeleteTable", name): ...') == {"dynamodb:DeleteTable"}
    assert without_statement({"s3:DeleteObject"}, grants()) == {"s3:DeleteObject"}
    assert without_use(asked(), {"Viewer": {"s3:DeleteObject"}}) == {("Viewer", "s3:DeleteObject")}


@pytest.mark.parametrize("name", NAMES)
def test_no_action_and_no_resource_is_a_wildcard(name: str) -> None:
    for statement in [*statements(name), *statements(name, "Deny")]:
        assert [action for action in many(statement["Action"]) if "*" in action] == []
        if set(many(statement["Action"])) <= WITHOUT_RESOURCE:
            continue
        for resource in many(statement["Resource"]):
            head, _, rest = resource.partition("*")
            # Only the end of a name may be open, after everything that names whose it is.
            assert (rest, head[-1:]) in {("", "/"), ("", ":"), ("", ".")} or head == resource


def test_a_wildcard_action_is_only_refused_and_says_why() -> None:
    lines = PATH.read_text("utf-8").splitlines()
    wild = [number for number, line in enumerate(lines) if re.search(r"Action:.*\*", line)]
    assert len(wild) == 2
    assert all("Effect: Deny" in lines[number - 2] for number in wild)
    assert "they grant nothing" in "\n".join(lines[wild[0] - 6 : wild[0]])


@pytest.mark.parametrize("name", ["Exporter", "Tables", "Viewer", "Operator"])
def test_what_our_code_asks_for_is_granted_over_tls_only(name: str) -> None:
    others = {action for who, action in BY_OTHERS if who == name}
    for statement in statements(name):
        if not set(many(statement["Action"])) <= others:
            secure = statement["Condition"].get("Bool") or statement["Condition"]["BoolIfExists"]
            assert secure == {"aws:SecureTransport": "true"}


def document(stack: Stack, key: str = "raw/internal/dynamodb-exports/dt=2024-02-01/t.json") -> str:
    return f"arn:aws:s3:::{stack.parameters['BucketName']}/{key}"


def put(resource: str, **context: str) -> Request:
    keys = {"sse": "s3:x-amz-server-side-encryption", "key": "s3:x-amz-server-side-encryption-aws-kms-key-id"}
    named = {keys[name]: value for name, value in context.items()}
    return Request("s3:PutObject", resource, {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3", **named})


@pytest.mark.parametrize(("sse", "expected"), [({"sse": "AES256"}, True), ({}, True), ({"sse": "aws:kms"}, False)])
def test_the_exporter_writes_encrypted_as_the_bucket_is(stack: Stack, sse: dict[str, str], expected: bool) -> None:
    assert allowed([stack.policy("Exporter")], put(document(stack), **sse)) is expected


@pytest.mark.parametrize(("sse", "expected"), [("aws:kms", True), ("AES256", False)])
def test_with_a_key_the_exporter_writes_with_it(sse: str, expected: bool) -> None:
    keyed = Stack(KmsKeyArn=KMS_KEY)
    assert allowed([keyed.policy("Exporter")], put(document(keyed), sse=sse)) is expected
    key = Request("kms:GenerateDataKey", KMS_KEY, {"kms:ViaService": f"s3.{REGION}.amazonaws.com"})
    assert allowed([keyed.policy("Exporter")], key)
    assert not allowed([keyed.policy("Exporter")], Request("kms:GenerateDataKey", KMS_KEY))


def bucket_policy(stack: Stack) -> dict[str, Any]:
    return dict(stack.resources["BucketPolicy"]["PolicyDocument"])


@pytest.mark.parametrize(
    ("context", "refused"),
    [
        ({"aws:SecureTransport": "true", "s3:TlsVersion": "1.2"}, False),
        ({"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}, False),
        ({"aws:SecureTransport": "true", "s3:TlsVersion": "1.1"}, True),
        ({"aws:SecureTransport": "false"}, True),
    ],
)
@pytest.mark.parametrize("action", ["s3:GetObject", "s3:ListBucket", "s3:DeleteObject"])
def test_the_bucket_refuses_connections_without_tls_12(
    stack: Stack, action: str, context: dict[str, str], refused: bool
) -> None:
    bucket = document(stack).partition("/")[0]
    resource = bucket if action == "s3:ListBucket" else document(stack)
    assert denied(bucket_policy(stack), Request(action, resource, context)) is refused


@pytest.mark.parametrize(("sse", "refused"), [({}, False), ({"sse": "AES256"}, False), ({"sse": "aws:kms"}, True)])
def test_the_bucket_refuses_another_encryption_but_no_request_without_the_header(
    stack: Stack, sse: dict[str, str], refused: bool
) -> None:
    assert denied(bucket_policy(stack), put(document(stack), **sse)) is refused


@pytest.mark.parametrize(
    ("sse", "refused"),
    [
        ({}, False),
        ({"sse": "aws:kms", "key": KMS_KEY}, False),
        ({"sse": "AES256"}, True),
        ({"sse": "aws:kms", "key": KMS_KEY + "0"}, True),
    ],
)
def test_with_a_key_the_bucket_refuses_every_other(sse: dict[str, str], refused: bool) -> None:
    keyed = Stack(KmsKeyArn=KMS_KEY)
    assert denied(bucket_policy(keyed), put(document(keyed), **sse)) is refused


def test_the_condition_without_null_would_refuse_a_part_of_an_upload(stack: Stack) -> None:
    """Why it is paired: the evaluator shows the trap that the template avoids."""
    (statement,) = [said for said in bucket_policy(stack)["Statement"] if said["Sid"] == "DenyOtherEncryption"]
    alone = {**statement, "Condition": {"StringNotEquals": statement["Condition"]["StringNotEquals"]}}
    assert denied({"Statement": [alone]}, put(document(stack)))


def test_lists_reach_only_the_lakes_own_prefixes(stack: Stack) -> None:
    bucket = document(stack).partition("/")[0]
    for name, prefix, expected in [
        ("Exporter", "metadata/leases/t.json", True),
        ("Viewer", "metadata/runs/", True),
        ("Viewer", "metadata/checkpoints/", False),
        ("Viewer", "metadata/dbt/shop/", True),
        ("Exporter", "metadata/dbt/shop/", False),
        ("Viewer", "metadata/forecasts/u1/", False),
        ("Viewer", "metadata/insights/", False),
        ("Operator", "metadata/forecasts/u1/", True),
        ("Viewer", "metadata/sources.json", True),
        ("Viewer", "raw/external/weather/", True),
        ("Viewer", "raw/internal/", False),
        ("Viewer", "staging/", False),
        ("Viewer", "", False),
        ("Exporter", "", False),
    ]:
        request = Request("s3:ListBucket", bucket, {"aws:SecureTransport": "true", "s3:prefix": prefix})
        assert allowed([stack.policy(name)], request) is expected


def test_the_operator_hands_the_schedules_role_to_the_scheduler_only(stack: Stack) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/scheduler-role"
    policies = [stack.policy("Viewer"), stack.policy("Operator")]
    for role_arn, service, expected in [
        (role, "scheduler.amazonaws.com", True),
        (role, "lambda.amazonaws.com", False),
        (role.replace("scheduler", "exporter"), "scheduler.amazonaws.com", False),
    ]:
        request = Request("iam:PassRole", role_arn, {"iam:PassedToService": service})
        assert allowed(policies, request) is expected


def test_the_scheduler_role_is_taken_only_by_this_accounts_group(stack: Stack) -> None:
    trust = stack.resources["SchedulerRole"]["AssumeRolePolicyDocument"]
    (statement,) = trust["Statement"]
    group = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group/{stack.parameters['ScheduleGroup']}"
    for source, account, expected in [
        (group, ACCOUNT, True),
        (group, "210987654321", False),
        (group.replace("schedule-group/", "schedule-group/other-"), ACCOUNT, False),
    ]:
        request = Request("sts:AssumeRole", "role", {"aws:SourceArn": source, "aws:SourceAccount": account})
        assert bool(matching({"Statement": [{**statement, "Resource": "role"}]}, request)) is expected


def test_the_viewer_reads_no_live_data_whatever_else_it_was_given(stack: Stack) -> None:
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{stack.parameters['TableName']}"
    everything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    assert allowed([everything], Request("dynamodb:Scan", table))
    assert not allowed([everything, stack.policy("Viewer")], Request("dynamodb:Scan", table))


def test_previews_are_a_grant_of_their_own(stack: Stack) -> None:
    read = Request("s3:GetObject", document(stack))
    assert allowed([stack.policy("Viewer")], read)
    assert not allowed([Stack(ViewerMayPreview="false").policy("Viewer")], read)


def test_the_audit_log_is_only_added_to_and_only_where_it_is_wanted(stack: Stack) -> None:
    line = document(stack, "metadata/audit/dt=2024-02-01/a.json")
    audited = Stack(AuditToS3="true").policy("Viewer")
    assert allowed([audited], put(line, sse="AES256"))
    assert not allowed([audited], put(document(stack), sse="AES256"))
    assert not allowed([audited], Request("s3:GetObject", line))
    assert not allowed([stack.policy("Viewer"), stack.policy("Operator")], put(line, sse="AES256"))


def test_the_history_s_index_is_the_function_s_and_operators_to_write_and_the_viewer_s_to_read(stack: Stack) -> None:
    index = document(stack, "metadata/history/months/2024-01.json.gz")
    for name, written, read in [
        ("Exporter", True, True),
        ("Operator", True, False),
        ("Viewer", False, True),
        ("Tables", False, False),
    ]:
        assert allowed([stack.policy(name)], put(index, sse="AES256")) is written
        assert allowed([stack.policy(name)], Request("s3:GetObject", index)) is read


def test_without_a_native_engine_its_rights_are_left_out() -> None:
    text = json.dumps(Stack(Engine="scan").policy("Exporter"))
    assert "MoreTables" not in text
    text = json.dumps(Stack(Engine="scan", MoreTableArns=MORE_TABLE).policy("Exporter"))
    rights = ("ExportTable", "DescribeExport", "DescribeContinuousBackups", "PutObjectAcl")
    assert [right for right in rights if right in text] == []


def test_without_glue_its_rights_are_left_out() -> None:
    off = Stack(GlueCatalog="false")
    text = json.dumps([off.policy(name) for name in NAMES])
    assert "glue:" not in text and "athena" not in text
    assert "Athena" not in json.dumps(off.outputs) and not {"Catalogue", "Workgroup"} & off.resources.keys()


def test_results_of_athena_are_the_operators_and_written_as_the_bucket_is(stack: Stack) -> None:
    result = document(stack, "athena-results/q.csv")
    mine = [stack.policy("Viewer"), stack.policy("Operator")]
    assert allowed(mine, put(result, sse="AES256")) and not allowed(mine, put(result, sse="aws:kms"))
    # AWS's own connection says nothing of itself.
    assert allowed(mine, Request("s3:GetObject", result, {})) and allowed(mine, Request("s3:PutObject", result, {}))
    assert not allowed(mine[:1], Request("s3:GetObject", result)) and not allowed(mine, put(document(stack)))
    assert not allowed(mine, Request("s3:PutObject", document(stack, "tables/t/e/v=1/x.parquet")))


def test_the_catalogue_is_the_tables_function_s_to_change_and_nobody_s_to_empty(stack: Stack) -> None:
    ours = f"arn:aws:glue:{REGION}:{ACCOUNT}:table/{stack.parameters['GlueDatabase']}/craft__session"
    for name, action, resource, expected in [
        ("Tables", "glue:UpdateTable", ours, True),
        ("Tables", "glue:UpdateTable", ours.replace("moderation", "another"), False),
        ("Tables", "glue:DeleteTable", ours, False),
        ("Operator", "glue:GetTable", ours, True),
        ("Operator", "glue:UpdateTable", ours, False),
        ("Viewer", "glue:GetTable", ours, False),
    ]:
        assert allowed([stack.policy(name)], Request(action, resource)) is expected


def table() -> str:
    """The document's table: each statement, what it grants on what, and who asks for it; printed by this module."""
    lines = ["| Policy | Statement | Actions | On | Asked for by |", "|---|---|---|---|---|"]
    for name in NAMES:
        for effect in ("Allow", "Deny"):
            lines += [_row(name, statement) for statement in statements(name, effect)]
    return "\n".join(lines)


def _row(name: str, statement: dict[str, Any]) -> str:
    actions = many(statement["Action"])
    users = sorted({user for action in actions for user in _users(name, action)})
    users = ["refused to all"] if statement["Effect"] == "Deny" else users
    on = "<br>".join(f"`{_short(resource)}`" for resource in many(statement["Resource"]))
    said = "<br>".join(f"`{action}`" for action in actions)
    return f"| {name.lower()} | {statement['Sid']} | {said} | {on} | {', '.join(users)} |"


def _users(name: str, action: str) -> tuple[str, ...]:
    own = actions_behind(DOORS[name]).get(action, ()) if name in DOORS else ()
    return own or (BY_OTHERS[name, action],)


def _short(resource: str) -> str:
    if resource == "*":
        return resource
    parameters = Stack().parameters
    short = resource.split(":", 5)[5].replace(f"{parameters['BucketName']}", "B").replace(parameters["TableName"], "T")
    short = short.replace(parameters["FunctionName"], "F").replace(parameters["ScheduleName"], "S")
    short = short.replace(parameters["TablesFunctionName"], "F2")
    short = short.replace("table/more", "table/M").replace(parameters["GlueDatabase"], "D")
    return short.replace(parameters["ScheduleGroup"], "G").replace(KMS_KEY.rpartition("/")[2], "K")


def test_the_document_shows_the_policies_as_they_are() -> None:
    text = SHOWN.read_text("utf-8")
    shown = text.partition("<!-- policies -->\n")[2].partition("\n<!-- end of policies -->")[0]
    assert shown == table()


if __name__ == "__main__":
    print(table())  # noqa: T201 - what it is run for
