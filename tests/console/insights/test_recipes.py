"""pipeline.console.insights.recipes: what the page shows, an outsider recomputes from what it shows beside."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest

from pipeline.analysis.correlation.answer import Answer, Page, of_people, of_person
from pipeline.console.insights.daily import Shown
from pipeline.console.insights.recipes import pasted, recipe
from pipeline.lake.bucket import Lake
from tests.analysis.correlation import worlds
from tests.console.insights import outsider
from tests.console.insights.outsider import daily, recomputed, rows, world
from tests.support.lakes.marts import publish_wellness

WHO = "o'brien {{today}} -- x"


def answer_of(page: Page, driver: str, outcome: str, lag: int) -> Answer:
    every = (*page.named.answers, *page.explored.answers)
    return next(one for one in every if one.question.asked == (driver, outcome, lag))


def same(found: dict[str, float], answer: Answer) -> None:
    """To 1e-6, or to the last of the six digits that the page keeps."""
    case = answer.case
    shown = {"r": case.r, "low": case.low, "high": case.high, "p": case.p, "corrected_p": answer.corrected}
    assert case.state == "ready" and found["days"] == case.days
    assert {name: found[name] for name in shown} == pytest.approx(shown, abs=1e-6)
    assert float(f"{found['effective_days']:.6g}") == pytest.approx(case.worth, rel=1e-6)


@pytest.mark.parametrize(
    ("days", "absent", "period", "asked"),
    [
        (130, 0.0, 130, ("sleep_hours", "focus", 0)),
        (400, 0.25, 400, ("steps", "focus_minutes", 1)),
        (400, 0.1, 180, ("rain_mm", "mood", 3)),
        (200, 0.1, 200, ("pressure_change_hpa", "fatigue", 0)),
    ],
)
def test_a_person_s_answer(
    lake: Lake, tmp_path: Path, days: int, absent: float, period: int, asked: tuple[str, str, int]
) -> None:
    pressure = np.random.default_rng(5).normal(size=days).round(1)
    frame = world(days, days, pressure_change_hpa=pressure)
    current = publish_wellness(lake, list(rows(frame, WHO, absent, forecast=9)))
    read = daily(lake, tmp_path)
    cut = read.frame(WHO).between(outsider.TODAY - timedelta(days=period), outsider.TODAY)
    page = of_person(cut)
    answer = answer_of(page, *asked)
    shown = recipe(read.shown(WHO), page, answer, everybody=False)
    same(recomputed(lake, current.marts[0].key, shown, tmp_path), answer)


def test_the_answer_of_a_pair_that_wanders(lake: Lake, tmp_path: Path) -> None:
    walks = worlds.carried(np.random.default_rng(2), 300, [1, 1])
    walks[40:47, 0] = np.nan
    frame = world(1, 300, sleep_hours=walks[:, 0], focus=walks[:, 1])
    current = publish_wellness(lake, list(rows(frame, WHO, 0.05)))
    read = daily(lake, tmp_path)
    page = of_person(read.frame(WHO))
    answer = answer_of(page, "sleep_hours", "focus", 0)
    assert answer.case.by_changes
    shown = recipe(read.shown(WHO), page, answer, everybody=False)
    same(recomputed(lake, current.marts[0].key, shown, tmp_path), answer)


@pytest.mark.parametrize("asked", [("sleep_hours", "focus", 0), ("rain_mm", "mood", 1)])
def test_everybody_s_mean_and_everybody_s_weather(lake: Lake, tmp_path: Path, asked: tuple[str, str, int]) -> None:
    people = {f"p{at}": world(at, 90 + 17 * at) for at in range(6)} | {"short": world(9, 20)}
    every = [row for who, frame in people.items() for row in rows(frame, who, 0.1, forecast=11)]
    current = publish_wellness(lake, every)
    read = daily(lake, tmp_path)
    page = of_people(read.everybody())
    answer = answer_of(page, *asked)
    assert len(answer.dots) == 6
    shown = recipe(read.shown(None), page, answer, everybody=True)
    same(recomputed(lake, current.marts[0].key, shown, tmp_path), answer)


def test_without_an_r_there_is_nothing_to_recompute(lake: Lake, tmp_path: Path) -> None:
    publish_wellness(lake, list(rows(world(1, 20), WHO)))
    read = daily(lake, tmp_path)
    page = of_person(read.frame(WHO))
    assert recipe(read.shown(WHO), page, page.named.answers[0], everybody=False).python == ""


@pytest.mark.parametrize("value", ["a", "o'brien", "'; drop table x; --", "{{person}}", "{{{{a}}}}", "\\", "改行\n"])
def test_a_value_in_the_pasted_sql_is_the_value(value: str) -> None:
    sql = pasted(Shown("select {{person}}", {"person": value}))
    with duckdb.connect() as alone:
        assert alone.execute(sql).fetchone() == (value,)
    assert "{{" not in sql
