"""pipeline.console.reports.gathering.limits: whoever asked, or the time, ends a block, and it is told which."""

from __future__ import annotations

import pytest

from pipeline.console.reports.gathering.limits import Limits
from pipeline.console.reports.gathering.reading import Reading
from pipeline.errors import DataInvalid, FunctionFailed, TimedOut
from pipeline.lake.bucket import Lake


class Seconds:
    """A clock of seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_block_ends_once_its_time_is_over_and_the_next_one_has_its_own() -> None:
    clock = Seconds()
    limits = Limits("r", seconds=10, clock=clock)
    first = limits.begin()
    clock.now += 10
    first.check()
    assert not first.over()
    clock.now += 1
    with pytest.raises(TimedOut) as told:
        first.check()
    assert (told.value.state, first.over(), limits.begin().over()) == ("report_block_late", True, False)


def test_what_an_engine_says_that_was_stopped_in_time_is_what_it_says() -> None:
    clock = Seconds()
    limit = Limits("r", seconds=10, clock=clock).begin()
    said = DataInvalid("stopped")
    assert limit.why(said) is said
    clock.now += 11
    assert limit.why(said).state == "report_block_late"


def test_nobody_s_report_ends(lake: Lake) -> None:
    limits = Limits("r", over=lambda: True)
    with pytest.raises(FunctionFailed) as told:
        Reading(lake, 0, limit=limits.begin()).read("a")
    assert told.value.state == "report_cancelled"
