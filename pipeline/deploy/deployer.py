"""Deploying the stack: plan (a change set that a person can look at), then execute, then say what to set.

Planning changes nothing: of a plan only its template is uploaded, the code once it was agreed to; a plan that is not
executed is withdrawn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast
from uuid import uuid4

from pipeline.aws import Cloud, refused_action, translated
from pipeline.config import Settings
from pipeline.deploy.code_bucket import CodeBucket, default_name, key_of
from pipeline.deploy.libraries import Architecture
from pipeline.deploy.package import Package
from pipeline.deploy.parameters import Value, chosen, from_settings, sent, shown
from pipeline.deploy.stack import ChangeSet, Event, Kind, Outcome, Stack, State, refused
from pipeline.deploy.template import Template, template_of
from pipeline.errors import ConfigInvalid, Forbidden, NotFound, PipelineError

_CHANGEABLE = frozenset(
    "CREATE_COMPLETE UPDATE_COMPLETE UPDATE_ROLLBACK_COMPLETE IMPORT_COMPLETE IMPORT_ROLLBACK_COMPLETE".split()
)
_DONE = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})
_WAYS_OUT = {
    "UPDATE_ROLLBACK_FAILED": "mend it, then: aws cloudformation continue-update-rollback --stack-name {name}",
    "ROLLBACK_FAILED": "python -m pipeline destroy --stack {name}, then deploy again",
    "CREATE_FAILED": "python -m pipeline destroy --stack {name}, then deploy again",
    "DELETE_FAILED": "mend what it names, then: python -m pipeline destroy --stack {name}",
}


@dataclass(frozen=True)
class Target:
    """Where a deployment goes: who asks, in which account and Region, and the stack as it is there."""

    account: str
    identity: str
    region: str
    stack: str
    state: State | None

    @property
    def remains(self) -> bool:
        """Whether only the empty remains of a failed creation are there; those cannot be updated."""
        return self.state is not None and self.state.status == "ROLLBACK_COMPLETE"

    @property
    def new(self) -> bool:
        """Whether the stack is to be created."""
        return self.state is None or self.state.status == "REVIEW_IN_PROGRESS"


@dataclass(frozen=True)
class Order:
    """What is asked for: the template's text, the parameters given, the code's architecture and bucket."""

    template: str
    given: Mapping[str, str]
    architecture: Architecture
    code_bucket: str | None = None


@dataclass(frozen=True)
class Code:
    """The zips of the stack's functions; ``tables`` is None where the template has no function of that kind."""

    export: Package
    tables: Package | None = None

    def keys(self) -> dict[str, str]:
        """The parameters that say where they lie."""
        return {"CodeKey": key_of(self.export)} | ({"TablesCodeKey": key_of(self.tables)} if self.tables else {})

    def all(self) -> tuple[Package, ...]:
        """Every zip that there is."""
        return (self.export, self.tables) if self.tables else (self.export,)


@dataclass(frozen=True)
class Plan:
    """What would be done; ``change_set`` is None where nothing would change; ``makes_bucket``: whether the bucket was
    made for it."""

    target: Target
    kind: Kind
    values: tuple[Value, ...]
    code: Code
    bucket: str
    template: Template
    change_set: ChangeSet | None
    makes_bucket: bool = False


class Deployer:
    """Deploys to one account's Region with one identity."""

    def __init__(
        self, cloud: Cloud, settings: Settings, now: Callable[[], datetime], sleep: Callable[[float], None]
    ) -> None:
        if settings.backend == "embedded":
            message = "PIPELINE_BACKEND is 'embedded': the demo has nothing to deploy to; set it to 'aws'"
            raise ConfigInvalid(message, variable="PIPELINE_BACKEND", looked_in=".env.local, environment")
        self.cloud, self.settings, self.now, self._sleep = cloud, settings, now, sleep

    def target(self, stack: str, account: str | None = None) -> Target:
        """Who and where. Raise ConfigInvalid in another account than the expected one, or when the stack is stuck."""
        with translated("sts:GetCallerIdentity", "the caller"):
            raw = self.cloud.sts.get_caller_identity()
        if account and raw["Account"] != account:
            message = f"these credentials are of account {raw['Account']}, expected {account} (--account)"
            raise ConfigInvalid(message, situation="account", expected=account, found=raw["Account"])
        return Target(raw["Account"], raw["Arn"], self.cloud.region, stack, self._stack(stack).state())

    def first_failure(self, target: Target) -> Event | None:
        """What the stack's last operation failed by."""
        return self._stack(target.stack).first_failure(target.state.stack_id) if target.state else None

    def clear(self, target: Target, tell: Callable[[Event], None]) -> Target:
        """Delete the remains of a failed creation; the target without them."""
        self._delete(target, tell)
        return Target(target.account, target.identity, target.region, target.stack, None)

    def architecture(self, target: Target, wanted: Architecture | None) -> Architecture:
        """The one that is asked for, else the stack's own, else arm64."""
        kept = target.state.parameters.get("Architecture") if target.state else None
        return wanted or ("x86_64" if kept == "x86_64" else "arm64")

    def plan(self, target: Target, order: Order, code: Code) -> Plan:
        """Create a change set. Raise ConfigInvalid for parameters or a state that do not do; then nothing is left."""
        _check_changeable(target)
        template, bucket = template_of(order.template), self._code_bucket(target, order.code_bucket)
        makes_bucket = _is_to_be_made(bucket, target)
        with ExitStack() as undo:
            if makes_bucket:
                bucket.create()
                undo.callback(_taken_back, bucket, template)
            plan = self._planned(target, order, code, bucket)
            if plan.change_set:
                undo.pop_all()
        return replace(plan, makes_bucket=makes_bucket)

    def withdraw(self, plan: Plan) -> None:
        """Take a plan back that is not executed: its change set, the empty stack that was made to hold it, and a code
        bucket that was made for it. Raise Forbidden."""
        if plan.change_set is None:
            return
        stack = self._stack(plan.target.stack)
        stack.withdraw(plan.change_set.change_set_id)
        state = stack.state(plan.change_set.stack_id)
        if plan.target.state is None and state and state.status == "REVIEW_IN_PROGRESS":
            stack.delete(plan.change_set.stack_id)
        if plan.makes_bucket:
            self._code_bucket(plan.target, plan.bucket).take_back(plan.template)

    def upload(self, plan: Plan) -> bool:
        """Bring the code to where the plan says; whether there was anything to upload."""
        bucket = self._code_bucket(plan.target, plan.bucket)
        # All of them, also where the first was there already.
        return any([bucket.put(package) for package in plan.code.all()])

    def execute(self, plan: Plan) -> str | None:
        """Start; the event after which the new ones come, for ``finish``."""
        assert plan.change_set is not None  # noqa: S101 - for the type: an empty plan is not executed
        stack = self._stack(plan.target.stack)
        seen = stack.newest_event(plan.change_set.stack_id)
        stack.execute(plan.change_set, uuid4().hex)
        return seen

    def finish(self, plan: Plan, seen: str | None, tell: Callable[[Event], None]) -> State:
        """Follow until the stack is at rest. Raise ConfigInvalid or Forbidden, naming the resource that failed."""
        assert plan.change_set is not None  # noqa: S101 - for the type: an empty plan is not executed
        stack = self._stack(plan.target.stack)
        outcome = stack.follow(plan.change_set.stack_id, seen, tell)
        state = stack.state(plan.change_set.stack_id)
        if outcome.status not in _DONE or state is None:
            raise failure(plan.target.stack, outcome)
        return state

    def destroy(self, target: Target, tell: Callable[[Event], None]) -> None:
        """Delete the stack and wait. Raise ConfigInvalid or Forbidden when a resource would not go."""
        if target.state is None:
            raise NotFound(f"there is no stack {target.stack} in {target.region}", resource=target.stack)
        self._delete(target, tell)

    def _planned(self, target: Target, order: Order, code: Code, bucket: CodeBucket) -> Plan:
        stack, template = self._stack(target.stack), template_of(order.template)
        address = bucket.lay(template)
        declared = stack.declared(address)
        ours = {"CodeBucket": bucket.name, "Architecture": order.architecture, **code.keys()}
        kept = target.state.parameters if target.state and not target.new else {}
        settings = from_settings(self.settings) if target.new else {}
        values = chosen(declared, order.given, ours, kept or settings, "kept" if kept else "setting")
        kind: Kind = "CREATE" if target.new else "UPDATE"
        name = f"deploy-{self.now():%Y%m%dT%H%M%SZ}-{uuid4().hex[:8]}"
        changes = stack.propose(kind, name, address, sent(values))
        return Plan(target, kind, shown(values, declared), code, bucket.name, template, changes)

    def _delete(self, target: Target, tell: Callable[[Event], None]) -> None:
        stack, stack_id = self._stack(target.stack), cast(State, target.state).stack_id
        seen = stack.newest_event(stack_id)
        stack.delete(stack_id)
        outcome = stack.follow(stack_id, seen, tell)
        if outcome.status != "DELETE_COMPLETE":
            raise failure(target.stack, outcome)

    def _stack(self, name: str) -> Stack:
        return Stack(self.cloud.cloudformation, name, self._sleep)

    def _code_bucket(self, target: Target, wanted: str | None) -> CodeBucket:
        kept = target.state.parameters.get("CodeBucket") if target.state else None
        name = wanted or kept or default_name(target.account, target.region)
        return CodeBucket(self.cloud.s3, name, target.account, target.region)


def environment(state: State, region: str) -> dict[str, str]:
    """What to put into .env.local for a stack, by the names of PRODUCT §2."""
    # An output is the resource's real name; a parameter of the same name is what was asked for.
    facts = state.parameters | state.outputs
    named = {
        "S3_BUCKET_NAME": facts.get("BucketName"),
        "LAMBDA_EXPORT_FUNCTION": facts.get("FunctionName"),
        "LAMBDA_TABLES_FUNCTION": facts.get("TablesFunctionName"),
        "DYNAMODB_TABLE_NAME": facts.get("TableName"),
        "PIPELINE_SCHEDULE": facts.get("ScheduleName"),
        "PIPELINE_SECRETS": facts.get("Secrets"),
        "PIPELINE_GOOGLE_CLIENT_ID": facts.get("GoogleClientId"),
    }
    known = {name: value for name, value in named.items() if value}
    return {"PIPELINE_BACKEND": "aws", "AWS_REGION": facts.get("Region", region), **known}


def failure(stack: str, outcome: Outcome) -> PipelineError:
    """Which resource failed and why; Forbidden where a right was missing."""
    cause = outcome.cause
    if cause is None:
        return ConfigInvalid(f"stack {stack} is {outcome.status}", situation="failed", resource=stack)
    message = f"{cause.logical_id} ({cause.resource_type}) {cause.status}: {cause.reason or 'no reason was given'}"
    text = f"stack {stack} is {outcome.status}: {message}"
    action = refused_action(cause.reason)
    if action:
        return Forbidden(text, action=action, resource=cause.logical_id)
    return ConfigInvalid(text, situation="failed", resource=cause.logical_id)


def _taken_back(bucket: CodeBucket, template: Template) -> None:
    # Why there is no plan is what a person must see, not that an empty bucket stays.
    with suppress(PipelineError):
        bucket.take_back(template)


def _is_to_be_made(bucket: CodeBucket, target: Target) -> bool:
    if bucket.exists():
        return False
    if bucket.name != default_name(target.account, target.region):
        raise NotFound(f"code bucket {bucket.name} does not exist", resource=bucket.name, action="s3:ListBucket")
    return True


def _check_changeable(target: Target) -> None:
    if target.new or (target.state and target.state.status in _CHANGEABLE):
        return
    status = target.state.status if target.state else ""
    way = _WAYS_OUT.get(status, "wait until the other operation ends, then run it again").format(name=target.stack)
    if target.remains:
        way = f"it holds nothing; python -m pipeline deploy --stack {target.stack} deletes it and creates it anew"
    reason = f" ({target.state.reason})" if target.state and target.state.reason else ""
    raise refused(f"stack {target.stack} is in {status}{reason}: {way}", target.stack)
