"""pages.ui.answers: fresh ones at once, older ones renewed beside, stale ones waited for; one reader, bounded."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pages.ui.answers import Answers
from pipeline.errors import NotFound
from tests.support.eventually import eventually

SECONDS_TO_WAIT = 10


class Clock:
    """Seconds, as many as the test says."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Source:
    """What is read: counts the readings, waits where it is held, fails where it is told to."""

    def __init__(self) -> None:
        self.readings = 0
        self.open, self.done = threading.Event(), threading.Semaphore(0)
        self.open.set()
        self.error: Exception | None = None

    def __call__(self) -> int:
        assert self.open.wait(SECONDS_TO_WAIT)
        self.readings += 1
        try:
            if self.error:
                raise self.error
            return self.readings
        finally:
            self.done.release()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def answers(clock: Clock) -> Answers[str, int]:
    return Answers(30, 300, most=2, clock=clock)


def test_a_fresh_answer_is_given_as_it_is(answers: Answers[str, int], source: Source, clock: Clock) -> None:
    answers.get("q", source)
    clock.now = 30.0
    assert (answers.get("q", source), source.readings) == (1, 1)


def test_an_older_answer_is_given_at_once_and_renewed_beside(
    answers: Answers[str, int], source: Source, clock: Clock
) -> None:
    answers.get("q", source)
    clock.now = 31.0
    source.open.clear()
    assert answers.get("q", source) == 1
    source.open.set()
    assert eventually(lambda: answers.get("q", source) == 2)


def test_a_renewal_that_is_going_is_not_begun_again(answers: Answers[str, int], source: Source, clock: Clock) -> None:
    answers.get("q", source)
    clock.now = 31.0
    source.open.clear()
    assert [answers.get("q", source) for _ in range(20)] == [1] * 20
    source.open.set()
    assert eventually(lambda: answers.get("q", source) == 2)
    assert source.readings == 2


def test_a_stale_answer_is_waited_for(answers: Answers[str, int], source: Source, clock: Clock) -> None:
    answers.get("q", source)
    clock.now = 301.0
    assert answers.get("q", source) == 2


def test_many_who_ask_at_once_are_one_reading(answers: Answers[str, int], source: Source) -> None:
    source.open.clear()
    with ThreadPoolExecutor(20) as pool:
        given = [pool.submit(answers.get, "q", source) for _ in range(20)]
        source.open.set()
        assert {future.result(SECONDS_TO_WAIT) for future in given} == {1}


def test_an_error_is_raised_and_not_kept(answers: Answers[str, int], source: Source) -> None:
    source.error = NotFound("no bucket", resource="b")
    with pytest.raises(NotFound):
        answers.get("q", source)
    source.error = None
    assert answers.get("q", source) == 2


def test_an_error_of_a_renewal_is_met_by_the_next_who_asks(
    answers: Answers[str, int], source: Source, clock: Clock
) -> None:
    answers.get("q", source)
    assert source.done.acquire(timeout=SECONDS_TO_WAIT)
    clock.now = 31.0
    source.error = NotFound("no bucket", resource="b")
    assert answers.get("q", source) == 1
    assert source.done.acquire(timeout=SECONDS_TO_WAIT)

    def refused() -> bool:
        try:
            answers.get("q", source)
        except NotFound:
            return True
        return False

    assert eventually(refused)


def test_what_was_being_read_when_all_was_forgotten_is_not_kept(answers: Answers[str, int], source: Source) -> None:
    def forgotten_meanwhile() -> int:
        answers.forget()
        return source()

    assert answers.get("q", forgotten_meanwhile) == 1
    assert answers.get("q", source) == 2


def test_no_more_than_the_bound_are_kept(answers: Answers[str, int], source: Source) -> None:
    for question in ("a", "b", "c"):
        answers.get(question, source)
    assert answers.get("c", source) == 3
    assert answers.get("a", source) == 4
