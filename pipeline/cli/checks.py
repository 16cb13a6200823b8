"""The commands check and health: is what the lake holds whole, and does AWS agree with the settings.

Both exit with 1 when something is bad.
"""

from __future__ import annotations

from collections.abc import Sequence

import click
from click.exceptions import Exit

from pipeline.check.findings import Report
from pipeline.cli.operator import open_app
from pipeline.cli.options import as_json, how_far_back
from pipeline.cli.output import show, show_json
from pipeline.monitor.health import Fact

EXIT_DAMAGE = 1


@click.command()
@how_far_back
@click.option("--read-data", is_flag=True, help="Also read every document to its end.")
@as_json("Print findings as JSON.")
def check(days: int | None, read_data: bool, as_json: bool) -> None:
    """Compare ledger and documents; exit 1 when data is damaged.

    What is wrong is printed worst first, each finding with what was expected, what was there, and the next command.
    """
    report = open_app().check(days, read_data)
    if as_json:
        findings = [finding.to_json() for finding in report.findings]
        show_json({"runs": report.runs, "documents": report.documents, "clean": report.clean, "findings": findings})
    else:
        _show_report(report)
    _end(report.clean)


@click.command()
@click.option("--probe-store", is_flag=True, help="Also ask the store which of S3's conditions it heeds.")
@as_json("Print facts as JSON.")
def health(probe_store: bool, as_json: bool) -> None:
    """Ask AWS about settings and rights, one by one; exit 1 when one is bad or may not be asked.

    A store that is not AWS is always asked which conditions it heeds: that writes one small object.
    """
    asked = open_app().health
    facts = list((asked.asking_the_store() if probe_store else asked).facts())
    if as_json:
        show_json({"clean": is_good(facts), "facts": [fact.to_json() for fact in facts]})
    else:
        show_health(facts)
    _end(is_good(facts))


def is_good(facts: Sequence[Fact]) -> bool:
    """Whether nothing is bad, and everything could be asked."""
    return all(fact.state in {"ok", "warn"} for fact in facts)


def show_health(facts: Sequence[Fact]) -> None:
    """A line for each fact."""
    for fact in facts:
        value = "" if fact.value is None else f" {fact.value}"
        cause = f" - {fact.error.code} {fact.error.message}" if fact.error else ""
        name = fact.action if fact.subject == "permission" else fact.name
        show(f"{fact.state:<8}{fact.subject:<11}{name}{value}{cause}")


def _show_report(report: Report) -> None:
    for finding in report.findings:
        show(f"{finding.grade} {finding.kind}: {finding.key}")
        show(f"  expected {finding.expected}, found {finding.found}\n  next: {finding.next_command}")
    verdict = "no damage" if report.clean else "damage"
    show(f"{verdict} in {report.runs} runs and {report.documents} documents")


def _end(good: bool) -> None:
    if not good:
        raise Exit(EXIT_DAMAGE)
