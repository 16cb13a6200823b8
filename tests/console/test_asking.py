"""pipeline.console.asking: a question that is answered beside, and ends when nobody wants it any more."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from pipeline.analysis.query.face import Watch
from pipeline.analysis.query.pool import cancelled
from pipeline.console.asking import Asking, Shares
from pipeline.errors import NotFound, RateLimited, TimedOut
from tests.support.places import ROOT

PATIENCE = 30.0


def until_unwanted(watch: Watch) -> str:
    while not watch.cancelled():
        time.sleep(0.005)
    raise cancelled()


def test_the_answer_is_there_once_the_work_is_done() -> None:
    go = threading.Event()

    def work(watch: Watch) -> str:
        go.wait(PATIENCE)
        return "done"

    asking = Asking(work)
    assert asking.answer() is None
    go.set()
    assert asking.answer(PATIENCE) == "done"
    assert asking.answer() == "done"


def test_the_place_in_the_line_is_known() -> None:
    go, told = threading.Event(), threading.Event()

    def work(watch: Watch) -> str:
        watch.waiting(3)
        told.set()
        go.wait(PATIENCE)
        return ""

    asking = Asking(work)
    assert told.wait(PATIENCE) and asking.place == 3
    go.set()


def test_an_error_is_raised_where_the_answer_is_looked_for() -> None:
    def work(watch: Watch) -> str:
        raise NotFound("there is none")

    asking = Asking(work)
    for _ in range(2):
        with pytest.raises(NotFound):
            asking.answer(PATIENCE)


def test_whoever_cancels_is_told_that_it_was_cancelled() -> None:
    asking = Asking(until_unwanted)
    asking.cancel()
    with pytest.raises(TimedOut) as met:
        asking.answer(PATIENCE)
    assert met.value.facts["situation"] == "query_cancelled"


def test_nobody_looks_any_more_and_it_ends_by_itself() -> None:
    now = [0.0]
    ended = threading.Event()

    def work(watch: Watch) -> str:
        try:
            return until_unwanted(watch)
        finally:
            ended.set()

    asking = Asking(work, patience=90, clock=lambda: now[0])
    now[0] = 89.0
    assert asking.answer() is None
    now[0] = 178.0
    assert not ended.wait(0.1)
    now[0] = 180.0
    assert ended.wait(PATIENCE)


def test_nobody_has_more_than_their_share_and_others_have_theirs() -> None:
    shares = Shares(2)
    with shares.one("a"), shares.one("a"):
        with pytest.raises(RateLimited) as met, shares.one("a"):
            pass
        assert met.value.facts["situation"] == "query_own"
        with shares.one("b"):
            pass
    with shares.one("a"), shares.one("a"):
        pass


BROKEN = """
import threading
from pipeline.console.asking import Asking
from pipeline.errors import PipelineError
try:
    Asking(lambda watch: 1 / 0).answer(30)
except PipelineError as error:
    print(error.code)
[each.join() for each in threading.enumerate() if each.name == "query"]
"""


def test_work_that_breaks_is_an_error_not_an_endless_wait_and_the_log_has_its_cause() -> None:
    done = subprocess.run([sys.executable, "-c", BROKEN], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "E011\n" and "ZeroDivisionError" in done.stderr
