"""Whether today becomes a day of good focus, foreseen in the morning: sleep and weather known, the evening not. Pure.

What is known only in the evening is given as ``past`` and moved on by a day here, so that no caller can forget to.
Accuracy never stands alone: it comes with the base rate, the Brier skill and the calibration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np

from pipeline.analysis.forecast.candidates.level import WEEK, mean_of
from pipeline.analysis.forecast.logistic import Bin, calibration, fit
from pipeline.analysis.forecast.numbers import rounded
from pipeline.analysis.forecast.series import Floats
from pipeline.analysis.forecast.verdict import Verdict, skill_of, verdict_of
from pipeline.errors import DataInvalid

# A day of good focus: its sessions' focus level (1 to 10) is at least this on average.
GOOD_FOCUS: Final = 6.0
# Learned anew each week, from so many days on, of which so many were good and so many were not.
LEARNED_DAYS: Final = 60
LEAST_EACH: Final = 10
LEAST_WEEKS: Final = 8
MOST_VARIABLES: Final = 40
_REST, _EVEN = WEEK - 1, 0.5


@dataclass(frozen=True)
class MorningFrame:
    """A calendar that ends today: ``outcome`` (n,) is 1 of a good day, 0, or NaN; today's is NaN. ``features`` (n, p)
    hold only what each day's morning knew; ``names`` (p)."""

    first: date
    outcome: Floats
    features: Floats
    names: tuple[str, ...]


@dataclass(frozen=True)
class Morning:
    """``chance`` that today is good (None: not enough days); ``usual``: the share of all ``known`` days that were. Over
    ``scored`` days: ``accuracy`` beside the ``base_accuracy`` of always saying what is commoner, ``base_rate`` of good
    days, ``brier`` beside the ``base_brier`` of always saying the rate so far, ``skill`` with its interval,
    ``calibration``."""

    verdict: Verdict
    scored: int
    days_left: int
    chance: float | None = None
    usual: float | None = None
    base_rate: float | None = None
    accuracy: float | None = None
    base_accuracy: float | None = None
    brier: float | None = None
    base_brier: float | None = None
    skill: float | None = None
    low: float | None = None
    high: float | None = None
    calibration: tuple[Bin, ...] = ()
    known: int = 0

    @property
    def said(self) -> float | None:
        """What is said of today: the chance where such chances were better than the usual rate, else that rate."""
        return self.chance if self.verdict == "better" else self.usual


def morning_frame(
    first: date, focus: Floats, known: Mapping[str, Floats], past: Mapping[str, Floats], good: float = GOOD_FOCUS
) -> MorningFrame:
    """All arrays (n,) begin on ``first`` and end today. ``known`` in the morning: last night's sleep, the weather;
    ``past``: what a day's evening tells. Raise DataInvalid for unlike lengths and above MOST_VARIABLES."""
    _check(len(focus), {**known, **past})
    lagged = {"focus": focus, **past}
    columns: dict[str, Floats] = {name: np.asarray(values, dtype=float) for name, values in known.items()}
    for name, values in lagged.items():
        columns[f"{name}_day_before"] = _moved(values)
        columns[f"{name}_week_before"] = _week_before(values)
    weekdays = (np.arange(len(focus)) + first.weekday()) % WEEK
    columns |= {f"weekday_{day}": (weekdays == day).astype(float) for day in range(_REST)}
    outcome = np.where(np.isfinite(focus), (focus >= good).astype(float), np.nan)
    outcome[-1:] = np.nan
    return MorningFrame(first, outcome, np.column_stack(list(columns.values())), tuple(columns))


def morning(frame: MorningFrame) -> Morning:
    """Today's chance, and how good such chances were, learned each week from the weeks before."""
    days, chances, base = walked(frame)
    today = _chance(frame, len(frame.outcome) - 1, slice(-1, None))
    chance = rounded(float(today[0])) if today is not None else None
    usual, known = rounded(float(mean_of(frame.outcome))), int(np.isfinite(frame.outcome).sum())
    weeks = len(days) // WEEK
    if weeks < LEAST_WEEKS:
        return Morning("not_yet", len(days), _days_left(frame, len(days)), chance, usual, known=known)
    return replace(_judged(frame.outcome[days], chances, base), chance=chance, usual=usual, known=known)


def _judged(came: Floats, chances: Floats, base: Floats) -> Morning:
    missed, base_missed = (chances - came) ** 2, (base - came) ** 2
    skill, low, high = skill_of(base_missed, missed, WEEK)
    bins = (Bin(one.low, one.high, one.days, _six(one.foreseen), _six(one.came)) for one in calibration(chances, came))
    return Morning(
        verdict=verdict_of(skill, low, high),
        scored=len(came),
        days_left=0,
        base_rate=rounded(float(came.mean())),
        accuracy=rounded(float(((chances > _EVEN) == came).mean())),
        base_accuracy=rounded(float(((base > _EVEN) == came).mean())),
        brier=rounded(float(missed.mean())),
        base_brier=rounded(float(base_missed.mean())),
        skill=skill,
        low=low,
        high=high,
        calibration=tuple(bins),
    )


def walked(frame: MorningFrame) -> tuple[list[int], Floats, Floats]:
    """Days whose outcome is known, with the chance and the base rate that the weeks before each gave."""
    days: list[int] = []
    chances: list[float] = []
    base: list[float] = []
    for start in range(LEARNED_DAYS, len(frame.outcome), WEEK):
        found = _chance(frame, start, slice(start, start + WEEK))
        if found is not None:
            known = [at for at, came in enumerate(frame.outcome[start : start + WEEK]) if np.isfinite(came)]
            days += [start + at for at in known]
            chances += [float(found[at]) for at in known]
            base += [float(mean_of(frame.outcome[:start]))] * len(known)
    return days, np.array(chances), np.array(base)


def _chance(frame: MorningFrame, known: int, wanted: slice) -> Floats | None:
    """Learned from the first ``known`` days; None where these are too few, or of one kind."""
    seen = np.isfinite(frame.outcome[:known])
    outcome = frame.outcome[:known][seen]
    if len(outcome) < LEARNED_DAYS // 2 or min(outcome.sum(), (1 - outcome).sum()) < LEAST_EACH:
        return None
    return fit(frame.features[:known][seen], outcome).chances(frame.features[wanted])


def _days_left(frame: MorningFrame, scored: int) -> int:
    least = LEARNED_DAYS + LEAST_WEEKS * WEEK
    return max(least - len(frame.outcome) + 1, LEAST_WEEKS * WEEK - scored, 1)


def _moved(values: Floats) -> Floats:
    return np.concatenate([[np.nan], values[:-1]])[: len(values)]


def _week_before(values: Floats) -> Floats:
    padded = np.concatenate([np.full(WEEK, np.nan), values])[:-1]
    windows = np.lib.stride_tricks.sliding_window_view(padded, WEEK)
    return mean_of(np.asarray(windows), axis=1)


def _check(days: int, variables: Mapping[str, Sequence[float] | Floats]) -> None:
    if len(variables) > MOST_VARIABLES:
        text = f"{len(variables)} variables of a morning, at most {MOST_VARIABLES}"
        raise DataInvalid(text, record="morning", field="variables")
    if days == 0 or any(len(values) != days for values in variables.values()):
        raise DataInvalid(f"variables of a morning are not all {days} days long", record="morning", field="days")


def _six(value: float) -> float:
    return rounded(value) or 0.0
