"""kill -9 while tables are made: no manifest is ever half, and the next start ends the run; no day is made twice."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from pipeline.check.tables import TableCheck
from pipeline.lake.bucket import Lake
from tests.faults.proxy import Proxy, Seen
from tests.faults.tables_victim import DAYS, RECORDS, make, shop
from tests.support.places import ROOT
from tests.support.tables.workshop import Workshop


def kill_at(request: int, url: str, bucket: str) -> None:
    """Start making tables, and kill at the so manieth file or manifest that is written."""
    seen: list[str] = []

    def strike(passed: Seen) -> None:
        if passed.operation == "s3.PutObject" and any(part in passed.path for part in ("/tables/", "/schemas/")):
            seen.append(passed.path)
            if len(seen) == request:
                victim.kill()

    with Proxy(url) as proxy:
        command = [sys.executable, "-m", "tests.faults.tables_victim", proxy.url, bucket, "first"]
        with subprocess.Popen(command, cwd=ROOT) as victim:
            proxy.on_request = strike
        proxy.drain()
    assert victim.returncode == -signal.SIGKILL


def whole(where: Workshop) -> list[int]:
    """The days whose manifest stands; each names files that stand, too."""
    found = [number for number, day in enumerate(DAYS) if where.manifest(day)]
    for number in found:
        assert len(where.rows("all_records", DAYS[number])) == len(RECORDS[number])
    return found


@pytest.mark.parametrize("request_number", [2, 4, 6, 9, 13])
def test_a_killed_run_is_ended_by_the_next_start(lake: Lake, emulator_url: str, request_number: int) -> None:
    where = shop(emulator_url, lake.bucket)
    for day, records in zip(DAYS, RECORDS, strict=True):
        where.export(records, day)
    kill_at(request_number, emulator_url, lake.bucket)
    made = whole(where)
    run = make(shop(emulator_url, lake.bucket, later=True), "second")
    assert (run.run_id, run.status) == ("first", "succeeded")
    assert dict(run.day_states).get("standing", 0) == len(made)
    assert whole(where) == [0, 1, 2]
    assert {row["n"] for day in DAYS for row in where.rows("user", day)} == {"1", "text", "3"}
    assert list(TableCheck(lake, DAYS[0], read_data=True).findings()) == []
