"""The commands deploy and destroy: their options, and the Deployer they work with. Neither needs a lake.

What they do with it is pipeline.cli.stack's.
"""

from __future__ import annotations

import time
from typing import Any

import click

from pipeline.aws import Cloud
from pipeline.cli import stack as steps
from pipeline.cli.operator import environment
from pipeline.cli.options import ARCHITECTURE, PARAMETER, WITH_BOTO3, of_a_stack
from pipeline.clock import utc_now
from pipeline.config import Settings
from pipeline.deploy.deployer import Deployer
from pipeline.deploy.package import ROOT

TEMPLATE = ROOT / "lambda" / "template.yaml"
_CODE_BUCKET = "Bucket for the zip (default: the stack's own, else pipeline-code-<account>-<region>, made if needed)."


@click.command()
@of_a_stack
@click.option("--param", "given", multiple=True, type=PARAMETER, metavar="NAME=VALUE", help="A parameter of the stack.")
@click.option("--arch", type=ARCHITECTURE, help="(default: the stack's own, else arm64)")
@click.option("--package", metavar="FILE", help="Deploy this zip, built before, instead of building one.")
@WITH_BOTO3
@click.option("--code-bucket", metavar="B", help=_CODE_BUCKET)
@click.option("--template", default=str(TEMPLATE), metavar="FILE", help="(default: lambda/template.yaml)")
@click.option("--dry-run", is_flag=True, help="Show what would be done; upload and change nothing.")
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
