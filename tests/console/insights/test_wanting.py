"""pipeline.console.insights.wanting: why a question has no answer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from pipeline.analysis.correlation.cases import Case, State
from pipeline.analysis.correlation.cells import Missing
from pipeline.analysis.correlation.frame import Frame, frame_of
from pipeline.analysis.correlation.questions import Question
from pipeline.console.insights import wanting

TODAY = date(2026, 11, 28)
SUN_MOOD = Question("sunshine_mood", "sunshine_hours", "mood", 0)


def frame(*rows: dict[str, Any]) -> Frame:
    return frame_of("a", [{"day": TODAY - timedelta(days=at + 1), **row} for at, row in enumerate(rows)], TODAY)


def test_what_nobody_has_is_named_with_its_reason() -> None:
    forecast = frame({"weather_kind": "forecast", "sunshine_hours": 3.0}, {})
    assert wanting.without_values({"a": forecast}, SUN_MOOD) == {
        "sunshine_hours": Missing.FORECAST,
        "mood": Missing.NEVER,
    }


def test_what_one_person_has_is_not_wanting() -> None:
    assert wanting.without_values({"a": frame({"mood": 3.0}), "b": frame({"sunshine_hours": 1.0})}, SUN_MOOD) == {}


def test_what_never_changes_is_named() -> None:
    same = frame({"mood": 3.0, "sunshine_hours": 1.0}, {"mood": 3.0, "sunshine_hours": 2.0})
    assert wanting.unchanging({"a": same}, SUN_MOOD) == ("mood",)


@pytest.mark.parametrize(
    ("days", "worth", "more"), [(1, 0.0, 27), (27, 27.0, 1), (28, 27.9, 1), (56, 14.0, 56), (40, 0.0, 1), (0, 0.0, 28)]
)
def test_days_that_are_missing_count_what_each_day_is_worth(days: int, worth: float, more: int) -> None:
    assert wanting.more_days(Case(State.TOO_FEW, days, worth)) == more
