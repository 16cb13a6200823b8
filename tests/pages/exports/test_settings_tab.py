"""pages.exports.settings_tab under AppTest: what AWS says in the person's words, and a change of the schedule."""

from __future__ import annotations

from datetime import time

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import opened, texts
from tests.support.refusing import Refusal, refusing


def badges(page: AppTest) -> str:
    return "\n".join(element.value for element in page.markdown)


def saved(page: AppTest, at: time, enabled: bool = True) -> AppTest:
    page.time_input[0].set_value(at)
    page.main.toggle[0].set_value(enabled)
    return page.button(key="save-schedule").click().run()


def test_what_is_saved_is_shown_everywhere_at_once_and_told(environment: pytest.MonkeyPatch) -> None:
    page = saved(opened(tab="settings"), time(9, 30))
    assert not page.exception
    assert [success.value for success in page.success][-1] == "保存しました。毎日09:30に実行されます。"
    assert "cron(30 9 * * ? *)" in badges(page)
    page = saved(page, time(9, 30), enabled=False)
    assert [success.value for success in page.success][-1] == "保存しました。スケジュールは停止中です。"
    assert "下の「スケジュールの変更」で有効にできます。" in texts(page)
    page = page.run()
    assert not any("保存しました" in success.value for success in page.success)
    saved(page, time(14, 0))


def test_a_schedule_of_another_time_than_declared_is_marked(environment: pytest.MonkeyPatch) -> None:
    different = "設定の「毎日 14:00（日本時間）」と異なります"
    page = opened(tab="settings")
    assert different not in texts(page)
    page = saved(page, time(9, 30))
    assert "実行時刻 09:30" in badges(page)
    assert different in texts(page)
    page = saved(page, time(14, 0))
    assert different not in texts(page)


SAID = {
    "ja": [
        "バージョニング 有効",
        "ライフサイクル 30日後 → STANDARD_IA",
        "ライフサイクル 90日後 → GLACIER",
        "状態 稼働中",
    ],
    "en": ["Versioning on", "Lifecycle after 30 days → STANDARD_IA"],
}


@pytest.mark.parametrize("language", SAID)
def test_what_aws_says_is_in_the_persons_language(environment: pytest.MonkeyPatch, language: str) -> None:
    shown = badges(opened(language, "settings"))
    assert [words for words in SAID[language] if words not in shown] == []


@pytest.mark.parametrize("language", SAID)
def test_no_badge_stands_where_nothing_is_known(environment: pytest.MonkeyPatch, language: str) -> None:
    # DynamoDB has not measured the table yet: that is no good size.
    shown = badges(opened(language, "settings"))
    assert "—" not in shown


# What every service answers alike, in the form of each → what is shown once, and no other card.
ALIKE = {
    "RequestTimeTooSkewed": "時計がずれています",
    "ExpiredTokenException": "一時的な認証情報の期限切れ",
    "OptInRequired": "AWSアカウントを利用できません",
    "UnrecognizedClientException": "認証エラー",
}


@pytest.mark.parametrize(("code", "title"), ALIKE.items())
def test_what_fails_for_one_cause_is_one_card_that_names_it_all(
    on_aws: pytest.MonkeyPatch, code: str, title: str
) -> None:
    with refusing(Refusal(code, "said", 403)) as url:
        on_aws.setenv("AWS_ENDPOINT_URL", url)
        page = opened(tab="settings")
    assert not page.exception
    (card,) = page.error
    assert title in (card.proto.title or "")
    named = next(block.value for block in page.code if "s3:GetBucketVersioning" in block.value)
    for action in ("s3:ListBucket", "lambda:GetFunctionConfiguration", "scheduler:GetSchedule", "logs:FilterLogEvents"):
        assert action in named
    # The schedule's form and the log point to the card.
    assert texts(page).count("原因は上のカードのとおりです") == 2


def test_a_connection_that_nobody_takes_is_one_card(on_aws: pytest.MonkeyPatch) -> None:
    on_aws.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    (card,) = opened("en", "settings").error
    assert "AWS cannot be reached" in (card.proto.title or "")


def test_a_bucket_that_is_not_there_is_one_card_in_its_row(on_aws: pytest.MonkeyPatch) -> None:
    on_aws.setenv("S3_BUCKET_NAME", "nobody-made-this-one")
    # The emulator would run one in Docker, were it only asked for the right to.
    on_aws.setenv("LAMBDA_EXPORT_FUNCTION", "nobody-made-this-one")
    page = opened(tab="settings")
    of_the_bucket = [block.value for block in page.code if "nobody-made-this-one: NoSuchBucket" in block.value]
    assert len(of_the_bucket) == 1
