"""When a project will be done: what its open tasks will take, by how earlier estimates turned out. Pure, numpy only.

Drawn with a seed, by whole numbers only: the same tasks give the same interval on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal

import numpy as np

from pipeline.analysis.forecast.candidates.level import WEEK
from pipeline.analysis.forecast.numbers import rounded
from pipeline.analysis.forecast.series import Floats
from pipeline.errors import DataInvalid

# Below these nobody can say how estimates turn out, or how much is worked.
LEAST_TASKS: Final = 8
LEAST_WEEKS: Final = 4
# Weeks that are drawn from, and as far as a day is named.
RECENT_WEEKS: Final = 8
LONGEST_DAYS: Final = 730
MOST_TASKS: Final = 5000
# No task is planned, or took, less or more; beyond, quotients and sums are no figures any more.
_LEAST_MINUTES, _MOST_MINUTES = 0.1, 100_000
DRAWS: Final = 2000
# Normal quantile .9: an interval of 80 %.
_NINE_TENTHS: Final = 1.281552
Answer = Literal["foreseen", "done", "not_enough_tasks", "not_enough_days", "too_far"]


@dataclass(frozen=True)
class Task:
    """One task in minutes: ``estimated``; ``actual`` of a finished one, worked so far of an open one."""

    estimated: float
    actual: float
    is_finished: bool


@dataclass(frozen=True)
class Completion:
    """``tasks`` finished ones that it rests on, ``left_out`` without an estimate or without minutes. In minutes left:
    ``low`` to ``high`` hold 80 %, ``middle`` the median; the same of days. ``ratio``: actual to estimated, median.
    ``tasks_left`` or ``weeks_left`` until there are enough."""

    answer: Answer
    tasks: int
    open_tasks: int
    left_out: int = 0
    tasks_left: int = 0
    weeks_left: int = 0
    ratio: float | None = None
    low: float | None = None
    middle: float | None = None
    high: float | None = None
    first_day: date | None = None
    middle_day: date | None = None
    last_day: date | None = None


def completion(tasks: Sequence[Task], worked: Floats, today: date, seed: int) -> Completion:
    """From a project's tasks, or a person's where the project's are too few, and minutes worked on it a day (n,), up to
    yesterday, NaN where not known. Raise DataInvalid above MOST_TASKS."""
    if len(tasks) > MOST_TASKS:
        raise DataInvalid(f"{len(tasks)} tasks, at most {MOST_TASKS}", record="completion", field="tasks")
    ratios = _ratios(tasks)
    waiting = [task for task in tasks if not task.is_finished and _usable(task.estimated)]
    known = _known(tasks, ratios, waiting)
    if known.answer != "foreseen":
        return known
    generator = np.random.Generator(np.random.PCG64(seed))
    left = _left(waiting, ratios, generator)
    low, middle, high = (rounded(value) for value in _quantiles(left, len(ratios)))
    median = rounded(float(np.median(ratios)))
    told = replace(known, ratio=median, low=low, middle=middle, high=high)
    return _dated(told, left, worked, today, generator)


def _known(tasks: Sequence[Task], ratios: Floats, waiting: Sequence[Task]) -> Completion:
    open_tasks = sum(not task.is_finished for task in tasks)
    left_out = len(tasks) - len(ratios) - len(waiting)
    told = Completion("foreseen", len(ratios), open_tasks, left_out)
    if not open_tasks:
        return replace(told, answer="done")
    if len(ratios) < LEAST_TASKS or not waiting:
        return replace(told, answer="not_enough_tasks", tasks_left=max(LEAST_TASKS - len(ratios), 0))
    return told


def _dated(told: Completion, left: Floats, worked: Floats, today: date, generator: np.random.Generator) -> Completion:
    weeks = _weeks(worked)
    if len(weeks) < LEAST_WEEKS:
        return replace(told, answer="not_enough_days", weeks_left=LEAST_WEEKS - len(weeks))
    first, middle, last = _quantiles(_days(left, weeks, generator), told.tasks)
    if last > LONGEST_DAYS:
        return replace(told, answer="too_far")
    first_day, middle_day, last_day = (today + timedelta(days=int(value)) for value in (first, middle, last))
    return replace(told, first_day=first_day, middle_day=middle_day, last_day=last_day)


def _left(waiting: Sequence[Task], ratios: Floats, generator: np.random.Generator) -> Floats:
    """Minutes left (DRAWS,): each draw takes other tasks for the past, then one of these for each open task. What was
    worked already is taken off, but no task ends before it is over."""
    estimated = np.array([task.estimated for task in waiting])
    done = np.array([max(task.actual, 0.0) if math.isfinite(task.actual) else 0.0 for task in waiting])
    pasts = ratios[generator.integers(len(ratios), size=(DRAWS, len(ratios)))]
    picked = generator.integers(len(ratios), size=(DRAWS, len(waiting)))
    return np.asarray(np.maximum(estimated * np.take_along_axis(pasts, picked, axis=1) - done, 0.0).sum(axis=1))


def _days(left: Floats, weeks: Floats, generator: np.random.Generator) -> Floats:
    """Days from today (DRAWS,) until so many minutes are worked, whole weeks drawn from the recent ones."""
    drawn = weeks[generator.integers(len(weeks), size=(DRAWS, LONGEST_DAYS // WEEK + 1))].reshape(DRAWS, -1)
    reached = np.cumsum(drawn, axis=1) >= left[:, None]
    return np.where(reached.any(axis=1), reached.argmax(axis=1), LONGEST_DAYS + 1).astype(float)


def _weeks(worked: Floats) -> Floats:
    """The recent whole weeks (k, 7) of days that are all known."""
    whole = worked[len(worked) % WEEK :].reshape(-1, WEEK)[-RECENT_WEEKS:]
    return np.asarray(whole[np.isfinite(whole).all(axis=1)])


def _ratios(tasks: Sequence[Task]) -> Floats:
    finished = (task for task in tasks if task.is_finished and _usable(task.estimated) and _usable(task.actual))
    return np.array([task.actual / task.estimated for task in finished])


def _usable(minutes: float) -> bool:
    return _LEAST_MINUTES <= minutes <= _MOST_MINUTES


def _quantiles(drawn: Floats, tasks: int) -> tuple[float, float, float]:
    """The ends of the middle 80 % and the median, as values that were drawn. Few tasks look too alike: the middle is
    widened for them. Source: T. Hesterberg, "What Teachers Should Know about the Bootstrap", expanded percentiles."""
    ordered = np.sort(drawn)
    edge = round(_normal(-math.sqrt(tasks / (tasks - 1)) * _t_quantile(tasks - 1)) * DRAWS)
    return float(ordered[edge]), float(ordered[DRAWS // 2]), float(ordered[DRAWS - 1 - edge])


def _t_quantile(freedom: int) -> float:
    """The quantile .9 of Student's t, to three digits from seven degrees of freedom on. Source: Abramowitz and Stegun,
    "Handbook of Mathematical Functions", 26.7.5."""
    z = _NINE_TENTHS
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)


def _normal(value: float) -> float:
    return (1 + math.erf(value / math.sqrt(2))) / 2
