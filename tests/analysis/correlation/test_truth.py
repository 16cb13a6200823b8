"""How often the method is right where the truth is known. In every run at a reduced size; whole, with tables, in soak:

``python -m pytest -m soak -n 0 tests/analysis/correlation/test_truth.py``. The figures stand in the room's README.md.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

import numpy as np
import pytest

from pipeline.analysis.correlation.answer import of_people
from pipeline.analysis.correlation.questions import questions
from pipeline.analysis.correlation.ranks import Floats
from tests.analysis.correlation import trials, worlds
from tests.analysis.correlation.trials import SERIES, Shape

Print = Callable[[str], None]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Print:
    """Writes a line past pytest's capture."""

    def write(line: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{line}")

    return write


def row(*first: object, shares: Mapping[str, float]) -> str:
    cells = (f"{name} {share:.3f}" for name, share in shares.items())
    return " | ".join((*(f"{cell!s:>6}" for cell in first), *cells))


def carried(carry: float) -> Shape:
    return lambda random, days: worlds.carried(random, days, [carry] * SERIES)


def weekends(random: np.random.Generator, days: int) -> Floats:
    return worlds.carried(random, days, [0.3] * SERIES) + 1.2 * worlds.weekend(days)[:, None]


def seasons(random: np.random.Generator, days: int) -> Floats:
    waves = [worlds.season(days, turn) for turn in random.uniform(-0.4, 0.4, SERIES)]
    return worlds.carried(random, days, [0.3] * SERIES) + 1.2 * np.column_stack(waves)


SHAPES: dict[str, Shape] = {
    "AR .8": carried(0.8),
    "AR .95": carried(0.95),
    "walks": carried(1),
    "weekend": weekends,
    "season": seasons,
}
PAGES = {"matrix", "named"}


@pytest.mark.parametrize("days", [45, 180, 365])
def test_where_nothing_is_few_pages_find_anything(days: int) -> None:
    shares = trials.pages(days, 100)
    assert all(shares[f"any false, {name}"] <= 0.08 for name in PAGES)


@pytest.mark.parametrize(("days", "power"), [(180, 0.45), (365, 0.8)])
def test_of_what_is_found_few_is_false_and_the_planted_is_found(days: int, power: float) -> None:
    shares = trials.pages(days, 100, worlds.STRENGTHS)
    assert shares["false of found"] <= 0.08
    assert shares["planted found"] >= power


@pytest.mark.parametrize("carry", [0.0, 0.5])
@pytest.mark.parametrize("strength", [0.0, 0.45])
def test_intervals_hold_the_truth(carry: float, strength: float) -> None:
    assert 0.92 <= trials.coverage(120, carry, strength, 300) <= 0.98


@pytest.mark.parametrize("shape", SHAPES)
def test_a_pair_that_has_nothing_in_common_but_time_is_seldom_found(shape: str) -> None:
    shares = trials.null_pairs(SHAPES[shape], 365, 40)
    assert shares["ours"] <= 0.09
    assert shares["plain"] > 0.3


def test_without_the_rule_walks_would_be_found_more_often_and_true_relations_less() -> None:
    shares = trials.null_pairs(SHAPES["walks"], 1_000, 30)
    assert shares["ours"] <= 0.07 < shares["levels only"]


def test_people_in_one_heap_are_wrong_and_ours_never_turns_the_sign() -> None:
    shares = trials.people(5, 180, 60, within=-0.3, between=0.9)
    assert (shares["found"], shares["wrong sign"]) == (pytest.approx(1, abs=0.05), 0)
    assert shares["heap wrong sign"] > 0.8


@pytest.mark.parametrize("world", [{"between": 0.9}, {"differ": 0.3}])
def test_where_people_only_differ_nothing_is_found_within_them(world: dict[str, float]) -> None:
    assert trials.people(5, 180, 100, **world)["found"] <= 0.08


def test_one_weather_for_all_is_one_witness() -> None:
    shares = trials.weather(10, 120, 100, 0, 1)
    assert shares["found"] <= 0.09 < shares["as people"]
    assert trials.weather(10, 120, 30, 0.3, 0.7)["found"] > 0.8


def test_of_five_people_s_year_all_that_was_planted_is_found_and_neither_decoy() -> None:
    """Three effects within people; a trend that two measures share, and weight, in which people only differ."""
    random = np.random.default_rng(9)
    frames = {}
    for at in range(5):
        frame = worlds.page(random, 365, worlds.STRENGTHS)
        values, place = frame.values, frame.measures.index
        values[:, [place("fatigue"), place("session_mood")]] += np.linspace(-2, 2, 365)[:, None]
        values[:, place("weight_kg")] += 10 * at
        values[:, place("mood")] += at
        frames[f"p{at}"] = worlds.framed(values, frame.measures, f"p{at}")
    page = of_people(frames, [*questions(), *worlds.EFFECTS[1:]])
    found = [answer.question.asked for family in (page.named, page.explored) for answer in family.found]
    effects = {effect.asked for effect in worlds.EFFECTS}
    assert effects <= set(found)
    false = [one for one in found if one[:2] not in {effect[:2] for effect in effects}]
    assert len(false) <= 1
    assert not {("fatigue", "session_mood"), ("weight_kg", "mood")} & {one[:2] for one in found}


@pytest.mark.soak
def test_pages_whole(told: Print) -> None:
    for days in (45, 90, 180, 365, 1_000):
        for strengths in ((), worlds.STRENGTHS):
            shares = trials.pages(days, 500, strengths)
            told(row("page", days, "3 effects" if strengths else "nothing", shares=shares))
            assert strengths or all(shares[f"any false, {name}"] <= 0.08 for name in PAGES)
            assert all(shares[f"false of found, {name}"] <= 0.08 for name in PAGES)
            wanted = {180: 0.45, 365: 0.8, 1_000: 0.95}.get(days, 0)
            assert not strengths or shares["planted found"] >= wanted
        told(row("named", days, shares={"planted found of twelve": trials.power_by_name(days, 300)}))


@pytest.mark.soak
def test_intervals_whole(told: Print) -> None:
    # Of the shortest series that are most alike hardly one is worth the 28 days that an r needs.
    for days, carry in ((60, 0), (60, 0.5), (120, 0), (120, 0.5), (120, 0.8), (365, 0), (365, 0.5), (365, 0.8)):
        for strength in (0.0, 0.3, 0.6):
            share = trials.coverage(days, carry, strength, 1_000)
            told(row("covers", days, f"AR {carry}", f"r {strength}", shares={"holds": share}))
            assert 0.92 <= share <= 0.98


@pytest.mark.soak
def test_pairs_whole(told: Print) -> None:
    for name, shape in SHAPES.items():
        for days in (45, 90, 180, 365, 1_000):
            shares = trials.null_pairs(shape, days, 300)
            told(row("pair", f"{name:>8}", days, shares=shares))
            assert shares["ours"] <= 0.09


@pytest.mark.soak
def test_people_and_weather_whole(told: Print) -> None:
    for number, days in ((5, 90), (5, 180), (10, 120)):
        for world in ({"between": 0.9}, {"between": 0.9, "within": -0.3}, {"differ": 0.3}, {"within": 0.3}):
            shares = trials.people(number, days, 300, **world)
            told(row("people", number, days, world, shares=shares))
            assert shares["wrong sign"] <= 0.03
            assert "within" in world or shares["found"] <= 0.08
        for strength, shock in ((0, 0), (0, 1), (0.3, 0.7)):
            shares = trials.weather(number, days, 300, strength, shock)
            told(row("weather", number, days, f"r {strength}, shocks {shock}", shares=shares))
            assert strength or shares["found"] <= 0.09
