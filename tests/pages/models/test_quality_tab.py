"""pages.models.quality_tab under AppTest: the grade, findings with their marks, the trend, profiles, looking now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import reads
from pipeline.analysis.quality.findings import CHECKS
from pipeline.analysis.quality.standing import Grade
from pipeline.lake import analysis_keys
from pipeline.lake.bucket import Lake
from pipeline.words.catalogue import LANGUAGES, Words
from tests.analysis.quality.world import USER, usual
from tests.pages.conftest import texts
from tests.pages.models.conftest import address, cards, opened, tables
from tests.support.lakes import models
from tests.support.tables import workshop

TABLE = models.TABLE
REASON = "known to the <b>team</b>"


def finding(lake: Lake, language: str = "ja", which: int = 0) -> tuple[AppTest, str]:
    """The tab with the error (or the warning) open."""
    name = models.fill_quality(lake)[which]
    return opened(language, "quality", finding=name), name


def mark(page: AppTest, name: str, kind: str, reason: str) -> AppTest:
    page.button(key=f"mark-{kind}-{name}").click().run()
    page.text_area(key=f"reason-{name}-{kind}").input(reason)
    return page.button(key=f"save-{kind}-{name}").click().run()


@pytest.mark.parametrize("language", LANGUAGES)
def test_findings_are_one_line_each_with_their_state(on_aws: pytest.MonkeyPatch, lake: Lake, language: str) -> None:
    models.fill_quality(lake)
    page, words = opened(language, "quality"), Words(language)
    shown = texts(page)
    assert not page.exception and cards(page) == []
    assert words("quality.grade.error") in shown and words("quality.state.new") in shown
    assert words("quality.state.continuing", days=3) in shown
    assert words("quality.state.healed") in shown and words("quality.check.column_new") in shown
    assert words("quality.step.duplicate_keys") not in shown


def test_an_open_finding_tells_what_was_expected_and_found_and_what_to_do(
    on_aws: pytest.MonkeyPatch, lake: Lake
) -> None:
    page, name = finding(lake)
    shown = texts(page)
    assert "期待値" in shown and "検出値" in shown and "初回検出" in shown and name in shown
    assert "次の一手" in shown and "python -m pipeline quality --table page-tests" in shown
    page.button(key=f"open-finding-{name}").click().run()
    assert "finding" not in address(page) and "次の一手" not in texts(page)


@pytest.mark.parametrize("kind", ["muted", "acknowledged"])
def test_an_operator_marks_with_a_reason_and_takes_the_mark_back(
    on_aws: pytest.MonkeyPatch, lake: Lake, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    page, name = finding(lake)
    page = mark(page, name, kind, REASON)
    word = Words("ja")(f"quality.fact.{kind}")
    assert not page.exception and cards(page) == []
    assert f":gray-badge[{word}]" in texts(page) and REASON in texts(page)
    # What is muted counts for nothing; what is acknowledged still does.
    assert (":red-badge[:material/error: 異常]" in texts(page)) == (kind == "acknowledged")
    page.button(key=f"unmark-{name}").click().run()
    assert f":gray-badge[{word}]" not in texts(page) and Words("ja")("inspect.unmarked") in texts(page)
    said = capsys.readouterr().out
    assert said.count('"action":"quality"') == 2 and REASON not in said


def test_a_mark_without_a_reason_is_refused_where_it_is_made(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    page, name = finding(lake)
    page = mark(page, name, "muted", "  ")
    assert not page.exception and [title for title in cards(page) if "E003" in title]
    assert page.text_area(key=f"reason-{name}-muted") is not None
    assert ":gray-badge[ミュート]" not in texts(page)


def test_somebody_looks_now(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    on_aws.setenv("DYNAMODB_TABLE_NAME", workshop.TABLE)
    shop, today = workshop.Workshop(lake, lambda: datetime.now(UTC)), datetime.now(UTC).date()
    shop.export([*usual(), USER], today)
    shop.convert("t1", today)
    page = opened(tab="quality")
    assert Words("ja")("inspect.nobody_step") in texts(page)
    page.button(key="quality-look").click().run()
    assert not page.exception and cards(page) == []
    assert f"{workshop.TABLE}（{today} UTC）: 異常。検出1件" in texts(page)
    assert "「things」を確認しました。" in texts(page)


def test_looking_where_there_is_nothing_is_a_named_error(on_aws: pytest.MonkeyPatch) -> None:
    page = opened(tab="quality")
    page.button(key="quality-look").click().run()
    assert not page.exception and [title for title in cards(page) if "E014" in title]


def test_thirty_days_are_a_chart_and_the_same_as_a_table(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    models.fill_quality(lake, days=20)
    page = opened("en", "quality")
    trend = tables(page)[0]
    assert len(page.get("plotly_chart")) == 1 and len(trend) == 30
    assert trend[0] == {
        "Day (UTC)": f"{datetime.now(UTC):%Y/%m/%d}",
        "Grade": "error",
        "error": 1,
        "attention": 1,
        "Records": "25",
    }
    assert [row["Grade"] for row in trend].count("not run") == 10


def test_a_result_that_nobody_can_read_is_named_beside_the_others(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    models.fill_quality(lake, days=3)
    today = datetime.now(UTC).date()
    broken = analysis_keys.quality_key(TABLE, today - timedelta(days=10), "q0000-x")
    lake.s3.put_object(Bucket=lake.bucket, Key=broken, Body=b"{}")
    reads.refresh()
    page = opened(tab="quality")
    assert not page.exception and page.get("plotly_chart")
    assert broken in texts(page) or cards(page)


def test_marks_that_nobody_can_read_are_told_and_the_findings_stay(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    models.fill_quality(lake)
    key = analysis_keys.quality_marks_key(TABLE)
    lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=b"[]")
    page = opened(tab="quality")
    assert not page.exception and Words("ja")("inspect.unread_marks") in texts(page) and key in texts(page)
    assert "キーが重複しています" in str([button.label for button in page.button])


def test_a_profile_tells_a_kind_s_columns(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    models.fill_quality(lake)
    page = opened("en", "quality", quality_entity="session")
    levels, notes = tables(page)[1]
    assert (levels["Column"], levels["Types"], levels["Missing or null"]) == ("focus_level", "integer", "5.0%")
    assert (levels["Least"], levels["Greatest"], levels["Out of range"]) == ("1", "11", 1)
    assert (notes["Missing or null"], notes["Types"], notes["Least"]) == ("40.0%", "text", "—")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_grade_and_every_check_has_its_words(language: str) -> None:
    words = Words(language)
    assert len({words(f"quality.grade.{grade}") for grade in get_args(Grade)}) == len(get_args(Grade))
    assert all(words(f"quality.check.{check}") and words(f"quality.step.{check}") for check in CHECKS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_type_of_a_column_has_its_word(language: str) -> None:
    assert all(Words(language)(f"inspect.type.{kind}") for kind in "integer decimal text boolean list object".split())
