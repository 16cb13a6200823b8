"""The template as a person's deployment would see it: parsed, with parameters put in and conditions decided.

Only what lambda/template.yaml uses of CloudFormation's functions; anything else is an error here.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import yaml

from tests.support.places import ROOT

PATH = ROOT / "lambda" / "template.yaml"
ACCOUNT, REGION = "123456789012", "ap-northeast-1"
PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::URLSuffix": "amazonaws.com",
}
# What a deployment has to say, beside the defaults.
CODE = {"CodeBucket": "code-bucket", "CodeKey": "function/0123.zip", "TablesCodeKey": "function/4567.zip"}
MORE_TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/more"
KMS_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"
_NOTHING = object()
# A topic's Ref is its ARN, which is part of a setting here.
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:notices"
MORE_TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:their-topic"
# Each way to somebody, the own topic first.
NOTICES = {
    "NoticeEmail": "ops@example.com",
    "NoticeTopicArn": MORE_TOPIC,
    "NoticeSlackSecret": "pipeline-console/slack",
}
_ARNS = {
    "DeadLetters": f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead-letters",
    "SchedulerRole": f"arn:aws:iam::{ACCOUNT}:role/scheduler-role",
    "ExporterRole": f"arn:aws:iam::{ACCOUNT}:role/exporter-role",
    "TablesRole": f"arn:aws:iam::{ACCOUNT}:role/tables-role",
}


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms."""


def _short_form(loader: _Loader, suffix: str, node: Any) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        value = value.split(".") if suffix == "GetAtt" else value
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {"Ref" if suffix == "Ref" else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


@cache
def parsed() -> dict[str, Any]:
    """The template as it is written, short forms made long."""
    return read(PATH.read_text("utf-8"))


def read(text: str) -> dict[str, Any]:
    """A template's text, short forms made long."""
    return dict(yaml.load(text, _Loader))  # noqa: S506 - a SafeLoader of ours


class Stack:
    """The template with these parameters; ``resources`` holds the properties of what would be created."""

    def __init__(self, **parameters: str) -> None:
        self.template = parsed()
        declared = self.template["Parameters"]
        self.parameters = {name: said["Default"] for name, said in declared.items() if "Default" in said}
        self.parameters |= CODE | parameters
        self.conditions = {name: self.resolve(said) for name, said in self.template["Conditions"].items()}
        self.types = {name: said["Type"] for name, said in self._made()}
        self.resources = {name: self.resolve(said["Properties"]) for name, said in self._made()}
        told = self._holding(self.template["Outputs"])
        self.outputs = {name: self.resolve(said["Value"]) for name, said in told}

    def policy(self, name: str) -> dict[str, Any]:
        """What all managed policies of a caller say together: Exporter, Tables, Scheduler, Viewer, Operator."""
        documents = self.policies(name).values()
        return {"Version": "2012-10-17", "Statement": [said for one in documents for said in one["Statement"]]}

    def policies(self, name: str) -> dict[str, dict[str, Any]]:
        """A caller's managed policies, each by its resource's name, which begins with the caller's."""
        managed = [made for made, kind in self.types.items() if kind == "AWS::IAM::ManagedPolicy"]
        return {made: self.resources[made]["PolicyDocument"] for made in managed if made.startswith(name)}

    def resolve(self, node: Any) -> Any:
        """A part of the template with every function worked out."""
        if isinstance(node, list):
            return [value for value in map(self.resolve, node) if value is not _NOTHING]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            ((name, argument),) = node.items()
            if name == "Ref" or name.startswith("Fn::"):
                return self._function(name, argument)
        worked_out = {name: self.resolve(value) for name, value in node.items()}
        return {name: value for name, value in worked_out.items() if value is not _NOTHING}

    def _made(self) -> list[tuple[str, Any]]:
        return self._holding(self.template["Resources"])

    def _holding(self, wanted: dict[str, Any]) -> list[tuple[str, Any]]:
        return [(name, said) for name, said in wanted.items() if self.conditions.get(said.get("Condition", ""), True)]

    def _function(self, name: str, argument: Any) -> Any:
        functions = {
            "Ref": self._ref,
            "Fn::GetAtt": lambda said: self._attribute(*said),
            "Fn::Sub": lambda said: re.sub(r"\$\{([A-Za-z:]+)\}", lambda match: str(self._ref(match[1])), said),
            "Fn::If": lambda said: self.resolve(said[1] if self.conditions[said[0]] else said[2]),
            "Fn::Equals": lambda said: self.resolve(said[0]) == self.resolve(said[1]),
            "Fn::Not": lambda said: not self.resolve(said[0]),
            "Fn::And": lambda said: all(self.resolve(part) for part in said),
            "Fn::Join": lambda said: said[0].join(self.resolve(said[1])),
            "Fn::Split": lambda said: self.resolve(said[1]).split(said[0]),
        }
        return functions[name](argument)

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NOTHING
        if name in PSEUDO:
            return PSEUDO[name]
        if name == "NoticeTopic":
            return TOPIC
        if name in self.parameters:
            listed = self.template["Parameters"][name]["Type"] == "CommaDelimitedList"
            return self.parameters[name].split(",") if listed else self.parameters[name]
        # A resource's Ref is its name where it has one.
        said = self.template["Resources"][name]["Properties"]
        own = next((said[key] for key in ("FunctionName", "LogGroupName", "BucketName", "Name") if key in said), name)
        return self.resolve(own)

    def _attribute(self, name: str, attribute: str) -> str:
        if attribute != "Arn":
            return f"{name}-{attribute}"
        if f"{name}Name" in self.parameters and name.endswith("Function"):
            return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.parameters[f'{name}Name']}"
        return _ARNS[name]


# What moto's CloudFormation creates of it (tried on 5.2.5); of the others it only warns, an error in tests.
EMULATED = {
    "AWS::S3::Bucket",
    "AWS::Lambda::Function",
    "AWS::Logs::LogGroup",
    "AWS::SQS::Queue",
    "AWS::IAM::Role",
    "AWS::IAM::ManagedPolicy",
    "AWS::SNS::Topic",
}


def for_emulator(**parameters: str) -> str:
    """The template as JSON with the types that the emulator knows, conditions decided.

    It leaves a null where AWS::NoValue stands in a list; references are left for it to work out.
    """
    stack = Stack(**parameters)
    kept = {name: said for name, said in stack.template["Resources"].items() if stack.types.get(name) in EMULATED}
    outputs = {name: said for name, said in stack.template["Outputs"].items() if name in stack.outputs}
    outputs.pop("ScheduleName")
    template = {**stack.template, "Resources": kept, "Outputs": outputs}
    return json.dumps(_decided(template, stack.conditions))


def _decided(node: Any, conditions: dict[str, bool]) -> Any:
    if isinstance(node, list):
        return [value for value in (_decided(part, conditions) for part in node) if value != {"Ref": "AWS::NoValue"}]
    if not isinstance(node, dict):
        return node
    if "Fn::If" in node:
        name, yes, no = node["Fn::If"]
        return _decided(yes if conditions[name] else no, conditions)
    decided = {name: _decided(value, conditions) for name, value in node.items()}
    return {name: value for name, value in decided.items() if value != {"Ref": "AWS::NoValue"}}
