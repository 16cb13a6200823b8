"""Japanese is set without blanks: none before a unit, none between a name and its particle, but for what is listed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from pages.ui import format as fmt
from pipeline.sources.kinds import KINDS
from pipeline.words.catalogue import catalogue

# Kana, kanji and their punctuation; what a placeholder stands for is a word of the sentence, too.
JAPANESE = "\u3041-\u30ff\u3005\u4e00-\u9fff、。「」（）・"
STRAY = re.compile(f"[{JAPANESE}}}0-9] +[{JAPANESE}]|[{JAPANESE}] +[{JAPANESE}{{0-9]")
# The words of the specification: a time of day after its day, a status code before its meaning, the caption's arrow.
LISTED = re.compile(
    r"(?:今日|昨日|明日) \{time\}|\{time\} |毎日 14:00|200 成功|500 エラー|S3 エクスポート|前回比 \{change\}"
)
NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)


def stray(text: str) -> list[str]:
    """The blanks of a text that are none of those listed, each between what stands around it."""
    return STRAY.findall(LISTED.sub("", text))


def test_no_text_of_the_catalogue_has_a_stray_blank() -> None:
    found = {key: stray(text) for key, text in catalogue("ja").items()}
    assert {key: blanks for key, blanks in found.items() if blanks} == {}


def test_nor_has_a_kind_of_source() -> None:
    texts = [text.ja for kind in KINDS for text in (kind.title, kind.partly, *(field.label for field in kind.fields))]
    assert [text for text in texts if stray(text)] == []


@pytest.mark.parametrize(
    "text", ["{n} 件", "10 時間前", "{name} を追加", "テーブルは {size} で", "失敗 3回", "先頭 {n}"]
)
def test_the_rule_finds_what_it_is_for(text: str) -> None:
    assert stray(text)


@pytest.mark.parametrize(
    "text", ["昨日 {time}", "200 成功", "日時 (JST)", "{time} のエクスポート", "{before} → {after}"]
)
def test_the_rule_leaves_what_is_listed_and_words_in_latin_letters(text: str) -> None:
    assert not stray(text)


@pytest.mark.parametrize("seconds", [1, 59, 61, 3600, 36_000, 86_400, 90 * 86_400])
def test_no_time_that_is_made_has_one(seconds: int) -> None:
    ago = fmt.ago(NOW - timedelta(seconds=seconds), NOW, "ja")
    assert " " not in ago + fmt.duration(float(seconds), "ja") + fmt.duration(2.5, "ja")


def test_english_keeps_its_blanks() -> None:
    assert fmt.ago(NOW - timedelta(hours=10), NOW, "en") == "10 hours ago"
    assert fmt.duration(123.0, "en") == "2 min 3 sec"
