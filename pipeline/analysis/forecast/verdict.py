"""Whether a person's days can be foreseen better than trivially: chosen at each origin by what had been seen there,
judged by rule. Pure.

The choice is nested: whoever is used at an origin was chosen from the errors of origins that were over by then.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from pipeline.analysis.forecast.backtest import FIRST_ORIGIN, LEAST_AFTER, LEAST_BEFORE, SCORED_DAYS, STEP, Backtest
from pipeline.analysis.forecast.numbers import block_interval, rounded
from pipeline.analysis.forecast.series import Floats

Verdict = Literal["better", "no_better", "worse", "not_yet"]
# A model is used where it has beaten the best baseline by this share; called better from this skill on.
MARGIN: Final = 0.02
LEAST_SKILL: Final = 0.05
LEAST_FINISHED: Final = 4
LEAST_SCORED: Final = 8
BLOCK: Final = math.ceil(SCORED_DAYS / STEP)
# The first origin with four finished ones before it, seven more, and the week of the last.
_ORIGIN = FIRST_ORIGIN + STEP * (LEAST_FINISHED - 1) + STEP * math.ceil(SCORED_DAYS / STEP)
LEAST_DAYS: Final = _ORIGIN + STEP * (LEAST_SCORED - 1) + SCORED_DAYS


@dataclass(frozen=True)
class Choice:
    """Who is used, and the baseline that is hardest to beat, as places in the back-test's candidates."""

    used: int
    baseline: int


@dataclass(frozen=True)
class Judged:
    """``skill``: by how much less who was used erred than the best baseline, as a share, with its 95 % interval; None
    where nothing was scored or the baseline never erred. ``scored`` origins; ``days_left`` until there is a verdict
    where days go on as they should. ``choices`` (scored) by ``origins``."""

    verdict: Verdict
    scored: int
    skill: float | None = None
    low: float | None = None
    high: float | None = None
    days_left: int = 0
    origins: tuple[int, ...] = ()
    choices: tuple[Choice, ...] = ()


def choose(tried: Backtest, day: int) -> Choice | None:
    """Who is used when ``day`` days are known; None below four finished origins."""
    finished = tried.finished(day)
    if len(finished) < LEAST_FINISHED:
        return None
    means, seen = tried.means(finished), np.isfinite(tried.errors[:, finished]).sum(axis=1)
    able = [day >= one.days_from for one in tried.candidates]
    errors = np.where((seen >= LEAST_FINISHED) & able, means, np.inf)
    baselines = np.where([one.is_baseline for one in tried.candidates], errors, np.inf)
    used, baseline = int(np.argmin(errors)), int(np.argmin(baselines))
    return Choice(used if errors[used] < (1 - MARGIN) * errors[baseline] else baseline, baseline)


def judge(tried: Backtest) -> Judged:
    """The verdict over all days that are known."""
    scored = [(at, choice) for at in tried.finished(len(tried.values)) if (choice := choose(tried, tried.origins[at]))]
    origins, choices = tuple(at for at, _ in scored), tuple(choice for _, choice in scored)
    if len(scored) < LEAST_SCORED:
        return Judged("not_yet", len(scored), days_left=days_left(tried.values), origins=origins, choices=choices)
    baseline = np.array([tried.errors[choice.baseline, at] for at, choice in scored])
    used = np.array([tried.errors[choice.used, at] for at, choice in scored])
    skill, low, high = skill_of(baseline, used, BLOCK)
    return Judged(verdict_of(skill, low, high), len(scored), skill, low, high, 0, origins, choices)


def days_left(values: Floats) -> int:
    """How many days more (at least 1) a verdict takes when all of them are measured."""
    seen = np.concatenate([np.isfinite(values), np.ones(2 * LEAST_DAYS, dtype=bool)])
    known = np.concatenate([[0], np.cumsum(seen)])
    origins = np.arange(FIRST_ORIGIN, len(seen) - SCORED_DAYS, STEP)
    after = known[origins + SCORED_DAYS] - known[origins]
    counted = origins[(known[origins] >= LEAST_BEFORE) & (after >= LEAST_AFTER)]
    scored = counted[counted >= counted[LEAST_FINISHED - 1] + SCORED_DAYS]
    return max(int(scored[LEAST_SCORED - 1]) + SCORED_DAYS - len(values), 1)


def skill_of(baseline: Floats, used: Floats, block: int) -> tuple[float | None, float | None, float | None]:
    """By how much smaller the second errors (n,) are, as a share of the first, and its interval; None of each where
    there was nothing to err about."""
    whole = float(baseline.mean())
    if whole <= 0:
        return None, None, None
    low, high = block_interval(baseline - used, block)
    return rounded(1 - float(used.mean()) / whole), rounded(low / whole), rounded(high / whole)


def verdict_of(skill: float | None, low: float | None, high: float | None) -> Verdict:
    """The rule: better from a skill of 5 % on whose whole interval lies above 0, worse in the same way below."""
    if skill is None or low is None or high is None:
        return "no_better"
    if skill >= LEAST_SKILL and low > 0:
        return "better"
    return "worse" if skill <= -LEAST_SKILL and high < 0 else "no_better"
