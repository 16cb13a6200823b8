"""pipeline.console.insights.pairs: one pair of a report looked at closely."""

from __future__ import annotations

from datetime import timedelta
from math import isnan
from pathlib import Path

import numpy as np
import pytest

from pipeline.analysis.correlation.cells import Missing
from pipeline.console.insights.correlations import Report
from pipeline.console.insights.pairs import Absent, closely
from pipeline.console.insights.questions import question_of
from pipeline.lake.bucket import Lake
from tests.console.insights.outsider import TODAY, correlations, rows, world
from tests.support.lakes.marts import publish_wellness

PAIR = question_of("sleep_hours", "focus", 0)


@pytest.fixture
def reports(lake: Lake, tmp_path: Path) -> dict[str | None, Report]:
    """Of one person and of 全員 (six people); sleep is missing on three days, and since five days."""
    sleep = np.random.default_rng(1).normal(7, 1, size=120)
    sleep[[10, 11, 30]], sleep[-5:] = np.nan, np.nan
    people = {f"p{at}": world(at, 120, sleep_hours=sleep, focus=np.arange(120) % 10 + 1.0) for at in range(6)}
    publish_wellness(lake, [row for who, frame in people.items() for row in rows(frame, who)])
    room = correlations(lake, tmp_path)
    return {who: room.report(who) for who in ("p0", None)}


def day(at: int) -> object:
    return TODAY - timedelta(days=120 - at)


def test_the_answer_is_the_report_s(reports: dict[str | None, Report]) -> None:
    one = closely(reports["p0"], PAIR)
    assert one.asked and one.answer is reports["p0"].answers[PAIR.asked]
    assert len(one.points) == one.answer.case.days == 112
    assert len(one.days) == 120 and [step.lag for step in one.steps] == list(range(-3, 8))


def test_days_that_are_missing_stand_together_with_their_reason(reports: dict[str | None, Report]) -> None:
    gap = Absent("sleep_hours", Missing.NOT_RECORDED, 3, ((day(10), day(11)), (day(30), day(30))))  # type: ignore[arg-type]
    end = Absent("sleep_hours", Missing.AFTER_LAST, 5, ((day(115), day(119)),))  # type: ignore[arg-type]
    assert closely(reports["p0"], PAIR).absent == (gap, end)


@pytest.mark.parametrize("who", ["p0", None])
def test_a_lag_that_the_page_does_not_ask_is_no_finding(reports: dict[str | None, Report], who: str | None) -> None:
    one = closely(reports[who], question_of("steps", "focus", 6))
    assert not one.asked and one.answer.case.state == "ready"
    assert isnan(one.answer.corrected) and not one.answer.holds and not one.answer.firm


def test_of_everybody_there_are_dots_and_no_day_of_anybody(reports: dict[str | None, Report]) -> None:
    one = closely(reports[None], PAIR)
    assert len(one.answer.dots) == 6
    assert (one.points, one.days, one.steps, one.absent) == ((), (), (), ())
