"""The command quality: are a day's records what the days before and their own document let expect.

Exits with 1 on an error that is not muted; warnings exit with 0.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import click
from click.exceptions import Exit

from pipeline.analysis.quality.anomaly import LEARNED_DAYS
from pipeline.analysis.quality.marks import MOST_DAYS, Wanted
from pipeline.analysis.quality.result import Change
from pipeline.analysis.quality.standing import Seen, Standing
from pipeline.cli.operator import make_demo_tables, open_app
from pipeline.cli.options import DAY, TABLE, as_json, whole_number
from pipeline.cli.output import show, show_facts, show_json, words
from pipeline.words.catalogue import Words

EXIT_ERROR = 1
_REASON = "Why; kept beside the mark, for others to read."


@click.command()
@click.option("--table", type=TABLE, metavar="T", help="A table or source (default: DYNAMODB_TABLE_NAME).")
@click.option("--day", type=DAY, metavar="DAY", help="The day to look at (UTC; default: the newest).")
@click.option("--acknowledge", metavar="ID", help="Say that somebody knows of an open finding; look at nothing.")
@click.option("--mute", metavar="ID", help="Let an open finding count for nothing for a while; look at nothing.")
@click.option("--reason", metavar="TEXT", help=_REASON)
@click.option(
    "--days", type=whole_number(1, MOST_DAYS), metavar="N", help=f"How long a mute holds, at most {MOST_DAYS}."
)
@as_json("Print the result as JSON.")
def quality(table: str | None, day: date | None, as_json: bool, **given: Any) -> None:
    """Check a day's records against the days before; keep the result in the lake and print it. Exit 1 on an error.

    Each finding is printed with what was expected, what was found, the next command, and the id by which it is
    acknowledged or muted.
    """
    marking = _marking(**given)
    if marking and day:
        raise click.UsageError("--day has no meaning beside --acknowledge and --mute")
    app = open_app()
    name = table or app.settings.table
    make_demo_tables(app, () if marking else (name,))
    seen = app.quality.mark(name, *marking) if marking else app.quality.look(name, day)
    if as_json:
        show_json(seen.to_json())
    else:
        _show(words(), seen)
    if seen.grade == "error" and not marking:
        raise Exit(EXIT_ERROR)


def _marking(
    acknowledge: str | None, mute: str | None, reason: str | None, days: int | None
) -> tuple[str, Wanted] | None:
    """Which finding is to be marked, and how; None where none is. Raise UsageError for options that go together in no
    way."""
    if acknowledge and mute:
        raise click.UsageError("give one of --acknowledge and --mute")
    marked = acknowledge or mute
    if not marked:
        if reason or days:
            raise click.UsageError("--reason and --days belong to --acknowledge or --mute")
        return None
    if not reason:
        raise click.UsageError("give a --reason")
    if bool(mute) != bool(days):
        raise click.UsageError("--mute needs --days, and --acknowledge has none")
    return marked, Wanted("muted", reason, days or MOST_DAYS) if mute else Wanted("acknowledged", reason)


def _show(say: Words, seen: Standing) -> None:
    for one in seen.findings:
        _show_finding(say, one)
    for change in seen.changes:
        if change.kind == "healed":
            show(_healed(say, change))
    result = seen.result
    if result is None:
        return
    learned = say("quality.learned", days=min(result.learned, LEARNED_DAYS), of=LEARNED_DAYS)
    grade = learned if seen.grade == "learning" else say(f"quality.grade.{seen.grade}")
    show(say("quality.verdict", table=seen.table, day=result.day, grade=grade, findings=len(seen.findings)))


def _show_finding(say: Words, one: Seen) -> None:
    opened, finding = one.open, one.open.finding
    grade, title = say(f"quality.finding.{finding.grade}"), say(f"quality.check.{finding.check}")
    state = say(f"quality.state.{opened.state}", days=opened.days)
    show_facts({f"{grade} {title}": f"{finding.subject}  {state}"}, as_json=False)
    facts = {"expected": finding.expected, "found": finding.found, "step": say(f"quality.step.{finding.check}")}
    facts |= {"next": finding.next_command, "first_seen": str(opened.first_seen), "id": finding.id}
    if one.mark:
        facts[one.mark.kind] = say("quality.mark", until=one.mark.until.date(), by=one.mark.by, reason=one.mark.reason)
    show_facts({f"  {say(f'quality.fact.{name}')}": fact for name, fact in facts.items()}, as_json=False)


def _healed(say: Words, change: Change) -> str:
    return f"{say('quality.state.healed')} {say(f'quality.check.{change.finding.check}')}: {change.finding.subject}"
