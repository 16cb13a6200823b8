"""Answers and forecasts made by hand, so that what is told of them is the same on every machine."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from pipeline.analysis.correlation.answer import Answer, Family, Page
from pipeline.analysis.correlation.cases import Case, State
from pipeline.analysis.correlation.people import Dot
from pipeline.analysis.correlation.questions import Question
from pipeline.analysis.forecast.logistic import Bin
from pipeline.analysis.forecast.morning import Morning
from pipeline.analysis.forecast.outlook import CandidateScore, DayAhead, Outlook
from pipeline.analysis.forecast.series import TARGETS, Series
from pipeline.analysis.reports.blocks.correlation import Named, Together

MADE_AT = datetime(2026, 11, 29, 22, tzinfo=UTC)
FIRST, LAST, TODAY = date(2026, 6, 1), date(2026, 11, 29), date(2026, 11, 30)
SLEEP = Question("sleep_focus", "sleep_hours", "focus", 0)
STEPS = Question("steps_mood", "steps", "mood", 0)
WORK = Question("minutes_fatigue", "focus_minutes", "fatigue", 1)
DEEP = Question("deep_sleep_focus", "deep_sleep_hours", "focus", 0)
RAIN = Question("", "rain_mm", "mood", 2)
READY = Case(State.READY, 170, 150.4, False, 0.42, 0.28, 0.54, 1e-7, 140.0)


def answers() -> tuple[Answer, ...]:
    """One that holds, one that does by itself only, one that these days cannot tell, one without days."""
    alone = replace(READY, r=-0.18, low=-0.33, high=-0.02, p=0.03, worth=80.0, by_changes=True)
    unknown = replace(READY, r=0.01, low=-0.14, high=0.16, p=0.9)
    return (
        Answer(SLEEP, READY, corrected=0.00004, findable=0.25, firm=True),
        Answer(STEPS, alone, corrected=0.0501, findable=0.31),
        Answer(WORK, unknown, corrected=0.9, findable=0.25, firm=True),
        Answer(DEEP, Case(State.TOO_FEW, 12)),
    )


def alone(explored: tuple[Answer, ...] = ()) -> Together:
    """One person's."""
    asked = explored or (Answer(RAIN, replace(READY, r=-0.3, low=-0.43, high=-0.15), corrected=0.012, findable=0.33),)
    page = Page(("u1",), FIRST, LAST, Family(answers()), Family(asked))
    titles = ("睡眠と集中？", "歩数と気分？", "作業と疲れ？", "深い睡眠と集中？")
    why = ("", "", "", "まだ判定できません（あと16日）")
    return Together(page, tuple(map(Named, titles, answers(), why)), "u1", ("同じ行を2件除きました。",))


def everybody() -> Together:
    """Of five people, who differ in one question."""
    dots = tuple(
        Dot(f"u{one}", sign * 0.5, sign * 0.5 - 0.1, sign * 0.5 + 0.1, 100, 90.0, 80.0)
        for one, sign in enumerate((1, 1, -1, 1, 1), 1)
    )
    answer = Answer(SLEEP, READY, corrected=0.2, findable=0.4, firm=True, dots=dots, signs_differ=True, between=0.3)
    page = Page(tuple(dot.person for dot in dots), FIRST, LAST, Family((answer,)), Family(()))
    return Together(page, (Named("睡眠と集中？", answer),), None)


def outlook(**others: object) -> Outlook:
    """Two weeks of minutes, no better than the usual average."""
    days = tuple(DayAhead(TODAY + timedelta(days=at), 180.0 + at, 120.0 + at, 240.0 + at, 175.0) for at in range(14))
    scores = (
        CandidateScore("mean_of_28", is_baseline=True, origins=50, error=31.26, mase=0.81),
        CandidateScore("level_and_weekday", is_baseline=False, origins=50, error=30.04, mase=0.79),
        CandidateScore("ridge", is_baseline=False, origins=0),
    )
    told = Outlook(
        "focus_minutes", FIRST, TODAY, 170, 12, 1, 0, "no_better", 40, 0, 0.03, -0.01, 0.07, 30.9, 0.82, 280,
        "level_and_weekday", "mean_of_28", scores, days,
    )  # fmt: skip
    return replace(told, **others)  # type: ignore[arg-type]


def came(days: int = 40) -> Series:
    """The days before, one of them without a record."""
    values = 170.0 + np.arange(days) % 7
    values[3:4] = np.nan
    return Series(TARGETS["focus_minutes"], TODAY - timedelta(days=days), values)


def morning(**others: object) -> Morning:
    """A morning that is better than the usual rate."""
    bins = (Bin(0.2, 0.4, 40, 0.33, 0.35), Bin(0.6, 0.8, 19, 0.69, 0.79))
    told = Morning("better", 122, 0, 0.999, 0.5, 0.56, 0.68, 0.61, 0.195, 0.247, 0.21, 0.12, 0.3, bins, 177)
    return replace(told, **others)  # type: ignore[arg-type]
