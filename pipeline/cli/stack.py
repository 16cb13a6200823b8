"""What deploy and destroy do, step by step: what they print, and when they ask.

Tables and facts go to stdout; questions, events and progress to stderr.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.cli.checks import is_good, show_health
from pipeline.cli.output import show, show_table, tell
from pipeline.cli.package import OUTPUT
from pipeline.cli.question import agreed, check_asking
from pipeline.clock import utc_now
from pipeline.config import Settings
from pipeline.deploy.deployer import Deployer, Order, Plan, Target, environment
from pipeline.deploy.package import ROOT, Architecture, Package, build, opened, wheels
from pipeline.deploy.stack import Event, State
from pipeline.errors import ConfigInvalid, NotFound, PipelineError
from pipeline.monitor.health import Health


@dataclass(frozen=True)
class Place:
    """Which stack, in which account (None: whichever), and whether everything is agreed to beforehand."""

    stack: str
    account: str | None = None
    yes: bool = False


@dataclass(frozen=True)
class Deployment:
    """What is to be deployed where: a template's path, parameters, processor, a zip built before, the zip's bucket."""

    place: Place
    template: str
    given: tuple[tuple[str, str], ...] = ()
    arch: Architecture | None = None
    package: str | None = None
    code_bucket: str | None = None
    dry_run: bool = False


def deploy(deployer: Deployer, wanted: Deployment) -> None:
    """Package, plan, ask, execute, and say what to set."""
    check_asking(wanted.place.yes or wanted.dry_run)
    template = _template(wanted.template)
    target = _cleared(deployer, _target(deployer, wanted.place), wanted)
    architecture = deployer.architecture(target, wanted.arch)
    order = Order(template, dict(wanted.given), architecture, wanted.code_bucket)
    plan = deployer.plan(target, order, _package(wanted.package, architecture))
    if plan.change_set is None and target.state:
        show(f"stack {target.stack} is as it should be: no changes")
        _show_settings(target.state, target.region)
        return
    _go(deployer, plan, wanted)


def destroy(deployer: Deployer, place: Place) -> None:
    """Delete the stack; the lake's bucket stays."""
    check_asking(place.yes)
    target = _target(deployer, place)
    if target.state is None:
        raise NotFound(f"there is no stack {target.stack} in {target.region}", resource=target.stack)
    bucket = environment(target.state, target.region).get("S3_BUCKET_NAME")
    code = target.state.parameters.get("CodeBucket")
    if bucket:
        show(f"the lake stays: s3://{bucket}")
    if not agreed(place.yes, f"Delete stack {target.stack} ({target.state.status})?"):
        show("nothing was deleted")
        return
    deployer.destroy(target, _tell_event)
    show(f"stack {target.stack} is deleted")
    if bucket:
        show(f"kept: s3://{bucket} with all exports" + (f"; s3://{code} with the code" if code else ""))


def _target(deployer: Deployer, place: Place) -> Target:
    target = deployer.target(place.stack, place.account)
    status = target.state.status if target.state else "does not exist yet"
    show(f"account  {target.account} ({target.identity})")
    show(f"region   {target.region}")
    show(f"stack    {target.stack} ({status})")
    return target


def _cleared(deployer: Deployer, target: Target, wanted: Deployment) -> Target:
    if not target.remains or wanted.dry_run:
        return target
    cause = deployer.first_failure(target)
    why = f": {cause.logical_id} {cause.status}: {cause.reason}" if cause else ""
    show(f"its creation failed and was rolled back{why}")
    if not agreed(wanted.place.yes, "Delete these remains, which hold nothing, and go on?"):
        raise ConfigInvalid(f"stack {target.stack} is in ROLLBACK_COMPLETE, nothing was changed", situation="stack")
    return deployer.clear(target, _tell_event)


def _package(built_before: str | None, architecture: Architecture) -> Package:
    if built_before:
        return opened(Path(built_before))
    tell(f"packaging for {architecture}")
    return build(ROOT / ".build" / OUTPUT.format(architecture=architecture), lambda: wheels(architecture))


def _go(deployer: Deployer, plan: Plan, wanted: Deployment) -> None:
    going = False
    try:
        _show_plan(plan)
        question = f"{plan.kind.capitalize()} stack {plan.target.stack}?"
        if wanted.dry_run or not agreed(wanted.place.yes, question):
            show("dry run: nothing was changed" if wanted.dry_run else "nothing was changed")
            return
        tell("code uploaded" if deployer.upload(plan) else "code is there already")
        seen = deployer.execute(plan)
        going = True
    finally:
        if not going:
            _withdraw(deployer, plan)
    _finish(deployer, plan, seen)


def _finish(deployer: Deployer, plan: Plan, seen: str | None) -> None:
    try:
        state = deployer.finish(plan, seen, _tell_event)
    except KeyboardInterrupt:
        tell("AWS goes on without this terminal; look again with deploy --dry-run")
        raise
    show(f"stack {plan.target.stack} is {state.status}")
    _show_settings(state, plan.target.region)
    _show_checks(deployer, state, plan.target.region)


def _withdraw(deployer: Deployer, plan: Plan) -> None:
    try:
        deployer.withdraw(plan)
    except PipelineError as error:
        # The first error, if there was one, is what a person must see.
        tell(f"the change set could not be taken back: {error.message}")


def _show_plan(plan: Plan) -> None:
    code = plan.package
    show(f"code     {code.size:,} bytes to s3://{plan.bucket}{' (to be created)' if plan.makes_bucket else ''}\n")
    show_table(("parameter", "value", "from"), [(v.name, v.value, v.origin) for v in plan.values])
    show()
    changes = plan.change_set.changes if plan.change_set else ()
    rows = [(c.action, c.logical_id, c.resource_type, c.replacement or "-") for c in changes]
    show_table(("action", "resource", "type", "replacement"), rows)
    show()


def _tell_event(event: Event) -> None:
    at = event.at.strftime("%H:%M:%S")
    tell(f"{at}  {event.status:<28}{event.logical_id}  {event.reason}".rstrip())


def _show_settings(state: State, region: str) -> None:
    show("\nput into .env.local:")
    for name, value in environment(state, region).items():
        show(f"{name}={value}")


def _show_checks(deployer: Deployer, state: State, region: str) -> None:
    # The stack is there, whatever this identity may ask about it: no failure of the deployment.
    facts = list(Health(deployer.cloud, Settings.from_env(environment(state, region)), utc_now).facts())
    show()
    show_health(facts)
    if not is_good(facts):
        tell("some checks are not good; python -m pipeline health asks again")


def _template(path: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except OSError as error:
        raise NotFound(f"template {path}: {error.strerror}", resource=path) from error
    except UnicodeDecodeError as error:
        raise ConfigInvalid(f"template {path} is not text", situation="parameter", variable="--template") from error
