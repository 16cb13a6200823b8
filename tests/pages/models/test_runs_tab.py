"""pages.models.runs_tab under AppTest: cards, publication, the table with its filters, and a model's detail."""

from __future__ import annotations

import pytest

from pipeline.analysis.models.builds import OUR_PROJECT
from pipeline.lake import model_keys
from pipeline.lake.bucket import Lake
from pipeline.words.catalogue import LANGUAGES, Words
from tests.pages.conftest import texts
from tests.pages.models.conftest import address, cards, of_viewer, opened, prepared, tables
from tests.support.lakes import models

FAILING = f"failing-{{run_id}}-{models.FAILED}"


def names(page: object) -> list[str]:
    """Models of the table, in its order."""
    buttons = page.button  # type: ignore[attr-defined]
    return [button.label.replace("\\", "") for button in buttons if (button.key or "").startswith("open-model.")]


def test_the_cards_tell_of_the_newest_build(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    models.fill(lake)
    page = opened("en")
    assert {metric.label: metric.value for metric in page.metric} | {"Last build": ""} == {
        "Last build": "",
        "Models": "7",
        "Tests passed": "50%",
        "Duration": "6.5 sec",
    }
    assert "below the target: 50 % (target 90 %)" in texts(page)
    assert "✓ 7  ! 0  ✗ 0  – 0" in texts(page) and "affected: 3" in texts(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_marts_that_were_withheld_say_why_and_which_are_published(
    on_aws: pytest.MonkeyPatch, lake: Lake, language: str
) -> None:
    models.fill(lake)
    page, words = opened(language), Words(language)
    assert words("models.withheld") in texts(page) and words("dbt.withheld.tests") in texts(page)
    assert "unique_stg_users_user_id" in texts(page)
    assert words("dbt.still_published", time="|").partition("|")[0] in texts(page)


def test_marts_that_are_published_say_so(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    models.fill(lake, well=True)
    page = opened()
    assert "公開中" in texts(page) and "公開見送り" not in texts(page)
    assert [success.value for success in page.success][0].startswith("moderation_craft: モデルとテストはすべて正常です")


def test_a_row_tells_state_rows_with_their_change_seconds_and_tests(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    models.fill(lake)
    shown = texts(opened())
    assert "120行 :small[:gray[+1]]" in shown and ":red-badge[✗ 失敗]" in shown
    assert ":green-badge[✓ 成功] :orange-badge[影響あり]" in shown
    assert "0.2秒 :small[:gray[" in shown and "テスト0/1" in shown


def test_filters_stand_in_the_address_and_leave_what_matches(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    models.fill(lake)
    page = opened(layer="marts")
    assert names(page) == ["mart_daily_wellness", "mart_focus_hours"]
    page = opened(state="ok")
    assert names(page) == ["stg_sessions", "int_mood_days"]
    page.text_input(key="model_name").input("MOOD").run()
    assert names(page) == ["int_mood_days"]
    page.text_input(key="model_name").input("no such model").run()
    assert names(page) == [] and "条件に合うものがありません" in texts(page)


def test_many_models_are_shown_a_page_at_a_time(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    models.put_project(lake, "large", models.large(60))
    assert len(names(opened(project="large"))) == 25
    last = opened(project="large", page="3")
    assert not last.exception and len(names(last)) == 10


def test_pressing_a_model_opens_its_detail_and_the_address_tells_of_it(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    models.fill(lake)
    page = opened()
    page.button(key=f"open-{models.USERS}").click().run()
    assert not page.exception and address(page)["model"] == models.USERS
    assert "stg_usersの説明です。" in texts(page) and "What stg" not in texts(page)
    page.button(key="close-model").click().run()
    assert "model" not in address(page) and page.metric


def test_a_model_s_detail_shows_columns_tests_sql_neighbours_and_runs(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    models.fill(lake, builds=12)
    page = opened("en", model=models.USERS)
    shown = texts(page)
    assert not page.exception and cards(page) == []
    assert 'from "build"."lake"."stg_users"' in shown and "What stg_users is." in shown
    assert "Got 2 results" in shown and "2 failing rows" in shown and "severity error" in shown
    columns, runs = tables(page)
    assert [row["Description"] for row in columns] == ["The person", "The day"]
    assert len(runs) == 12 and runs[0]["State"] == "✗ failed"
    assert len(page.get("plotly_chart")) == 1
    page.button(key="below-model.moderation_craft.int_sessions").click().run()
    assert address(page)["model"] == "model.moderation_craft.int_sessions"


def test_a_model_that_is_none_is_told(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    models.fill(lake)
    page = opened(model="model.moderation_craft.gone")
    assert not page.exception and Words("ja")("dbt.no_such_model") in texts(page)


def test_an_operator_sees_failing_rows_when_asked_for_with_one_line_in_the_audit_log(
    on_aws: pytest.MonkeyPatch, lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    run_id = models.fill(lake)
    page = opened(model=models.USERS)
    assert "hanako-private" not in str(tables(page))
    page.button(key=FAILING.format(run_id=run_id)).click().run()
    assert {"user_id": "hanako-private", "times": "2"} in tables(page)[0]
    page.run()
    said = capsys.readouterr().out
    assert said.count("failing rows of") == 1 and "hanako" not in said


def test_a_viewer_gets_no_failing_rows(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    run_id = models.fill(lake)
    page = of_viewer(on_aws, prepared(model=models.USERS))
    assert page.button(key=FAILING.format(run_id=run_id)).disabled
    assert "hanako-private" not in str(tables(page)) + texts(page)


def test_rows_that_an_operator_has_seen_are_not_shown_on_to_a_viewer(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    run_id = models.fill(lake)
    page = of_viewer(on_aws, prepared(model=models.USERS), "alice")
    page.button(key=FAILING.format(run_id=run_id)).click().run()
    assert "hanako-private" in str(tables(page))
    page = of_viewer(on_aws, page)
    assert not page.exception and "hanako-private" not in str(tables(page))


def test_failing_rows_that_nobody_kept_are_told(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    run_id = models.fill(lake)
    key = model_keys.failing_key(OUR_PROJECT, models.day_of(run_id), run_id)
    lake.s3.delete_object(Bucket=lake.bucket, Key=key)
    page = opened(model=models.USERS)
    page.button(key=FAILING.format(run_id=run_id)).click().run()
    assert Words("ja")("dbt.failing_none") in texts(page)
