"""The commands package, deploy and destroy: their options, and the Deployer they work with. None needs a lake.

What is done to the stack is pipeline.cli.stack's, what goes into the zip pipeline.deploy.package's.
"""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from pipeline.aws import Cloud
from pipeline.cli import stack as steps
from pipeline.cli.operator import environment
from pipeline.cli.options import ARCHITECTURE, PARAMETER, WITH_BOTO3, as_json, of_a_stack
from pipeline.cli.output import label, show_facts
from pipeline.clock import utc_now
from pipeline.config import Settings
from pipeline.deploy.bundles import BUNDLES, ROOT
from pipeline.deploy.deployer import Deployer
from pipeline.deploy.libraries import Architecture, wheels
from pipeline.deploy.package import build

TEMPLATE = ROOT / "lambda" / "template.yaml"
_CODE_BUCKET = (
    "Bucket for zips and template (default: the stack's own, else pipeline-code-<account>-<region>, made if needed)."
)


@click.command()
@click.option("--arch", type=ARCHITECTURE, default="arm64", help="The Lambda's processor.", show_default=True)
@click.option("--function", type=click.Choice(list(BUNDLES)), default="export", help="Whose zip.", show_default=True)
@click.option("--output", metavar="FILE", help="Where to write it (default: <function>-<arch>.zip).")
@WITH_BOTO3
@as_json("Print the facts as JSON.")
def package(arch: Architecture, function: str, output: str | None, with_boto3: bool, as_json: bool) -> None:
    """Build a function's zip."""
    # pip's own settings may stand in .env.local.
    environment()
    bundle = BUNDLES[function]
    made = build(Path(output or bundle.file(arch)), lambda: wheels(bundle, arch, with_boto3), bundle)
    facts = {**asdict(made), "path": str(made.path), "architecture": arch}
    if not as_json:
        told = {name: f"{value:,}" if isinstance(value, int) else value for name, value in facts.items()}
        facts = {label(f"cli_package.{name}", name): value for name, value in told.items()}
    show_facts(facts, as_json)


@click.command()
@of_a_stack
@click.option("--param", "given", multiple=True, type=PARAMETER, metavar="NAME=VALUE", help="A parameter of the stack.")
@click.option("--arch", type=ARCHITECTURE, help="(default: the stack's own, else arm64)")
@click.option("--package", metavar="FILE", help="Deploy this zip, built before, instead of building one.")
@click.option("--tables-package", metavar="FILE", help="The same for the zip of the tables' function.")
@WITH_BOTO3
@click.option("--code-bucket", metavar="B", help=_CODE_BUCKET)
@click.option("--template", default=str(TEMPLATE), metavar="FILE", help="(default: lambda/template.yaml)")
@click.option("--dry-run", is_flag=True, help="Show what would be done; upload no code, change nothing.")
def deploy(stack: str, account: str | None, yes: bool, **options: Any) -> None:
    """Create or update the stack on AWS: plan, ask, execute, and say what to set."""
    steps.deploy(_deployer(), steps.Deployment(steps.Place(stack, account, yes), **options))


@click.command()
@of_a_stack
def destroy(stack: str, account: str | None, yes: bool) -> None:
    """Delete the stack; the lake's bucket and its exports stay."""
    steps.destroy(_deployer(), steps.Place(stack, account, yes))


def _deployer() -> Deployer:
    """Settings → clients → Deployer. Raise ConfigInvalid for malformed settings or the embedded backend."""
    settings = Settings.from_env(environment())
    return Deployer(Cloud(settings.region), settings, utc_now, time.sleep)
