"""kill -9 of a build at any moment: the pointer names whole files, nobody is left behind, and the next one succeeds.

With -m soak: at a hundred moments.
"""

from __future__ import annotations

import io
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.analysis.builds.folders import PREFIX
from pipeline.analysis.builds.marts import CurrentMarts, current_marts
from pipeline.analysis.models.builds import Builds
from pipeline.aws import Cloud
from pipeline.lake.bucket import Lake
from pipeline.runs.history import shown_status
from pipeline.runs.lease import LEASE_SECONDS
from pipeline.runs.ledger import Ledger
from tests.analysis.builds.projects import small_project
from tests.analysis.builds.world import SESSIONS
from tests.analysis.query.days import made
from tests.faults.proxy import Proxy, Seen
from tests.support.eventually import eventually
from tests.support.places import ROOT
from tests.support.tables.workshop import Workshop

# What a build writes once dbt has ended, up to the run's last entry.
WRITES = ("/marts/", "/metadata/dbt/", "/metadata/models/", "/staging/failing/")


@dataclass
class Lab:
    """A lake, a project, and a folder for what builds leave on the disk."""

    lake: Lake
    url: str
    project: Path
    folder: Path
    rounds: int = 0

    def start(self, url: str | None = None) -> subprocess.Popen[bytes]:
        """A build by a clock on which the lease of the one before has expired."""
        self.rounds += 1
        later = str(self.rounds * (LEASE_SECONDS + 5))
        command = [sys.executable, "-m", "tests.analysis.builds.victim", url or self.url, self.lake.bucket]
        environment = {**os.environ, "TMPDIR": str(self.folder)}
        return subprocess.Popen([*command, str(self.project), later], cwd=ROOT, env=environment)

    def whole(self) -> CurrentMarts | None:
        """What is published; each of its files stands, with the rows that it is to have."""
        current = current_marts(self.lake)
        for file in current.marts if current else ():
            body = b"".join(self.lake.stream(file.key, file.version_id))
            assert (len(body), pq.read_table(io.BytesIO(body)).num_rows) == (file.size, file.records)
        if current:
            kept = Builds(self.lake).load(current.day, current.run_id)
            assert kept and kept.marts == current.marts
        return current

    def at_work(self) -> list[int]:
        """Processes that work in the folder of a build."""
        return [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/cwd") if self._is_within(path)]

    def _is_within(self, link: Path) -> bool:
        try:
            return os.readlink(link).startswith(f"{self.folder}/{PREFIX}")
        except OSError:
            return False


@pytest.fixture
def lab(cloud: Cloud, emulator_url: str, tmp_path: Path) -> Iterator[Lab]:
    shop = Workshop(made(cloud), lambda: datetime.now(UTC))
    today = datetime.now(UTC).date()
    shop.export(SESSIONS, today)
    shop.convert("t", today)
    folder = tmp_path / "disk"
    folder.mkdir()
    yield Lab(shop.lake, emulator_url, small_project(tmp_path / "project"), folder)


def killed_after(lab: Lab, seconds: float) -> None:
    with lab.start() as victim:
        time.sleep(seconds)
        victim.kill()


def killed_at_write(lab: Lab, number: int) -> None:
    """Kill once so many objects of what a build leaves have been asked to be written."""
    seen: list[str] = []

    def strike(passed: Seen) -> None:
        if passed.operation == "s3.PutObject" and any(part in passed.path for part in WRITES):
            seen.append(passed.path)
            if len(seen) == number:
                victim.send_signal(signal.SIGKILL)

    with Proxy(lab.url) as proxy, lab.start(proxy.url) as victim:
        proxy.on_request = strike


def whose(lab: Lab) -> str:
    current = lab.whole()
    assert current
    return current.run_id


def survives(lab: Lab, moments: int, writes: list[int]) -> None:
    chance = random.Random(14)  # noqa: S311 - the same moments each time
    begun = time.monotonic()
    assert lab.start().wait() == 0
    span, first = time.monotonic() - begun, lab.whole()
    assert first
    published = {first.run_id}
    for number in writes:
        killed_at_write(lab, number)
        published.add(whose(lab))
    for _ in range(moments):
        killed_after(lab, chance.uniform(0.2, span))
        published.add(whose(lab))
    assert eventually(lambda: not lab.at_work())
    assert lab.start().wait() == 0
    last = lab.whole()
    assert last and last.run_id > first.run_id
    assert list(lab.folder.iterdir()) == []
    runs = Ledger(lab.lake).entries(first.day, last.day).runs
    # One whose successor was killed before it could say so is not told of by anybody, and is shown as interrupted.
    later = datetime.now(UTC) + timedelta(seconds=(lab.rounds + 10) * (LEASE_SECONDS + 5))
    assert [run.run_id for run in runs if shown_status(run, later) == "running"] == []
    assert next(run for run in runs if run.run_id == last.run_id).status == "succeeded"
    # What the index calls published, the pointer has named.
    briefs = Builds(lab.lake).index().builds
    assert {one.run_id for one in briefs if one.published} == {*published, last.run_id}


def test_a_build_that_is_killed_leaves_the_pointer_whole_and_the_next_one_succeeds(lab: Lab) -> None:
    # The pointer itself is the seventh object: the mart, three artifacts, the record, the index, the pointer.
    survives(lab, moments=8, writes=[2, 5, 6, 7])


@pytest.mark.soak
def test_so_it_is_at_a_hundred_moments(lab: Lab) -> None:
    survives(lab, moments=80, writes=[1, 2, 3, 4, 5, 6, 7] * 3)
