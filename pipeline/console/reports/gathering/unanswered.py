"""Why a named question has no answer, in words, and what of the days is in no answer. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.analysis.correlation.answer import Answer
from pipeline.analysis.correlation.cases import State
from pipeline.analysis.correlation.people import FEWEST_PEOPLE
from pipeline.analysis.reports.blocks.correlation import measure
from pipeline.analysis.reports.shown import Shown
from pipeline.console.insights import wanting
from pipeline.console.insights.correlations import Report
from pipeline.words.catalogue import Words


def why(words: Words, report: Report, answer: Answer) -> str:
    """Why there is no figure; empty where there is one."""
    return " ".join(_why(words, report, answer))


def left_out(shown: Shown, report: Report) -> Iterator[str]:
    """What of the rows and the people is not in the figures, a sentence each."""
    out, words = report.left_out, shown.words
    told = (
        ("corr.repeated", "rows", out.repeated),
        ("corr.older", "days", out.older),
        ("corr.unfinished", "days", out.unfinished),
        ("corr.measures_beyond", "count", len(out.measures)),
        ("corr.beyond", "people", report.beyond),
        ("corr.silent", "people", len(report.silent)),
    )
    return (words(key, **{name: shown.number(many)}) for key, name, many in told if many > 0)


def _why(words: Words, report: Report, answer: Answer) -> Iterator[str]:
    state, question = answer.case.state, answer.question
    if state == State.TOO_FEW:
        yield _too_few(words, report, answer)
    elif state == State.NO_DATA:
        for name, reason in wanting.without_values(report.frames, question).items():
            yield words("corr.no_data_of", measure=measure(words, name), why=words(f"insights.missing.{reason}"))
    elif state == State.CONSTANT:
        same = wanting.unchanging(report.frames, question)
        yield from (words("corr.constant_of", measure=measure(words, name)) for name in same)
        if not same:
            yield words("corr.constant_rest")
    elif state == State.FEW_PEOPLE:
        yield words("corr.few_people", people=len(answer.dots), least=FEWEST_PEOPLE)


def _too_few(words: Words, report: Report, answer: Answer) -> str:
    if report.person is None:
        return words("corr.too_few_of_all")
    return words("corr.undecided_days", days=wanting.more_days(answer.case))
