"""pages.exports under AppTest: each state in both languages, driven by a real embedded App."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import runtime

ROOT = Path(__file__).resolve().parents[2]
PAGE = {"S3_BUCKET_NAME": "page-tests", "DYNAMODB_TABLE_NAME": "page-tests", "LAMBDA_EXPORT_FUNCTION": "page-tests"}


def draw() -> None:
    from pages import exports  # noqa: PLC0415 - AppTest runs this function's source by itself

    exports.render()


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    for name in list(os.environ):
        if name.startswith(("PIPELINE_", "S3_", "AWS_")):
            monkeypatch.delenv(name)
    for name, value in PAGE.items():
        monkeypatch.setenv(name, value)
    runtime.forget_app()
    yield monkeypatch
    runtime.forget_app()


def opened(language: str = "ja") -> AppTest:
    page = AppTest.from_function(draw, default_timeout=30)
    page.query_params["lang"] = language
    return page.run()


def texts(page: AppTest) -> str:
    kinds = (page.title, page.caption, page.text, page.markdown, page.error, page.code, page.info, page.metric)
    return "\n".join(
        f"{element.label if hasattr(element, 'label') else ''} {element.value}" for k in kinds for element in k
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "ja",
            [
                "データパイプライン管理",
                "DynamoDB → S3 エクスポートの管理とモニタリング",
                "S3バケット",
                "東京リージョン",
            ],
        ),
        ("en", ["Data pipeline", "Run and monitor DynamoDB → S3 exports", "S3 bucket", "AWS Region"]),
    ],
)
def test_the_page_speaks_its_language(environment: pytest.MonkeyPatch, language: str, words: list[str]) -> None:
    page = opened(language)
    assert not page.exception
    for word in words:
        assert word in texts(page)


def test_the_three_tabs_and_the_two_buttons_are_there(environment: pytest.MonkeyPatch) -> None:
    page = opened()
    assert [tab.label for tab in page.tabs] == ["ステータス", "履歴", "設定"]
    assert [button.label for button in page.button][:2] == ["更新", "手動エクスポート"]


def test_the_three_cards_hold_the_weeks_figures(environment: pytest.MonkeyPatch) -> None:
    page = opened()
    labels = {metric.label: metric.value for metric in page.metric}
    assert list(labels) == ["総エクスポート数", "最終エクスポート", "データサイズ"]
    assert labels["総エクスポート数"].endswith(" 回")
    assert labels["データサイズ"].endswith(" KB")


def test_the_failed_run_shows_code_cause_and_remedy(environment: pytest.MonkeyPatch) -> None:
    page = opened()
    shown = texts(page)
    assert "DynamoDB" in shown and any("E005" in (error.proto.title or "") for error in page.error)
    assert "ProvisionedThroughputExceededException" in shown


def test_the_settings_are_the_five_rows(environment: pytest.MonkeyPatch) -> None:
    page = opened()
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
    assert "page-tests" in [code.value for code in page.code]


def test_a_bucket_that_holds_nothing_says_so(environment: pytest.MonkeyPatch, emulator_url: str, bucket: str) -> None:
    environment.setenv("PIPELINE_BACKEND", "aws")
    environment.setenv("AWS_ENDPOINT_URL", emulator_url)
    environment.setenv("AWS_ACCESS_KEY_ID", "testing")
    environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    environment.setenv("S3_BUCKET_NAME", bucket)
    page = opened()
    assert any("直近7日間のエクスポートはありません" in info.value for info in page.info)
    assert {metric.label: metric.value for metric in page.metric}["最終エクスポート"] == "—"


def test_a_start_that_aws_refuses_is_a_red_card(
    environment: pytest.MonkeyPatch, emulator_url: str, bucket: str
) -> None:
    environment.setenv("PIPELINE_BACKEND", "aws")
    environment.setenv("AWS_ENDPOINT_URL", emulator_url)
    environment.setenv("AWS_ACCESS_KEY_ID", "testing")
    environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    environment.setenv("S3_BUCKET_NAME", bucket)
    environment.setenv("LAMBDA_EXPORT_FUNCTION", "not-deployed")
    page = opened()
    page.button(key="export").click().run()
    assert any("E014" in (error.proto.title or "") for error in page.error)
    assert "not-deployed" in texts(page)
