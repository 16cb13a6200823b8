"""kill -9 in the middle of a backfill: the next start goes on, and no finished day is asked for a second time."""

from __future__ import annotations

import signal
import subprocess
import sys
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
from tests.faults.proxy import Proxy, Seen
from tests.faults.test_kill import later
from tests.support.places import ROOT


def finished(lake: Lake) -> int:
    return len(SourceDays(lake).load("weather", FIRST, LAST).days)


def kill_when(far: Callable[[], bool], url: str, bucket: str, provider: str) -> None:
    """Start a fetch, and kill it when it writes something and has come so far."""

    def strike(seen: Seen) -> None:
        if seen.operation == "s3.PutObject" and far():
            victim.kill()

    with Proxy(url) as proxy:
        command = [sys.executable, "-m", "tests.faults.fetch_victim", proxy.url, bucket, provider, "first"]
        with subprocess.Popen(command, cwd=ROOT) as victim:
            proxy.on_request = strike
        proxy.drain()
    assert victim.returncode == -signal.SIGKILL


@pytest.mark.parametrize("pieces_before", [1, 4, 8])
def test_a_killed_backfill_asks_for_no_finished_day_again(lake: Lake, emulator_url: str, pieces_before: int) -> None:
    with OpenMeteo() as provider:
        kill_when(lambda: finished(lake) >= 10 * pieces_before, emulator_url, lake.bucket, provider.url)
        known, asked = finished(lake), list(provider.requests)
        run = fetch(emulator_url, lake.bucket, provider.url, "second", later=True)
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
        kill_when(lambda: any(lake.list_after(keys.DAILY, "")), emulator_url, lake.bucket, provider.url)
        fetch(emulator_url, lake.bucket, provider.url, "second", later=True)
    report = Check(lake, Ledger(lake), later(), 2).run(lambda name: ("place_id", "date"), read_data=True)
    assert report.findings == ()
