"""pages.exports.detail and the preview under AppTest: what a person sees of one run."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import get_args

import orjson
import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import records, state
from pipeline.console.wiring import build_app
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.runs.engine_reason import Code, EngineReason
from pipeline.sources.config import SourceEntry
from pipeline.words.catalogue import LANGUAGES, catalogue
from tests.pages.conftest import a_run, opened, record, texts


def details(page: AppTest, run_id: str, part: str = "facts") -> AppTest:
    page.button(key=f"{state.OPENED}-{run_id}").click().run()
    return page if part == "facts" else page.radio(key=f"detail-{run_id}-ja").set_value(part).run()


def weather(lake: Lake, run_id: str, minutes_ago: int, first: int, last: int, **facts: object) -> None:
    """A run of a source that asked for these days of October, with its document."""
    days = [date(2026, 10, day) for day in range(first, last + 1)]
    records = [{"place_id": "p", "date": day.isoformat(), "rain": {"mm": {"most": day.day}}} for day in days]
    head = {"table_name": "weather", "exported_at": "2026-10-01T00:00:00Z", "export_version": "1.0"}
    document = orjson.dumps({"export_metadata": {**head, "record_count": len(records)}, "data": records})
    key = keys.fetched_key("weather", datetime.now(UTC).date(), run_id)
    lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=document)
    asked = {"first_day": days[0], "last_day": days[-1], **facts}
    record(lake, a_run(run_id, minutes_ago, table="weather", engine="fetch", key=key, consumed_units=0.0, **asked))


@pytest.fixture
def sources(on_aws: pytest.MonkeyPatch) -> None:
    """The list of sources holds the weather."""
    configs = build_app().sources.configs
    seen = configs.load()
    configs.change(seen, seen.with_entry(SourceEntry("weather", "weather", options={"places": []})), "test", "test")


DETAILS = {
    "facts": ("概要", ["実行ID", "20", "スキャン（スナップショットではありません）"]),
    "formats": ("他の形式", ["CSVとXLSXは入れ子の値を列に展開し"]),
    "columns": ("列プロファイル", ["先頭の500件から求めています"]),
    "diff": ("差分", ["追加されたレコード（先頭100件まで）", "から新しい方（"]),
    "log": ("ログ", []),
}


@pytest.mark.parametrize("part", DETAILS)
def test_each_part_of_the_details_is_drawn(environment: pytest.MonkeyPatch, part: str) -> None:
    page = opened(tab="history")
    key = next(str(b.key) for b in page.button if str(b.key).startswith(state.OPENED))
    page.button(key=key).click().run()
    mark = key.removeprefix(f"{state.OPENED}-")
    page.radio(key=f"detail-{mark}-ja").set_value(part).run()
    assert not page.exception
    shown = texts(page)
    assert [word for word in DETAILS[part][1] if word not in shown] == []
    if part == "log":
        assert any("export succeeded" in str(frame.value) for frame in page.dataframe)


def figures(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def test_runs_of_other_days_are_compared_on_the_days_of_both_and_that_is_said(sources: None, lake: Lake) -> None:
    weather(lake, "older", 9, 1, 20)
    weather(lake, "newer", 5, 16, 25)
    page = details(opened(tab="history", table="weather"), "newer", "diff")
    assert not page.exception
    assert figures(page) == {"追加": "0", "削除": "0", "変更": "0", "同じ": "5"}
    (said,) = (warning.value for warning in page.warning)
    for words in (
        "古い方: 2026-10-01 – 2026-10-20",
        "新しい方: 2026-10-16 – 2026-10-25",
        "2026-10-16 – 2026-10-20だけ",
    ):
        assert words in said


def test_runs_without_a_day_in_common_are_not_compared(sources: None, lake: Lake) -> None:
    weather(lake, "older", 9, 1, 5)
    weather(lake, "newer", 5, 16, 25)
    page = details(opened(tab="history", table="weather"), "newer", "diff")
    assert figures(page) == {}
    assert any("重なっていない" in warning.value for warning in page.warning)


def test_the_oldest_run_is_compared_forward_in_time(sources: None, lake: Lake) -> None:
    weather(lake, "older", 9, 1, 5)
    weather(lake, "newer", 5, 1, 5, status="succeeded")
    page = details(opened(tab="history", table="weather", sort="oldest"), "older", "diff")
    order = next(caption.value for caption in page.caption if "古い方（" in caption.value)
    earlier, later = re.findall(r"\d\d:\d\d", order)
    assert earlier < later or later.startswith("00")


def test_a_source_has_days_and_neither_capacity_nor_its_cost(sources: None, lake: Lake) -> None:
    weather(lake, "run", 5, 1, 5)
    page = details(opened(tab="history", table="weather"), "run")
    shown = texts(page)
    assert "対象の日付" in shown and "2026-10-01 – 2026-10-05" in shown
    assert [word for word in ("RCU", "概算コスト", "スロットリング回数", "セグメント数") if word in shown] == []


WHY = {
    EngineReason("within", size=4096, limit=10 * 1024**3): ("テーブルは4 KBで、1回の実行でスキャンできる10 GB以内です"),
    EngineReason("asked", "scan"): "設定で指定されています（PIPELINE_ENGINE=scan）",
    EngineReason("past_without_recovery", size=11 * 1024**3, limit=10 * 1024**3): (
        "テーブルは11 GBで、1回の実行でスキャンできる10 GBを超えています。ポイントインタイムリカバリは無効です"
    ),
}


@pytest.mark.parametrize("why", WHY, ids=lambda why: why.code)
def test_why_an_engine_was_taken_is_said_in_the_persons_language(
    on_aws: pytest.MonkeyPatch, lake: Lake, why: EngineReason
) -> None:
    record(lake, a_run("run", engine_reason=why.sentence, engine_why=why))
    page = details(opened(tab="history"), "run")
    assert WHY[why] in [text.value for text in page.text]


def test_a_reason_of_an_older_entry_is_shown_as_it_stands(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    record(lake, a_run("run", engine_reason="4,096 bytes are within the 10,737,418,240 that one invocation scans"))
    page = details(opened(tab="history"), "run")
    assert "4,096 bytes are within the 10,737,418,240 that one invocation scans" in [text.value for text in page.text]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_words(language: str) -> None:
    texts = {f"engine_why.{code}" for code in get_args(Code)}
    assert {key for key in catalogue(language) if key.startswith("engine_why.")} == texts


def test_nested_values_become_columns_by_choice(sources: None, lake: Lake) -> None:
    weather(lake, "run", 5, 1, 5)
    page = opened(tab="history", table="weather")
    page.button(key=f"{state.PREVIEWED}-run").click().run()
    assert list(page.dataframe[0].value) == ["place_id", "date", "rain"]
    assert page.dataframe[0].value["rain"][0] == '{"mm":{"most":1}}'
    page.toggle(key=f"{state.EXPANDED}-run").set_value(True).run()
    assert list(page.dataframe[0].value) == ["place_id", "date", "rain.mm.most"]


def test_what_closes_the_preview_and_what_closes_the_details_are_told_apart(sources: None, lake: Lake) -> None:
    weather(lake, "run", 5, 1, 5)
    page = opened(tab="history", table="weather")
    page.button(key=f"{state.PREVIEWED}-run").click().run()
    page.button(key=f"{state.OPENED}-run").click().run()
    labels = [button.label for button in page.button]
    assert {"プレビューを閉じる", "詳細を閉じる"} <= set(labels) and "閉じる" not in labels


def test_numbers_are_shown_whole_and_nested_values_as_json() -> None:
    exact = "1234567890123456789012345678.9012345678"
    table = records.table([{"n": Decimal(exact), "o": {"a": [Decimal("1.50"), True, None]}}])
    assert table.iloc[0].to_dict() == {"n": exact, "o": '{"a":[1.50,true,null]}'}


def test_the_window_of_an_incremental_run_is_told_with_its_limit(on_aws: pytest.MonkeyPatch) -> None:
    since, until = datetime(2026, 11, 23, 4, 45, tzinfo=UTC), datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
    window = {"window": "last", "since": since, "until": until, "changed_by": "updated_at:iso", "unjudged": 3}
    record(build_app().lake, a_run("part", 5, mode="incremental", **window))
    page = details(opened(tab="history"), "part")
    shown = texts(page)
    assert [
        word for word in ("2026/11/23 13:45 JST – 2026/11/24 14:00 JST", "updated_at:iso") if word not in shown
    ] == []
    assert "判定できなかった項目（書き出し済み）" in shown
    assert "全件のエクスポートでそろいます" in shown
