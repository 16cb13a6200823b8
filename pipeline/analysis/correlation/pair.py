"""One pair looked at closely: what r is computed from, day by day; every lag; both series over time. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from scipy import special

from pipeline.analysis.correlation.answer import Answer, Page
from pipeline.analysis.correlation.cases import Case, State, cases
from pipeline.analysis.correlation.cells import Missing
from pipeline.analysis.correlation.frame import Frame
from pipeline.analysis.correlation.interval import LEVEL
from pipeline.analysis.correlation.questions import Question
from pipeline.analysis.correlation.wander import studied

PROFILE = range(-3, 8)
_GRID = 25


@dataclass(frozen=True)
class Point:
    """A day of the scatter: ``x`` and ``y`` are what r is computed from (residual ranks, mean 0 and spread 1, of the
    values or of their changes), beside the values as they were recorded; ``day`` is the outcome's."""

    day: date
    x: float
    y: float
    driver: float
    outcome: float


@dataclass(frozen=True)
class Line:
    """The fitted line at ``x``, and where it may lie in 95 of 100 repetitions, days that resemble each other counted
    less."""

    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True)
class Step:
    """One lag of the profile, in days; negative: the outcome's day was first. ``answer`` is what the page says of the
    same question, None where it asks none: then the interval is that of one pair looked at alone."""

    lag: int
    case: Case
    answer: Answer | None


@dataclass(frozen=True)
class OverTime:
    """A day of the overlay: both values as recorded, None where missing, and why."""

    day: date
    driver: float | None
    outcome: float | None
    why_driver: Missing
    why_outcome: Missing


def scatter(frame: Frame, one: Question) -> list[Point]:
    """The days that have both values, in their order; none where nothing can be compared."""
    values = np.column_stack([frame.column(one.driver), frame.column(one.outcome)])
    if one.lag >= len(values):
        return []
    study = studied(values, frame.first.weekday())
    x, y = study.of(0, 1).T
    end = len(values) - one.lag
    known = np.flatnonzero(~np.isnan(x[:end]) & ~np.isnan(y[one.lag :]))
    return [
        Point(
            frame.first + timedelta(days=int(at) + one.lag),
            float(x[at]),
            float(y[at + one.lag]),
            float(values[at, 0]),
            float(values[at + one.lag, 1]),
        )
        for at in known
    ]


def band(points: list[Point], case: Case) -> list[Line]:
    """The line through the points with its band, at _GRID places of x; none unless the case is READY."""
    if case.state != State.READY:
        return []
    x, y = np.array([(point.x, point.y) for point in points]).T
    slope = case.r * y.std() / x.std()
    off = float(np.sqrt(max(1 - case.r**2, 0.0) * y.var() / max(case.degrees, 1)))
    wide = float(special.stdtrit(case.degrees, 0.5 + LEVEL / 2)) * off
    places = np.linspace(x.min(), x.max(), _GRID)
    middle = y.mean() + slope * (places - x.mean())
    half = wide * np.sqrt(1 + ((places - x.mean()) / x.std()) ** 2)
    return [Line(*map(float, line)) for line in zip(places, middle, middle - half, middle + half, strict=True)]


def profile(frame: Frame, one: Question, page: Page | None = None) -> list[Step]:
    """The pair at each lag of PROFILE, with what the page says of those that it asks."""
    said = {}
    if page:
        said = {answer.question.asked: answer for answer in (*page.explored.answers, *page.named.answers)}
    asked = [_turned(one, lag) for lag in PROFILE]
    names = [one.driver, one.outcome]
    values = np.column_stack([frame.column(name) for name in names])
    found = cases(values, names, frame.first.weekday(), asked)
    steps = zip(PROFILE, asked, found, strict=True)
    return [Step(lag, case, said.get(question.asked)) for lag, question, case in steps]


def over_time(frame: Frame, one: Question) -> list[OverTime]:
    """Both series, a day each, no day left out."""
    left, right = frame.column(one.driver), frame.column(one.outcome)
    why_left, why_right = frame.missing(one.driver), frame.missing(one.outcome)
    return [
        OverTime(
            day,
            _shown(left[at]),
            _shown(right[at]),
            why_left.get(day, Missing.PRESENT),
            why_right.get(day, Missing.PRESENT),
        )
        for at, day in enumerate(frame.days)
    ]


def _turned(one: Question, lag: int) -> Question:
    """The same pair at another lag; a negative one is asked the other way round."""
    return Question("", one.driver, one.outcome, lag) if lag >= 0 else Question("", one.outcome, one.driver, -lag)


def _shown(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
