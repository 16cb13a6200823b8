"""The page of answers: the named questions as one family, 探索 as another, each answer with what it is worth. Pure.

``of_person`` asks one person's days, ``of_people`` everybody's; figures are rounded, since raw ones differ by machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import nan
from typing import Any, TypeVar

import numpy as np

from pipeline.analysis.correlation.cases import Case, State, cases
from pipeline.analysis.correlation.family import SHARE, corrected
from pipeline.analysis.correlation.frame import Frame
from pipeline.analysis.correlation.interval import findable
from pipeline.analysis.correlation.measures import measures
from pipeline.analysis.correlation.people import FEWEST_PEOPLE, Dot, Mean, between_people, mean_of, signs_differ
from pipeline.analysis.correlation.questions import Question, exploration, questions
from pipeline.analysis.correlation.weather import shared
from pipeline.errors import NotFound

# What fewer effective days say belongs to 探索, whoever named the question.
FIRM_WORTH = 90
_DIGITS = 6
_STRENGTHS = ((0.5, "strong"), (0.3, "medium"), (0.1, "weak"))


@dataclass(frozen=True)
class Answer:
    """A question's case, and beside it: ``corrected`` p within its family; ``findable``, the weakest r that these days
    find with 80 % at the family's strictest; ``firm``: enough effective days, and asked by name. Of 全員 also ``dots``
    (a person each), whether their ``signs_differ``, and ``between``, r of people's own means."""

    question: Question
    case: Case
    corrected: float = nan
    findable: float = nan
    firm: bool = False
    dots: tuple[Dot, ...] = ()
    signs_differ: bool = False
    between: float | None = None

    @property
    def holds(self) -> bool:
        """Whether it is found: of what is, a share of SHARE at most is by chance, on average."""
        return self.corrected <= SHARE

    @property
    def holds_by_itself_only(self) -> bool:
        """Whether the interval of this one question excludes 0, and its corrected p does not hold."""
        return not self.holds and (self.case.low > 0 or self.case.high < 0)

    @property
    def strength(self) -> str:
        """``none``, ``weak``, ``medium`` or ``strong``, by the end of the interval that is nearer 0."""
        nearer = max(self.case.low, -self.case.high)
        return next((word for least, word in _STRENGTHS if nearer >= least), "none")


Record = TypeVar("Record", Answer, Case, Dot)


@dataclass(frozen=True)
class Family:
    """Answers that were asked together and are corrected together."""

    answers: tuple[Answer, ...]

    @property
    def tested(self) -> int:
        """How many of them the data could be asked."""
        return sum(answer.case.state == State.READY for answer in self.answers)

    @property
    def found(self) -> tuple[Answer, ...]:
        """Those that hold, the strongest evidence first."""
        return tuple(sorted((one for one in self.answers if one.holds), key=lambda one: one.corrected))


@dataclass(frozen=True)
class Page:
    """What the days from ``first`` to ``last`` of these people answer."""

    people: tuple[str, ...]
    first: date
    last: date
    named: Family
    explored: Family


def of_person(frame: Frame, named: Sequence[Question] | None = None) -> Page:
    """One person's page, with the named questions that come with the console unless others are given."""

    def answered(asked: Sequence[Question]) -> list[Answer]:
        found = cases(frame.values, frame.measures, frame.first.weekday(), asked)
        tests = sum(case.state == State.READY for case in found)
        return [
            Answer(one, case, findable=_findable(case, tests), firm=case.worth >= FIRM_WORTH)
            for one, case in zip(asked, found, strict=True)
        ]

    return _page([frame], answered, named)


def of_people(frames: Mapping[str, Frame], named: Sequence[Question] | None = None) -> Page:
    """全員's page: a dot a person, a mean from FEWEST_PEOPLE people on; weather is tested once, against the people's
    mean day. Raise NotFound (``insights_no_days``) without any frame."""
    if not frames:
        raise NotFound("nobody has a finished day", situation="insights_no_days")
    return _page(list(frames.values()), lambda asked: _of_all(frames, asked), named)


def _page(
    frames: Sequence[Frame], answered: Callable[[Sequence[Question]], list[Answer]], named: Sequence[Question] | None
) -> Page:
    by_name = questions() if named is None else tuple(named)
    last = max(frame.first + timedelta(days=len(frame.values) - 1) for frame in frames)
    first = min(frame.first for frame in frames)
    explored = [replace(answer, firm=False) for answer in answered(exploration(by_name))]
    people = tuple(frame.person for frame in frames)
    return Page(people, first, last, _family(answered(by_name)), _family(explored))


def _family(answers: Sequence[Answer]) -> Family:
    p = corrected(np.array([answer.case.p for answer in answers], float))
    return Family(tuple(_rounded(replace(one, corrected=float(q))) for one, q in zip(answers, p, strict=True)))


def _of_all(frames: Mapping[str, Frame], asked: Sequence[Question]) -> list[Answer]:
    each = {
        person: cases(frame.values, frame.measures, frame.first.weekday(), asked) for person, frame in frames.items()
    }
    skies = _under_one_sky(frames, asked)
    found = []
    for at, one in enumerate(asked):
        own = {person: some[at] for person, some in each.items() if some[at].state == State.READY}
        dots = tuple(_dot(person, case) for person, case in own.items())
        mean = None if one in skies else mean_of(dots)
        case = skies[one] if one in skies and len(dots) >= FEWEST_PEOPLE else _summed(mean, own, each, at)
        found.append((Answer(one, case, dots=dots, signs_differ=signs_differ(dots)), mean))
    tests = sum(answer.case.state == State.READY for answer, _ in found)
    return [
        replace(
            answer,
            findable=mean.findable(len(answer.dots), tests) if mean else _findable(answer.case, tests),
            firm=answer.case.worth >= FIRM_WORTH,
            between=_between(frames, answer.question),
        )
        for answer, mean in found
    ]


def _under_one_sky(frames: Mapping[str, Frame], asked: Sequence[Question]) -> dict[Question, Case]:
    """The questions about weather, each tested once."""
    about = [one for one in asked if measures()[one.driver].weather]
    names = sorted({name for one in about for name in (one.driver, one.outcome)})
    if not about:
        return {}
    first, values = shared(list(frames.values()), names)
    return dict(zip(about, cases(values, names, first.weekday(), about), strict=True))


def _summed(mean: Mean | None, own: Mapping[str, Case], each: Mapping[str, list[Case]], at: int) -> Case:
    """The case of a mean over people, or why there is none."""
    days, worth = sum(case.days for case in own.values()), sum(case.worth for case in own.values())
    if mean:
        return Case(State.READY, days, worth, False, mean.r, mean.low, mean.high, mean.p)
    states = {some[at].state for some in each.values()}
    return Case(State.FEW_PEOPLE if own or len(states) > 1 else states.pop(), days, worth)


def _dot(person: str, case: Case) -> Dot:
    return Dot(person, case.r, case.low, case.high, case.days, case.worth, case.degrees)


def _between(frames: Mapping[str, Frame], one: Question) -> float | None:
    if measures()[one.driver].weather:
        return None
    known = [(frame.column(one.driver), frame.column(one.outcome)) for frame in frames.values()]
    some = [pair for pair in known if not any(np.isnan(values).all() for values in pair)]
    return between_people([(float(np.nanmean(left)), float(np.nanmean(right))) for left, right in some])


def _findable(case: Case, tests: int) -> float:
    return findable(case.degrees, tests) if case.state == State.READY else nan


def _rounded(answer: Answer) -> Answer:
    dots = tuple(_rounding(dot, "r", "low", "high", "worth", "degrees") for dot in answer.dots)
    case = _rounding(answer.case, "worth", "r", "low", "high", "p", "degrees")
    between = None if answer.between is None else _round(answer.between)
    return _rounding(replace(answer, case=case, dots=dots, between=between), "corrected", "findable")


def _rounding(thing: Record, *names: str) -> Record:
    figures: dict[str, Any] = {name: _round(getattr(thing, name)) for name in names}
    return replace(thing, **figures)


def _round(figure: float) -> float:
    """_DIGITS digits that count."""
    return float(f"{figure:.{_DIGITS}g}")
