"""A person's next two weeks: who foresees them, how sure that is, and what the trivial baseline says beside. Pure.

The same series gives the same outlook: nothing here is drawn at random.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from pipeline.analysis.forecast.backtest import HORIZON, LEAST_BEFORE, Backtest, backtest, foresee
from pipeline.analysis.forecast.candidates.known import CANDIDATES, Candidate
from pipeline.analysis.forecast.conformal import half_widths
from pipeline.analysis.forecast.numbers import rounded
from pipeline.analysis.forecast.series import Floats, Series
from pipeline.analysis.forecast.verdict import Choice, Judged, Verdict, choose, judge

# Who speaks while nobody could be chosen: the first, which is a baseline.
_FALLBACK: Final = Choice(0, 0)


@dataclass(frozen=True)
class CandidateScore:
    """How a candidate did over ``origins`` of the back-test: ``error`` its mean absolute error over a week, in the
    target's unit; ``mase`` the same by the mean change from week to week; None where it never spoke."""

    name: str
    is_baseline: bool
    origins: int
    error: float | None = None
    mase: float | None = None


@dataclass(frozen=True)
class DayAhead:
    """One day: what is foreseen, the band of 80 % (None: too few origins), and the best baseline's word."""

    day: date
    value: float
    low: float | None
    high: float | None
    baseline: float


@dataclass(frozen=True)
class Outlook:
    """``days`` ahead of ``end`` by candidate ``used`` (none below 14 measured days). Of the series: ``observed`` days,
    ``missing`` ones, values ``refused``, ``stale`` days. ``skill`` with its interval, ``scored`` origins; ``error``:
    by how much they were missed. ``covered`` of ``covered_days`` fell into the band that was known at the time."""

    target: str
    first: date
    end: date
    observed: int
    missing: int
    refused: int
    stale: int
    verdict: Verdict
    scored: int
    days_left: int
    skill: float | None = None
    low: float | None = None
    high: float | None = None
    error: float | None = None
    covered: float | None = None
    covered_days: int = 0
    used: str | None = None
    baseline: str | None = None
    candidates: tuple[CandidateScore, ...] = ()
    days: tuple[DayAhead, ...] = ()


@dataclass(frozen=True)
class Ahead:
    """What one candidate foresees of one day, as it goes into the predictions' file."""

    candidate: str
    is_used: bool
    horizon: int
    ahead: DayAhead


def outlook(series: Series, candidates: Sequence[Candidate] = CANDIDATES) -> Outlook:
    """What can be said of the HORIZON days after ``series``."""
    return _told(series, backtest(series.target, series.values, candidates))


def all_ahead(series: Series, candidates: Sequence[Candidate] = CANDIDATES) -> tuple[Ahead, ...]:
    """What every candidate foresees, each with a band of its own; empty where the outlook has no days."""
    return _all_ahead(series, backtest(series.target, series.values, candidates))


def both(series: Series) -> tuple[Outlook, tuple[Ahead, ...]]:
    """The outlook and what every candidate foresees, of one back-test."""
    tried = backtest(series.target, series.values, CANDIDATES)
    return _told(series, tried), _all_ahead(series, tried)


def _all_ahead(series: Series, tried: Backtest) -> tuple[Ahead, ...]:
    chosen = _chosen(series, tried)
    if chosen is None:
        return ()
    able = [at for at, one in enumerate(tried.candidates) if len(series.values) >= one.days_from]
    return tuple(
        Ahead(tried.candidates[at].name, at == chosen.used, horizon, ahead)
        for at in able
        for horizon, ahead in enumerate(_days(series, tried, Choice(at, chosen.baseline)), 1)
    )


def _told(series: Series, tried: Backtest) -> Outlook:
    judged, chosen = judge(tried), _chosen(series, tried)
    inside = covered(tried, judged)
    names = [one.name for one in tried.candidates]
    return Outlook(
        target=series.target.name,
        first=series.first,
        end=series.end,
        observed=series.observed,
        missing=len(series.values) - series.observed,
        refused=series.refused,
        stale=series.stale,
        verdict=judged.verdict,
        scored=judged.scored,
        days_left=judged.days_left,
        skill=judged.skill,
        low=judged.low,
        high=judged.high,
        error=_error(tried, judged),
        covered=rounded(float(inside.mean())) if len(inside) else None,
        covered_days=len(inside),
        used=names[chosen.used] if chosen else None,
        baseline=names[chosen.baseline] if chosen else None,
        candidates=_scores(tried),
        days=_days(series, tried, chosen) if chosen else (),
    )


def covered(tried: Backtest, judged: Judged, least: int = 0) -> Floats:
    """Which days (n,) of the scored origins fell into their band (1.0) or not, each band made of what was known at its
    origin, from ``least`` finished origins on."""
    inside: list[Floats] = []
    for at, choice in zip(judged.origins, judged.choices, strict=True):
        day = tried.origins[at]
        widths = half_widths(misses(tried, choice.used, day)) if len(tried.finished(day)) >= least else None
        if widths is not None:
            missed = np.abs(tried.came[at] - tried.foreseen[choice.used, at])
            seen = np.isfinite(missed)
            inside.append((missed <= widths)[seen].astype(float))
    return np.concatenate(inside) if inside else np.empty(0)


def misses(tried: Backtest, candidate: int, day: int) -> Floats:
    """Signed misses (origins, HORIZON) of a candidate, as far as they were known when ``day`` days were."""
    finished = tried.finished(day)
    ahead = np.array([tried.origins[at] for at in finished])[:, None] + np.arange(HORIZON)
    missed = tried.came[finished] - tried.foreseen[candidate, finished]
    return np.where(ahead < day, missed, np.nan).reshape(-1, HORIZON)


def _chosen(series: Series, tried: Backtest) -> Choice | None:
    if series.observed < LEAST_BEFORE:
        return None
    return choose(tried, len(series.values)) or _FALLBACK


def _days(series: Series, tried: Backtest, chosen: Choice) -> tuple[DayAhead, ...]:
    values, target = series.values, series.target
    used, baseline = (foresee(target, tried.candidates[at], values) for at in (chosen.used, chosen.baseline))
    widths = half_widths(misses(tried, chosen.used, len(values)))
    low, high = (None, None) if widths is None else (used - widths, used + widths)
    return tuple(
        DayAhead(
            series.end + timedelta(days=at),
            _kept(used[at]),
            None if low is None else _kept(max(low[at], target.low)),
            None if high is None else _kept(min(high[at], target.high)),
            _kept(baseline[at]),
        )
        for at in range(HORIZON)
    )


def _scores(tried: Backtest) -> tuple[CandidateScore, ...]:
    means = tried.means(range(len(tried.origins)))
    numbers = np.isfinite(tried.errors).sum(axis=1)
    return tuple(
        CandidateScore(one.name, one.is_baseline, int(number), rounded(mean), _by_scale(mean, tried.scale))
        for one, number, mean in zip(tried.candidates, numbers, means, strict=True)
    )


def _error(tried: Backtest, judged: Judged) -> float | None:
    missed = [tried.errors[choice.used, at] for at, choice in zip(judged.origins, judged.choices, strict=True)]
    return rounded(float(np.mean(missed))) if missed else None


def _by_scale(error: float, scale: float) -> float | None:
    return rounded(error / scale) if scale > 0 else None


def _kept(value: float) -> float:
    kept = rounded(float(value))
    # Every candidate that is asked here has 14 measured days, and a number for each day ahead.
    assert kept is not None  # noqa: S101
    return kept
