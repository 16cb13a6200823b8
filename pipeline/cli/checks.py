"""The commands check and health: is what the lake holds whole, and does AWS agree with the settings.

Both exit with 1 when something is bad.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime

import click
from click.exceptions import Exit

from pipeline.check.findings import Report
from pipeline.check.progress import Looked
from pipeline.cli.operator import open_app
from pipeline.cli.options import CHECKED_DAYS, as_json
from pipeline.cli.output import label, show, show_facts, show_json, show_rows, tell, words
from pipeline.clock import utc_text
from pipeline.monitor.facts import SAID, Fact, Move
from pipeline.words.catalogue import Words

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
    say = words()
    show_rows([(say(f"state.{fact.state}"), say(f"health.{fact.subject}.title"), _said(say, fact)) for fact in facts])


def _said(say: Words, fact: Fact) -> str:
    name = fact.action if fact.subject == "permission" else say(f"health.{fact.subject}.{fact.name}")
    value = "" if fact.value is None else f" {_value(say, fact)}"
    if fact.error:
        return f"{name}{value} - {fact.error.code} {fact.error.message}"
    remedy = label(f"remedy.{fact.subject}.{fact.name}", "") if fact.state in {"bad", "warn"} else ""
    return f"{name}{value} - {remedy}" if remedy else f"{name}{value}"


def _value(say: Words, fact: Fact) -> str:
    if isinstance(fact.value, Move) and fact.value.days is not None:
        return f"{say('settings.after_days', days=fact.value.days)} {fact.value.storage_class}"
    unit = {"timeout": "s", "memory": "MB", "size": "B"}.get(fact.name)
    if isinstance(fact.value, int):
        return f"{fact.value:,} {unit}" if unit else f"{fact.value:,}"
    if isinstance(fact.value, datetime):
        return utc_text(fact.value)
    return say(f"said.{SAID[fact.value]}") if fact.value in SAID else str(fact.value)


def _show_report(report: Report) -> None:
    say = words()
    for finding in report.findings:
        kind = label(f"cli_finding.{finding.kind}", finding.kind)
        show_facts({f"{say(f'cli_grade.{finding.grade}')} {kind}": finding.key}, as_json=False)
        facts = {"cli.expected": finding.expected, "cli.found": finding.found, "cli.next": finding.next_command}
        show_facts({f"  {say(name)}": fact for name, fact in facts.items()}, as_json=False)
    verdict = "cli.damage" if report.damaged else "cli.no_damage" if report.clean else "cli.not_all_looked_at"
    show(say(verdict, runs=f"{report.runs:,}", documents=f"{report.documents:,}"))


def _progress() -> Callable[[Looked], None]:
    """Tells that it begins, then how far it is every two seconds."""
    last = [time.monotonic()]

    def step(looked: Looked) -> None:
        if not looked.of:
            tell(words()("cli.reading_ledger"))
        elif time.monotonic() - last[0] >= TELL_SECONDS:
            last[0] = time.monotonic()
            counts = {"documents": f"{looked.documents:,}", "of": f"{looked.of:,}", "bytes": f"{looked.bytes:,}"}
            tell(words()("cli.checked", **counts))

    return step


def _end(good: bool) -> None:
    if not good:
        raise Exit(EXIT_DAMAGE)
