"""pages.insights.forecast.tab under AppTest: verdicts first, then what is chosen; every empty state says what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pages.ui import reads
from pipeline.analysis.forecast.store import Forecasts
from pipeline.lake import forecast_keys
from pipeline.lake.bucket import Lake
from pipeline.words.catalogue import LANGUAGES, Words
from tests.pages.conftest import texts
from tests.pages.insights.forecast.conftest import (
    PERSON,
    drifting,
    keep,
    minutes,
    occasion,
    opened,
    prepared,
    publish_days,
    series,
    today,
)
from tests.pages.models.conftest import address, cards, of_viewer


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_forecast_the_tab_says_what_to_press(on_aws: pytest.MonkeyPatch, lake: Lake, language: str) -> None:
    publish_days(lake, minutes(30))
    page, words = opened(language), Words(language)
    assert not page.exception and cards(page) == []
    assert words("foreseen.none") in texts(page)
    button = page.button(key="foresee")
    assert button.label == words("foreseen.start") and not button.disabled


def test_everybody_has_no_forecast_and_a_person_is_asked_for(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    publish_days(lake, minutes(30))
    page, words = prepared("ja").run(), Words("ja")
    page.selectbox(key="person").select("").run()
    assert not page.exception and words("foreseen.choose_person") in texts(page)
    # How exports grow is everybody's.
    assert words("foreseen.growth.none") in texts(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_verdict_of_days_that_are_as_usual_is_that_they_are(
    on_aws: pytest.MonkeyPatch, lake: Lake, language: str
) -> None:
    days = minutes(140)
    keep(lake, publish_days(lake, days), days)
    page, words = opened(language), Words(language)
    assert not page.exception and cards(page) == []
    assert words("foreseen.verdict.no_better") in texts(page)
    assert words("foreseen.fan.band") in texts(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_better_says_by_how_much_on_how_many_origins_and_within_which_interval(
    on_aws: pytest.MonkeyPatch, lake: Lake, language: str
) -> None:
    days, words = minutes(140), Words(language)
    current = publish_days(lake, days)
    keep(lake, current, days, verdict="better", skill=0.123, low=0.04, high=0.21, scored=30)
    shown = texts(opened(language))
    assert words("foreseen.verdict.better", skill="12%") in shown
    assert words("foreseen.interval", low="+4%", high="+21%") in shown and "30" in shown


def test_worse_is_told_with_a_true_minus_sign(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    days = minutes(140)
    keep(lake, publish_days(lake, days), days, verdict="worse", skill=-0.123, low=-0.2, high=-0.05)
    shown = texts(opened("en"))
    assert Words("en")("foreseen.verdict.worse", skill="12%") in shown and "\u221220% to \u22125%" in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_too_few_days_for_a_verdict_say_how_many_more(on_aws: pytest.MonkeyPatch, lake: Lake, language: str) -> None:
    days, words = minutes(27), Words(language)
    made = keep(lake, publish_days(lake, days), days)
    assert made.outlook and made.outlook.days_left == 74 - 27
    shown = texts(opened(language))
    assert words("foreseen.verdict.not_yet", days=47) in shown
    assert words("foreseen.fan.no_band", least=8) in shown and words("foreseen.backtest.not_covered") in shown


def test_too_few_days_to_foresee_anything_say_how_many_more(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    days = minutes(10)
    keep(lake, publish_days(lake, days), days)
    page = opened()
    assert not page.exception
    assert Words("ja")("foreseen.verdict.no_days", observed=10, days=4) in texts(page)
    assert page.get("plotly_chart") == []


def test_days_that_never_change_have_no_difference_to_tell(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    days = [120.0] * 100
    keep(lake, publish_days(lake, days), days)
    page, words = opened(), Words("ja")
    assert not page.exception
    assert words("foreseen.verdict.no_better") in texts(page)
    assert words("foreseen.basis.unerring", scored=20, observed=100).split("、")[1] in texts(page)


def test_missing_impossible_and_late_days_are_told(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    days: list[float | None] = [*minutes(120)]
    days[10:20] = [None] * 10
    days[30] = 1e9
    days[-5:] = [None] * 5
    keep(lake, publish_days(lake, days), days)
    page, words = opened(), Words("ja")
    assert not page.exception
    warned = [warning.value for warning in page.warning]
    last = today() - timedelta(days=6)
    assert words("foreseen.note.stale", day=f"{last:%Y/%m/%d}", number=5) in warned
    assert words("foreseen.note.refused", number=1) in warned
    assert words("foreseen.note.missing", number=16, all=120) in texts(page)


def test_a_person_whose_measure_was_never_recorded_cannot_be_foreseen(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    current = publish_days(lake, [None] * 40, focus=5.0)
    made = keep(lake, current, [None] * 40)
    assert made.outlook and made.outlook.used is None
    page = opened()
    assert not page.exception and Words("ja")("foreseen.verdict.no_days", observed=0, days=14) in texts(page)


def test_a_target_that_was_never_foreseen_says_so(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    days, words = minutes(60), Words("ja")
    keep(lake, publish_days(lake, days), days)
    page = opened(target="mood")
    none = words("foreseen.none_of_target", target=words("foreseen.target.mood"))
    assert not page.exception and none in [info.value for info in page.info]


def test_the_chosen_target_stands_in_the_address(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    days = minutes(60)
    keep(lake, publish_days(lake, days), days)
    page = opened()
    page.radio(key="forecast_target-ja").set_value("sessions").run()
    assert not page.exception and address(page)["target"] == "sessions"


def test_a_forecast_of_an_older_mart_says_that_records_have_come_since(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    days, words = minutes(60), Words("ja")
    keep(lake, publish_days(lake, days), days)
    assert words("foreseen.older_data") not in texts(opened())
    publish_days(lake, [*days[1:], 90.0])
    reads.refresh()
    shown = texts(opened())
    assert words("foreseen.older_data") in shown and words("foreseen.made.recipe_version") in shown


def test_a_damaged_forecast_is_skipped_and_named(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    days, words = minutes(90), Words("ja")
    made = keep(lake, publish_days(lake, days), days)
    key = forecast_keys.forecast_key(PERSON, "focus_minutes", made.day, "run-2")
    lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=b'{"run_id": 7}')
    page = opened()
    assert not page.exception and cards(page) == []
    assert words("foreseen.unread", number=1) in texts(page) and key in [code.value for code in page.code]


def test_a_candidate_that_the_code_no_longer_has_is_not_drawn_by_its_name(
    on_aws: pytest.MonkeyPatch, lake: Lake
) -> None:
    days = minutes(90)
    made = keep(lake, publish_days(lake, days), days)
    assert made.outlook
    hostile = replace(made.outlook, used="<b>oracle</b>", candidates=(replace(made.outlook.candidates[0], name="$x$"),))
    Forecasts(lake).save(replace(made, run_id="run-2", outlook=hostile))
    page = opened()
    assert not page.exception and cards(page) == []
    assert "oracle" not in texts(page) and "$x$" not in texts(page)
    assert Words("ja")("foreseen.name.other") in texts(page)


def test_a_viewer_sees_no_forecast_and_no_person(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    days = minutes(90)
    keep(lake, publish_days(lake, days), days)
    page = of_viewer(on_aws, prepared("en"))
    assert not page.exception and PERSON not in texts(page)
    button = page.button(key="foresee")
    assert button.disabled and "role operator" in button.help


def test_the_usual_verdict_is_of_the_days_and_not_of_the_wording(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    days = drifting(300)
    current = publish_days(lake, days)
    made = keep(lake, current, days)
    assert made.outlook
    shown = texts(opened())
    wanted = Words("ja")(f"foreseen.badge.{made.outlook.verdict}")
    assert wanted in shown and occasion(current).data == made.data
    assert series(days).observed == 300
