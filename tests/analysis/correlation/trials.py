"""Worlds drawn many times, and how often the method is right about them: each trial gives named shares."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from pipeline.analysis.correlation.answer import of_person
from pipeline.analysis.correlation.cases import Case, State, cases
from pipeline.analysis.correlation.frame import Frame
from pipeline.analysis.correlation.interval import p_values
from pipeline.analysis.correlation.lags import lagged, prepared
from pipeline.analysis.correlation.people import Dot, mean_of
from pipeline.analysis.correlation.questions import Question
from pipeline.analysis.correlation.ranks import Floats
from pipeline.analysis.correlation.wander import correlations, studied
from pipeline.analysis.correlation.weather import shared
from tests.analysis.correlation import worlds

Shares = dict[str, float]
SLEEP_FOCUS = Question("", "sleep_hours", "focus", 0)
RAIN_FOCUS = Question("", "rain_mm", "focus", 0)
# Series of one pair that have nothing to do with each other: carry-over of both, and what they have in common.
Shape = Callable[[np.random.Generator, int], Floats]
SERIES = 20


def mean(rows: Sequence[Mapping[str, float]]) -> Shares:
    """Each share over all repetitions in which there is one."""
    return {name: float(np.nanmean([row[name] for row in rows])) for name in rows[0]}


def pages(days: int, repeat: int, strengths: Sequence[float] = ()) -> Shares:
    """Pages of 192 and more questions: how often anything false is found, what share of the found is false, how much
    of the planted is found. The same pair at another lag is an echo, not false."""
    return mean([_page(np.random.default_rng([days, at, len(strengths)]), days, strengths) for at in range(repeat)])


def _page(random: np.random.Generator, days: int, strengths: Sequence[float]) -> Shares:
    page = of_person(worlds.page(random, days, strengths))
    effects = {effect.asked for effect in worlds.EFFECTS[: len(strengths)]}
    pairs = {asked[:2] for asked in effects}
    found: Shares = {}
    right = wrong = shown = 0
    for name, family in (("matrix", page.explored), ("named", page.named)):
        asked = [answer.question.asked for answer in family.found]
        false = sum(one[:2] not in pairs for one in asked)
        right, wrong, shown = right + len(effects & set(asked)), wrong + false, shown + len(asked)
        found |= {f"any false, {name}": float(false > 0), f"false of found, {name}": false / max(len(asked), 1)}
    return found | {"false of found": wrong / max(shown, 1), "planted found": right / max(len(effects), 1)}


def power_by_name(days: int, repeat: int) -> float:
    """How much of the planted is found where the three are among twelve named questions."""
    others = [Question("", driver, "session_mood", 0) for driver in worlds.names()[:9]]
    named = [*worlds.EFFECTS, *others]
    found = 0
    for at in range(repeat):
        page = of_person(worlds.page(np.random.default_rng([days, at, 12]), days, worlds.STRENGTHS), named)
        found += sum(answer.question in worlds.EFFECTS for answer in page.named.found)
    return found / 3 / repeat


def coverage(days: int, carry: float, strength: float, repeat: int) -> float:
    """How often the interval holds the true r of ranks, which is 6/π · asin(strength / 2)."""
    true = 6 / math.pi * math.asin(strength / 2)
    held = []
    for at in range(repeat):
        left, noise = worlds.carried(np.random.default_rng([days, at, 3]), days, [carry, carry]).T
        case = _case(np.column_stack([left, strength * left + math.sqrt(1 - strength**2) * noise]), SLEEP_FOCUS)
        if case.state == State.READY:
            held.append(case.low <= true <= case.high)
    return float(np.mean(held))


def null_pairs(shape: Shape, days: int, repeat: int) -> Shares:
    """p < .05 where nothing is, of pairs of SERIES series: plain Pearson, ours by levels only, ours."""
    rows = []
    for at in range(repeat):
        values = shape(np.random.default_rng([days, at, 4]), days)
        r = np.corrcoef(values.T)
        plain = p_values(r, np.full_like(r, days - 2.0))
        levels, whole = lagged(prepared(values, 0), [0])[0].p, correlations(studied(values, 0), [0])[0].p
        ours = {"plain": plain, "levels only": levels, "ours": whole}
        rows.append({name: float((p[_TWO] < 0.05).mean()) for name, p in ours.items()})
    return mean(rows)


# Each series once: pairs that share one are no repetitions of their own.
_TWO = (np.arange(0, SERIES, 2), np.arange(1, SERIES, 2))


def people(number: int, days: int, repeat: int, **world: float) -> Shares:
    """全員: how often p < .05, and how often with the wrong sign; beside rows of all people in one heap."""
    rows = []
    for at in range(repeat):
        frames = worlds.people(np.random.default_rng([number, days, at]), number, days, **world)
        heap = np.concatenate([frame.values for frame in frames.values()])
        r = np.corrcoef(heap.T)[0, 1]
        found = mean_of(_dots(frames.values(), SLEEP_FOCUS))
        if found is None:
            continue
        sign = math.copysign(1, world.get("within") or 1)
        heaped = float(p_values(r, np.array(len(heap) - 2.0))) < 0.05
        rows.append(
            {
                "found": float(found.p < 0.05),
                "wrong sign": float(found.p < 0.05 and found.r * sign < 0),
                "heap found": float(heaped),
                "heap wrong sign": float(heaped and r * sign < 0),
            }
        )
    return mean(rows)


def weather(number: int, days: int, repeat: int, strength: float, shock: float, carry: float = 0.5) -> Shares:
    """One sky over all, and shocks that people have in common: how often p < .05, beside people as witnesses of their
    own."""
    rows = []
    for at in range(repeat):
        random = np.random.default_rng([number, days, at, 5])
        sky, common = worlds.carried(random, days, [carry])[:, 0], random.normal(size=days) * shock
        own = worlds.carried(random, days, [carry] * number) * math.sqrt(1 - strength**2)
        lives = strength * sky + common + own.T
        frames = [worlds.framed(np.column_stack([sky, life]), ["rain_mm", "focus"]) for life in lives]
        case = _case(shared(frames, ["rain_mm", "focus"])[1], RAIN_FOCUS)
        apart = mean_of(_dots(frames, RAIN_FOCUS))
        if apart and case.state == State.READY:
            rows.append({"found": float(case.p < 0.05), "as people": float(apart.p < 0.05)})
    return mean(rows)


def _case(values: Floats, one: Question) -> Case:
    return cases(values, [one.driver, one.outcome], 0, [one])[0]


def _dots(frames: Iterable[Frame], one: Question) -> list[Dot]:
    """Those of the people whose days are worth an r."""
    each = [_case(frame.values, one) for frame in frames]
    return [Dot("", c.r, c.low, c.high, c.days, c.worth, c.degrees) for c in each if c.state == State.READY]
