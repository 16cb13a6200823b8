"""pages.exports.settings_tab under AppTest: what AWS says in the person's words, and a change of the schedule."""

from __future__ import annotations

from datetime import time

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import opened, texts


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
