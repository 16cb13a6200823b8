"""The commands package, deploy and destroy: what they print, and when they ask. None needs a lake.

Tables and facts go to stdout; questions, events and progress to stderr.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TypeAlias

from pipeline.aws import Cloud
from pipeline.cli.commands import print_facts
from pipeline.clock import utc_now
from pipeline.config import Settings
from pipeline.deploy.deployer import Deployer, Order, Plan, Target, environment
from pipeline.deploy.package import ROOT, Architecture, Package, build, opened, wheels
from pipeline.deploy.stack import Event, State
from pipeline.errors import ConfigInvalid, NotFound, PipelineError
from pipeline.monitor.health import Health

DEFAULT_STACK = "moderation-craft-pipeline"
TEMPLATE = ROOT / "lambda" / "template.yaml"
OUTPUT = "export-{architecture}.zip"
_STACK = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")
_PARAMETER = re.compile(r"(?s)([A-Za-z0-9]{1,255})=(.*)")
_ACCOUNT = re.compile(r"\d{12}")

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def build_deployer(environ: Mapping[str, str]) -> Deployer:
    """Settings → clients → Deployer. Raise ConfigInvalid for malformed settings or the embedded backend."""
    settings = Settings.from_env(environ)
    return Deployer(Cloud(settings.region), settings, utc_now, time.sleep)


def package(_: object, arguments: argparse.Namespace) -> None:
    """Build the function's zip."""
    architecture: Architecture = arguments.arch or "arm64"
    path = Path(arguments.output or OUTPUT.format(architecture=architecture))
    made = build(path, lambda: wheels(architecture))
    facts = {**asdict(made), "path": str(made.path), "architecture": architecture}
    if arguments.json:
        print(json.dumps(facts, indent=2))
        return
    for name, value in facts.items():
        print(f"{name}: {value:,}" if isinstance(value, int) else f"{name}: {value}")


def deploy(deployer: Deployer, arguments: argparse.Namespace) -> None:
    """Package, plan, ask, execute, and say what to set."""
    _check_asking(arguments)
    template = _template(arguments.template)
    target = _cleared(deployer, _target(deployer, arguments), arguments)
    architecture = deployer.architecture(target, arguments.arch)
    order = Order(template, dict(arguments.param), architecture, arguments.code_bucket)
    plan = deployer.plan(target, order, _package(arguments, architecture))
    if plan.change_set is None and target.state:
        print(f"stack {target.stack} is as it should be: no changes")
        _show_settings(target.state, target.region)
        return
    _go(deployer, plan, arguments)


def destroy(deployer: Deployer, arguments: argparse.Namespace) -> None:
    """Delete the stack; the lake's bucket stays."""
    _check_asking(arguments)
    target = _target(deployer, arguments)
    if target.state is None:
        raise NotFound(f"there is no stack {target.stack} in {target.region}", resource=target.stack)
    bucket = environment(target.state, target.region).get("S3_BUCKET_NAME")
    code = target.state.parameters.get("CodeBucket")
    if bucket:
        print(f"the lake stays: s3://{bucket}")
    if not _agreed(arguments, f"Delete stack {target.stack} ({target.state.status})?"):
        print("nothing was deleted")
        return
    deployer.destroy(target, _tell)
    print(f"stack {target.stack} is deleted")
    if bucket:
        print(f"kept: s3://{bucket} with all exports" + (f"; s3://{code} with the code" if code else ""))


def _target(deployer: Deployer, arguments: argparse.Namespace) -> Target:
    target = deployer.target(arguments.stack, arguments.account)
    status = target.state.status if target.state else "does not exist yet"
    print(f"account  {target.account} ({target.identity})")
    print(f"region   {target.region}")
    print(f"stack    {target.stack} ({status})")
    return target


def _cleared(deployer: Deployer, target: Target, arguments: argparse.Namespace) -> Target:
    if not target.remains or arguments.dry_run:
        return target
    cause = deployer.first_failure(target)
    why = f": {cause.logical_id} {cause.status}: {cause.reason}" if cause else ""
    print(f"its creation failed and was rolled back{why}")
    if not _agreed(arguments, "Delete these remains, which hold nothing, and go on?"):
        raise ConfigInvalid(f"stack {target.stack} is in ROLLBACK_COMPLETE, nothing was changed", situation="stack")
    return deployer.clear(target, _tell)


def _package(arguments: argparse.Namespace, architecture: Architecture) -> Package:
    if arguments.package:
        return opened(Path(arguments.package))
    print(f"packaging for {architecture}", file=sys.stderr)
    return build(ROOT / ".build" / OUTPUT.format(architecture=architecture), lambda: wheels(architecture))


def _go(deployer: Deployer, plan: Plan, arguments: argparse.Namespace) -> None:
    going = False
    try:
        _show(plan)
        if arguments.dry_run or not _agreed(arguments, f"{plan.kind.capitalize()} stack {plan.target.stack}?"):
            print("dry run: nothing was changed" if arguments.dry_run else "nothing was changed")
            return
        uploaded = deployer.upload(plan)
        print("code uploaded" if uploaded else "code is there already", file=sys.stderr)
        seen = deployer.execute(plan)
        going = True
    finally:
        if not going:
            _withdraw(deployer, plan)
    try:
        state = deployer.finish(plan, seen, _tell)
    except KeyboardInterrupt:
        print("AWS goes on without this terminal; look again with deploy --dry-run", file=sys.stderr)
        raise
    print(f"stack {plan.target.stack} is {state.status}")
    _show_settings(state, plan.target.region)
    _show_health(deployer, state, plan.target.region)


def _withdraw(deployer: Deployer, plan: Plan) -> None:
    try:
        deployer.withdraw(plan)
    except PipelineError as error:
        # The first error, if there was one, is what a person must see.
        print(f"the change set could not be taken back: {error.message}", file=sys.stderr)


def _show(plan: Plan) -> None:
    code = plan.package
    print(f"code     {code.size:,} bytes to s3://{plan.bucket}{' (to be created)' if plan.makes_bucket else ''}\n")
    _table(("parameter", "value", "from"), [(v.name, v.value, v.origin) for v in plan.values])
    changes = plan.change_set.changes if plan.change_set else ()
    rows = [(c.action, c.logical_id, c.resource_type, c.replacement or "-") for c in changes]
    _table(("action", "resource", "type", "replacement"), rows)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    for row in [head, *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    print()


def _tell(event: Event) -> None:
    at = event.at.strftime("%H:%M:%S")
    print(f"{at}  {event.status:<28}{event.logical_id}  {event.reason}".rstrip(), file=sys.stderr)


def _show_settings(state: State, region: str) -> None:
    print("\nput into .env.local:")
    for name, value in environment(state, region).items():
        print(f"{name}={value}")


def _show_health(deployer: Deployer, state: State, region: str) -> None:
    # The stack is there, whatever this identity may ask about it: no failure of the deployment.
    settings = Settings.from_env(environment(state, region))
    print()
    if not print_facts(list(Health(deployer.cloud, settings, utc_now).facts())):
        print("some checks are not good; python -m pipeline health asks again", file=sys.stderr)


def _check_asking(arguments: argparse.Namespace) -> None:
    if not (arguments.yes or getattr(arguments, "dry_run", False) or sys.stdin.isatty()):
        said = "there is no terminal to ask at; agree beforehand with --yes"
        raise ConfigInvalid(said, situation="parameter", variable="--yes")


def _agreed(arguments: argparse.Namespace, question: str) -> bool:
    if arguments.yes:
        return True
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _template(path: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except OSError as error:
        raise NotFound(f"template {path}: {error.strerror}", resource=path) from error
    except UnicodeDecodeError as error:
        raise ConfigInvalid(f"template {path} is not text", situation="parameter", variable="--template") from error


def add_package(commands: Subparsers) -> None:
    """python -m pipeline package."""
    command = commands.add_parser("package", help="build the function's zip")
    command.add_argument("--arch", choices=("arm64", "x86_64"), help="the Lambda's processor (default: arm64)")
    command.add_argument("--output", metavar="FILE", help="where to write it (default: export-<arch>.zip)")
    command.add_argument("--json", action="store_true", help="print the facts as JSON")
    command.set_defaults(command=package, wire=dict, table=None)


def add_deploy(commands: Subparsers) -> None:
    """python -m pipeline deploy."""
    command = commands.add_parser("deploy", help="create or update the stack on AWS: plan, ask, execute")
    _add_common(command)
    command.add_argument(
        "--param", action="append", default=[], type=_parameter, metavar="NAME=VALUE", help="a parameter of the stack"
    )
    command.add_argument("--arch", choices=("arm64", "x86_64"), help="(default: the stack's own, else arm64)")
    command.add_argument("--package", metavar="FILE", help="deploy this zip, built before, instead of building one")
    command.add_argument(
        "--code-bucket",
        metavar="B",
        help="bucket for the zip (default: the stack's own, else pipeline-code-<account>-<region>, made if needed)",
    )
    command.add_argument("--template", default=str(TEMPLATE), metavar="FILE", help="(default: lambda/template.yaml)")
    command.add_argument("--dry-run", action="store_true", help="show what would be done; uploads and changes nothing")
    command.set_defaults(command=deploy, wire=build_deployer, table=None)


def add_destroy(commands: Subparsers) -> None:
    """python -m pipeline destroy."""
    command = commands.add_parser("destroy", help="delete the stack; the lake's bucket and its exports stay")
    _add_common(command)
    command.set_defaults(command=destroy, wire=build_deployer, table=None)


def _add_common(command: argparse.ArgumentParser) -> None:
    command.add_argument("--stack", default=DEFAULT_STACK, type=_stack, metavar="N", help=f"(default: {DEFAULT_STACK})")
    command.add_argument("--account", type=_account, metavar="ID", help="refuse any other account than this one")
    command.add_argument("--yes", action="store_true", help="do not ask (needed without a terminal)")


def _stack(text: str) -> str:
    if not _STACK.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no name of a stack (letters, digits, hyphens; a letter first)")
    return text


def _account(text: str) -> str:
    if not _ACCOUNT.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no account id of 12 digits")
    return text


def _parameter(text: str) -> tuple[str, str]:
    match = _PARAMETER.fullmatch(text)
    if not match:
        raise argparse.ArgumentTypeError("expected NAME=VALUE")
    return match[1], match[2]
