"""What deploy and destroy do, step by step: what they print, and when they ask.

Tables and facts go to stdout; questions, events and progress to stderr.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.cli.checks import is_good, show_health
from pipeline.cli.output import agreed, check_asking, label, show, show_rows, show_table, tell, words
from pipeline.clock import utc_now
from pipeline.config import Settings
from pipeline.deploy.bundles import EXPORT, ROOT, TABLES, Bundle
from pipeline.deploy.deployer import Code, Deployer, Order, Plan, Target, environment
from pipeline.deploy.libraries import Architecture, wheels
from pipeline.deploy.package import Package, build, opened
from pipeline.deploy.stack import Event, State
from pipeline.errors import ConfigInvalid, NotFound, PipelineError
from pipeline.monitor.health import Health

# A template of one's own may do without the second function.
_WITH_TABLES = "TablesCodeKey"


@dataclass(frozen=True)
class Place:
    """Which stack, in which account (None: whichever), and whether everything is agreed to beforehand."""

    stack: str
    account: str | None = None
    yes: bool = False


@dataclass(frozen=True)
class Deployment:
    """What is to be deployed where: a template's path, parameters, processor, zips built before, the zips' bucket;
    ``with_boto3``: whether the zips that are built carry a boto3 of their own."""

    place: Place
    template: str
    given: tuple[tuple[str, str], ...] = ()
    arch: Architecture | None = None
    package: str | None = None
    tables_package: str | None = None
    code_bucket: str | None = None
    dry_run: bool = False
    with_boto3: bool = False


def deploy(deployer: Deployer, wanted: Deployment) -> None:
    """Package, plan, ask, execute, and say what to set."""
    check_asking(wanted.place.yes or wanted.dry_run)
    if (wanted.package or wanted.tables_package) and wanted.with_boto3:
        message = "--with-boto3 is for a zip that is built now; build the other one with package --with-boto3"
        raise ConfigInvalid(message, situation="parameter", variable="--with-boto3")
    template = _template(wanted.template)
    target = _cleared(deployer, _target(deployer, wanted.place), wanted)
    architecture = deployer.architecture(target, wanted.arch)
    order = Order(template, dict(wanted.given), architecture, wanted.code_bucket)
    plan = deployer.plan(target, order, _code(wanted, template, architecture))
    if plan.change_set is None and target.state:
        show(words()("cli_stack.no_changes", stack=target.stack))
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
        show(words()("cli_stack.lake_stays", bucket=bucket))
    if not agreed(place.yes, words()("cli_stack.delete", stack=target.stack, status=target.state.status)):
        show(words()("cli_stack.not_deleted"))
        return
    deployer.destroy(target, _tell_event)
    show(words()("cli_stack.deleted", stack=target.stack))
    if bucket:
        kept = "cli_stack.kept_both" if code else "cli_stack.kept"
        show(words()(kept, bucket=bucket, code=code))


def _target(deployer: Deployer, place: Place) -> Target:
    target = deployer.target(place.stack, place.account)
    say = words()
    status = target.state.status if target.state else say("cli_stack.not_yet")
    rows = (
        (say("cli_stack.account"), f"{target.account} ({target.identity})"),
        (say("cli_stack.region"), target.region),
        (say("cli_stack.stack"), f"{target.stack} ({status})"),
    )
    show_rows(rows)
    return target


def _cleared(deployer: Deployer, target: Target, wanted: Deployment) -> Target:
    if not target.remains or wanted.dry_run:
        return target
    cause = deployer.first_failure(target)
    why = f": {cause.logical_id} {cause.status}: {cause.reason}" if cause else ""
    show(words()("cli_stack.rolled_back") + why)
    if not agreed(wanted.place.yes, words()("cli_stack.clear")):
        raise ConfigInvalid(f"stack {target.stack} is in ROLLBACK_COMPLETE, nothing was changed", situation="stack")
    return deployer.clear(target, _tell_event)


def _code(wanted: Deployment, template: str, architecture: Architecture) -> Code:
    export = _package(EXPORT, wanted.package, wanted, architecture)
    if _WITH_TABLES not in template:
        return Code(export)
    return Code(export, _package(TABLES, wanted.tables_package, wanted, architecture))


def _package(bundle: Bundle, built: str | None, wanted: Deployment, architecture: Architecture) -> Package:
    if built:
        return opened(Path(built), bundle)
    tell(words()("cli_stack.packaging", name=bundle.name, architecture=architecture))
    path = ROOT / ".build" / bundle.file(architecture)
    return build(path, lambda: wheels(bundle, architecture, wanted.with_boto3), bundle)


def _go(deployer: Deployer, plan: Plan, wanted: Deployment) -> None:
    going = False
    try:
        _show_plan(plan)
        question = words()(f"cli_stack.{plan.kind.lower()}", stack=plan.target.stack)
        if wanted.dry_run or not agreed(wanted.place.yes, question):
            show(words()("cli_stack.dry_run" if wanted.dry_run else "cli_stack.not_changed"))
            return
        tell(words()("cli_stack.uploaded" if deployer.upload(plan) else "cli_stack.there_already"))
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
        tell(words()("cli_stack.goes_on"))
        raise
    show(words()("cli_stack.is", stack=plan.target.stack, status=state.status))
    _show_settings(state, plan.target.region)
    _show_checks(deployer, state, plan.target.region)


def _withdraw(deployer: Deployer, plan: Plan) -> None:
    try:
        deployer.withdraw(plan)
    except PipelineError as error:
        # The first error, if there was one, is what a person must see.
        tell(words()("cli_stack.not_withdrawn", cause=error.message))


def _show_plan(plan: Plan) -> None:
    say = words()
    for code in plan.code.all():
        key = "cli_stack.code_new" if plan.makes_bucket else "cli_stack.code"
        show(say(key, bytes=f"{code.size:,}", bucket=plan.bucket))
    show()
    head = [say(f"cli_stack.{name}") for name in ("parameter", "value", "origin")]
    show_table(head, [(v.name, v.value, label(f"cli_origin.{v.origin}", v.origin)) for v in plan.values])
    show()
    changes = plan.change_set.changes if plan.change_set else ()
    rows = [(c.action, c.logical_id, c.resource_type, c.replacement or "-") for c in changes]
    show_table([say(f"cli_stack.{name}") for name in ("action", "resource", "type", "replacement")], rows)
    show()


def _tell_event(event: Event) -> None:
    at = event.at.strftime("%H:%M:%S")
    tell(f"{at}  {event.status:<28}{event.logical_id}  {event.reason}".rstrip())


def _show_settings(state: State, region: str) -> None:
    show("\n" + words()("cli_stack.put"))
    for name, value in environment(state, region).items():
        show(f"{name}={value}")


def _show_checks(deployer: Deployer, state: State, region: str) -> None:
    # The stack is there, whatever this identity may ask about it: no failure of the deployment.
    facts = list(Health(deployer.cloud, Settings.from_env(environment(state, region)), utc_now).facts())
    show()
    show_health(facts)
    if not is_good(facts):
        tell(words()("cli_stack.not_good"))


def _template(path: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except OSError as error:
        raise NotFound(f"template {path}: {error.strerror}", resource=path) from error
    except UnicodeDecodeError as error:
        raise ConfigInvalid(f"template {path} is not text", situation="parameter", variable="--template") from error
