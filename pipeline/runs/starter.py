"""Starts a run: the deployed function asynchronously, or the embedded backend's function.

A start is never synchronous: botocore would give up waiting for a long export and send it twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import orjson

from pipeline.aws import translated
from pipeline.errors import FunctionFailed
from pipeline.redaction import MOST_CHARACTERS, redact
from pipeline.untrusted import quoted

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

ACCEPTED = 202


class Starter(Protocol):
    """Hands an event of the contract to an export function and returns at once."""

    def start(self, event: dict[str, Any]) -> None: ...


class LambdaStarter:
    """The deployed function. Source: AWS Lambda API Reference, "Invoke"."""

    def __init__(self, client: LambdaClient, function: str) -> None:
        self._client = client
        self._function = function

    def start(self, event: dict[str, Any]) -> None:
        """Raise FunctionFailed also for an error that arrives with HTTP 200; NotFound, Forbidden, AuthFailed."""
        with translated("lambda:InvokeFunction", self._function):
            answer = self._client.invoke(
                FunctionName=self._function, InvocationType="Event", Payload=orjson.dumps(event)
            )
            body = answer["Payload"].read()
        if answer.get("FunctionError") or answer["StatusCode"] != ACCEPTED:
            raise FunctionFailed(
                f"{self._function} answered {answer['StatusCode']}: {_reason(body)}", function=self._function
            )


def _reason(body: bytes) -> str:
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return redact(body[:300].decode("utf-8", "replace"))
    if isinstance(parsed, dict):
        message = quoted(parsed.get("errorMessage", parsed), MOST_CHARACTERS)
        return redact(f"{quoted(parsed.get('errorType', 'error'))}: {message}")
    return redact(quoted(parsed, MOST_CHARACTERS))
