"""pipeline.console.insights.recipes: what the page shows, an outsider recomputes from what it shows beside."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest

from pipeline.analysis.builds.marts import CurrentMarts
from pipeline.console.insights.daily import Shown
from pipeline.console.insights.pairs import closely
from pipeline.console.insights.questions import question_of
from pipeline.console.insights.recipes import pasted, recipe
from pipeline.lake.bucket import Lake
from tests.analysis.correlation import worlds
from tests.console.insights.outsider import correlations, recomputed, rows, world
from tests.support.lakes.marts import publish_wellness

WHO = "o'brien {{today}} -- x"
Asked = tuple[str, str, int]


def compare(lake: Lake, current: CurrentMarts, folder: Path, asked: Asked, person: str | None, days: int | None) -> str:
    """What is printed is what the page shows, to 1e-6, or to the last of the six digits that it keeps; the script."""
    room = correlations(lake, folder)
    report = room.report(person, days)
    one = closely(report, question_of(*asked))
    answer, case = one.answer, one.answer.case
    shown = recipe(room.daily.shown(person), report, answer)
    found = recomputed(lake, current.marts[0].key, shown, folder)
    figures = {"r": case.r, "low": case.low, "high": case.high, "p": case.p}
    figures |= {"corrected_p": answer.corrected} if one.asked else {}
    assert case.state == "ready"
    assert float(f"{found.pop('effective_days'):.6g}") == pytest.approx(case.worth, rel=1e-6)
    assert found == pytest.approx({**figures, "days": case.days}, abs=1e-6)
    return shown.python


@pytest.mark.parametrize(
    ("length", "absent", "period", "asked"),
    [
        (130, 0.0, None, ("sleep_hours", "focus", 0)),
        (400, 0.25, None, ("steps", "focus_minutes", 1)),
        (400, 0.1, 180, ("rain_mm", "mood", 3)),
        (200, 0.1, 365, ("pressure_change_hpa", "fatigue", 0)),
        (200, 0.1, 365, ("steps", "focus", 7)),
    ],
)
def test_a_person_s_answer(
    lake: Lake, tmp_path: Path, length: int, absent: float, period: int | None, asked: Asked
) -> None:
    pressure = np.random.default_rng(5).normal(size=length).round(1)
    frame = world(length, length, pressure_change_hpa=pressure)
    current = publish_wellness(lake, list(rows(frame, WHO, absent, forecast=9)))
    compare(lake, current, tmp_path, asked, WHO, period)


def test_the_answer_of_a_pair_that_wanders(lake: Lake, tmp_path: Path) -> None:
    walks = worlds.carried(np.random.default_rng(2), 300, [1, 1])
    walks[40:47, 0] = np.nan
    frame = world(1, 300, sleep_hours=walks[:, 0], focus=walks[:, 1])
    current = publish_wellness(lake, list(rows(frame, WHO, 0.05)))
    asked = "sleep_hours", "focus", 0
    compare(lake, current, tmp_path, asked, WHO, None)
    report = correlations(lake, tmp_path).report(WHO)
    assert report.answers[asked].case.by_changes


@pytest.mark.parametrize("period", [None, 90])
@pytest.mark.parametrize("asked", [("sleep_hours", "focus", 0), ("rain_mm", "mood", 1)])
def test_everybody_s_mean_and_everybody_s_weather(lake: Lake, tmp_path: Path, asked: Asked, period: int | None) -> None:
    people = {f"p{at}": world(at, 90 + 17 * at) for at in range(6)} | {"short": world(9, 20)}
    every = [row for who, frame in people.items() for row in rows(frame, who, 0.1, forecast=11)]
    current = publish_wellness(lake, every)
    compare(lake, current, tmp_path, asked, None, period)


def test_the_script_names_nobody(lake: Lake, tmp_path: Path) -> None:
    current = publish_wellness(lake, list(rows(world(1, 100), WHO)))
    assert WHO not in compare(lake, current, tmp_path, ("sleep_hours", "focus", 0), WHO, None)


def test_without_an_r_there_is_nothing_to_recompute(lake: Lake, tmp_path: Path) -> None:
    publish_wellness(lake, list(rows(world(1, 20), WHO)))
    room = correlations(lake, tmp_path)
    report = room.report(WHO)
    assert recipe(room.daily.shown(WHO), report, report.page.named.answers[0]).python == ""


@pytest.mark.parametrize("value", ["a", "o'brien", "'; drop table x; --", "{{person}}", "{{{{a}}}}", "\\", "改行\n"])
def test_a_value_in_the_pasted_sql_is_the_value(value: str) -> None:
    sql = pasted(Shown("select {{person}}", {"person": value}))
    with duckdb.connect() as alone:
        assert alone.execute(sql).fetchone() == (value,)
    assert "{{" not in sql
