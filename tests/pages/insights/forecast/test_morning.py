"""pages.insights.forecast.morning under AppTest: what is said of today; accuracy only beside what it has to beat."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.analysis.forecast.logistic import Bin
from pipeline.analysis.forecast.morning import Morning
from pipeline.analysis.forecast.store import Forecasts
from pipeline.lake.bucket import Lake
from pipeline.words.catalogue import LANGUAGES, Words
from tests.pages.conftest import texts
from tests.pages.insights.forecast.conftest import minutes, occasion, opened, publish_days, today
from tests.pages.models.conftest import cards, tables

BINS = (Bin(0.2, 0.4, 30, 0.31, 0.27), Bin(0.6, 0.8, 40, 0.7, 0.75))
JUDGED = Morning(
    verdict="better",
    scored=70,
    days_left=0,
    chance=0.82,
    usual=0.52,
    base_rate=0.52,
    accuracy=0.81,
    base_accuracy=0.54,
    brier=0.14,
    base_brier=0.25,
    skill=0.44,
    low=0.2,
    high=0.6,
    calibration=BINS,
    known=140,
)


def keep_morning(lake: Lake, told: Morning, ago: int = 0) -> None:
    current = publish_days(lake, minutes(30))
    Forecasts(lake).save(occasion(current, ago=ago).forecast("good_focus", morning=told))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_better_morning_says_its_own_chance_and_that_it_does(
    on_aws: pytest.MonkeyPatch, lake: Lake, language: str
) -> None:
    keep_morning(lake, JUDGED)
    page, words = opened(language, target="good_focus"), Words(language)
    assert not page.exception and cards(page) == []
    shown = texts(page)
    assert words("foreseen.morning.said", day=f"{today():%Y/%m/%d}", share="82%") in shown
    assert (
        words("foreseen.morning.from_morning", known=140) in shown
        and words("foreseen.morning.from_usual", known=140) not in shown
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("verdict", ["no_better", "worse"])
def test_any_other_morning_says_the_usual_rate_and_that_it_does(
    on_aws: pytest.MonkeyPatch, lake: Lake, language: str, verdict: str
) -> None:
    keep_morning(lake, replace(JUDGED, verdict=verdict, skill=-0.1, low=-0.3, high=-0.02))
    shown, words = texts(opened(language, target="good_focus")), Words(language)
    assert words("foreseen.morning.said", day=f"{today():%Y/%m/%d}", share="52%") in shown and "82%" not in shown
    assert words("foreseen.morning.from_usual", known=140) in shown and words(f"foreseen.morning.{verdict}") in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_accuracy_stands_in_one_text_with_base_rate_brier_skill_and_number_of_days(
    on_aws: pytest.MonkeyPatch, lake: Lake, language: str
) -> None:
    keep_morning(lake, JUDGED)
    page = opened(language, target="good_focus")
    with_accuracy = [one.value for one in (*page.caption, *page.text, *page.markdown) if "81%" in one.value]
    assert with_accuracy
    for text in with_accuracy:
        assert all(figure in text for figure in ("54%", "52%", "+44%", "+20%", "+60%", "70"))


def test_chances_stand_beside_what_they_came_to(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    keep_morning(lake, JUDGED)
    page = opened("en", target="good_focus")
    assert len(page.get("plotly_chart")) == 1
    assert tables(page) == [
        [
            {"Chances from – to": "20% – 40%", "Foreseen": "31%", "Came": "27%", "Days": "30"},
            {"Chances from – to": "60% – 80%", "Foreseen": "70%", "Came": "75%", "Days": "40"},
        ]
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_too_few_mornings_say_how_many_more_days_and_nothing_of_accuracy(
    on_aws: pytest.MonkeyPatch, lake: Lake, language: str
) -> None:
    keep_morning(lake, Morning("not_yet", 12, 44, usual=0.5))
    page, words = opened(language, target="good_focus"), Words(language)
    shown = texts(page)
    assert words("foreseen.morning.not_yet", days=44) in shown
    assert words("foreseen.morning.not_scored", scored=12) in shown
    assert words("foreseen.morning.no_calibration") in shown and page.get("plotly_chart") == []


def test_where_nothing_can_be_said_of_today_that_is_said(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    keep_morning(lake, Morning("not_yet", 0, 117))
    shown = texts(opened(target="good_focus"))
    assert Words("ja")("foreseen.morning.not_said", day=f"{today():%Y/%m/%d}") in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_other_reasons_than_sleep_are_always_named(on_aws: pytest.MonkeyPatch, lake: Lake, language: str) -> None:
    keep_morning(lake, JUDGED)
    assert Words(language)("foreseen.morning.other_reasons") in texts(opened(language, target="good_focus"))


def test_a_morning_of_another_day_says_that_it_is_not_today_s(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    keep_morning(lake, JUDGED, ago=3)
    shown, day = texts(opened(target="good_focus")), f"{today() - timedelta(days=3):%Y/%m/%d}"
    assert Words("ja")("foreseen.morning.said", day=day, share="82%") in shown
    assert Words("ja")("foreseen.morning.past", day=day) in shown


def test_no_chance_is_certain(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    keep_morning(lake, replace(JUDGED, chance=0.9999))
    shown = texts(opened(target="good_focus"))
    assert "見込みは99%" in shown and "100%です" not in shown
