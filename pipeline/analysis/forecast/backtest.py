"""The past foreseen from its own past: every candidate from every third day on, beside what came. Pure, numpy only.

Rolling origins: nothing of the days after an origin reaches a forecast made there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.analysis.forecast.candidates.known import Candidate
from pipeline.analysis.forecast.candidates.level import WEEK, mean_of
from pipeline.analysis.forecast.numbers import rounded_all
from pipeline.analysis.forecast.series import Floats, Target

FIRST_ORIGIN: Final = 28
STEP: Final = 3
# Verdicts are over one week; forecasts and their bands reach two.
SCORED_DAYS: Final = 7
HORIZON: Final = 14
# So many days before an origin and of the week after it were measured: else it says nothing.
LEAST_BEFORE: Final = 14
LEAST_AFTER: Final = 4
_NOTHING = 1e-9


@dataclass(frozen=True)
class Backtest:
    """Of ``values`` (n,): what ``candidates`` (c) foresaw at ``origins`` (o), the number of days known there:
    ``foreseen`` (c, o, HORIZON), NaN of who could not yet; ``came`` (o, HORIZON), NaN of days that are missing or have
    not come; ``errors`` (c, o): mean absolute error over SCORED_DAYS, NaN where the origin does not count; ``scale``:
    the mean change from week to week, NaN below eight days."""

    values: Floats
    candidates: tuple[Candidate, ...]
    origins: tuple[int, ...]
    foreseen: Floats
    came: Floats
    errors: Floats
    scale: float

    def finished(self, day: int) -> list[int]:
        """Which origins count and were over, their whole week known, when ``day`` days were known."""
        counted = np.flatnonzero(np.isfinite(self.errors).any(axis=0))
        return [int(at) for at in counted if self.origins[at] + SCORED_DAYS <= day]

    def means(self, origins: Sequence[int]) -> Floats:
        """Each candidate's mean error (c,) over these origins, NaN of who was not there at all. Rounded, so that a tie
        is one on every machine."""
        return rounded_all(mean_of(self.errors[:, list(origins)], axis=1))


def backtest(target: Target, values: Floats, candidates: Sequence[Candidate]) -> Backtest:
    """Every candidate at every origin of ``values`` (n,)."""
    last = len(values) - LEAST_AFTER
    known = [day for day in range(FIRST_ORIGIN, last + 1, STEP) if np.isfinite(values[:day]).sum() >= LEAST_BEFORE]
    padded = np.concatenate([values, np.full(HORIZON, np.nan)])
    came = np.array([padded[day : day + HORIZON] for day in known]).reshape(-1, HORIZON)
    foreseen = np.array([[foresee(target, one, values[:day]) for day in known] for one in candidates])
    foreseen = foreseen.reshape(len(candidates), -1, HORIZON)
    return Backtest(
        values, tuple(candidates), tuple(known), foreseen, came, _errors(foreseen, came), weekly_change(values)
    )


def foresee(target: Target, candidate: Candidate, values: Floats) -> Floats:
    """What a candidate foresees (HORIZON,), within what can be; NaN where it may not speak yet."""
    if len(values) < candidate.days_from:
        return np.full(HORIZON, np.nan)
    return np.asarray(np.clip(candidate.foresee(values, HORIZON), target.low, target.high))


def weekly_change(values: Floats) -> float:
    """The mean difference between a day and the same weekday a week before: what errors are measured by (MASE)."""
    return float(mean_of(np.abs(values[WEEK:] - values[:-WEEK]))) if len(values) > WEEK else float("nan")


def _errors(foreseen: Floats, came: Floats) -> Floats:
    missed = np.abs(foreseen - came)[:, :, :SCORED_DAYS]
    # Rounding alone lets the mean of days that are all alike miss them.
    missed = np.where(missed > _NOTHING * np.abs(came[:, :SCORED_DAYS]), missed, 0.0 * missed)
    enough = np.isfinite(came[:, :SCORED_DAYS]).sum(axis=1) >= LEAST_AFTER
    return np.where(enough, mean_of(missed, axis=2), np.nan)
