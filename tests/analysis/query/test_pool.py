"""pipeline.analysis.query.pool: two at a time, the others in the order in which they came, each told the place."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest

from pipeline.analysis.query.face import Watch
from pipeline.analysis.query.pool import Pool
from pipeline.errors import RateLimited, TimedOut


class Waiting:
    """Somebody who stands in line in a thread; ``places`` as they were told."""

    def __init__(self, pool: Pool) -> None:
        self.places: list[int] = []
        self.told, self.give_up, self.go = threading.Event(), threading.Event(), threading.Event()
        self.error: Exception | None = None
        self.thread = threading.Thread(target=self._wait, args=(pool,))
        self.thread.start()
        assert self.told.wait(10)

    def _wait(self, pool: Pool) -> None:
        try:
            with pool.turn(Watch(self.give_up.is_set, self._hear)):
                self.go.wait(10)
        except TimedOut as error:
            self.error = error

    def _hear(self, place: int) -> None:
        self.places.append(place)
        self.told.set()

    def until(self, place: int) -> None:
        while self.places[-1] != place:
            self.told.clear()
            if self.places[-1] != place:
                assert self.told.wait(10)

    def end(self) -> None:
        self.go.set()
        self.thread.join(10)


def test_whoever_comes_third_waits_and_is_told_the_place() -> None:
    pool = Pool()
    first, second, third, fourth = (Waiting(pool) for _ in range(4))
    assert [each.places for each in (first, second, third, fourth)] == [[0], [0], [1], [2]]
    second.end()
    third.until(0)
    fourth.until(1)
    first.end()
    fourth.until(0)
    for each in (third, fourth):
        each.end()
    assert (third.places, fourth.places) == ([1, 0], [2, 1, 0])


def test_whoever_gives_up_leaves_the_line() -> None:
    pool = Pool(children=1)
    first, second, third = (Waiting(pool) for _ in range(3))
    second.give_up.set()
    third.until(1)
    second.thread.join(10)
    assert isinstance(second.error, TimedOut) and second.error.state == "query_cancelled"
    first.end()
    third.until(0)
    third.end()


def test_a_turn_that_fails_is_given_on() -> None:
    pool = Pool(children=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), pool.turn(Watch()):
            _ = 1 / 0
    with pool.turn(Watch()):
        pass


def test_a_line_that_is_full_is_told() -> None:
    pool = Pool(children=2, waiting=0)
    with ExitStack() as held:
        for _ in range(2):
            held.enter_context(pool.turn(Watch()))
        with pytest.raises(RateLimited) as raised, pool.turn(Watch()):
            pass
    assert raised.value.state == "query_line"
    with pool.turn(Watch()):
        pass
