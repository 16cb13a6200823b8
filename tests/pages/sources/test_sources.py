"""pages.sources.page under AppTest: every state of a source by its name in both languages, never a traceback."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import reads, state
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.runs.run import Run, RunError
from pipeline.sources import kinds
from pipeline.sources.calendar import Calendar, DayEntry, SourceDays
from pipeline.sources.config import Change, SourceConfig, SourceConfigs, SourceEntry
from pipeline.sources.open_meteo.places import Place, as_json
from pipeline.sources.status import State
from pipeline.words.catalogue import LANGUAGES, Words, catalogue
from tests.pages.conftest import a_run, record, texts
from tests.pages.sign_in.test_gate import AUTH, claims
from tests.support.sources.google_person import press

TOKYO = as_json(Place("geonames-1850147", "東京", 35.6895, 139.69171))
WEATHER = SourceEntry("weather", "weather", options={"places": [TOKYO]})
# Every state that an error of a source may carry; each has its own words.
STATES = {
    "E001": ("not_connected", "revoked", "token_refused", "no_refresh_token", "code_refused", "client_refused"),
    "E003": ("sources_changed", "source_there", "place_there"),
    "E013": ("no_place", "google_client"),
    "E014": ("gone", "provider_refused"),
    "E015": ("consent_refused", "scope_missing", "scope_or_review", "state_unknown", "state_used", "state_expired")
    + ("state_of_another",),
}
FAULTS = [RunError(code, "said by the provider", state) for code, states in STATES.items() for state in states]
FAULTS += [RunError(code, "said by the provider") for code in ("E001", "E002", "E003", "E006", "E008", "E010", "E999")]


def draw_sources() -> None:
    from pages.sources import page  # noqa: PLC0415 - AppTest runs this function's source by itself

    page.render()


def prepared(language: str = "ja", part: str | None = None, **query: str) -> AppTest:
    page = AppTest.from_function(draw_sources, default_timeout=30)
    for name, value in {"lang": language, **query}.items():
        page.query_params[name] = value
    if part:
        page.session_state[state.SOURCE_PARTS] = {kind.name: part for kind in kinds.KINDS}
    return page


def opened(language: str = "ja", part: str | None = None, **query: str) -> AppTest:
    return prepared(language, part, **query).run()


def configure(lake: Lake, *entries: SourceEntry) -> SourceConfig:
    configs = SourceConfigs(lake, lambda: datetime.now(UTC), lambda entry: None)
    return configs.change(configs.load(), SourceConfig(entries), "alice@example.com", "set up")


def ran(lake: Lake, **values: Any) -> Run:
    run = a_run(values.pop("run_id", "run-1"), table="weather", **values)
    record(lake, run)
    return run


def titles(page: AppTest) -> str:
    return "\n".join(error.proto.title or "" for error in page.error)


def badges(page: AppTest) -> str:
    return "\n".join(element.value for element in page.markdown if "badge[" in element.value)


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("ja", ["データソース", "天気（Open-Meteo）", "健康（Google Health）", "データ提供", "ソースを追加"]),
        ("en", ["Data sources", "Weather (Open-Meteo)", "Health (Google Health)", "Source:", "Add a source"]),
    ],
)
def test_the_demo_s_sources_have_a_card_each(environment: pytest.MonkeyPatch, language: str, wanted: list[str]) -> None:
    page = opened(language)
    assert not page.exception
    shown = texts(page)
    assert [word for word in wanted if word not in shown] == []
    assert page.get("plotly_chart")


def test_a_lake_without_sources_says_how_to_add_one(on_aws: pytest.MonkeyPatch) -> None:
    page = opened()
    assert not page.exception
    assert any("ソースはまだありません" in info.value for info in page.info)
    assert {"天気（Open-Meteo）", "大気質（Open-Meteo）", "健康（Google Health）"} <= {b.label for b in page.button}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", [state for state in get_args(State) if state != "running"])
def test_each_state_has_its_word(on_aws: pytest.MonkeyPatch, lake: Lake, state: State, language: str) -> None:
    options = kinds.WEATHER.blank if state == "lacking" else WEATHER.options
    configure(lake, SourceEntry("weather", "weather", state != "off", options))
    if state == "failed":
        ran(lake, status="failed", error=RunError("E006", "down"))
    elif state in {"ok", "late", "off"}:
        ran(lake, minutes_ago=5 if state == "ok" else 60 * 40, records=7, rejected=3)
    page = opened(language)
    assert not page.exception
    assert Words(language)(f"source_state.{state}") in badges(page)


def test_a_run_that_is_going_shows_how_far_it_is_and_cannot_be_started_twice(
    on_aws: pytest.MonkeyPatch, lake: Lake
) -> None:
    configure(lake, WEATHER)
    today = datetime.now(UTC).date()
    span = {"first_day": today - timedelta(days=9), "last_day": today}
    run = ran(lake, status="running", finished_at=None, minutes_ago=1, trigger="backfill", **span)
    days = {today - timedelta(days=back): DayEntry("got", run.run_id, run.started_at) for back in range(1, 5)}
    years = {day.year: None for day in days}
    SourceDays(lake).save(Calendar("weather", days, years), days)
    page = opened()
    assert not page.exception
    assert "取得中: 10日のうち4日" in str([element.proto for element in page.get("progress")])
    assert page.button(key="run-weather").disabled


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.code}-{fault.state}")
def test_every_fault_of_a_run_is_named(on_aws: pytest.MonkeyPatch, lake: Lake, fault: RunError, language: str) -> None:
    configure(lake, WEATHER)
    ran(lake, status="failed", error=fault)
    page = opened(language)
    assert not page.exception
    title, _, remedy = Words(language).error_of_code(fault.code, fault.state)
    assert f"{fault.code} {title}" in titles(page)
    assert remedy in texts(page)
    assert not fault.state or title == catalogue(language)[f"situations.{fault.state}.title"]


def test_a_rate_limit_says_until_when(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    configure(lake, WEATHER)
    ran(lake, status="failed", error=RunError("E002", "429", "", "2026-11-24T03:00:00+00:00"))
    page = opened()
    assert "この時刻まで待つ" in texts(page) and "2026/11/24 12:00 JST" in texts(page)


def test_a_run_that_was_lost_says_what_to_do(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    configure(lake, WEATHER)
    ran(lake, status="running", finished_at=None, minutes_ago=60)
    page = opened()
    assert "失敗" in badges(page)
    assert any("15分以上進捗がありません" in warning.value for warning in page.warning)


def test_a_configuration_that_is_none_is_a_card(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=keys.SOURCES, Body=b'{"version": 9}')
    page = opened()
    assert not page.exception
    assert "E010" in titles(page)


def test_a_calendar_that_cannot_be_read_leaves_the_other_cards(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    configure(lake, WEATHER, SourceEntry("air-quality", "air-quality", options={"places": [TOKYO]}))
    key = keys.source_days_key("weather", datetime.now(UTC).year)
    lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=b"[]")
    page = opened()
    assert not page.exception
    assert "E010" in titles(page)
    assert page.button(key="run-air-quality")


def test_a_missing_bucket_is_a_card(on_aws: pytest.MonkeyPatch) -> None:
    on_aws.setenv("S3_BUCKET_NAME", "no-such-bucket-here")
    page = opened()
    assert not page.exception
    assert "E014" in titles(page)


def test_refused_fields_are_listed_with_their_reasons(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    configure(lake, WEATHER)
    day = datetime.now(UTC).date() - timedelta(days=1)
    entry = DayEntry("got", "run-1", datetime.now(UTC), 1, 9, "sum", rejected=(("pressure", "out of range"),))
    SourceDays(lake).save(Calendar("weather", {day: entry}, {day.year: None}), [day])
    ran(lake, rejected=1, first_day=day, last_day=day)
    page = opened(part="rejected")
    assert not page.exception
    assert "out of range" in str(page.dataframe[0].value)
    assert "まだレコードがありません" not in texts(page)


def test_names_are_shown_as_they_are(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    markup = "**b** <i>x</i> [l](https://example.org)"
    configure(lake, SourceEntry("weather", "weather", options={"places": [{**TOKYO, "name": markup}]}))
    page = opened(part="setup")
    assert not page.exception
    assert markup in [text.value for text in page.text]
    page.button(key="place.remove/weather/geonames-1850147").click().run()
    assert [success.value for success in page.success if "<i>" in success.value or "**b**" in success.value] == []


def test_a_start_that_aws_refuses_is_a_red_card_in_the_source_s_own(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    on_aws.setenv("LAMBDA_EXPORT_FUNCTION", "not-deployed")
    configure(lake, WEATHER)
    page = opened()
    page.button(key="run-weather").click().run()
    assert not page.exception
    assert "E014" in titles(page)
    assert not page.button(key="run-weather").disabled


def test_whoever_was_slower_is_told_and_sees_the_present_configuration(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    configure(lake, WEATHER)
    page = opened()
    configure(lake, WEATHER, SourceEntry("air-quality", "air-quality", options=kinds.AIR_QUALITY.blank))
    page.toggle[0].set_value(False).run()
    assert not page.exception
    assert "E003 DATA_VALIDATION 設定がほかの人に変更されました" in titles(page)
    assert page.toggle[0].value is True
    assert page.button(key="run-air-quality")


def test_a_switch_is_written_with_who_and_what(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    configure(lake, WEATHER)
    page = opened()
    page.toggle[0].set_value(False).run()
    assert "オフ" in badges(page)
    assert any("オフにしました" in success.value for success in page.success)
    found = SourceConfigs(lake, lambda: datetime.now(UTC), lambda entry: None).load()
    assert found.entry("weather") == SourceEntry("weather", "weather", False, WEATHER.options)
    assert (found.changes[0].by, found.changes[0].what) == ("local", "switch weather off")
    assert isinstance(found.changes[1], Change)


def test_a_table_is_added_by_name_and_a_wrong_name_is_told(on_aws: pytest.MonkeyPatch, make_table: Any) -> None:
    name = make_table([])
    page = opened()
    page.text_input[0].set_value("no such table")
    next(button for button in page.button if button.label == "テーブルを追加").click().run()
    assert "E003" in titles(page)
    page.text_input[0].set_value(name)
    next(button for button in page.button if button.label == "テーブルを追加").click().run()
    assert not page.exception
    assert name in [text.value for text in page.text] and "DynamoDBテーブル" in texts(page)


def test_an_answer_that_nobody_asked_for_is_named_and_leaves_the_address(on_aws: pytest.MonkeyPatch) -> None:
    page = opened("en", state="forged-state", code="4/forged-code")
    assert not page.exception
    assert "E015 FORBIDDEN This sign-in was not started here" in titles(page)
    assert "forged" not in texts(page)
    assert set(page.query_params) == {"lang"}


def test_an_answer_waits_for_the_language_that_was_spoken(on_aws: pytest.MonkeyPatch) -> None:
    page = AppTest.from_function(draw_sources, default_timeout=30)
    page.query_params["state"], page.query_params["code"] = "x", "4/y"
    page.run()
    assert not page.exception and not page.error
    assert "code" in page.query_params


def test_somebody_is_connected_by_the_answer_of_the_consent_page(environment: pytest.MonkeyPatch) -> None:
    opened()
    url = reads.base().board.people.connect("akari", "http://localhost:8501/debug/sources")
    page = opened(**press(url, "allow"))
    assert not page.exception
    assert any("接続しました" in success.value for success in page.success)
    url = reads.base().board.people.connect("akari", "http://localhost:8501/debug/sources")
    page = opened("en", **press(url, "deny"))
    assert "E015 FORBIDDEN Consent was refused" in titles(page)


def test_places_are_sought_and_a_provider_that_is_down_is_a_card(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    on_aws.setenv("PIPELINE_OPEN_METEO_GEOCODING_URL", "http://127.0.0.1:9")
    configure(lake, SourceEntry("weather", "weather", options=kinds.WEATHER.blank))
    page = opened(part="setup")
    page.text_input[0].set_value(" ")
    find = next(button for button in page.button if button.label == "検索")
    find.click().run()
    assert not page.exception
    assert "E003" in titles(page)


def test_a_viewer_sees_everything_and_may_change_nothing(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    on_aws.setenv("PIPELINE_VIEWERS", "@example.com")
    configure(lake, WEATHER)
    page = prepared("en", "setup")
    page.secrets["auth"] = AUTH
    page.user = claims("bob@example.com")
    page.run()
    assert not page.exception
    assert "東京" in [text.value for text in page.text]
    harmless = {"refresh"}
    pressable = [button.label for button in page.button if not button.disabled and button.key not in harmless]
    assert pressable == [] and all(toggle.disabled for toggle in page.toggle)
    assert "role operator" in page.button(key="run-weather").help


def test_nobody_sees_a_source_around_the_gate(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    configure(lake, WEATHER)
    for user in ({"is_logged_in": False}, claims("mallory@evil.example"), {"iat": time.time()}):
        page = prepared("en", state="x", code="y")
        page.secrets["auth"] = AUTH
        page.user = user
        page.run()
        assert not page.exception
        assert not page.toggle
        assert "E015" in titles(page)


def test_the_history_of_the_configuration_is_shown(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    configure(lake, WEATHER)
    page = opened()
    assert "alice@example.com" in str(page.dataframe[-1].value)
    assert json.loads(lake.s3.get_object(Bucket=lake.bucket, Key=keys.SOURCES)["Body"].read())["version"] == 1
