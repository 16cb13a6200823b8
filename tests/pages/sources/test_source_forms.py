"""The forms of pages.sources.page under AppTest: what a slip is told, where a notice stands, what may not collide."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import orjson
import pytest
from streamlit.testing.v1 import AppTest

from pipeline.embedded.providers.open_meteo import OpenMeteo
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.sources import kinds
from pipeline.sources.calendar import Calendar, DayEntry, SourceDays
from pipeline.sources.config import SourceConfigs, SourceEntry
from pipeline.words.catalogue import LANGUAGES, Words
from tests.pages.conftest import texts
from tests.pages.sources.test_sources import TOKYO, WEATHER, configure, opened, ran, titles

AIR = SourceEntry("air-quality", "air-quality", options={"places": [TOKYO]})
HEALTH = SourceEntry("google-health", "google-health", options=kinds.GOOGLE_HEALTH.blank)
YEAR = timedelta(days=365)


def fill(page: AppTest, label: str, value: str) -> None:
    next(field for field in page.text_input if field.label == label).set_value(value)


def press(page: AppTest, key: str) -> None:
    next(button for button in page.button if button.key == key).click().run()


def slip(page: AppTest, words: Words, what: str) -> None:
    language = words.language
    if what == "search_text":
        fill(page, words("place.search"), "  ")
        press(page, "search-for-weather")
    elif what == "user_name":
        fill(page, words("account.user"), "" if language == "ja" else "あかり")
        press(page, "connect-new-google-health")
    elif what == "table_name":
        fill(page, words("add.table"), "")
        press(page, "add-a-table")
    else:
        fill(page, words("place.name"), "" if what == "place_name" else "home")
        fill(page, words("place.timezone"), "Tokyo/Asia" if what == "place_zone" else "Asia/Tokyo")
        press(page, "coordinates-of-weather")


def wrong_range(page: AppTest, first: date, last: date) -> None:
    page.date_input[0].set_value(first)
    page.date_input[1].set_value(last)
    press(page, "backfill-of-weather")


def told(page: AppTest, words: Words, situation: str) -> None:
    title, cause, remedy = words.error_of_code("E003", situation)
    assert not page.exception
    assert f"E003 DATA_VALIDATION {title}" in titles(page)
    assert cause in texts(page) and remedy in texts(page)
    assert title != words("errors.E003.title")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", ["search_text", "place_name", "place_zone", "user_name", "table_name"])
def test_a_slip_in_a_form_is_told_with_what_to_type(
    on_aws: pytest.MonkeyPatch, lake: Lake, what: str, language: str
) -> None:
    configure(lake, WEATHER, HEALTH)
    page = opened(language, part="setup")
    details = len(page.code)
    slip(page, Words(language), what)
    told(page, Words(language), what)
    # The English of the log helps nobody here.
    assert len(page.code) == details


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("what", "years"), [("range_order", (0, 1)), ("range_long", (4, 0))])
def test_a_range_that_cannot_be_is_told_with_what_to_choose(
    on_aws: pytest.MonkeyPatch, lake: Lake, what: str, years: tuple[int, int], language: str
) -> None:
    configure(lake, WEATHER)
    page = opened(language, part="days")
    today = page.date_input[1].value
    wrong_range(page, *(today - YEAR * back for back in years))
    told(page, Words(language), what)


def widget_keys(page: AppTest) -> set[str]:
    return {str(button.key) for button in page.button}


def store(lake: Lake, *sources: SourceEntry) -> None:
    """What a hand of somebody's own may have written, past every check."""
    body = {"version": 1, "sources": [source.to_json() for source in sources], "changes": []}
    lake.s3.put_object(Bucket=lake.bucket, Key=keys.SOURCES, Body=orjson.dumps(body))


def closes(page: AppTest) -> list[str]:
    return sorted(key for key in widget_keys(page) if key.startswith("close-notice-"))


def test_a_notice_stands_in_the_part_that_was_used(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    configure(lake, WEATHER)
    page = opened(part="setup")
    press(page, "coordinates-of-weather")
    assert closes(page) == ["close-notice-weather/coordinates"]
    press(page, "place.remove/weather/geonames-1850147")
    assert closes(page) == ["close-notice-weather/places"]
    press(page, "add-a-table")
    assert closes(page) == ["close-notice-/add"]
    press(page, "close-notice-/add")
    assert closes(page) == []


def test_whoever_is_slower_is_told_though_the_source_is_gone(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    seen = configure(lake, WEATHER, AIR)
    page = opened()
    SourceConfigs(lake, lambda: datetime.now(UTC), lambda entry: None).change(seen, seen.without("weather"), "bob", "x")
    page.toggle[0].set_value(False).run()
    assert not page.exception
    assert "E003 DATA_VALIDATION 設定がほかの人に変更されました" in titles(page)
    assert "run-weather" not in widget_keys(page)


def test_a_place_that_is_answered_twice_is_offered_once(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    twice = [{"id": 1, "name": "A", "latitude": 1, "longitude": 2, "timezone": "Asia/Tokyo"}] * 2
    configure(lake, WEATHER, AIR)
    with OpenMeteo() as provider:
        on_aws.setenv("PIPELINE_OPEN_METEO_GEOCODING_URL", provider.url)
        provider.alter(lambda answer: {"results": twice})
        page = opened(part="setup")
        fill(page, "地点を名前で検索", "tokyo")
        press(page, "search-for-weather")
    assert not page.exception
    assert "place.add/weather/geonames-1" in widget_keys(page) and "run-air-quality" in widget_keys(page)


ODD = {
    "the same place twice": replace(WEATHER, options={"places": [TOKYO, TOKYO]}),
    "a zone that does not exist": replace(WEATHER, options={"places": [{**TOKYO, "timezone": "Asia/Tokio"}]}),
    "no list of places": replace(WEATHER, options={"places": "x"}),
    "a person called like a button": replace(HEALTH, options={"users": ["with-google-health", "new-google-health"]}),
    "a person called like a form": replace(HEALTH, options={"users": ["google-health", "form-google-health"]}),
    "a person who is a path": replace(HEALTH, options={"users": ["../x"], "timezone": "Asia/Tokyo"}),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_an_odd_source_can_be_taken_out_and_leaves_the_others(
    on_aws: pytest.MonkeyPatch, lake: Lake, odd: SourceEntry
) -> None:
    store(lake, odd, AIR)
    page = opened(part="setup")
    assert not page.exception
    assert {f"remove-{odd.name}", "run-air-quality", "remove-air-quality"} <= widget_keys(page)
    press(page, f"remove-{odd.name}")
    assert not page.exception
    assert f"remove-{odd.name}" not in widget_keys(page)
    assert any("一覧から削除しました" in success.value for success in page.success)


def test_of_two_sources_of_one_name_the_second_is_a_card_and_the_page_goes_on(
    on_aws: pytest.MonkeyPatch, lake: Lake
) -> None:
    store(lake, WEATHER, WEATHER, AIR)
    page = opened()
    assert not page.exception
    assert "run-air-quality" in widget_keys(page)
    assert "E010 INVALID_SCHEMA" in titles(page)


def test_a_run_that_cannot_be_read_leaves_what_can_be_done(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    configure(lake, WEATHER, AIR)
    ran(lake, rejected="abc", records=3)
    page = opened()
    assert not page.exception
    assert {"run-weather", "run-air-quality"} <= widget_keys(page)
    assert "rejected" in texts(page)


def test_the_list_of_refused_fields_is_of_the_run_whose_count_the_card_shows(
    on_aws: pytest.MonkeyPatch, lake: Lake
) -> None:
    configure(lake, WEATHER)
    last = datetime.now(UTC).date() - timedelta(days=60)
    refused = {last: ("pressure", "out of range"), last - timedelta(days=90): ("humidity", "of an earlier run")}
    days = {day: DayEntry("got", "run-1", datetime.now(UTC), 1, 9, "sum", rejected=(r,)) for day, r in refused.items()}
    SourceDays(lake).save(Calendar("weather", days, {day.year: None for day in days}), days)
    ran(lake, rejected=1, first_day=last - timedelta(days=30), last_day=last, trigger="backfill")
    page = opened(part="rejected")
    assert not page.exception
    listed = page.dataframe[0].value
    assert len(listed) == 1 and "out of range" in str(listed)
    assert f"{last - timedelta(days=30):%Y/%m/%d}から{last:%Y/%m/%d}" in texts(page)


def test_a_source_that_never_ran_claims_nothing_of_refused_fields(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    configure(lake, WEATHER)
    page = opened(part="rejected")
    assert not page.success
    assert any("まだレコードがありません" in info.value for info in page.info)


@pytest.mark.parametrize(("options", "wanted"), [({"places": []}, False), (WEATHER.options, True)])
def test_a_source_that_needs_setup_names_no_next_run(
    on_aws: pytest.MonkeyPatch, lake: Lake, options: dict[str, object], wanted: bool
) -> None:
    configure(lake, replace(WEATHER, options=options))
    shown = texts(opened())
    assert ("14:30" in shown) is wanted and ("準備ができるまで取得できません" in shown) is not wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_partial_day_is_explained_beside_the_calendar(on_aws: pytest.MonkeyPatch, lake: Lake, language: str) -> None:
    configure(lake, WEATHER, AIR)
    day = datetime.now(UTC).date() - timedelta(days=1)
    entry = DayEntry("partial", "run-1", datetime.now(UTC), 1, 9, "sum")
    SourceDays(lake).save(Calendar("weather", {day: entry}, {day.year: None}), [day])
    shown = texts(opened(language))
    words = Words(language)
    assert f"◐ {words('source_day.partial')}: {kinds.WEATHER.partly.of(words.language)}" in shown
    # The other source has no such day.
    assert kinds.AIR_QUALITY.partly.of(words.language) not in shown


def test_adding_a_place_says_that_earlier_days_lack_it(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    configure(lake, WEATHER)
    page = opened(part="setup")
    fill(page, "名前", "家")
    press(page, "coordinates-of-weather")
    assert any(
        "家を追加しました" in success.value and "期間を指定して再取得" in success.value for success in page.success
    )


def test_taking_people_out_says_that_they_are_disconnected_first(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    configure(lake, WEATHER, HEALTH)
    warned = [text.value for text in opened(part="setup").text if "以後は実行されません" in text.value]
    assert ["接続を解除" in text for text in warned] == [False, True]
