"""pipeline.runs.watch: how far the run is that somebody follows, also while the ledger does not tell of it yet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pipeline.config import FUNCTION_TIMEOUT_SECONDS
from pipeline.runs.run import Run
from pipeline.runs.watch import NOT_SEEN_SECONDS, followed, own_start
from tests.conftest import Clock


def a_run(clock: Clock, status: Any = "running") -> Run:
    return Run("r1", "table", clock().date(), clock(), clock(), status=status)


@pytest.mark.parametrize(("status", "phase"), [("running", "going"), ("succeeded", "ended"), ("failed", "ended")])
def test_a_run_that_the_ledger_tells_of_is_going_until_it_has_ended(clock: Clock, status: str, phase: str) -> None:
    run = a_run(clock, status)
    watching = followed(run, clock())
    assert (watching.phase, watching.run, watching.own, watching.live) == (phase, run, False, phase == "going")


def test_a_run_without_progress_for_longer_than_a_function_can_work_has_ended(clock: Clock) -> None:
    later = clock() + timedelta(seconds=FUNCTION_TIMEOUT_SECONDS + 1)
    assert followed(a_run(clock), later).phase == "ended"


@pytest.mark.parametrize(("seconds", "phase"), [(0, "waiting"), (NOT_SEEN_SECONDS, "waiting"), (91, "unseen")])
def test_a_start_that_has_not_reported_is_waited_for_for_a_while(clock: Clock, seconds: int, phase: str) -> None:
    watching = own_start(None, clock(), clock() + timedelta(seconds=seconds))
    assert (watching.phase, watching.run, watching.own) == (phase, None, True)


def test_a_start_that_has_reported_is_followed_as_ones_own(clock: Clock) -> None:
    watching = own_start(a_run(clock), clock(), clock() + timedelta(seconds=91))
    assert (watching.phase, watching.own) == ("going", True)
