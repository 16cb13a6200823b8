"""The command package: the function's zip on this disk. It needs neither a lake nor credentials.

The file's name is an option; what goes into it is pipeline.deploy.package's.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from pipeline.cli.operator import environment
from pipeline.cli.options import ARCHITECTURE, WITH_BOTO3, as_json
from pipeline.cli.output import label, show_facts
from pipeline.deploy.package import Architecture, build, wheels

OUTPUT = "export-{architecture}.zip"


@click.command()
@click.option("--arch", type=ARCHITECTURE, default="arm64", help="The Lambda's processor.", show_default=True)
@click.option("--output", metavar="FILE", help="Where to write it (default: export-<arch>.zip).")
@WITH_BOTO3
@as_json("Print the facts as JSON.")
def package(arch: Architecture, output: str | None, with_boto3: bool, as_json: bool) -> None:
    """Build the function's zip."""
    # pip's own settings may stand in .env.local.
    environment()
    made = build(Path(output or OUTPUT.format(architecture=arch)), lambda: wheels(arch, with_boto3))
    facts = {**asdict(made), "path": str(made.path), "architecture": arch}
    if not as_json:
        told = {name: f"{value:,}" if isinstance(value, int) else value for name, value in facts.items()}
        facts = {label(f"cli_package.{name}", name): value for name, value in told.items()}
    show_facts(facts, as_json)
