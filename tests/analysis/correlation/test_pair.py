"""pipeline.analysis.correlation.pair: one pair looked at closely."""

from __future__ import annotations

from datetime import timedelta
from math import nan

import numpy as np
import pytest

from pipeline.analysis.correlation.answer import of_person
from pipeline.analysis.correlation.cases import Case, State
from pipeline.analysis.correlation.cells import Missing
from pipeline.analysis.correlation.frame import Frame
from pipeline.analysis.correlation.pair import PROFILE, band, over_time, profile, scatter
from pipeline.analysis.correlation.questions import Question
from tests.analysis.correlation import worlds

SAME_DAY = Question("", "sleep_hours", "focus", 0)
LATER = Question("", "sleep_hours", "focus", 2)


@pytest.fixture
def frame() -> Frame:
    """Focus follows sleep two days later; a few days are missing."""
    left, right = np.random.default_rng(1).normal(size=(2, 150))
    right[2:] += left[:-2]
    left[[10, 11]], right[20] = nan, nan
    return worlds.two(left, right)


def test_a_point_is_a_day_of_the_outcome_with_the_values_as_recorded(frame: Frame) -> None:
    points = {point.day: point for point in scatter(frame, LATER)}
    day = worlds.FIRST + timedelta(days=30)
    assert points[day].driver == frame.column("sleep_hours")[28]
    assert points[day].outcome == frame.column("focus")[30]
    assert len(points) == 150 - 2 - 3


def test_the_band_lies_around_a_line_with_the_sign_of_r(frame: Frame) -> None:
    step = next(step for step in profile(frame, LATER) if step.lag == 2)
    lines = band(scatter(frame, LATER), step.case)
    assert lines[0].y < lines[-1].y
    assert all(line.low < line.y < line.high for line in lines)
    assert lines[12].high - lines[12].low < lines[0].high - lines[0].low


def test_where_days_resemble_each_other_the_band_is_wider(frame: Frame) -> None:
    points = scatter(frame, LATER)
    wide, narrow = (
        band(points, Case(State.READY, 145, worth, False, 0.5, 0.1, 0.8, 0.01, worth - 9)) for worth in (40, 145)
    )
    assert wide[0].high - wide[0].low > 1.5 * (narrow[0].high - narrow[0].low)


def test_without_an_r_there_is_no_band(frame: Frame) -> None:
    assert band([], Case(State.TOO_FEW, 3)) == []
    assert scatter(frame.between(worlds.FIRST, worlds.FIRST), LATER) == []


def test_the_profile_shows_at_which_lag_they_move_together(frame: Frame) -> None:
    steps = profile(frame, LATER)
    assert [step.lag for step in steps] == list(PROFILE)
    assert max(steps, key=lambda step: step.case.r).lag == 2


def test_a_negative_lag_is_the_other_way_round(frame: Frame) -> None:
    turned = Question("", "focus", "sleep_hours", 0)
    forward, back = ({step.lag: step.case.r for step in profile(frame, question)} for question in (SAME_DAY, turned))
    assert forward[2] == pytest.approx(back[-2])


def test_the_profile_says_what_the_page_says_of_what_it_asks(frame: Frame) -> None:
    page = of_person(frame)
    said = {step.lag: step.answer for step in profile(frame, SAME_DAY, page)}
    assert [lag for lag, answer in said.items() if answer] == [0, 1, 2, 3]
    assert said[0] is page.named.answers[0]
    assert said[2] in page.explored.found


def test_both_series_are_shown_over_time_and_why_a_day_is_missing(frame: Frame) -> None:
    days = over_time(frame, SAME_DAY)
    assert len(days) == 150
    assert days[10].driver is None and days[10].why_driver == Missing.NOT_RECORDED
    assert days[10].outcome == frame.column("focus")[10] and days[10].why_outcome == Missing.PRESENT


def test_a_measure_that_is_not_there_is_shown_as_never_recorded(frame: Frame) -> None:
    days = over_time(frame, Question("", "steps", "focus", 0))
    assert {day.why_driver for day in days} == {Missing.NEVER}
    assert scatter(frame, Question("", "steps", "focus", 0)) == []
