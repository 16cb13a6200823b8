"""One pair of a report looked at closely: its answer, and what that was computed from. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import nan

from pipeline.analysis.correlation.answer import Answer, of_people, of_person
from pipeline.analysis.correlation.cells import Missing
from pipeline.analysis.correlation.pair import Line, OverTime, Point, Step, band, over_time, profile, scatter
from pipeline.analysis.correlation.questions import Question
from pipeline.console.insights.correlations import Report

Span = tuple[date, date]


@dataclass(frozen=True)
class Absent:
    """Days without a value of ``measure`` for one reason: how many, and from which to which, the first first."""

    measure: str
    reason: Missing
    days: int
    spans: tuple[Span, ...]


@dataclass(frozen=True, eq=False)
class Closely:
    """``answer`` (``asked``: one of the report's, corrected with its family; else it stands alone). Of one person the
    points of the scatter with their band, the lags, every day and what is absent; of 全員 the answer's dots only."""

    answer: Answer
    asked: bool
    points: tuple[Point, ...] = ()
    band: tuple[Line, ...] = ()
    steps: tuple[Step, ...] = ()
    days: tuple[OverTime, ...] = ()
    absent: tuple[Absent, ...] = ()


def closely(report: Report, question: Question) -> Closely:
    """Look at one question; a lag that the report does not ask is asked alone."""
    known = report.answers.get(question.asked)
    answer = known or _alone(report, question)
    if report.person is None:
        return Closely(answer, known is not None)
    frame = report.frames[report.person]
    points, days = scatter(frame, question), over_time(frame, question)
    steps = profile(frame, question, report.page)
    found = tuple(points), tuple(band(points, answer.case)), tuple(steps), tuple(days)
    return Closely(answer, known is not None, *found, _absent(days, question))


def _alone(report: Report, question: Question) -> Answer:
    if report.person is None:
        page = of_people(report.frames, [question])
    else:
        page = of_person(report.frames[report.person], [question])
    # Of one question alone nothing holds: whoever types many into the address has asked many.
    return replace(page.named.answers[0], corrected=nan, firm=False)


def _absent(days: Sequence[OverTime], one: Question) -> tuple[Absent, ...]:
    found: list[Absent] = []
    for measure, whys in ((one.driver, [day.why_driver for day in days]), (one.outcome, [d.why_outcome for d in days])):
        for reason in Missing:
            at = [day.day for day, why in zip(days, whys, strict=True) if why == reason]
            if at and reason != Missing.PRESENT:
                found.append(Absent(measure, reason, len(at), tuple(_spans(at))))
    return tuple(found)


def _spans(days: Sequence[date]) -> Iterator[Span]:
    """Days in their order as stretches without a gap."""
    first = last = days[0]
    for day in days[1:]:
        if day > last + timedelta(days=1):
            yield first, last
            first = day
        last = day
    yield first, last
