"""pages.reports.editor.previewing: the last wish wins, nothing old is shown after it, and what fails is told."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import pytest

from pages.reports.editor.previewing import MOST_ROWS, Desk, Over, Shown, Wish, shortened
from pipeline.analysis.reports.document import Column, Document, Paragraph, Table
from pipeline.clock import utc_now
from pipeline.console.analysis.builds import Crew
from pipeline.errors import FunctionFailed, NotFound
from pipeline.words.catalogue import LANGUAGES, Words
from tests.support.eventually import eventually

NEVER = 3600.0


def desk(rest: float = 0.0, most: float = NEVER) -> Desk:
    return Desk(Crew().take, rest, most)


def wish(text: str, make: Callable[[Over], None] = lambda over: None) -> Wish:
    def made(over: Over) -> Shown:
        make(over)
        return Shown(text, utc_now(), text.encode())

    return Wish(text, made)


def raising(error: BaseException) -> Callable[[Over], None]:
    def make(over: Over) -> None:
        raise error

    return make


def settled(here: Desk) -> Shown:
    assert eventually(lambda: not here.is_going)
    assert here.shown is not None
    return here.shown


def test_what_is_wished_for_is_shown() -> None:
    here = desk()
    here.want(wish("a"))
    assert settled(here).html == b"a" and not here.is_stale("a")


def test_what_is_shown_is_stale_as_soon_as_something_else_is_typed() -> None:
    here = desk()
    here.want(wish("a"))
    settled(here)
    assert here.is_stale("ab")


def test_nothing_is_stale_before_anything_is_shown() -> None:
    assert not desk().is_stale("a")


def test_the_same_wish_is_made_once_until_it_is_asked_for_again() -> None:
    here, made = desk(), list[str]()
    for _ in range(2):
        here.want(wish("a", lambda over: made.append("a")))
        settled(here)
    assert made == ["a"]
    here.again()
    here.want(wish("a", lambda over: made.append("a")))
    settled(here)
    assert made == ["a", "a"]


def test_an_older_wish_is_told_to_end_and_never_shown() -> None:
    here, begun, ended = desk(), threading.Event(), threading.Event()

    def slow(over: Over) -> None:
        begun.set()
        assert eventually(over)
        ended.set()
        raise FunctionFailed("nobody wants it any more")

    here.want(wish("old", slow))
    assert begun.wait(30)
    here.want(wish("new"))
    assert settled(here).of == "new" and ended.is_set()


def test_one_that_is_made_although_nobody_wants_it_is_not_shown() -> None:
    here, begun, go = desk(), threading.Event(), threading.Event()

    def deaf(over: Over) -> None:
        begun.set()
        go.wait(30)

    here.want(wish("old", deaf))
    assert begun.wait(30)
    here.want(wish("new"))
    go.set()
    assert settled(here).of == "new"


def test_only_the_last_of_what_is_typed_without_a_rest_is_made() -> None:
    works, made = list[Callable[[Over], None]](), list[str]()
    here = Desk(works.append, rest=0.0)
    for text in ("a", "ab", "abc"):
        here.want(wish(text, lambda over, text=text: made.append(text)))  # type: ignore[misc]
    [work] = works
    work(lambda: False)
    assert settled(here).of == "abc" and made == ["abc"]


def test_typing_is_waited_for_until_it_rests() -> None:
    works, made = list[Callable[[Over], None]](), list[str]()
    here = Desk(works.append, rest=NEVER)
    here.want(wish("a", lambda over: made.append("a")))
    looks = iter([False, False, True])
    works[0](lambda: next(looks))
    assert made == [] and not here.is_going


def test_what_stood_in_the_way_is_told() -> None:
    here = desk()
    here.want(wish("a", raising(NotFound("no mart", resource="mart"))))
    shown = settled(here)
    assert shown.error is not None and shown.error.code == "E014" and shown.html == b""


def test_what_nobody_foresaw_is_told_in_short_and_whole_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    here = desk()
    with caplog.at_level(logging.ERROR):
        here.want(wish("a", raising(KeyError("secret row"))))
        error = settled(here).error
    assert error is not None and error.state == "report_preview" and "secret row" not in error.message
    assert "KeyError" in caplog.text


def test_one_that_takes_too_long_is_ended_and_told() -> None:
    here = desk(most=0.0)

    def slow(over: Over) -> None:
        assert eventually(over)
        raise FunctionFailed("told to end")

    here.want(wish("a", slow))
    error = settled(here).error
    assert error is not None and (error.code, error.state) == ("E008", "report_preview_late")


def test_a_failure_is_followed_by_the_next_wish() -> None:
    here = desk()
    here.want(wish("a", raising(NotFound("no", resource="x"))))
    settled(here)
    here.want(wish("b"))
    assert settled(here).of == "b"


def test_however_many_edit_two_are_made_at_a_time() -> None:
    go, lock, now, most = threading.Event(), threading.Lock(), list[str](), list[int]()

    def counted(over: Over) -> None:
        with lock:
            now.append("")
            most.append(len(now))
        go.wait(0.2)
        with lock:
            now.pop()

    desks = [desk() for _ in range(6)]
    for one in desks:
        one.want(wish("a", counted))
    assert [settled(one).of for one in desks] == ["a"] * 6 and max(most) <= 2


def test_all_end_with_the_process() -> None:
    crew, begun = Crew(), threading.Event()
    here = Desk(crew.take, 0.0, NEVER)

    def endless(over: Over) -> None:
        begun.set()
        assert eventually(over)
        raise FunctionFailed("told to end")

    here.want(wish("a", endless))
    assert begun.wait(30)
    crew.close()
    assert eventually(lambda: not here.is_going) and here.shown is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_long_table_is_looked_at_by_its_first_rows_and_says_so(language: str) -> None:
    table = Table("T", (Column("n"),), tuple((number,) for number in range(2_000)))
    document = Document("D", "", language, "Asia/Tokyo", utc_now(), (table, Paragraph("after")))
    short, note, after = shortened(document, Words(language)).parts
    assert isinstance(short, Table) and len(short.rows) == MOST_ROWS
    assert isinstance(note, Paragraph) and "2,000" in note.text and after == Paragraph("after")


def test_a_table_that_is_short_is_as_it_is() -> None:
    document = Document("D", "", "ja", "UTC", utc_now(), (Table("T", (Column("n"),), ((1,),)),))
    assert shortened(document, Words("ja")) == document
