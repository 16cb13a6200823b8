"""pages.exports.page under AppTest: each state in both languages, driven by a real embedded App."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import state, watch
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.lake.document import TAIL, Head
from pipeline.runs.run import RunError
from pipeline.runs.watch import NOT_SEEN_SECONDS
from tests.pages.conftest import a_run, draw, opened, record, texts

SHOWN = {
    ("ja", "status"): [
        "データパイプライン管理",
        "エクスポート結果",
        "直近30日間のエクスポート",
        "のエクスポートは正常に完了しました",
    ],
    ("en", "status"): ["Data pipeline", "Export result", "Exports of the last 30 days", "Last export succeeded"],
    ("ja", "history"): [
        "DynamoDB → S3 エクスポートの管理とモニタリング",
        "テーブル名",
        "実行日時 (JST)",
        "スケジュール",
    ],
    ("en", "history"): ["Run and monitor DynamoDB → S3 exports", "Table", "Started (JST)", "Schedule"],
    ("ja", "settings"): ["S3バケット", "東京リージョン", "権限", "診断", "関数のログ", "aws logs tail"],
    ("en", "settings"): ["S3 bucket", "AWS Region", "Permissions", "Doctor", "The function’s log", "aws logs tail"],
}


@pytest.mark.parametrize(("language", "tab"), SHOWN)
def test_every_tab_speaks_its_language(environment: pytest.MonkeyPatch, language: str, tab: str) -> None:
    page = opened(language, tab)
    assert not page.exception
    shown = texts(page)
    assert [word for word in SHOWN[language, tab] if word not in shown] == []


def test_the_three_tabs_and_the_two_buttons_are_there(environment: pytest.MonkeyPatch) -> None:
    page = opened()
    assert [tab.label for tab in page.tabs] == ["ステータス", "履歴", "設定"]
    assert [button.label for button in page.button][:2] == ["更新", "手動エクスポート"]


def test_the_three_cards_hold_the_weeks_figures(environment: pytest.MonkeyPatch) -> None:
    page = opened()
    labels = {metric.label: metric.value for metric in page.metric}
    assert list(labels) == ["総エクスポート数", "最終エクスポート", "データサイズ"]
    assert labels["総エクスポート数"] == "7"
    assert any("失敗1回" in caption.value for caption in page.caption)
    assert labels["データサイズ"].endswith(" KB")


def test_the_failed_run_shows_code_cause_and_remedy(environment: pytest.MonkeyPatch) -> None:
    page = opened(tab="history")
    shown = texts(page)
    assert "DynamoDB" in shown and any("E005" in (error.proto.title or "") for error in page.error)
    assert "ProvisionedThroughputExceededException" in shown


def test_the_settings_are_the_five_rows(environment: pytest.MonkeyPatch) -> None:
    page = opened(tab="settings")
    shown = [code.value for code in page.code]
    for value in ("page-tests", "毎日 14:00（日本時間）", "ap-northeast-1"):
        assert value in shown


@pytest.mark.parametrize(("language", "title"), [("ja", "設定エラー"), ("en", "Configuration error")])
def test_a_malformed_setting_is_a_card_and_no_traceback(
    environment: pytest.MonkeyPatch, language: str, title: str
) -> None:
    environment.setenv("PIPELINE_BACKEND", "both")
    page = opened(language)
    assert not page.exception
    assert f"E013 CONFIG {title}" in [error.proto.title for error in page.error]
    assert "PIPELINE_BACKEND" in texts(page)


def test_wrong_credentials_are_a_card_and_the_settings_still_show(
    environment: pytest.MonkeyPatch, tmp_path: Path, emulator_url: str
) -> None:
    environment.setenv("PIPELINE_BACKEND", "aws")
    environment.setenv("AWS_ENDPOINT_URL", emulator_url)
    environment.setenv("AWS_EC2_METADATA_DISABLED", "true")
    environment.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    environment.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    page = opened()
    assert not page.exception
    assert any("E001" in (error.proto.title or "") for error in page.error)
    settings = opened(tab="settings")
    assert not settings.exception
    assert "page-tests" in [code.value for code in settings.code]


def test_a_bucket_that_holds_nothing_says_so(on_aws: pytest.MonkeyPatch) -> None:
    page = opened()
    assert any("まだエクスポートがありません" in info.value for info in page.info)
    assert {metric.label: metric.value for metric in page.metric}["最終エクスポート"] == "—"
    page = opened(tab="history")
    assert any("直近7日間のエクスポートはありません" in info.value for info in page.info)


def test_a_start_that_aws_refuses_is_a_red_card(on_aws: pytest.MonkeyPatch) -> None:
    on_aws.setenv("LAMBDA_EXPORT_FUNCTION", "not-deployed")
    page = opened()
    page.button(key="export").click().run()
    assert any("E014" in (error.proto.title or "") for error in page.error)
    assert "not-deployed" in texts(page)


def test_a_foreign_entry_that_repeats_a_run_does_not_break_the_page(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    run = a_run(key="raw/internal/dynamodb-exports/dt=2024-02-01/page-tests.json")
    record(lake, run)
    record(lake, run, day_before=1)
    page = opened(tab="history")
    assert not page.exception
    assert [button.key for button in page.button if str(button.key).startswith(state.PREVIEWED)] == [
        "previewed_run-run-1",
        "previewed_run-run-1-2",
    ]


def test_long_histories_are_paged_and_a_page_that_is_gone_falls_back(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    for number in range(21):
        record(lake, a_run(f"run-{number}", minutes_ago=number))
    page = opened(tab="history", page="2")
    assert page.number_input(key=state.HISTORY_PAGE).value == 2
    page = opened(tab="history", page="3")
    assert not page.exception
    assert page.number_input(key=state.HISTORY_PAGE).value == 1
    assert "全2ページ" in page.number_input(key=state.HISTORY_PAGE).label


def test_markup_in_names_and_messages_is_shown_as_it_is(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    markup = "**b** <i>x</i> [l](https://example.org) :red[r] $y$"
    record(lake, a_run(status="failed", error=RunError("E011", markup)))
    # A name that no table can have is not believed, and told as it is.
    record(lake, a_run("run-2", table=markup))
    page = opened(tab="history")
    assert any(markup in text.value for text in page.text)
    assert markup in [code.value for code in page.code]
    assert [element.value for element in (*page.markdown, *page.error, *page.caption) if "<i>" in element.value] == []


def test_a_failed_run_is_a_500_card_with_its_cause(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    record(lake, a_run(status="failed", error=RunError("E009", "out of memory after 512 MB")))
    page = opened()
    assert any("500 エラー" in badge.value for badge in page.markdown)
    assert "E009 メモリ制限超過" in [error.proto.title for error in page.error]


def test_a_start_that_nobody_reports_is_told_after_a_while(on_aws: pytest.MonkeyPatch) -> None:
    long_ago = datetime.now(UTC) - timedelta(seconds=NOT_SEEN_SECONDS + 1)
    page = AppTest.from_function(draw, default_timeout=30)
    page.session_state[state.STARTED] = watch.OwnStart("never", long_ago.date(), long_ago)
    page.run()
    assert "E011 LAMBDA_FAILED 手動エクスポートが失敗" in [error.proto.title for error in page.error]
    assert not page.button(key="export").disabled


def test_a_run_of_this_session_disables_the_button_while_it_goes(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    run = a_run(status="running", finished_at=None, records=120, minutes_ago=1)
    record(lake, run)
    page = AppTest.from_function(draw, default_timeout=30)
    page.session_state[state.STARTED] = watch.OwnStart(run.run_id, run.day, run.started_at)
    page.run()
    assert page.button(key="export").disabled
    assert "120" in [text.value for text in page.text]


def test_a_newer_run_of_somebody_else_replaces_this_sessions_result(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    mine = a_run("mine", minutes_ago=9, records=1)
    record(lake, mine)
    record(lake, a_run("theirs", minutes_ago=2, records=777))
    page = AppTest.from_function(draw, default_timeout=30)
    page.session_state[state.STARTED] = watch.OwnStart("mine", mine.day, mine.started_at)
    page.run()
    assert page.tabs[0].text[0].value == "777"


def test_a_bucket_and_a_function_that_do_not_exist_are_marked_with_their_remedy(on_aws: pytest.MonkeyPatch) -> None:
    on_aws.setenv("S3_BUCKET_NAME", "no-such-bucket-here")
    on_aws.setenv("LAMBDA_EXPORT_FUNCTION", "not-deployed")
    page = opened(tab="settings")
    assert not page.exception
    assert "E014 NOT_FOUND リソースが見つかりません" in [error.proto.title for error in page.error]
    # Five questions to one bucket that is not there are one card.
    assert sum("no-such-bucket-here" in code.value and ": " in code.value for code in page.code) == 1
    assert "許可されていません" not in texts(page)


def test_exports_of_the_old_function_are_drawn_though_their_records_are_not_known(
    on_aws: pytest.MonkeyPatch, lake: Lake
) -> None:
    key = keys.export_key("page-tests", datetime.now(UTC).date())
    lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=Head("page-tests", "2024-02-01T05:00:00Z", 0).encode() + TAIL)
    page = opened()
    assert page.get("plotly_chart")
    assert "まだグラフに表示できるエクスポートがありません。" not in texts(page)


def test_many_broken_entries_are_counted_and_do_not_hide_the_history(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    record(lake, a_run())
    for number in range(8):
        key = keys.run_key(f"bad-{number}", datetime.now(UTC).date())
        lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=b"{")
    page = opened("en", tab="history")
    assert sum("E010" in (error.proto.title or "") for error in page.error) == 3
    assert "5 more of these" in texts(page)


def test_the_headline_says_that_an_export_is_late(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    record(lake, a_run(minutes_ago=3 * 24 * 60, records=1))
    page = opened()
    assert any("のエクスポートが実行されていません（" in warning.value for warning in page.warning)
    assert "「手動エクスポート」で今すぐ実行し" in texts(page)


@pytest.mark.parametrize(("language", "said"), [("ja", "のエクスポートは失敗しました"), ("en", "The export that ran")])
def test_the_headline_says_that_an_export_failed(
    on_aws: pytest.MonkeyPatch, lake: Lake, language: str, said: str
) -> None:
    record(lake, a_run(status="failed", error=RunError("E009", "x")))
    assert any(said in error.value for error in opened(language).error)


def test_filters_of_a_shared_link_are_kept_and_wrong_ones_fall_back(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    record(lake, a_run("good"))
    record(lake, a_run("bad", status="failed", error=RunError("E009", "x")))
    page = opened(tab="history", status="failed", sort="oldest")
    assert [button.key for button in page.button if str(button.key).startswith(state.OPENED)] == ["opened_run-bad"]
    assert page.selectbox(key=f"{state.FILTER_SORT}-ja").value == "oldest"
    page = opened(tab="history", status="<script>", days="100000", table="../..")
    assert not page.exception
    assert page.selectbox(key=f"{state.FILTER_STATUS}-ja").value == "all"
    assert page.selectbox(key=f"{state.FILTER_DAYS}-ja").value == "7"


def test_a_filter_that_lets_nothing_through_says_so(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    record(lake, a_run("good"))
    page = opened(tab="history", status="failed")
    assert any("条件に合うエクスポートはありません" in info.value for info in page.info)


def test_a_table_without_runs_is_kept_and_shows_none_of_others(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    record(lake, a_run("good"))
    page = opened(tab="history", table="weather")
    assert page.selectbox(key=f"{state.FILTER_TABLE}-ja").value == "weather"
    assert [button for button in page.button if str(button.key).startswith(state.OPENED)] == []
    assert any("直近7日間にweatherの実行はありません" in info.value for info in page.info)


def test_the_headline_says_that_an_export_runs_though_the_history_was_read_before_it_began(
    on_aws: pytest.MonkeyPatch, lake: Lake
) -> None:
    record(lake, a_run("before"))
    page = opened()
    assert any("正常に完了しました" in success.value for success in page.success)
    run = a_run("mine", status="running", finished_at=None, minutes_ago=0, records=120)
    page.session_state[state.STARTED] = watch.OwnStart(run.run_id, run.day, run.started_at)
    page.run()
    assert any("エクスポートを開始しています" in info.value for info in page.info)
    record(lake, run)
    page.run()
    assert any("エクスポート中です" in info.value for info in page.info)
    assert "120" in [text.value for text in page.text]
    assert not any("正常に完了しました" in success.value for success in page.success)


def test_the_doctor_gives_a_report_to_copy(environment: pytest.MonkeyPatch) -> None:
    page = opened(tab="settings")
    page.button(key="doctor").click().run()
    report = next(code.value for code in page.code if "[正常]" in code.value)
    assert "[正常] 権限 · s3:ListBucket" in report
    assert "DynamoDBテーブル · ポイントインタイムリカバリ 有効" in report


def test_the_log_is_filtered(environment: pytest.MonkeyPatch) -> None:
    page = opened(tab="settings")
    page.selectbox(key=f"{state.LOG_HOURS}-of-ja").set_value(168).run()
    page.selectbox(key=state.LOG_LEVEL).set_value("ERROR").run()
    (frame,) = page.dataframe
    assert set(frame.value["レベル"]) == {"ERROR"}
    page.text_input(key=state.LOG_TEXT).set_value("no such words").run()
    assert any("条件に合うログはありません" in info.value for info in page.info)
