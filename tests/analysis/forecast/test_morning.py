"""The morning's chance of a good day: what only the evening knows never enters, and no accuracy stands alone."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from pipeline.analysis.forecast.morning import MOST_VARIABLES, Morning, MorningFrame, morning, morning_frame, walked
from pipeline.analysis.forecast.series import Floats
from pipeline.errors import DataInvalid
from tests.analysis.forecast.worlds import MONDAY, tell

NAMES = ("sleep_hours", "fatigue", "sleep_quality", "rain_mm")


def frame(days: int, seed: int, effect: float = 0.0, share: float = 0.0) -> MorningFrame:
    """Days on which focus follows last night's sleep (``effect``) and the day before (``share``); today has none."""
    rng = np.random.default_rng(seed)
    known = {name: rng.normal(0, 1, days) for name in NAMES}
    rest = np.zeros(days)
    for day, new in enumerate(rng.normal(0, 1, days)):
        rest[day] = share * rest[day - 1] + new
    focus = 6 + effect * known["sleep_hours"] + rest
    focus[-1] = np.nan
    return morning_frame(MONDAY, focus, known, {"mood": rng.normal(3, 1, days), "minutes": rng.normal(180, 40, days)})


def test_what_the_evening_knows_is_that_of_the_day_before() -> None:
    focus = np.array([7.0, 8.0, 3.0, np.nan])
    made = morning_frame(MONDAY, focus, {"sleep": np.arange(4.0)}, {"mood": np.array([1.0, 2.0, 3.0, 99.0])})
    column = dict(zip(made.names, made.features.T, strict=True))
    assert column["mood_day_before"].tolist()[1:] == [1.0, 2.0, 3.0]
    assert column["mood_week_before"].tolist()[1:] == [1.0, 1.5, 2.0]
    assert column["focus_day_before"].tolist()[1:] == [7.0, 8.0, 3.0]
    assert column["sleep"].tolist() == [0.0, 1.0, 2.0, 3.0]
    assert made.outcome.tolist()[:3] == [1.0, 1.0, 0.0] and np.isnan(made.outcome[-1])


def test_today_s_evening_changes_no_chance() -> None:
    rng = np.random.default_rng(1)
    focus, mood, sleep = 6 + rng.normal(0, 1, 150), rng.normal(3, 1, 150), rng.normal(7, 1, 150)
    evenings = [(level, rating) for level in (1.0, 10.0, np.nan) for rating in (1.0, 5.0)]
    told = set()
    for focus[-1], mood[-1] in evenings:
        told.add(morning(morning_frame(MONDAY, focus, {"sleep": sleep}, {"mood": mood})))
    assert len(told) == 1


def test_no_outcome_of_a_week_or_later_reaches_its_chances() -> None:
    whole = frame(200, 1, effect=1.0)
    outcome = whole.outcome.copy()
    outcome[144:] = 1 - outcome[144:]
    days, chances, base = walked(whole)
    _, changed, other = walked(MorningFrame(MONDAY, outcome, whole.features, whole.names))
    until = sum(day < 151 for day in days)
    assert until == 91 and chances[:until].tolist() == changed[:until].tolist() != base[:until].tolist()
    assert base[:until].tolist() == other[:until].tolist() and chances[until:].tolist() != changed[until:].tolist()


def test_accuracy_comes_with_base_rate_skill_and_calibration() -> None:
    made = morning(frame(365, 1, effect=1.5))
    assert made.verdict == "better" and made.chance is not None
    assert (made.accuracy or 0) > (made.base_accuracy or 1) and (made.brier or 1) < (made.base_brier or 0)
    assert made.base_rate is not None and made.skill is not None and made.low is not None and made.low > 0
    assert sum(one.days for one in made.calibration) == made.scored


def test_a_good_accuracy_of_a_common_outcome_is_no_skill() -> None:
    rng = np.random.default_rng(2)
    focus = 6 + rng.normal(0.9, 1, 365)
    made = morning(morning_frame(MONDAY, focus, {"sleep": rng.normal(0, 1, 365)}, {}))
    assert (made.accuracy or 0) > 0.75 and made.verdict != "better" and (made.skill or 1) < 0.05


def test_a_chance_that_was_never_better_gives_way_to_the_usual_rate() -> None:
    good, bad = morning(frame(365, 1, effect=1.5)), morning(frame(365, 1))
    assert good.said == good.chance and good.chance != good.usual
    assert bad.verdict != "better" and bad.said == bad.usual and bad.usual == pytest.approx(0.5, abs=0.1)


def test_the_first_verdict_takes_117_days() -> None:
    assert (morning(frame(116, 1)).verdict, morning(frame(116, 1)).days_left) == ("not_yet", 1)
    assert morning(frame(117, 1)).verdict != "not_yet"


def gone(days: int, seed: int) -> Floats:
    focus = 6 + np.random.default_rng(seed).normal(0, 1, days)
    focus[np.random.default_rng(seed + 1).random(days) < 0.25] = np.nan
    return focus


@pytest.mark.parametrize("days", [1, 27, 60, 200])
@pytest.mark.parametrize("sleep", [np.nan, 7.0])
def test_a_person_without_sleep_data_or_with_gaps_has_an_answer_and_no_warning(days: int, sleep: float) -> None:
    made = morning(morning_frame(MONDAY, gone(days, 1), {"sleep": np.full(days, sleep)}, {"mood": gone(days, 3)}))
    assert (made.chance is None) == (days < 60) and (made.verdict == "not_yet") == (days < 200)


@pytest.mark.parametrize("level", [1.0, 10.0, np.nan])
def test_days_that_are_all_good_all_bad_or_unknown_have_no_chance(level: float) -> None:
    made = morning(morning_frame(MONDAY, np.full(200, level), {}, {}))
    assert (made.chance, made.verdict) == (None, "not_yet") and made.days_left >= 1


def test_four_hundred_variables_are_refused_and_the_bound_is_named() -> None:
    many = {f"v{number}": np.ones(10) for number in range(400)}
    with pytest.raises(DataInvalid, match=f"400 variables of a morning, at most {MOST_VARIABLES}"):
        morning_frame(MONDAY, np.ones(10), many, {})


@pytest.mark.parametrize("days", [0, 9])
def test_variables_of_another_length_are_refused(days: int) -> None:
    with pytest.raises(DataInvalid, match="days long"):
        morning_frame(MONDAY, np.ones(days), {"sleep": np.ones(10)}, {})


def shares(days: int, runs: int, effect: float, share: float) -> tuple[dict[str, float], list[Morning]]:
    told = [morning(frame(days, seed, effect, share)) for seed in range(runs)]
    found = Counter(one.verdict for one in told)
    return {name: found[name] / runs for name in ("better", "no_better", "worse")}, told


def test_what_sleep_does_not_tell_is_called_better_in_at_most_five_percent() -> None:
    assert max(shares(days, 60, 0.0, 0.0)[0]["better"] for days in (117, 180, 250)) <= 0.05


def test_what_sleep_tells_is_found() -> None:
    assert shares(250, 20, 1.0, 0.0)[0]["better"] >= 0.9


@pytest.mark.soak
@pytest.mark.parametrize(("name", "effect", "share"), [("noise", 0, 0), ("sleep", 1.0, 0), ("carried", 0, 0.7)])
def test_mornings_in_full(name: str, effect: float, share: float) -> None:
    tell(f"\n{name}: share of verdicts of 300 runs, mean skill, accuracy, base accuracy")
    for days in (117, 180, 365):
        found, told = shares(days, 300, effect, share)
        means = [np.mean([getattr(one, part) for one in told if one.skill is not None]) for part in PARTS]
        tell(f"  {days:4} days {found} " + " ".join(f"{one:+.3f}" for one in means))
        assert name != "noise" or found["better"] <= 0.05


PARTS = ("skill", "accuracy", "base_accuracy")
