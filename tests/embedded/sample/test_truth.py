"""What is true of the sample is found in it, and what only looks so is not: by the product's own correlation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache

import numpy as np
import pytest
from scipy import stats

from pipeline.analysis.correlation.answer import Answer, of_people, of_person
from pipeline.analysis.correlation.frame import Frame
from pipeline.analysis.correlation.questions import questions
from pipeline.embedded.sample.people import PEOPLE
from pipeline.embedded.sample.planted import BETWEEN_PEOPLE, PLANTED, SHARED_TREND, TRUE_PAIRS, Planted
from tests.embedded.sample.wellness import framed, many
from tests.support.places import ROOT

# 400 days for tests only; a correlation is asked about the last year of them. With fewer than a dozen people the mean
# of the effect that is turned round in one is not sure.
TODAY, DAYS, YEAR, PEOPLE_ASKED = date(2026, 11, 30), 400, 365, 12


@cache
def everybody() -> dict[str, Frame]:
    whole = framed(many(PEOPLE_ASKED), TODAY, DAYS)
    return {user: frame.between(frame.days[DAYS - YEAR], frame.days[-1]) for user, frame in whole.items()}


@cache
def answers() -> dict[tuple[str, str, int], Answer]:
    page = of_people(everybody())
    return {one.question.asked: one for family in (page.named, page.explored) for one in family.answers}


def both(frame: Frame, pair: tuple[str, str]) -> np.ndarray:
    values = np.column_stack([frame.column(name) for name in pair])
    return values[~np.isnan(values).any(axis=1)]


def written(one: Planted) -> str:
    sign = {1: "+", -1: "−"}
    turned = f", in `{one.opposite}` {sign[-one.sign]}" if one.opposite else ""
    return f"| `{one.driver}` | `{one.outcome}` | {one.lag} | {sign[one.sign]}{turned} |"


def test_the_page_beside_the_sample_tells_what_is_planted_and_nothing_else() -> None:
    page = (ROOT / "pipeline" / "embedded" / "sample" / "README.md").read_text("utf-8")
    assert [line for line in page.splitlines() if line.startswith("| `")] == [written(one) for one in PLANTED]
    assert all(f"`{pair[0]}` and `{pair[1]}`" in page for pair in (SHARED_TREND, BETWEEN_PEOPLE))


@pytest.mark.parametrize("planted", PLANTED, ids=lambda one: f"{one.driver}-{one.outcome}-{one.lag}")
def test_what_is_planted_is_found_in_a_year_of_everybody(planted: Planted) -> None:
    answer = answers()[planted.driver, planted.outcome, planted.lag]
    assert answer.holds
    assert answer.case.r * planted.sign > 0.1


def test_in_a_year_of_everybody_one_find_at_most_is_false() -> None:
    found = [asked for asked, answer in answers().items() if answer.holds]
    assert len(found) >= len(PLANTED)
    assert len([asked for asked in found if asked[:2] not in TRUE_PAIRS]) <= 1


def test_both_decoys_are_asked_about_and_neither_is_reported() -> None:
    for pair in (SHARED_TREND, BETWEEN_PEOPLE):
        assert [answers()[(*pair, lag)].holds for lag in range(4)] == [False] * 4


def test_the_shared_trend_would_take_plain_correlation_in() -> None:
    taken_in = [stats.pearsonr(*both(frame, SHARED_TREND).T).pvalue < 0.05 for frame in everybody().values()]
    assert np.mean(taken_in) > 0.8


def test_what_differs_between_people_would_take_one_heap_in() -> None:
    heap = np.concatenate([both(frame, BETWEEN_PEOPLE) for frame in everybody().values()])
    within = [stats.pearsonr(*both(frame, BETWEEN_PEOPLE).T).statistic for frame in everybody().values()]
    assert stats.pearsonr(*heap.T).statistic > 0.15 and abs(np.mean(within)) < 0.05
    assert (answers()[(*BETWEEN_PEOPLE, 0)].between or 0) > 0.8


def test_one_person_has_the_opposite_sign_of_one_effect() -> None:
    (turned,) = [one for one in PLANTED if one.opposite]
    answer = answers()[turned.driver, turned.outcome, turned.lag]
    signs = {dot.person: dot.r * turned.sign > 0 for dot in answer.dots}
    assert answer.signs_differ
    assert [person for person, same in signs.items() if not same] == [turned.opposite]


def test_of_one_effect_the_day_after_tells_and_the_day_itself_does_not() -> None:
    (late,) = [one for one in PLANTED if one.lag]
    frame = everybody()["akari"]
    assert (late.lag, (late.driver, late.outcome)) == (1, ("focus_minutes", "fatigue"))
    work, tired = frame.column(late.driver), frame.column(late.outcome)
    the_day_after = stats.spearmanr(work[:-1], tired[1:], nan_policy="omit").statistic
    before = stats.spearmanr(work[1:], tired[:-1], nan_policy="omit").statistic
    assert the_day_after > 0.2 > abs(before) - 0.1


def test_days_are_missing_weekdays_differ_and_days_carry_over() -> None:
    frame = everybody()["akari"]
    focus, minutes = frame.column("focus"), frame.column("focus_minutes")
    weekend = np.array([day.weekday() >= 5 for day in frame.days])
    assert 0.05 < np.isnan(frame.column("sleep_hours")).mean() < 0.15
    assert minutes[~weekend].mean() > 1.3 * minutes[weekend].mean()
    pairs = np.column_stack([focus[1:], focus[:-1]])
    assert stats.pearsonr(*pairs[~np.isnan(pairs).any(axis=1)].T).statistic > 0.1


def of_the_demo(today: date) -> Iterator[Frame]:
    for person in PEOPLE:
        yield framed([person.user], today, (today - person.first_day(today)).days)[person.user]


@pytest.mark.parametrize("today", [date(2026, 11, 30), date(2026, 12, 6), date(2027, 2, 18)])
def test_the_demo_itself_has_something_to_find_for_one_and_for_all(today: date) -> None:
    frames = {frame.person: frame for frame in of_the_demo(today)}
    named = {one.asked for one in questions()}
    one, all_of_them = of_person(frames["akari"]), of_people(frames)
    assert len([answer for answer in one.named.found if answer.question.asked in named]) >= 4
    assert ("sleep_hours", "focus", 0) in {answer.question.asked for answer in all_of_them.named.found}
    assert any(answer.signs_differ for answer in all_of_them.explored.answers)


@pytest.mark.parametrize("today", [date(2026, 11, 30), date(2026, 12, 6), date(2027, 2, 18)])
def test_a_day_of_good_focus_is_neither_rare_nor_usual(today: date) -> None:
    for frame in of_the_demo(today):
        focus = frame.column("focus")
        assert 0.2 < (focus[~np.isnan(focus)] >= 6).mean() < 0.8, frame.person
