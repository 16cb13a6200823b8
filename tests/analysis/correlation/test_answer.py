"""pipeline.analysis.correlation.answer and cases: what each question is answered, and what bad days are answered."""

from __future__ import annotations

from datetime import timedelta
from math import isnan, nan

import numpy as np
import pytest

from pipeline.analysis.correlation.answer import Answer, Page, of_people, of_person
from pipeline.analysis.correlation.cases import Case, State
from pipeline.analysis.correlation.questions import Question, questions
from pipeline.analysis.correlation.ranks import Floats
from pipeline.errors import NotFound
from tests.analysis.correlation import worlds

SLEEP_FOCUS = questions()[0]


def pair(days: int, strength: float = 0.6, seed: int = 1) -> Floats:
    random = np.random.default_rng(seed)
    left, right = random.normal(size=(2, days))
    return np.column_stack([left, strength * left + np.sqrt(1 - strength**2) * right])


def answered(values: Floats) -> Answer:
    """What the page says about sleep and focus."""
    return of_person(worlds.two(*values.T)).named.answers[0]


def test_a_planted_relation_is_found_with_all_that_it_is_worth() -> None:
    answer = answered(pair(200))
    assert answer.case.state == State.READY and answer.holds and answer.firm
    assert answer.case.low < 0.58 < answer.case.high
    assert (answer.case.days, answer.strength) == (200, "medium")


def test_nothing_is_not_found_and_the_strength_that_could_have_been_is_told() -> None:
    answer = answered(pair(200, 0))
    assert not answer.holds and answer.strength == "none"
    assert 0.15 < answer.findable < 0.3


@pytest.mark.parametrize("days", [1, 2, 5, 8, 27])
def test_below_28_days_no_r_is_given(days: int) -> None:
    case = answered(pair(days)).case
    assert case.state == State.TOO_FEW and isnan(case.r) and isnan(case.p)


def test_below_28_effective_days_no_r_is_given_however_many_days_there_are() -> None:
    series = worlds.carried(np.random.default_rng(1), 90, [0.93, 0.7])
    case = answered(series).case
    assert case.days == 90 and case.worth < 28
    assert case.state == State.TOO_FEW and isnan(case.r)


def test_below_90_effective_days_a_named_question_is_not_firm() -> None:
    assert [answered(pair(days)).firm for days in (60, 200)] == [False, True]


@pytest.mark.parametrize("constant", [np.full(100, 3.0), np.arange(100.0) % 7, np.arange(100.0)])
def test_what_never_varies_or_follows_week_or_trend_only_is_constant(constant: Floats) -> None:
    values = pair(100)
    values[:, 0] = constant
    case = answered(values).case
    assert (case.state, case.days) == (State.CONSTANT, 100) and isnan(case.r)


def test_one_day_that_differs_is_no_relation() -> None:
    values = pair(100)
    values[:, 0] = np.arange(100) == 50
    assert not answered(values).holds


def test_a_measure_that_is_all_missing_or_absent_has_no_data() -> None:
    values = pair(100)
    values[:, 0] = nan
    absent = of_person(worlds.two(*values.T)).named.answers[1]
    for case in (answered(values).case, absent.case):
        assert (case.state, case.days) == (State.NO_DATA, 0) and isnan(case.r)


def test_one_value_of_a_billion_changes_next_to_nothing() -> None:
    values = pair(200)
    before = answered(values).case
    values[50, 0] = 1e9
    after = answered(values).case
    assert (after.days, after.state) == (200, State.READY)
    assert after.r == pytest.approx(before.r, abs=0.03)


@pytest.mark.parametrize("by_week", [False, True])
def test_a_quarter_of_the_days_may_be_missing(by_week: bool) -> None:
    values = pair(200)
    random = np.random.default_rng(4)
    gone = random.random(200) < 0.25 if not by_week else np.repeat(random.random(29) < 0.25, 7)[:200]
    values[gone, 0] = nan
    case = answered(values).case
    assert case.state == State.READY and case.days == 200 - gone.sum()
    assert case.low < 0.58 < case.high


def test_values_without_a_day_in_common_are_too_few() -> None:
    values = pair(100)
    values[:50, 0], values[50:, 1] = nan, nan
    case = answered(values).case
    assert (case.state, case.days) == (State.TOO_FEW, 0) and isnan(case.r)


def test_the_named_questions_and_the_matrix_are_corrected_apart() -> None:
    page = of_person(worlds.page(np.random.default_rng(1), 365, worlds.STRENGTHS))
    for family in (page.named, page.explored):
        p = np.array([answer.case.p for answer in family.answers if answer.case.state == State.READY])
        least = min(family.answers, key=lambda answer: answer.case.p if answer.case.p == answer.case.p else 1)
        assert least.corrected == pytest.approx(p.min() * family.tested, rel=1e-3)


def test_nothing_of_the_matrix_is_firm() -> None:
    page = of_person(worlds.page(np.random.default_rng(1), 365, worlds.STRENGTHS))
    assert page.explored.found and not any(answer.firm for answer in page.explored.answers)


def test_an_interval_without_0_whose_corrected_p_does_not_hold_says_so() -> None:
    case = Case(State.READY, 100, 100, False, 0.22, 0.02, 0.4, 0.03, 90)
    assert Answer(SLEEP_FOCUS, case, corrected=0.2).holds_by_itself_only
    assert not Answer(SLEEP_FOCUS, case, corrected=0.04).holds_by_itself_only


@pytest.mark.parametrize(
    ("low", "high", "strength"),
    [(-0.1, 0.6, "none"), (0.05, 0.6, "none"), (0.1, 0.6, "weak"), (-0.6, -0.3, "medium"), (0.5, 0.9, "strong")],
)
def test_the_strength_is_that_of_the_end_nearer_0(low: float, high: float, strength: str) -> None:
    case = Case(State.READY, 100, 100, False, (low + high) / 2, low, high, 0.01, 90)
    assert Answer(SLEEP_FOCUS, case).strength == strength


def test_the_page_names_its_days() -> None:
    page = of_person(worlds.two(*pair(40).T))
    assert (page.people, page.first, page.last) == (("p",), worlds.FIRST, worlds.FIRST + timedelta(days=39))


def everybody(number: int, **world: float) -> Page:
    return of_people(worlds.people(np.random.default_rng(1), number, 120, **world))


def test_a_mean_is_given_from_five_people_on_and_before_that_dots_only() -> None:
    four, five = (everybody(number, within=0.4).named.answers[0] for number in (4, 5))
    assert four.case.state == State.FEW_PEOPLE and len(four.dots) == 4 and isnan(four.case.r)
    assert five.case.state == State.READY and five.holds and len(five.dots) == 5


def test_how_people_differ_is_not_what_moved_together() -> None:
    answer = everybody(8, within=-0.5, between=1).named.answers[0]
    assert answer.case.high < 0
    assert answer.between is not None and answer.between > 0.8


def test_a_sign_that_differs_between_people_is_told() -> None:
    frames = worlds.people(np.random.default_rng(1), 4, 120, within=0.6)
    frames["odd"] = worlds.people(np.random.default_rng(2), 1, 120, within=-0.6)["p0"]
    assert of_people(frames).named.answers[0].signs_differ
    assert not everybody(5, within=0.6).named.answers[0].signs_differ


def test_who_has_no_sleep_data_has_no_dot() -> None:
    frames = worlds.people(np.random.default_rng(1), 2, 120, within=0.6)
    values = frames["p1"].values.copy()
    values[:, 0] = nan
    frames["p1"] = worlds.framed(values, ["sleep_hours", "focus"], "p1")
    answer = of_people(frames).named.answers[0]
    assert [dot.person for dot in answer.dots] == ["p0"]
    assert answer.case.state == State.FEW_PEOPLE


def test_weather_is_tested_once_for_all() -> None:
    random = np.random.default_rng(1)
    sky = random.normal(size=120)
    frames = {
        f"p{at}": worlds.framed(
            np.column_stack([sky, 0.3 * sky + random.normal(size=120)]), ["sunshine_hours", "mood"], f"p{at}"
        )
        for at in range(6)
    }
    answer = next(one for one in of_people(frames).named.answers if one.question.id == "sunshine_mood")
    assert answer.holds and answer.case.days == 120


def test_nobody_is_an_error() -> None:
    with pytest.raises(NotFound) as caught:
        of_people({})
    assert caught.value.state == "insights_no_days"


def test_figures_have_six_digits_whatever_the_machine() -> None:
    for answer in of_person(worlds.page(np.random.default_rng(1), 100)).explored.answers:
        assert answer.case.r != answer.case.r or answer.case.r == float(f"{answer.case.r:.6g}")


def test_other_questions_are_asked_in_the_place_of_ours() -> None:
    page = of_person(worlds.two(*pair(100).T), [Question("mine", "focus", "sleep_hours", 2)])
    assert [answer.question.id for answer in page.named.answers] == ["mine"]
