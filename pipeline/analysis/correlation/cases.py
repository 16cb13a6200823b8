"""One question about one series of days: r with all that it is worth, or why there is none. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isnan, nan

import numpy as np

from pipeline.analysis.correlation.lags import Lagged
from pipeline.analysis.correlation.questions import Question
from pipeline.analysis.correlation.ranks import Floats, Masks
from pipeline.analysis.correlation.wander import correlations, studied

# Below so many effective days no r is given.
FEWEST_WORTH = 28


class State(StrEnum):
    """What became of a question."""

    READY = "ready"
    NO_DATA = "no_data"
    TOO_FEW = "too_few"
    CONSTANT = "constant"
    FEW_PEOPLE = "few_people"


@dataclass(frozen=True)
class Case:
    """r from −1 to 1 with its interval and p, each for this question alone; days with both values, effective days,
    degrees of freedom; ``by_changes``: of changes from day to day. All but ``days`` are NaN or 0 unless READY."""

    state: State
    days: int
    worth: float = 0.0
    by_changes: bool = False
    r: float = nan
    low: float = nan
    high: float = nan
    p: float = nan
    degrees: float = 0.0


def cases(values: Floats, names: Sequence[str], weekday: int, asked: Sequence[Question]) -> list[Case]:
    """A case a question, of days × measures, which ``names`` names; ``weekday`` is the first day's, Monday 0."""
    named = {name for one in asked for name in (one.driver, one.outcome)}
    used = [column for column, name in enumerate(names) if name in named]
    study = studied(values[:, used], weekday)
    possible = sorted({one.lag for one in asked if one.lag < len(values)})
    place = {names[column]: at for at, column in enumerate(used)}
    series = _Series(
        place, ~np.isnan(values[:, used]), study.pairs, {at.lag: at for at in correlations(study, possible)}
    )
    return [series.case(one) for one in asked]


@dataclass(frozen=True, eq=False)
class _Series:
    """What all questions about the same days share: columns by name, where there are values, which pairs are compared
    by changes, correlations by lag."""

    place: dict[str, int]
    known: Masks
    by_changes: Masks
    at_lag: dict[int, Lagged]

    def case(self, one: Question) -> Case:
        if not {one.driver, one.outcome} <= self.place.keys():
            return Case(State.NO_DATA, 0)
        row, column = self.place[one.driver], self.place[one.outcome]
        if not (self.known[:, row].any() and self.known[:, column].any()):
            return Case(State.NO_DATA, 0)
        if one.lag not in self.at_lag:
            return Case(State.TOO_FEW, 0)
        days = int((self.known[: len(self.known) - one.lag, row] & self.known[one.lag :, column]).sum())
        return _case(self.at_lag[one.lag], (row, column), days, bool(self.by_changes[row, column]))


def _case(found: Lagged, cell: tuple[int, int], days: int, by_changes: bool) -> Case:
    r, worth = float(found.r[cell]), float(found.worth[cell])
    if days >= FEWEST_WORTH and isnan(r):
        return Case(State.CONSTANT, days)
    if min(days, worth) < FEWEST_WORTH:
        return Case(State.TOO_FEW, days, worth, by_changes)
    low, high, p, degrees = (float(of[cell]) for of in (found.low, found.high, found.p, found.degrees))
    return Case(State.READY, int(found.days[cell]), worth, by_changes, r, low, high, p, degrees)
