"""What moved together, as parts of a report: the named questions first, then 探索, each with what it is worth. Pure.

Nothing is claimed beyond what was found: beside each stands that moving together does not mean causing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

from pipeline.analysis.correlation.answer import Answer, Family, Page
from pipeline.analysis.correlation.cases import State
from pipeline.analysis.correlation.measures import measures
from pipeline.analysis.correlation.people import FEWEST_PEOPLE
from pipeline.analysis.correlation.questions import Question
from pipeline.analysis.reports.blocks import figures
from pipeline.analysis.reports.document import Column, Heading, Paragraph, Part, Table, Value
from pipeline.analysis.reports.shown import Shown
from pipeline.words.catalogue import Words

# Of 探索 so many are hints enough for a page; how many there are is said.
MOST_EXPLORED: Final = 20
_FORMS: Final = ("same_day", "next_day")


@dataclass(frozen=True)
class Named:
    """A named question as a person reads it, its answer, and where it has none, ``why``."""

    title: str
    answer: Answer
    why: str = ""


@dataclass(frozen=True, eq=False)
class Together:
    """A page of answers to be told: of one ``person`` or (None) of everybody; ``named`` in the order of asking;
    ``beside``: sentences about days and people that are not in it."""

    page: Page
    named: tuple[Named, ...]
    person: str | None
    beside: tuple[str, ...] = ()


def parts(told: Together, shown: Shown) -> tuple[Part, ...]:
    """The block without its heading."""
    words = shown.words
    beside = tuple(Paragraph(text, "note") for text in told.beside)
    means = (words(f"corr.{name}") for name in ("share", "strength_means", "worth_means"))
    last = (*(Paragraph(text, "note") for text in means), Paragraph(words("corr.no_cause")))
    return (*_about(told, shown), *beside, *_named(told, shown), *_explored(told, shown), *last)


def pair(words: Words, one: Question) -> str:
    """What is compared with what."""
    spoken = {"driver": measure(words, one.driver), "outcome": measure(words, one.outcome)}
    return words(f"corr.pair.{_form(one.lag)}", lag=one.lag, **spoken)


def measure(words: Words, name: str) -> str:
    """A measure's name."""
    return words(f"insights.measure.{name}")


def moved(words: Words, answer: Answer) -> str:
    """That it moved together, and after how many days."""
    return words(f"corr.moved.{_form(answer.question.lag)}", lag=answer.question.lag)


def _about(told: Together, shown: Shown) -> Iterator[Part]:
    words, page = shown.words, told.page
    who = told.person or words("insights.everybody")
    days = shown.number((page.last - page.first).days + 1)
    over = words("corr.over", first=page.first, last=page.last, days=days, people=shown.number(len(page.people)))
    yield Paragraph(words("report_insights.of", who=who, over=over))


def _named(told: Together, shown: Shown) -> Iterator[Part]:
    words = shown.words
    yield Heading(words("corr.named"), 3)
    yield Paragraph(_counted(told, told.page.named, shown))
    yield Paragraph(words("corr.named_means"), "note")
    for one in told.named:
        if one.answer.holds:
            yield Paragraph(f"{one.title}\n{_sentence(one.answer, shown)}\n{words('corr.no_cause')}")
    yield _answers(told.named, shown)
    # What is true of several is said once, and of which.
    for text, titles in _notes(told.named, shown):
        yield Paragraph(words("report_insights.true_of", note=text, questions=" / ".join(titles)), "note")
    yield from _dots(told, shown)


def _explored(told: Together, shown: Shown) -> Iterator[Part]:
    words, found = shown.words, told.page.explored.found
    yield Heading(words("corr.explored"), 3)
    yield Paragraph(_counted(told, told.page.explored, shown))
    yield Paragraph(words("corr.explored_means"), "note")
    if not found:
        return
    head = (words("report_insights.pair"), words("report_insights.answer"), *_heads(words))
    rows = tuple((pair(words, one.question), _way(words, one), *_row(one, shown)) for one in found[:MOST_EXPLORED])
    yield Table(words("corr.filter.holds"), _columns(head), rows)
    if len(found) > MOST_EXPLORED:
        more = shown.number(len(found) - MOST_EXPLORED)
        yield Paragraph(words("report_insights.more", count=more), "note")
    yield Paragraph(words("corr.no_cause"))


def _counted(told: Together, family: Family, shown: Shown) -> str:
    if not family.tested:
        few = told.person is None and len(told.page.people) < FEWEST_PEOPLE
        return shown.words("corr.nothing_of_all", least=FEWEST_PEOPLE) if few else shown.words("corr.nothing_asked")
    tested, rest = family.tested, len(family.answers) - family.tested
    numbers = {"tested": shown.number(tested), "found": shown.number(len(family.found))}
    if rest:
        return shown.words("corr.counted_partly", rest=shown.number(rest), **numbers)
    return shown.words("corr.counted", **numbers)


def _sentence(one: Answer, shown: Shown) -> str:
    """What was found, and what it is worth."""
    words, case = shown.words, one.case
    low, high = (figures.signed(shown, end, 2, plus=True) for end in (case.low, case.high))
    told = (
        words("corr.r") + " " + figures.signed(shown, case.r, 2, plus=True),
        words("corr.interval") + " " + words("corr.ends", low=low, high=high),
        words("corr.days") + " " + shown.number(case.days),
        words("corr.worth") + " " + figures.signed(shown, case.worth, 0),
        words("corr.corrected") + " " + figures.probability(shown, one.corrected),
    )
    return " · ".join((moved(words, one), _way(words, one), *told))


def _way(words: Words, one: Answer) -> str:
    """Which way it went, and how strongly at least."""
    way = words("corr.positive" if one.case.r > 0 else "corr.negative")
    return f"{way} · {words('corr.strength', strength=words(f'insights.strength.{one.strength}'))}"


def _answers(named: Sequence[Named], shown: Shown) -> Table:
    words = shown.words
    head = (words("corr.question"), words("report_insights.answer"), *_heads(words))
    findable = Column(words("report_insights.findable"), 2)
    rows = tuple(
        (one.title, _verdict(words, one), *_row(one.answer, shown), _figure(one.answer.findable)) for one in named
    )
    return Table(words("report_insights.answers"), (*_columns(head), findable), rows)


def _verdict(words: Words, one: Named) -> str:
    """Never that there is no relation, only that these days cannot tell."""
    answer = one.answer
    if answer.holds:
        return moved(words, answer)
    if answer.case.state == State.READY:
        return words("corr.not_found")
    return one.why or words(f"insights.state.{answer.case.state}")


def _heads(words: Words) -> tuple[str, ...]:
    low, high = words("corr.sheet.low"), words("corr.sheet.high")
    return words("corr.r"), low, high, words("corr.days"), words("corr.worth"), words("corr.corrected")


def _columns(head: Sequence[str]) -> tuple[Column, ...]:
    decimals = (None, None, 2, 2, 2, None, 0, 3)
    return tuple(Column(name, digits) for name, digits in zip(head, decimals, strict=True))


def _row(one: Answer, shown: Shown) -> tuple[Value, ...]:
    case, corrected = one.case, _figure(one.corrected)
    ends = (_figure(case.r), _figure(case.low), _figure(case.high))
    told = None if corrected is None else figures.probability(shown, corrected)
    # A number, but where its three decimals would tell of another one.
    kept = told if told and not told[0].isdigit() else corrected
    return (*ends, case.days, _figure(case.worth) if case.worth else None, kept)


def _figure(value: float) -> float | None:
    return value if isfinite(value) else None


def _notes(named: Sequence[Named], shown: Shown) -> Iterator[tuple[str, list[str]]]:
    """What else has to be known, with the questions that it is true of."""
    words = shown.words
    for key, is_true in _TRUE_OF.items():
        titles = [one.title for one in named if is_true(one.answer)]
        if titles:
            yield words(f"corr.{key}"), titles


def _ready(one: Answer) -> bool:
    return one.case.state == State.READY


_TRUE_OF: Final[Mapping[str, Callable[[Answer], bool]]] = {
    "one_pair": lambda one: one.holds_by_itself_only,
    "not_firm": lambda one: _ready(one) and not one.firm,
    "by_changes": lambda one: _ready(one) and one.case.by_changes,
    "signs_differ": lambda one: one.signs_differ,
    "weather": lambda one: _ready(one) and bool(one.dots) and measures()[one.question.driver].weather,
}


def _dots(told: Together, shown: Shown) -> Iterator[Part]:
    """A dot a person, of the questions that something is said of."""
    words = shown.words
    if told.person is not None:
        return
    some = [one for one in told.named if one.answer.dots and (one.answer.holds or one.answer.signs_differ)]
    if not some:
        return
    head = (words("corr.question"), words("corr.person"), *_heads(words)[:-1])
    rows = tuple(
        (one.title, dot.person, _figure(dot.r), _figure(dot.low), _figure(dot.high), dot.days, _figure(dot.worth))
        for one in some
        for dot in one.answer.dots
    )
    yield Table(words("corr.dots"), _columns((*head, ""))[:-1], rows)


def _form(days: int) -> str:
    return _FORMS[days] if days < len(_FORMS) else "later"
