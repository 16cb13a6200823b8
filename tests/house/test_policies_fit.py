"""The template's policies have room on AWS at every setting that it allows: the worst case, by its own patterns.

IAM and AWS STS quotas: a managed policy has 6,144 characters without white space, a role or a user ten policies.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from tests.house.test_policies import NAMES
from tests.support.policies import template_stack
from tests.support.policies.template_stack import Stack, parsed

MOST_CHARACTERS, MOST_POLICIES = 6_144, 10
# CloudFormation User Guide, "Understand CloudFormation quotas": a parameter's value has 4,096 bytes.
MOST_VALUE = 4_096
# The longest that AWS has; a role that a stack names has 64 characters, a queue 80.
PSEUDO = {"AWS::Partition": "aws-us-gov", "AWS::Region": "ap-northeast-1", "AWS::URLSuffix": "amazonaws.com.cn"}
_HEAD = "arn:aws-us-gov:{service}:ap-northeast-1:123456789012:{rest}"
ARNS = {
    "DeadLetters": _HEAD.format(service="sqs", rest="d" * 80),
    "SchedulerRole": f"arn:aws-us-gov:iam::123456789012:role/{'r' * 64}",
    "ExporterRole": f"arn:aws-us-gov:iam::123456789012:role/{'r' * 64}",
    "TablesRole": f"arn:aws-us-gov:iam::123456789012:role/{'r' * 64}",
}
# A value of the most characters that its pattern allows.
LONGEST = {
    "TableName": "t" * 255,
    "BucketName": "b" * 63,
    "FunctionName": "f" * 64,
    "TablesFunctionName": "t" * 64,
    "ScheduleGroup": "g" * 64,
    "ScheduleName": "s" * 56,
    "GoogleClientId": "g" * 200,
    "GlueDatabase": "g" * 128,
    "NoticeTopicArn": f"arn:{'p' * 20}:sns:{'r' * 30}:123456789012:{'t' * 256}",
    "KmsKeyArn": f"arn:{'p' * 20}:kms:{'r' * 30}:123456789012:key/{'k' * 64}",
}
# Lists of tables as long as CloudFormation takes them: of the longest ARNs, and of as many as there is room for.
FEW = f"arn:{'p' * 20}:dynamodb:{'r' * 30}:123456789012:table/{'t' * 255}"
MANY = "arn:aws:dynamodb:a-1:123456789012:table/abc"
TEXTS = "ScheduleExpression ScheduleTimezone SourcesExpression CodeBucket CodeKey MaxRcu ReservedConcurrency AlarmEmail"
TEXTS += " IncrementalBy IncrementalOverlap TablesCodeKey TablesExpression NoticeEmail NoticeSlackSecret ConsoleUrl"


def full(arn: str) -> str:
    """As many of these tables as fit into one parameter."""
    return ",".join([arn] * ((MOST_VALUE + 1) // (len(arn) + 1)))


def settings() -> Iterator[dict[str, str]]:
    """Every setting that changes what is granted, with the longest names."""
    chosen = {name: said["AllowedValues"] for name, said in parsed()["Parameters"].items() if "AllowedValues" in said}
    switches = {name: chosen[name] for name in ("Engine", "Secrets", "ViewerMayPreview", "AuditToS3")}
    switches |= {"KmsKeyArn": ["", LONGEST["KmsKeyArn"]], "MoreTableArns": ["", full(FEW), full(MANY)]}
    for values in product(*switches.values()):
        yield LONGEST | {"NoticeEmail": "a@b"} | dict(zip(switches, values, strict=True))


@pytest.fixture
def longest_account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PSEUDO.items():
        monkeypatch.setitem(template_stack.PSEUDO, name, value)
    for name, value in ARNS.items():
        monkeypatch.setitem(template_stack._ARNS, name, value)


def size(document: Any) -> int:
    """As IAM counts it."""
    return len(re.sub(r"\s", "", json.dumps(document, separators=(",", ":"))))


@pytest.mark.usefixtures("longest_account")
def test_each_policy_fits_at_every_setting_of_the_template() -> None:
    largest: dict[str, int] = {}
    for parameters in settings():
        made = Stack(**parameters)
        for name in NAMES:
            for policy, document in made.policies(name).items():
                largest[policy] = max(largest.get(policy, 0), size(document))
    assert len(largest) == 18
    assert {policy: found for policy, found in largest.items() if found > MOST_CHARACTERS} == {}
    # Else the settings above are not the worst ones.
    assert largest["ExporterTableExportsPolicy"] > MOST_VALUE and largest["ViewerIndexesDenyPolicy"] > MOST_VALUE


def test_nobody_needs_more_policies_than_may_be_attached() -> None:
    made = Stack(**LONGEST, MoreTableArns=full(MANY))
    for role in ("ExporterRole", "TablesRole"):
        assert len(made.resources[role]["ManagedPolicyArns"]) <= MOST_POLICIES
    assert len({**made.policies("Viewer"), **made.policies("Operator")}) <= MOST_POLICIES


def test_the_worst_case_is_the_template_s_own() -> None:
    """A pattern that is widened, or a new parameter, is noticed here."""
    declared = parsed()["Parameters"]
    for name, value in LONGEST.items():
        assert re.fullmatch(declared[name]["AllowedPattern"], value)
        assert widest(declared[name]["AllowedPattern"]) == len(value)
    for arn in (FEW, MANY):
        assert re.fullmatch(declared["MoreTableArns"]["AllowedPattern"], arn)
    assert widest(declared["MoreTableArns"]["AllowedPattern"]) == len(FEW)
    free = {name for name, said in declared.items() if said["Type"] == "String" and "AllowedValues" not in said}
    assert free - LONGEST.keys() == set(TEXTS.split())
    assert not any(name in json.dumps(policies()) for name in TEXTS.split())


def policies() -> list[Any]:
    """The documents as they are written, parameters not put in."""
    made = parsed()["Resources"].values()
    return [said["Properties"]["PolicyDocument"] for said in made if said["Type"] == "AWS::IAM::ManagedPolicy"]


def widest(pattern: str) -> int:
    """The most characters that a pattern without an open end matches."""
    found = re._parser.parse(pattern).getwidth()[1]  # type: ignore[attr-defined]
    return int(found)


@pytest.mark.parametrize(("pattern", "characters"), [("[a-z]{1,64}", 64), ("(ab[0-9]{2})?", 4)])
def test_the_width_of_a_pattern_is_found(pattern: str, characters: int) -> None:
    assert widest(pattern) == characters
    assert widest(pattern + "x*") > MOST_VALUE
