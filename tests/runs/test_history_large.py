"""A history of 10,000 runs: read whole, counted right, and paged. Started by hand with -m soak."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.runs.history import Filter, select
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import Run
from tests.conftest import Clock
from tests.runs.test_ledger import run

RUNS, DAYS = 10_000, 90


@pytest.mark.soak
def test_ten_thousand_runs_are_read_and_a_second_look_asks_only_for_what_changed(
    lake: Lake, ledger: Ledger, clock: Clock
) -> None:
    first = clock().date() - timedelta(days=DAYS - 1)

    def write(number: int) -> None:
        day = first + timedelta(days=number % DAYS)
        lake.write_json(keys.run_key(f"r{number:05}", day), run(f"r{number:05}", day).to_json(), None)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(RUNS)))
    found = ledger.history(first, clock().date())
    assert (len(found.runs), found.problems) == (RUNS, ())
    assert len({entry.run_id for entry in found.runs}) == RUNS
    assert list(found.runs) == sorted(found.runs, key=_newest, reverse=True)
    asked: list[str] = []
    lake.s3.meta.events.register("before-call.s3.GetObject", lambda **_: asked.append("GetObject"))
    assert len(ledger.history(first, clock().date()).runs) == RUNS
    assert asked == []
    assert len(select(found.runs, Filter(days=DAYS), clock())) >= RUNS - RUNS // DAYS - 1


def _newest(entry: Run) -> tuple[date, str]:
    return entry.day, entry.run_id
