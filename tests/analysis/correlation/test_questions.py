"""pipeline.analysis.correlation.questions and measures: what is asked, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.analysis.correlation.cases import State
from pipeline.analysis.correlation.cells import Missing
from pipeline.analysis.correlation.measures import measures
from pipeline.analysis.correlation.questions import MOST_QUESTIONS, exploration, parsed, questions
from pipeline.errors import DataInvalid
from pipeline.words.catalogue import catalogue
from tests.support.places import ROOT

ONE: dict[str, Any] = {"id": "a", "driver": "steps", "outcome": "mood", "lag": 1}
MART = ROOT / "pipeline" / "analysis" / "dbt" / "models" / "marts" / "mart_daily_wellness.sql"


def test_about_twelve_questions_are_named() -> None:
    assert len(questions()) == 12


def test_the_matrix_and_the_named_questions_ask_nothing_twice() -> None:
    explored = exploration(questions())
    every = [one.asked for one in (*questions(), *explored)]
    assert len(set(every)) == len(every)
    assert len({one.asked for one in explored} | {one.asked for one in questions() if one.lag <= 3}) >= 192


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"questions": []},
        {"questions": "all"},
        {"questions": [ONE | {"id": f"a{at}"} for at in range(MOST_QUESTIONS + 1)]},
        {"questions": [ONE, ONE]},
        {"questions": [ONE, ONE | {"id": "b"}]},
        {"questions": [ONE, ONE | {"lag": 2}]},
        {"questions": [7]},
        *({"questions": [{name: value for name, value in ONE.items() if name != left}]} for left in ONE),
        *({"questions": [ONE | wrong]} for wrong in ({"more": 1}, {"id": "A"}, {"id": 3}, {"lag": -1}, {"lag": 8})),
        *({"questions": [ONE | {"lag": wrong}]} for wrong in (True, 1.0, "1")),
        *({"questions": [ONE | {"driver": wrong}]} for wrong in ("mood", "user_id", None, ["steps"])),
        {"questions": [ONE | {"outcome": "rain_mm"}]},
    ],
)
def test_what_is_no_question_is_refused_and_told_why(raw: dict[str, Any]) -> None:
    with pytest.raises(DataInvalid) as caught:
        parsed(raw)
    assert caught.value.state == "insights_questions"
    assert caught.value.facts["insights_reason"]


def test_another_list_is_read() -> None:
    assert [one.asked for one in parsed({"questions": [ONE]})] == [("steps", "mood", 1)]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_whatever_is_shown_has_its_word(language: str) -> None:
    texts, known = catalogue(language), measures().values()
    wanted = {f"insights.measure.{measure.name}" for measure in known}
    wanted |= {f"insights.origin.{measure.origin}" for measure in known}
    wanted |= {
        f"insights.unit.{measure.unit}" for measure in known if measure.unit not in {"kg", "°C", "mm", "hPa", "%"}
    }
    wanted |= {f"insights.question.{one.id}" for one in questions()}
    wanted |= {f"insights.missing.{reason}" for reason in Missing if reason != Missing.PRESENT}
    wanted |= {f"insights.state.{state}" for state in State}
    wanted |= {f"insights.strength.{strength}" for strength in ("none", "weak", "medium", "strong")}
    families = tuple(
        f"insights.{name}." for name in ("measure", "origin", "unit", "question", "missing", "state", "strength")
    )
    assert wanted == {key for key in texts if key.startswith(families)}


def test_every_measure_is_a_column_of_the_mart() -> None:
    """Each stands on a line of its own: alone, behind its table, or as what an expression is called."""
    lines = [line.strip().rstrip(",") for line in MART.read_text("utf-8").splitlines()]
    columns = {line.rpartition(" ")[2].rpartition(".")[2] for line in lines}
    assert set(measures()) - columns == set()
