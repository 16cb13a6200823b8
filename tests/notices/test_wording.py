"""pipeline.notices.wording: every kind has its words; a name from elsewhere stays a name, whatever is in it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ALL_ERRORS
from pipeline.notices.notice import Kind, Notice
from pipeline.notices.wording import LONGEST_NAME, Message, message, plain
from pipeline.words.texts import LANGUAGES, catalogue

AT = datetime(2024, 2, 1, 5, 30, tzinfo=UTC)
CONSOLE = "https://console.example.com/base"
FACTS = (("code", "E005"), ("at", "2024-02-01T05:30:00Z"), ("table", "movies"))


def notice(about: str = "movies", kind: Kind = "run_failed", path: str = "/debug/pipeline?run=r1") -> Notice:
    return Notice(kind, f"{kind}:{about}", AT, about, path, FACTS)


def text_of(made: Message) -> str:
    return "\n".join((made.subject, made.title, *made.lines, made.link))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_can_be_told_once_and_many_times(language: str, kind: Kind) -> None:
    one, many = (message([notice(kind=kind)] * number, language, CONSOLE) for number in (1, 7))
    assert "movies" in one.title and "7" in many.title
    assert f"notices.kind.{kind}" in catalogue(language)


def test_facts_are_told_with_their_labels_in_the_reader_s_words() -> None:
    assert message([notice()], "ja", CONSOLE).lines == (
        "エラー: E005 DynamoDBスロットリング",
        "時刻: 2024/02/01 14:30 JST",
        "テーブル: movies",
    )


def test_a_subject_is_ascii_whatever_the_name() -> None:
    assert message([notice("עברית a")], "ja", CONSOLE).subject == "[pipeline] Run failed: ????? a"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_an_error_has_its_title(language: str) -> None:
    for error in ALL_ERRORS:
        made = message([Notice("run_failed", "c", AT, "x", "/", (("code", error.code),))], language, CONSOLE)
        assert made.lines[0].endswith(catalogue(language)[f"errors.{error.code}.title"])


def test_a_fact_without_a_label_is_told_by_its_name() -> None:
    made = message([Notice("run_failed", "c", AT, "x", "/", (("unheard_of", "1"),))], "ja", CONSOLE)
    assert made.lines == ("unheard_of: 1",)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_facts_that_are_known_have_labels(language: str) -> None:
    labels = {key for key in catalogue(language) if key.startswith("notices.fact.")}
    assert {f"notices.fact.{name}" for name in ("code", "run", "table", "day", "since", "due", "severity")} <= labels


def test_a_message_leads_to_the_console_s_address_or_names_the_path() -> None:
    assert message([notice()], "ja", CONSOLE).link == f"{CONSOLE}/debug/pipeline?run=r1"
    assert message([notice()], "ja", "").link == "コンソール内の場所：/debug/pipeline?run=r1"


@pytest.mark.parametrize(
    "path",
    ["//evil.example/x", "https://evil.example", "\\\\evil", "@evil.example", ".evil.example", "a\r\nb", "", "🍣<x>"],
)
def test_no_path_leads_away_from_the_console(path: str) -> None:
    link = message([notice(path=path)], "ja", CONSOLE).link
    assert link.startswith(f"{CONSOLE}/") and not link.startswith(f"{CONSOLE}//")
    assert link.isascii() and link.isprintable() and not set(link) & set("<> ")


def test_many_names_are_counted_and_the_first_told() -> None:
    made = message([notice(f"table-{number}") for number in range(50)], "ja", CONSOLE)
    assert made.lines == (*(f"- table-{number}" for number in range(5)), "ほか45件")
    assert made.link == f"{CONSOLE}/debug/pipeline"


def test_a_name_that_many_share_is_told_once() -> None:
    assert message([notice()] * 9, "ja", CONSOLE).lines == ("- movies",)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("映画🍣👨‍👩‍👧", "映画🍣👨‍👩‍👧"),
        ("한국어", "한국어"),
        ("עברית", "\u2068עברית\u2069"),
        ("a\u202egnp.exe", "a gnp.exe"),
        ("\u2066a\u2069", "a"),
        ("a\r\nSubject: b\x00\x1b[31m\u2028c", "a Subject: b [31m c"),
        ("https://evil.example", "https:\u2060//evil.example"),
        ("zero\u200bwidth\ufeff", "zero width"),
        ("\ud800x", "\\ud800x"),
        ("password=hunter2000", "password=[redacted]"),
        ("x" * 500, "x" * 119 + "…"),
    ],
)
def test_a_name_turns_nothing_around_and_leads_nowhere(name: str, told: str) -> None:
    assert plain(name) == told


@given(st.text(max_size=300), st.text(max_size=300))
def test_whatever_a_name_is_the_message_can_be_sent(about: str, value: str) -> None:
    made = message([Notice("run_failed", "c", AT, about, "/", (("x", value),))], "ja", CONSOLE)
    assert made.subject.isascii() and made.subject.isprintable() and 0 < len(made.subject) < 100
    assert all(len(line) <= 3 * LONGEST_NAME and "\n" not in line for line in (made.title, *made.lines))
    text_of(made).encode()
