"""kill -9 in the middle of a backfill: the next start goes on, and no finished day is asked for a second time."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from pipeline.check.runs import Check
from pipeline.embedded.providers.open_meteo import OpenMeteo
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.lake.document import Reader
from pipeline.runs.ledger import Ledger
from pipeline.sources.calendar import SourceDays
from tests.faults.fetch_victim import FIRST, LAST, PIECES, fetch
from tests.faults.test_kill import later
from tests.support.places import ROOT


def finished(lake: Lake) -> int:
    return len(SourceDays(lake).load("weather", FIRST, LAST).days)


@pytest.mark.parametrize("pieces_before", [1, 4, 8])
def test_a_killed_backfill_asks_for_no_finished_day_again(lake: Lake, emulator_url: str, pieces_before: int) -> None:
    with OpenMeteo() as provider:
        arguments = [emulator_url, lake.bucket, provider.url]
        command = [sys.executable, "-m", "tests.faults.fetch_victim", *arguments, "first"]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
            _wait(lambda: finished(lake) >= 10 * pieces_before or process.poll() is not None)
            process.kill()
        known, asked = finished(lake), list(provider.requests)
        run = fetch(*arguments, "second", later=True)
        again = provider.requests[len(asked) :]
    assert 10 * pieces_before <= known < 10 * PIECES
    assert (run.run_id, run.status, run.records) == ("first", "succeeded", 10 * PIECES)
    starts = Counter(parameters["start_date"] for _, parameters in again)
    assert min(starts) == (FIRST + timedelta(days=known)).isoformat()
    assert sum(starts.values()) == PIECES - known // 10
    records = list(Reader(lake.stream(run.key or "", run.version_id), run.key or "").records())
    assert [record["date"] for record in records] == [
        (FIRST + timedelta(days=more)).isoformat() for more in range(10 * PIECES)
    ]


def test_after_a_killed_backfill_check_names_what_is_left_and_then_nothing(lake: Lake, emulator_url: str) -> None:
    with OpenMeteo() as provider:
        arguments = [emulator_url, lake.bucket, provider.url]
        command = [sys.executable, "-m", "tests.faults.fetch_victim", *arguments, "first"]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
            _wait(lambda: any(lake.list_after(keys.DAILY, "")))
            process.kill()
        fetch(*arguments, "second", later=True)
    report = Check(lake, Ledger(lake), later(), 2).run(lambda name: ("place_id", "date"), read_data=True)
    assert report.findings == ()


def _wait(done: Callable[[], bool]) -> None:
    for _ in range(600):
        if done():
            return
        time.sleep(0.02)
    raise AssertionError("never came so far")
