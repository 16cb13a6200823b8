"""IAM's decision, written down from its documentation and independent of any emulator: policies, a request, a verdict.

Source: IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements: Condition operators".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

BUCKET_WIDE = {
    "ListObjectsV2": "s3:ListBucket",
    "ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "GetBucketVersioning": "s3:GetBucketVersioning",
    "GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
}
OF_AN_OBJECT = {
    "GetObject": "s3:GetObject",
    "HeadObject": "s3:GetObject",
    "PutObject": "s3:PutObject",
    "CreateMultipartUpload": "s3:PutObject",
    "UploadPart": "s3:PutObject",
    "CompleteMultipartUpload": "s3:PutObject",
    "AbortMultipartUpload": "s3:AbortMultipartUpload",
    "RestoreObject": "s3:RestoreObject",
    "DeleteObject": "s3:DeleteObject",
}
ACCOUNT_WIDE = {"ListTables"}
OTHERS = {"Invoke": "lambda:InvokeFunction"}
_ENCRYPTION = {
    "ServerSideEncryption": "s3:x-amz-server-side-encryption",
    "SSEKMSKeyId": "s3:x-amz-server-side-encryption-aws-kms-key-id",
}


@dataclass(frozen=True)
class Request:
    """What IAM sees of a call: ``context`` holds condition keys, absent ones left out."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=lambda: {"aws:SecureTransport": "true"})


def allowed(documents: Iterable[Mapping[str, Any]], request: Request) -> bool:
    """Whether some statement allows it and none denies it."""
    effects = {statement["Effect"] for document in documents for statement in matching(document, request)}
    return effects == {"Allow"}


def denied(document: Mapping[str, Any], request: Request) -> bool:
    """Whether the document denies it in so many words."""
    return any(statement["Effect"] == "Deny" for statement in matching(document, request))


def matching(document: Mapping[str, Any], request: Request) -> list[dict[str, Any]]:
    """The statements that speak of this request."""
    return [
        statement
        for statement in document["Statement"]
        if any(_like(pattern, request.action) for pattern in many(statement["Action"]))
        and any(_like(pattern, request.resource) for pattern in many(statement["Resource"]))
        and _conditions(statement.get("Condition", {}), request.context)
    ]


def many(value: Any) -> list[Any]:
    """A list, also of one."""
    return value if isinstance(value, list) else [value]


def action_of(service: str, operation: str, versioned: bool = False) -> str:
    """The IAM action of an API operation. Source: Service Authorization Reference."""
    if service == "s3":
        action = BUCKET_WIDE.get(operation) or OF_AN_OBJECT.get(operation) or f"s3:{operation}"
        return f"{action}Version" if versioned and action == "s3:GetObject" else action
    return OTHERS.get(operation, f"{service}:{operation}")


def requests_of(service: str, operation: str, parameters: Mapping[str, Any], arns: Mapping[str, str]) -> list[Request]:
    """What IAM is asked for a call; ``arns`` gives the resource of each service but S3."""
    action = action_of(service, operation, "VersionId" in parameters)
    context = {"aws:SecureTransport": "true"}
    if operation in ACCOUNT_WIDE:
        return [Request(action, "*", context)]
    if service != "s3":
        return [Request(action, parameters.get("ExportArn") or arns[service] + _named(service, parameters), context)]
    context |= {key: parameters[name] for name, key in _ENCRYPTION.items() if name in parameters}
    bucket = f"arn:aws:s3:::{parameters['Bucket']}"
    if operation in BUCKET_WIDE:
        return [Request(action, bucket, context | {"s3:prefix": parameters.get("Prefix", "")})]
    asked = [Request(action, f"{bucket}/{parameters['Key']}", context)]
    if action == "s3:GetObject":
        # For a key that may be missing S3 also asks whether it may be listed: else the answer is 403, not 404.
        asked.append(Request("s3:ListBucket", bucket, context | {"s3:prefix": parameters["Key"]}))
    return asked


def _named(service: str, parameters: Mapping[str, Any]) -> str:
    """The rest of a resource that a call names; six characters of AWS's own end a secret's."""
    if service == "secretsmanager":
        return f"{parameters.get('SecretId') or parameters['Name']}-AbCdEf"
    if service == "lambda":
        return str(parameters["FunctionName"])
    if service == "sns":
        return str(parameters["TopicArn"])
    if service == "logs":
        return f"{parameters['logGroupName']}:*"
    return str(parameters["Name"]) if service == "ssm" else ""


def _conditions(condition: Mapping[str, Mapping[str, Any]], context: Mapping[str, str]) -> bool:
    return all(
        _holds(operator, key, [str(value) for value in many(values)], context)
        for operator, tests in condition.items()
        for key, values in tests.items()
    )


def _holds(operator: str, key: str, values: list[str], context: Mapping[str, str]) -> bool:
    if operator == "Null":
        return (key not in context) == (values == ["true"])
    name, _, if_exists = operator.partition("IfExists")
    if key not in context:
        # A negated operator is true without the key, and so is every operator with IfExists.
        return operator.endswith("IfExists") or name.startswith("StringNot")
    return _TESTS[name](context[key], values)


def _like(pattern: str, value: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), value) is not None


_TESTS = {
    "Bool": lambda value, wanted: value in wanted,
    "StringEquals": lambda value, wanted: value in wanted,
    "StringNotEquals": lambda value, wanted: value not in wanted,
    "StringLike": lambda value, wanted: any(_like(pattern, value) for pattern in wanted),
    "ArnEquals": lambda value, wanted: any(_like(pattern, value) for pattern in wanted),
    "NumericLessThan": lambda value, wanted: any(float(value) < float(limit) for limit in wanted),
}
