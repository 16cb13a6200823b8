"""One stack of CloudFormation, typed: its state, its change sets, its events.

Handed its client and its sleep. What CloudFormation refuses becomes one of our errors, in CloudFormation's own words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError

from pipeline.aws import error_code, translated
from pipeline.errors import ConfigInvalid, ExternalApiDown, Forbidden, NotFound, PipelineError
from pipeline.redaction import redact

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import DescribeChangeSetOutputTypeDef, ParameterTypeDef

Kind = Literal["CREATE", "UPDATE"]
POLL_SECONDS = 2.0
# Change sets take seconds; a stack of this size takes minutes.
CHANGE_SET_LOOKS, STACK_LOOKS, MOST_LOST_ANSWERS = 150, 1800, 30
_STACK_TYPE = "AWS::CloudFormation::Stack"
# CloudFormation API Reference, "CreateChangeSet", "Common Errors": refusals of a request, not of a person.
_REFUSALS = frozenset(
    "ValidationError InsufficientCapabilitiesException InvalidChangeSetStatus AlreadyExistsException "
    "TokenAlreadyExistsException OperationInProgressException OperationStatusCheckFailedException".split()
)
# What CloudFormation has no code for is read out of its sentences, here at the door, and goes on as a field.
_UNCHANGED = ("didn't contain changes", "No updates are to be performed")
_UNREAD = ("S3 error: Access Denied", "to which you have access")
_CANCELLED = ("Resource creation cancelled", "Resource update cancelled")


@dataclass(frozen=True)
class State:
    """What a stack is now; ``outputs`` and ``parameters`` by name."""

    stack_id: str
    status: str
    reason: str
    parameters: dict[str, str]
    outputs: dict[str, str]


@dataclass(frozen=True)
class Parameter:
    """A parameter that a template declares; ``default`` is None where a value must be given."""

    name: str
    default: str | None
    hidden: bool


@dataclass(frozen=True)
class Change:
    """What a change set does to one resource; ``replacement`` is True, False, Conditional or empty."""

    action: str
    logical_id: str
    resource_type: str
    replacement: str


@dataclass(frozen=True)
class ChangeSet:
    """A change set that can be executed."""

    change_set_id: str
    stack_id: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Event:
    """Something that happened to a resource, or to the stack itself (``of_stack``); ``at`` in UTC; ``cancelled``: only
    because something else had failed."""

    event_id: str
    at: datetime
    logical_id: str
    resource_type: str
    status: str
    reason: str
    of_stack: bool
    cancelled: bool = False

    @property
    def final(self) -> bool:
        """Whether the stack is at rest after this."""
        return self.of_stack and not self.status.endswith("_IN_PROGRESS")


@dataclass(frozen=True)
class Outcome:
    """How an operation ended, and the event that it failed by."""

    status: str
    cause: Event | None


class Stack:
    """A stack by its name."""

    def __init__(self, client: CloudFormationClient, name: str, sleep: Callable[[float], None]) -> None:
        self._client, self.name, self._sleep = client, name, sleep

    def state(self, stack_id: str | None = None) -> State | None:
        """The stack as it is, or None where there is none (a deleted one is found by its id only)."""
        try:
            with self._asking("DescribeStacks"):
                raw = self._client.describe_stacks(StackName=stack_id or self.name)["Stacks"][0]
        except NotFound:
            return None
        return State(
            raw["StackId"],
            raw["StackStatus"],
            redact(raw.get("StackStatusReason", "")),
            {item["ParameterKey"]: item.get("ParameterValue", "") for item in raw.get("Parameters", [])},
            {item["OutputKey"]: item["OutputValue"] for item in raw.get("Outputs", [])},
        )

    def declared(self, template: str) -> tuple[Parameter, ...]:
        """Validate the template at this address and read its parameters. Raise ConfigInvalid when AWS finds it
        malformed, Forbidden when it may not read it there."""
        with self._asking("ValidateTemplate", template):
            self._client.validate_template(TemplateURL=template)
        with self._asking("GetTemplateSummary", template):
            raw = self._client.get_template_summary(TemplateURL=template).get("Parameters", [])
        return tuple(
            Parameter(item["ParameterKey"], item.get("DefaultValue"), bool(item.get("NoEcho"))) for item in raw
        )

    def propose(self, kind: Kind, name: str, template: str, parameters: Sequence[ParameterTypeDef]) -> ChangeSet | None:
        """Create a change set and wait until it is ready; None where nothing would change (and nothing is left)."""
        try:
            with self._asking("CreateChangeSet", template):
                made = self._client.create_change_set(
                    StackName=self.name,
                    ChangeSetName=name,
                    ChangeSetType=kind,
                    TemplateURL=template,
                    Parameters=parameters,
                    Capabilities=["CAPABILITY_NAMED_IAM"],
                )
        except ConfigInvalid as error:
            if error.facts.get("unchanged") == "yes":
                return None
            raise
        return self._ready(made["Id"], made["StackId"])

    def withdraw(self, change_set_id: str) -> None:
        """Delete a change set."""
        with self._asking("DeleteChangeSet"):
            self._client.delete_change_set(StackName=self.name, ChangeSetName=change_set_id)

    def execute(self, change_set: ChangeSet, token: str) -> None:
        """Start executing; ``token`` makes a repeated request the same one."""
        with self._asking("ExecuteChangeSet"):
            self._client.execute_change_set(
                StackName=self.name,
                ChangeSetName=change_set.change_set_id,
                ClientRequestToken=token,
                # Else a rolled back creation would leave the retained bucket, and the next one find its name taken.
                RetainExceptOnCreate=True,
            )

    def delete(self, stack_id: str) -> None:
        """Start deleting."""
        with self._asking("DeleteStack"):
            self._client.delete_stack(StackName=stack_id)

    def newest_event(self, stack_id: str) -> str | None:
        """The id of the newest event."""
        return next((event.event_id for event in self._events(stack_id)), None)

    def first_failure(self, stack_id: str) -> Event | None:
        """What the last failed operation failed by."""
        return _cause(list(self._events(stack_id))[::-1])

    def follow(self, stack_id: str, seen: str | None, tell: Callable[[Event], None]) -> Outcome:
        """Tell each event after ``seen`` until the stack is at rest; short outages are waited out."""
        told: list[Event] = []
        lost = 0
        for _ in range(STACK_LOOKS):
            try:
                fresh, lost = self._after(stack_id, told[-1].event_id if told else seen), 0
            except PipelineError as error:
                lost += 1
                if not error.retryable or lost > MOST_LOST_ANSWERS:
                    raise
                fresh = []
            for event in fresh:
                tell(event)
            told += fresh
            if told and told[-1].final:
                return Outcome(told[-1].status, _cause(told))
            self._sleep(POLL_SECONDS)
        raise ExternalApiDown(f"stack {self.name} was not at rest in an hour", provider="CloudFormation")

    def _after(self, stack_id: str, seen: str | None) -> list[Event]:
        fresh: list[Event] = []
        for event in self._events(stack_id):
            if event.event_id == seen:
                break
            fresh.append(event)
        return fresh[::-1]

    def _events(self, stack_id: str) -> Iterator[Event]:
        # Newest first. CloudFormation API Reference, "DescribeStackEvents".
        pages = self._client.get_paginator("describe_stack_events")
        with self._asking("DescribeStackEvents"):
            for page in pages.paginate(StackName=stack_id):
                yield from map(_event, page["StackEvents"])

    def _ready(self, change_set_id: str, stack_id: str) -> ChangeSet | None:
        for _ in range(CHANGE_SET_LOOKS):
            pages = self._described(change_set_id)
            newest = next(pages)
            status, reason = newest["Status"], redact(newest.get("StatusReason") or "")
            if status == "CREATE_COMPLETE":
                return ChangeSet(change_set_id, stack_id, tuple(_changes(chain((newest,), pages))))
            if status == "FAILED":
                self.withdraw(change_set_id)
                if _says_unchanged(reason):
                    return None
                raise refused(f"the change set of stack {self.name} failed: {reason}", self.name)
            self._sleep(POLL_SECONDS)
        self.withdraw(change_set_id)
        raise ExternalApiDown(f"the change set of stack {self.name} was not ready in time", provider="CloudFormation")

    def _described(self, change_set_id: str) -> Iterator[DescribeChangeSetOutputTypeDef]:
        pages = self._client.get_paginator("describe_change_set")
        with self._asking("DescribeChangeSet"):
            yield from pages.paginate(StackName=self.name, ChangeSetName=change_set_id)

    @contextmanager
    def _asking(self, action: str, template: str = "") -> Iterator[None]:
        with translated(f"cloudformation:{action}", self.name):
            try:
                yield
            except ClientError as error:
                if error_code(error) not in _REFUSALS:
                    raise
                answer = redact(str(error.response["Error"].get("Message", "")))
                if any(words in answer for words in _UNREAD):
                    # It reads with the rights of who asks.
                    facts = {"action": "s3:GetObject", "resource": template, "situation": "template_unread"}
                    raise Forbidden(f"cloudformation:{action} on {self.name}: {answer}", **facts) from error
                if "does not exist" in answer and "S3 error" not in answer:
                    raise NotFound(f"stack {self.name}: {answer}", resource=self.name, action=action) from error
                facts = {"unchanged": "yes"} if _says_unchanged(answer) else {}
                raise refused(f"cloudformation:{action} on {self.name}: {answer}", self.name, **facts) from error


def refused(message: str, resource: str, **facts: str) -> ConfigInvalid:
    """CloudFormation does not take what it was asked for."""
    return ConfigInvalid(message, situation="stack", resource=resource, **facts)


def _says_unchanged(text: str) -> bool:
    return any(words in text for words in _UNCHANGED)


def _changes(pages: Iterable[DescribeChangeSetOutputTypeDef]) -> Iterator[Change]:
    for page in pages:
        for entry in page.get("Changes", []):
            raw = entry["ResourceChange"]
            kind, replacement = raw.get("ResourceType", ""), raw.get("Replacement") or ""
            yield Change(raw["Action"], raw["LogicalResourceId"], kind, replacement)


def _cause(events: Sequence[Event]) -> Event | None:
    failed = [event for event in events if event.status.endswith("_FAILED") and not event.cancelled]
    return next((event for event in failed if not event.of_stack), failed[0] if failed else None)


def _event(raw: Any) -> Event:
    # A nested stack is of the same type: the stack itself is the one whose id is its own.
    of_stack = raw.get("ResourceType") == _STACK_TYPE and raw.get("PhysicalResourceId") == raw["StackId"]
    reason = " ".join(redact(raw.get("ResourceStatusReason") or "").split())
    return Event(
        raw["EventId"],
        raw["Timestamp"],
        raw.get("LogicalResourceId", ""),
        raw.get("ResourceType", ""),
        raw.get("ResourceStatus", ""),
        reason,
        of_stack,
        reason.startswith(_CANCELLED),
    )
