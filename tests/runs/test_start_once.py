"""pipeline.runs.start_once: whoever presses second joins, also while nothing tells of the first start yet."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

from pipeline.runs.run import Started
from pipeline.runs.start_once import START_SECONDS, Starts
from tests.conftest import Clock


def joins(recent: Started | None) -> Started | None:
    return replace(recent, joined=True) if recent else None


def test_a_second_press_joins_the_first_start(clock: Clock) -> None:
    starts, run = Starts(), Started("run-1", clock().date(), joined=False)
    assert starts.once("weather", clock(), joins, lambda: run) == run
    assert starts.once("weather", clock(), joins, lambda: run) == replace(run, joined=True)


def test_each_name_has_a_start_of_its_own(clock: Clock) -> None:
    starts, run = Starts(), Started("run-1", clock().date(), joined=False)
    starts.once("weather", clock(), joins, lambda: run)
    assert not starts.once("air-quality", clock(), joins, lambda: run).joined


def test_after_a_while_a_start_that_nothing_tells_of_is_not_joined(clock: Clock) -> None:
    starts, run = Starts(), Started("run-1", clock().date(), joined=False)
    starts.once("weather", clock(), joins, lambda: run)
    later = clock() + timedelta(seconds=START_SECONDS + 1)
    assert not starts.once("weather", later, joins, lambda: run).joined


def test_a_start_that_failed_is_not_joined(clock: Clock) -> None:
    starts, run = Starts(), Started("run-1", clock().date(), joined=False)

    def fails() -> Started:
        raise OSError("no function")

    try:
        starts.once("weather", clock(), joins, fails)
    except OSError:
        pass
    assert not starts.once("weather", clock(), joins, lambda: run).joined


def test_twenty_who_press_together_start_once(clock: Clock) -> None:
    starts, begun = Starts(), []

    def begin() -> Started:
        begun.append(1)
        return Started("run-1", clock().date(), joined=False)

    people = [threading.Thread(target=starts.once, args=("weather", clock(), joins, begin)) for _ in range(20)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert len(begun) == 1
