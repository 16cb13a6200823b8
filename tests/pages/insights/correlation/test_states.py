"""pages.insights.correlation under AppTest: what is said of days that are few, odd, missing or old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.words.catalogue import LANGUAGES, Words
from tests.pages.insights.correlation.conftest import MEASURED, Publish, Rows, cards, days_of, opened, shown, today

EN = Words("en")
SLEEP_FOCUS = EN("insights.question.sleep_focus")


def without(rows: Rows, *names: str) -> Rows:
    return [{name: value for name, value in row.items() if name not in names} for row in rows]


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_day_says_how_many_are_missing(publish: Publish, language: str) -> None:
    publish(days_of("akari", 1))
    page, words = opened(language), Words(language)
    assert not page.exception and cards(page) == []
    assert words("corr.undecided_days", days=27) in shown(page)
    assert words("corr.nothing_asked") in shown(page) and words("corr.none_asked") in shown(page)


def test_twenty_seven_days_give_no_r(publish: Publish) -> None:
    publish(days_of("akari", 27))
    page = opened()
    assert not page.exception
    assert EN("corr.undecided_days", days=1) in shown(page)
    assert EN("corr.corrected") not in shown(page)


def test_days_enough_and_alike_say_that_effective_days_are_wanting(publish: Publish) -> None:
    rows = days_of("akari", 60)
    # Both rise and fall together over two weeks: sixty days that say little more than one after the other.
    for at, row in enumerate(rows):
        row["sleep_hours"] = row["focus"] = float(at // 14 % 2)
    publish(rows)
    page = opened()
    assert not page.exception and cards(page) == []
    assert f"{EN('corr.days')}: 60" in shown(page) and EN("corr.worth") in shown(page)


def test_a_value_that_never_changes_is_said(publish: Publish) -> None:
    publish([row | {"sleep_hours": 7.0} for row in days_of("akari", 120)])
    page = opened()
    assert not page.exception and cards(page) == []
    assert EN("insights.state.constant") in shown(page)
    assert EN("corr.constant_of", measure=EN("insights.measure.sleep_hours")) in shown(page)


def test_what_nobody_has_recorded_is_said(publish: Publish) -> None:
    publish(without(days_of("akari", 120), *MEASURED))
    page = opened()
    assert not page.exception and cards(page) == []
    never = EN("insights.missing.never")
    assert EN("corr.no_data_of", measure=EN("insights.measure.focus"), why=never) in shown(page)
    assert EN("corr.nothing_asked") in shown(page)


def test_weather_that_is_a_forecast_only_is_not_used_and_that_is_said(publish: Publish) -> None:
    publish([row | {"weather_kind": "forecast"} for row in days_of("akari", 120)])
    page = opened()
    why = EN("insights.missing.forecast")
    said = EN("corr.no_data_of", measure=EN("insights.measure.sunshine_hours"), why=why)
    assert not page.exception and said in shown(page)


def test_one_wild_value_changes_nothing_but_its_rank(publish: Publish) -> None:
    rows = days_of("akari", 120)
    publish(rows)
    before = [text.value for text in opened().markdown]
    max(rows, key=lambda row: row["focus"])["focus"] = 1e9
    publish(rows, run_id="build-2")
    after = [text.value for text in opened().markdown]
    assert before == after and any("Moved together" in text for text in after)


@pytest.mark.parametrize("gap", [lambda at: at % 4 == 0, lambda at: at // 7 % 4 == 0], ids=["days", "weeks"])
def test_a_quarter_of_the_days_missing_leaves_what_is_found(publish: Publish, gap: object) -> None:
    publish([row for at, row in enumerate(days_of("akari", 200)) if not gap(at)])  # type: ignore[operator]
    page = opened()
    assert not page.exception and cards(page) == []
    assert EN("corr.moved.same_day") in shown(page)


def test_of_two_people_one_without_sleep_has_the_other_questions(publish: Publish) -> None:
    publish(days_of("akari", 130) + without(days_of("ben", 120, 2), "sleep_hours"))
    page = opened(person="ben")
    assert not page.exception and cards(page) == []
    text = shown(page)
    never = EN("insights.missing.never")
    assert EN("corr.no_data_of", measure=EN("insights.measure.sleep_hours"), why=never) in text
    assert EN("corr.not_found") in text


def test_somebody_who_has_been_renamed_is_no_error(publish: Publish) -> None:
    publish([row | {"user_id": "new" if at > 60 else "old"} for at, row in enumerate(days_of("x", 200))])
    page = opened(person="older-still")
    assert not page.exception and cards(page) == []
    assert page.selectbox(key="person").value == "new"
    assert not opened(person="old").exception


def test_a_day_that_stands_twice_is_counted_once_and_told(publish: Publish) -> None:
    rows = days_of("akari", 60)
    publish([*rows, rows[3], rows[5]])
    page = opened()
    assert not page.exception and cards(page) == []
    assert EN("corr.repeated", rows=2) in shown(page)


def test_a_day_with_two_values_is_an_error_that_names_it(publish: Publish) -> None:
    rows = days_of("akari", 60)
    publish([*rows, rows[3] | {"focus": 1.0}])
    page = opened()
    assert not page.exception
    assert any(EN("situations.insights_day_twice.title") in title for title in cards(page))
    assert rows[3]["day"].isoformat() in shown(page)


def test_without_a_mart_the_page_says_what_to_do(on_aws: pytest.MonkeyPatch) -> None:
    page = opened()
    assert not page.exception and cards(page) == []
    assert EN("insights.no_mart_step") in shown(page)


def test_an_old_mart_is_told_and_asked_all_the_same(publish: Publish) -> None:
    publish(days_of("akari", 120), tables_day=datetime.now(UTC).date() - timedelta(days=5))
    page = opened()
    assert not page.exception and cards(page) == []
    assert EN("insights.old_step") in shown(page) and SLEEP_FOCUS in shown(page) + "".join(b.label for b in page.button)


def test_a_period_without_days_says_to_choose_another(publish: Publish) -> None:
    publish([row | {"day": row["day"] - timedelta(days=200)} for row in days_of("akari", 60)])
    page = opened(period="90")
    assert not page.exception
    assert any(EN("situations.insights_no_days.title") in title for title in cards(page))


def test_days_that_are_not_over_are_left_out(publish: Publish) -> None:
    rows = days_of("akari", 60)
    publish([*rows, rows[-1] | {"day": today()}])
    assert "(60 days)" in shown(opened())
