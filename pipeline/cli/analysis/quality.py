"""The command quality: are a day's records what the days before and their own document let expect, and are our models.

Exits with 1 on an error that is not muted; warnings exit with 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import click
from click.exceptions import Exit

from pipeline.analysis.quality.anomaly import LEARNED_DAYS
from pipeline.analysis.quality.builds import MODELS
from pipeline.analysis.quality.marks import MOST_DAYS, Wanted
from pipeline.analysis.quality.result import Change
from pipeline.analysis.quality.standing import Seen, Standing, worst
from pipeline.cli.operator import make_demo_tables, open_app
from pipeline.cli.options import DAY, TABLE, as_json, whole_number
from pipeline.cli.output import show, show_facts, show_json, tell, words
from pipeline.console.analysis.quality import Quality
from pipeline.errors import NotFound
from pipeline.words.catalogue import Words

EXIT_ERROR = 1
_REASON = "Why; kept beside the mark, for others to read."
_OF_CHANGE = ("unmuted", "healed")


@dataclass(frozen=True)
class _Marking:
    """What is said of a finding; ``wanted`` None: nothing any more."""

    finding_id: str
    wanted: Wanted | None

    def of(self, board: Quality, table: str) -> Standing:
        if self.wanted is None:
            return board.unmark(table, self.finding_id)
        return board.mark(table, self.finding_id, self.wanted)


@click.command()
@click.option("--table", type=TABLE, metavar="T", help="Only this table or source, or moderation_craft.models.")
@click.option("--day", type=DAY, metavar="DAY", help="The day to look at (UTC; default: the newest).")
@click.option("--acknowledge", metavar="ID", help="Say that somebody knows of an open finding; look at nothing.")
@click.option("--mute", metavar="ID", help="Let an open finding count for nothing for a while; look at nothing.")
@click.option("--unmark", metavar="ID", help="Take back what was said of a finding; look at nothing.")
@click.option("--reason", metavar="TEXT", help=_REASON)
@click.option(
    "--days", type=whole_number(1, MOST_DAYS), metavar="N", help=f"How long a mute holds, at most {MOST_DAYS}."
)
@as_json("Print the result as JSON.")
def quality(table: str | None, day: date | None, as_json: bool, **given: Any) -> None:
    """Check a day's records against the days before, and the newest build of our models; keep the results in the lake
    and print them. Exit 1 on an error.

    Each finding is printed with what was expected, what was found, the next command, and the id by which it is
    acknowledged or muted.
    """
    marking = _marking(**given)
    if marking and day:
        raise click.UsageError("--day has no meaning beside --acknowledge, --mute and --unmark")
    if day and table == MODELS:
        raise click.UsageError(f"--day has no meaning beside --table {MODELS}: the newest build is looked at")
    app = open_app()
    name = table or app.settings.table
    make_demo_tables(app, () if marking or name == MODELS else (name,))
    if marking:
        _show_all([_marked(app.quality, marking, [name] if table else [name, MODELS])], as_json)
        return
    seen = [app.quality.look(name, day)]
    models = app.quality.look_after_build() if table is None and day is None else None
    _show_all([*seen, *([models] if models else [])], as_json)
    if worst([*seen, *([models] if models else [])]) == "error":
        raise Exit(EXIT_ERROR)


def _marked(board: Quality, marking: _Marking, tables: Sequence[str]) -> Standing:
    """Of the first of these tables that has such a finding. Raise NotFound, of the first."""
    for other in tables[1:]:
        try:
            return marking.of(board, tables[0])
        except NotFound as error:
            try:
                return marking.of(board, other)
            except NotFound:
                raise error from None
    return marking.of(board, tables[0])


def _marking(
    acknowledge: str | None, mute: str | None, unmark: str | None, reason: str | None, days: int | None
) -> _Marking | None:
    """Which finding is to be marked, and how; None where none is. Raise UsageError for options that go together in no
    way."""
    named = [one for one in (acknowledge, mute, unmark) if one]
    if len(named) > 1:
        raise click.UsageError("give one of --acknowledge, --mute and --unmark")
    if not acknowledge and not mute:
        if reason or days:
            raise click.UsageError("--reason and --days belong to --acknowledge or --mute")
        return _Marking(unmark, None) if unmark else None
    if not reason:
        raise click.UsageError("give a --reason")
    if bool(mute) != bool(days):
        raise click.UsageError("--mute needs --days, and --acknowledge has none")
    kind = Wanted("muted", reason, days or MOST_DAYS) if mute else Wanted("acknowledged", reason)
    return _Marking(named[0], kind)


def _show_all(seen: Sequence[Standing], as_json: bool) -> None:
    """The first one's JSON is its own; the models' stands in it."""
    say = words()
    for one in seen:
        if one.unread_marks:
            tell(say("quality.unread_marks", object=one.unread_marks))
    if as_json:
        show_json({**seen[0].to_json(), "models": seen[1].to_json() if seen[1:] else None})
        return
    for one in seen:
        _show(say, one)


def _show(say: Words, seen: Standing) -> None:
    for one in seen.findings:
        _show_finding(say, one)
    for change in seen.changes:
        if change.kind in _OF_CHANGE:
            show(_changed(say, change))
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


def _changed(say: Words, change: Change) -> str:
    finding = change.finding
    return f"{say(f'quality.state.{change.kind}')} {say(f'quality.check.{finding.check}')}: {finding.subject}"
