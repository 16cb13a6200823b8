"""The answers as a file for spreadsheets: a row a pair, words of the language in its head, figures for machines. Pure.

Texts are guarded against formulas as everywhere (``documents/forms.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

from pipeline.analysis.correlation.answer import Answer, Family, Page
from pipeline.analysis.correlation.cases import State
from pipeline.documents.forms import csv_of_texts
from pipeline.words.catalogue import Words

_HEAD = ("family", "driver", "outcome", "driver_column", "outcome_column", "lag", "state")
_FIGURES = ("r", "low", "high", "days", "worth", "p", "corrected", "holds", "findable", "firm", "by_changes", "build")


def sheet(words: Words, page: Page, build: str) -> bytes:
    """Both families, the named questions first, each in the order of ``ranked``; ``build`` is the run whose mart the
    figures are of. True and false stand as 1 and 0; what there is none of is empty."""
    names = [words(f"corr.sheet.{name}") for name in (*_HEAD, *_FIGURES)]
    return b"".join(csv_of_texts(names, _rows(words, page, build)))


def ranked(family: Family) -> tuple[Answer, ...]:
    """Those that could be asked, the strongest evidence first, then the strongest relation."""
    asked = (one for one in family.answers if one.case.state == State.READY)
    return tuple(sorted(asked, key=lambda one: (one.corrected, -abs(one.case.r), one.question.asked)))


def _rows(words: Words, page: Page, build: str) -> Iterator[list[str | None]]:
    for name, family in (("named", page.named), ("explored", page.explored)):
        unasked = (one for one in family.answers if one.case.state != State.READY)
        for answer in (*ranked(family), *unasked):
            yield [*_about(words, name, answer), *_figures(answer), build]


def _about(words: Words, family: str, answer: Answer) -> list[str | None]:
    one = answer.question
    spoken = [words(f"insights.measure.{name}") for name in (one.driver, one.outcome)]
    state = words(f"insights.state.{answer.case.state}")
    return [words(f"corr.{family}"), *spoken, one.driver, one.outcome, str(one.lag), state]


def _figures(answer: Answer) -> list[str | None]:
    case = answer.case
    ends = [_figure(case.r), _figure(case.low), _figure(case.high)]
    tests = [_figure(case.p), _figure(answer.corrected), str(int(answer.holds)), _figure(answer.findable)]
    return [*ends, str(case.days), _figure(case.worth), *tests, str(int(answer.firm)), str(int(case.by_changes))]


def _figure(value: float) -> str | None:
    return None if isnan(value) else f"{value:.6g}"
