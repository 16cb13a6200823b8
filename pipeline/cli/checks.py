"""The commands check and health: is what the lake holds whole, and does AWS agree with the settings.

Both exit with 1 when something is bad.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import click
from click.exceptions import Exit

from pipeline.check.findings import Report
from pipeline.check.progress import Looked
from pipeline.cli.operator import open_app
from pipeline.cli.options import CHECKED_DAYS, as_json
from pipeline.cli.output import show, show_json, tell
from pipeline.monitor.health import Fact

EXIT_DAMAGE = 1
TELL_SECONDS = 2.0


@click.command()
@click.option(
    "--days", type=CHECKED_DAYS, metavar="N", help="How far back, at most ten years (default: PIPELINE_HISTORY_DAYS)."
)
@click.option("--read-data", is_flag=True, help="Also read every document to its end.")
@as_json("Print findings as JSON.")
def check(days: int | None, read_data: bool, as_json: bool) -> None:
    """Compare ledger and documents; exit 1 when data is damaged, or could not be looked at.

    What is wrong is printed worst first, each finding with what was expected, what was there, and the next command.
    How far it is stands on stderr.
    """
    report = open_app().check(days, read_data, _progress())
    if as_json:
        findings = [finding.to_json() for finding in report.findings]
        show_json({"runs": report.runs, "documents": report.documents, "clean": report.clean, "findings": findings})
    else:
        _show_report(report)
    _end(report.clean)


@click.command()
@as_json("Print facts as JSON.")
def health(as_json: bool) -> None:
    """Ask AWS about settings and rights, one by one; exit 1 when one is bad or may not be asked."""
    facts = list(open_app().health.facts())
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
    unchecked = "no damage, but not everything could be looked at," if not report.clean else "no damage"
    verdict = "damage" if report.damaged else unchecked
    show(f"{verdict} in {report.runs} runs and {report.documents} documents")


def _progress() -> Callable[[Looked], None]:
    """Tells the first steps at once, then one every two seconds."""
    last = [float("-inf")]

    def step(looked: Looked) -> None:
        if not looked.of:
            tell("reading the ledger")
        elif time.monotonic() - last[0] >= TELL_SECONDS:
            last[0] = time.monotonic()
            tell(f"checked {looked.documents:,} of {looked.of:,} documents, read {looked.bytes:,} bytes")

    return step


def _end(good: bool) -> None:
    if not good:
        raise Exit(EXIT_DAMAGE)
