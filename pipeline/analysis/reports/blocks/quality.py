"""A period's quality as parts of a document: a grade a day, what stands open at its end, what has healed. Pure.

The grades of days are as they were looked at; the verdict and the open findings heed what people have said of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from pipeline.analysis.quality.result import Open, Result
from pipeline.analysis.quality.standing import Grade, Seen, Standing
from pipeline.analysis.quality.standing import standing as standing_of
from pipeline.analysis.reports.blocks.columns import columns
from pipeline.analysis.reports.document import Facts, Heading, Paragraph, Part, Table, Tone, Value
from pipeline.analysis.reports.shown import Shown

_GRADES: Final[tuple[Grade, ...]] = ("good", "warning", "error", "learning", "not_run")
_TONES: Final[dict[Grade, Tone]] = {"warning": "warning", "error": "warning"}


@dataclass(frozen=True)
class Looked:
    """What is known of one table: the newest result of each day of the period by day, how it ``stands`` by the newest
    of them; ``name`` is what it is called, empty for our models. ``unread`` results nobody can read."""

    name: str
    results: Mapping[date, Result]
    stands: Standing
    unread: int = 0


def quality(tables: Sequence[Looked], first: date, last: date, at: datetime, shown: Shown) -> tuple[Part, ...]:
    """The parts of a block, of the days ``first`` to ``last`` as of a moment."""
    days = tuple(first + timedelta(days=more) for more in range((last - first).days + 1))
    if not any(one.results or one.unread for one in tables):
        return (Paragraph(shown.words("report_blocks.never_looked")),)
    return tuple(part for one in tables for part in _table(one, days, at, shown))


def _table(one: Looked, days: Sequence[date], at: datetime, shown: Shown) -> Iterator[Part]:
    words = shown.words
    yield Heading(one.name or words("report_blocks.our_models"), 3)
    if one.unread:
        yield Paragraph(words.count("report_blocks.unread_results", one.unread, shown.number(one.unread)), "warning")
    if one.stands.unread_marks:
        yield Paragraph(words("report_blocks.unread_marks"), "warning")
    if one.stands.result is None:
        yield Paragraph(words("report_blocks.not_looked"))
        return
    verdict = {"day": one.stands.result.day.isoformat(), "grade": words(f"quality.grade.{one.stands.grade}")}
    yield Paragraph(words("report_blocks.verdict", **verdict), _TONES.get(one.stands.grade, "plain"))
    graded = tuple((day, *_graded(one.results.get(day), at)) for day in days)
    yield Facts(tuple(_counts([grade for _, grade, *_ in graded], shown)))
    yield from _open(one.stands.findings, shown)
    yield from _healed(one, shown)
    yield _by_day(graded, shown, with_records=bool(one.name))


def _graded(result: Result | None, at: datetime) -> tuple[Grade, int, int, int | None]:
    """A day as it was looked at: grade, errors, warnings, records."""
    if result is None:
        return "not_run", 0, 0, None
    errors = sum(one.finding.grade == "error" for one in result.findings)
    records = result.profile.records if result.profile else None
    return standing_of(result.table, result, {}, at).grade, errors, len(result.findings) - errors, records


def _counts(grades: Sequence[Grade], shown: Shown) -> Iterator[tuple[str, Value]]:
    counts = Counter(grades)
    for grade in _GRADES:
        if counts[grade]:
            days = shown.words.count("report_blocks.days_of", counts[grade], shown.number(counts[grade]))
            yield shown.words(f"quality.grade.{grade}"), days


def _open(findings: Sequence[Seen], shown: Shown) -> Iterator[Part]:
    title = shown.words("report_blocks.open_findings")
    if not findings:
        yield Paragraph(shown.words("report_blocks.no_findings"))
        return
    names = ("grade", "finding", "subject", "expected", "found", "state", "said")
    yield Table(title, columns(names, shown), tuple(_finding(one, shown) for one in findings))


def _finding(one: Seen, shown: Shown) -> tuple[Value, ...]:
    finding, words = one.open.finding, shown.words
    named = (words(f"quality.finding.{finding.grade}"), words(f"quality.check.{finding.check}"), finding.subject)
    state = words(f"quality.state.{one.open.state}", days=one.open.days)
    said = (
        words("report_blocks.until", kind=words(f"quality.fact.{one.mark.kind}"), day=shown.moment(one.mark.until))
        if one.mark
        else None
    )
    return *named, finding.expected, finding.found, state, said


def _healed(one: Looked, shown: Shown) -> Iterator[Part]:
    """What stood open on a day of the period, and does no more at its end."""
    now = {each.open.finding.id for each in one.stands.findings}
    gone: dict[str, Open] = {}
    for _, result in sorted(one.results.items()):
        gone |= {each.finding.id: each for each in result.findings if each.finding.id not in now}
    if gone:
        rows = tuple(
            (shown.words(f"quality.check.{each.finding.check}"), each.finding.subject, each.first_seen, each.last_seen)
            for each in gone.values()
        )
        named = columns(("finding", "subject", "first_seen", "last_seen"), shown)
        yield Table(shown.words("report_blocks.healed"), named, rows)


def _by_day(graded: Sequence[tuple[date, Grade, int, int, int | None]], shown: Shown, with_records: bool) -> Table:
    names = ("day", "grade", "errors", "warnings", *(("records",) if with_records else ()))
    rows = tuple(
        (
            day,
            shown.words(f"quality.grade.{grade}"),
            *((errors, warnings) if grade != "not_run" else (None, None)),
            records,
        )[: len(names)]
        for day, grade, errors, warnings, records in graded
    )
    return Table(shown.words("report_blocks.grades"), columns(names, shown), rows)
