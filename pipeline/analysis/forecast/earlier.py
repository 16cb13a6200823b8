"""What was foreseen before, beside what came: how far it was off, how often the band held, and whether it drifts. Pure.

One outlook a day counts, the newest of it; for drift only every third, as in the back-test.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

import numpy as np

from pipeline.analysis.forecast.backtest import LEAST_AFTER, SCORED_DAYS, STEP
from pipeline.analysis.forecast.numbers import block_interval, rounded
from pipeline.analysis.forecast.outlook import DayAhead, Outlook
from pipeline.analysis.forecast.series import Series
from pipeline.analysis.forecast.verdict import BLOCK, LEAST_SCORED

Drift = Literal["steady", "drifting", "not_yet"]
# Looked back over, and the excess over the back-test's error that is told.
LOOKED_BACK_DAYS: Final = 90
LEAST_EXCESS: Final = 0.25


@dataclass(frozen=True)
class Scored:
    """An outlook made for ``end`` and on: mean absolute ``error`` over its first week and ``expected`` by its
    back-test; ``inside`` of ``days`` fell into its band."""

    end: date
    error: float
    expected: float | None
    days: int
    inside: int


@dataclass(frozen=True)
class Earlier:
    """``outlooks`` scored over ``days`` that came, ``covered`` of which fell into the band; ``excess``: by which share
    the errors were larger than the back-tests said, with its 95 % interval."""

    drift: Drift
    outlooks: int
    days: int = 0
    covered: float | None = None
    error: float | None = None
    excess: float | None = None
    low: float | None = None
    high: float | None = None
    scored: tuple[Scored, ...] = ()


def earlier(outlooks: Iterable[Outlook], series: Series) -> Earlier:
    """Outlooks in any order, of which the last of each day counts, against what came until the end of ``series``."""
    came = {series.first + timedelta(days=at): float(value) for at, value in enumerate(series.values)}
    newest = {one.end: one for one in outlooks if one.end >= series.end - timedelta(days=LOOKED_BACK_DAYS)}
    scored = [made for end in sorted(newest) if (made := _scored(newest[end], came))]
    days = sum(one.days for one in scored)
    drift, excess, low, high = _drift(scored)
    return Earlier(
        drift=drift,
        outlooks=len(scored),
        days=days,
        covered=rounded(sum(one.inside for one in scored) / days) if days else None,
        error=rounded(float(np.mean([one.error for one in scored]))) if scored else None,
        excess=excess,
        low=low,
        high=high,
        scored=tuple(scored),
    )


def _scored(made: Outlook, came: Mapping[date, float]) -> Scored | None:
    """None while less than four days of its week have come."""
    pairs = [(ahead, came[ahead.day]) for ahead in made.days if np.isfinite(came.get(ahead.day, np.nan))]
    week = made.end + timedelta(days=SCORED_DAYS)
    missed = [abs(ahead.value - value) for ahead, value in pairs if ahead.day < week]
    if len(missed) < LEAST_AFTER:
        return None
    held = [held for ahead, value in pairs if (held := _held(ahead, value)) is not None]
    return Scored(made.end, rounded(float(np.mean(missed))) or 0.0, made.error, len(held), sum(held))


def _held(ahead: DayAhead, value: float) -> bool | None:
    """Whether the band held; None where there was none."""
    return None if ahead.low is None or ahead.high is None else ahead.low <= value <= ahead.high


def _drift(scored: Sequence[Scored]) -> tuple[Drift, float | None, float | None, float | None]:
    ratios = np.array([one.error / one.expected for one in _apart(scored) if one.expected])
    if len(ratios) < LEAST_SCORED:
        return "not_yet", None, None, None
    low, high = block_interval(ratios - 1, BLOCK)
    excess = float(ratios.mean()) - 1
    drifting = excess >= LEAST_EXCESS and low > 0
    return "drifting" if drifting else "steady", rounded(excess), rounded(low), rounded(high)


def _apart(scored: Sequence[Scored]) -> list[Scored]:
    """Those of them that lie three days apart."""
    kept: list[Scored] = []
    for one in scored:
        if not kept or (one.end - kept[-1].end).days >= STEP:
            kept.append(one)
    return kept
