"""What moved together, for a terminal: the named questions as a table, then what 探索 found.

Each stands with what it is worth; which data and which questions it is of come first.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

from pipeline.analysis.correlation.answer import Answer, Family
from pipeline.analysis.correlation.cases import State
from pipeline.cli.analysis import figures
from pipeline.cli.output import show, show_table, words
from pipeline.clock import utc_text
from pipeline.console.insights.correlations import Report
from pipeline.console.insights.daily import Version
from pipeline.console.insights.questions import title
from pipeline.console.insights.wanting import more_days
from pipeline.words.catalogue import Words
from pipeline.words.moments import jst

_FIGURES = ("r", "interval", "days", "effective", "corrected")
_NOT_FIRM = " *"


def show_report(report: Report) -> None:
    """Everything, and the words that belong beside each answer."""
    say = words()
    show(of_version(say, report.version))
    show(say("insights_cli.questions", version=report.questions.version, count=len(report.questions.questions)))
    page = report.page
    who = report.person or say("insights_cli.everybody", people=len(page.people))
    show(say("insights_cli.over", who=who, first=page.first, last=page.last))
    _show_named(say, page.named)
    _show_explored(say, page.explored)
    show()
    for name in ("corr.share", "corr.no_cause", "corr.worth_means", "corr.one_pair"):
        show(say(name))


def facts(report: Report) -> dict[str, Any]:
    """As JSON: versions first, then the named questions, and of 探索 what was found."""
    page, asked = report.page, report.questions
    at = utc_text(asked.changed_at) if asked.changed_at else None
    return {
        "data": version_facts(report.version),
        "questions": {"version": asked.version, "changed_at": at, "unread": asked.unread or None},
        "person": report.person,
        "people": list(page.people),
        "first": page.first.isoformat(),
        "last": page.last.isoformat(),
        "named": {"tested": page.named.tested, "answers": [_facts(one) for one in page.named.answers]},
        "explored": {"tested": page.explored.tested, "found": [_facts(one) for one in page.explored.found]},
    }


def of_version(say: Words, version: Version) -> str:
    """Which data the figures are of."""
    return say("insights_cli.data", day=version.tables_day, time=jst(version.published_at), run=version.run_id)


def version_facts(version: Version) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "run_id": version.run_id,
        "key": version.key,
        "version_id": version.version_id,
        "checksum": version.checksum,
        "tables_day": version.tables_day.isoformat(),
        "published_at": utc_text(version.published_at),
        "days_too_old": version.old,
    }


def _show_named(say: Words, family: Family) -> None:
    show()
    show(_counted(say, "insights_cli.named", family))
    head = [say("insights_cli.column.question"), say("insights_cli.column.verdict"), *_heads(say)]
    rows = [[title(say, one.question), _verdict(say, one), *_figures(one)] for one in family.answers]
    show_table(head, rows, numbers=range(2, 7))
    if any(one.holds and not one.firm for one in family.answers):
        show(say("insights_cli.not_firm"))


def _show_explored(say: Words, family: Family) -> None:
    show()
    show(_counted(say, "insights_cli.explored", family))
    if family.found:
        names = ("driver", "outcome", "lag", "strength")
        head = [*(say(f"insights_cli.column.{name}") for name in names), *_heads(say)]
        show_table(head, [[*_pair(say, one), *_figures(one)] for one in family.found], numbers=range(4, 9))


def _counted(say: Words, name: str, family: Family) -> str:
    return say(name, tested=family.tested, found=len(family.found), all=len(family.answers))


def _heads(say: Words) -> list[str]:
    return [say(f"insights_cli.column.{name}") for name in _FIGURES]


def _pair(say: Words, one: Answer) -> list[str]:
    asked = one.question
    measured = [say(f"insights.measure.{name}") for name in (asked.driver, asked.outcome)]
    return [*measured, _lag(say, asked.lag), say(f"insights.strength.{one.strength}")]


def _lag(say: Words, lag: int) -> str:
    return say(f"asked.lags.{'later' if lag > 1 else ('same_day', 'next_day')[lag]}", lag=lag)


def _verdict(say: Words, one: Answer) -> str:
    if one.holds:
        lag, strength = _lag(say, one.question.lag), say(f"insights.strength.{one.strength}")
        return say("insights_cli.moved", lag=lag, strength=strength) + ("" if one.firm else _NOT_FIRM)
    if one.case.state == State.READY:
        return say("insights_cli.not_found", r=figures.signed(one.findable, plus=False))
    if one.case.state == State.TOO_FEW and not one.dots:
        return say("insights_cli.too_few", days=more_days(one.case))
    return say(f"insights.state.{one.case.state}")


def _figures(one: Answer) -> Sequence[str]:
    case = one.case
    worth = f"{case.worth:.0f}" if case.worth else figures.NOTHING
    ends = figures.interval(case.low, case.high)
    return figures.signed(case.r), ends, str(case.days), worth, figures.p(one.corrected)


def _facts(one: Answer) -> dict[str, Any]:
    case, asked = one.case, one.question
    about = {"id": asked.id or None, "driver": asked.driver, "outcome": asked.outcome, "lag": asked.lag}
    worth = {"days": case.days, "effective_days": case.worth, "firm": one.firm, "by_changes": case.by_changes}
    measured = {"r": case.r, "low": case.low, "high": case.high, "p": case.p, "corrected_p": one.corrected}
    measured |= {"findable": one.findable}
    known = {name: value if isfinite(value) else None for name, value in measured.items()}
    strength = one.strength if case.state == State.READY else None
    dots = [{"person": dot.person, "r": dot.r, "low": dot.low, "high": dot.high, "days": dot.days} for dot in one.dots]
    people = {"signs_differ": one.signs_differ, "dots": dots} if dots else {}
    return {**about, "state": str(case.state), "holds": one.holds, "strength": strength, **known, **worth, **people}
