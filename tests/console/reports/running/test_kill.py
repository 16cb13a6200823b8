"""kill -9 of a console at any moment of a report: half a report is never listed, and the next start makes it.

With -m soak: at fifty moments.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

import pytest

from pipeline.lake.report_keys import REPORTS, SENT
from pipeline.notices.due import Due
from pipeline.notices.sending.outbox import CLAIM
from pipeline.runs.lease import LEASE_SECONDS
from tests.console.reports.press import HISTORY, SCHEDULE_TEXT, STATUS, TEXT, TO_TEAM, Press
from tests.faults.proxy import Proxy, Seen
from tests.support.places import ROOT

NAME = "weekly"
# What a report writes once its run has begun: four forms, the manifest, whom it went to, and that it is built.
WRITES = (f"/{REPORTS}", f"/{SENT}", ".built.json")
DAY_SECONDS = 86_400.0


@dataclass
class Lab:
    """Each round is another day, on which the report is due once more."""

    press: Press
    url: str

    def start(self, url: str | None = None) -> subprocess.Popen[bytes]:
        """A console that makes what is due now."""
        press, moment = self.press, self.press.clock().isoformat()
        given = [url or self.url, press.lake.bucket, str(press.folder), press.topic.arn, moment]
        command = [sys.executable, "-m", "tests.console.reports.running.victim", *given]
        return subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONWARNINGS": "ignore"})

    def next_day(self) -> Due:
        self.press.clock.tick(DAY_SECONDS)
        (due,) = self.press.due.mark()
        return due

    def listed(self) -> list[str]:
        """The reports that are there by what a page is told; each of their files is what it is to be."""
        maker = self.press.maker()
        made = [run.made for run in maker.runs(NAME) if run.made]
        assert all([file[0] for file in one.files] == ["html", "pdf", "xlsx", "md"] for one in made)
        assert all(maker.file(NAME, one.run_id, one.day, file[0]) for one in made for file in one.files)
        return [one.run_id for one in made]

    def made_by_the_next_start(self, due: Due) -> None:
        """Once the dead run's lease is over."""
        before = self.listed()
        assert set(before) <= {*before, due.run_id}
        self.press.clock.tick(LEASE_SECONDS + 60)
        self.press.duty()()
        assert self.listed() == [due.run_id, *(one for one in before if one != due.run_id)]
        assert self.press.due.states(NAME)[0].state == "built"
        (run,) = [run for run in self.press.runs() if run.run_id == due.run_id]
        assert run.status == "succeeded"
        self.told(due.run_id)

    def told(self, run_id: str) -> None:
        """By the next start; where the dead one had claimed the notice, by whoever comes when that claim is over."""
        if self.received(run_id):
            return
        self.press.clock.tick(CLAIM.total_seconds())
        self.press.app().reports.notices.retry()
        assert self.received(run_id)

    def received(self, run_id: str) -> bool:
        """Without those that were taken out of the topic's queue before."""
        return any(run_id in message for _, message in self.press.topic.received())


@pytest.fixture
def lab(press: Press, emulator_url: str) -> Lab:
    press.keep(NAME, TEXT, STATUS, HISTORY, more=SCHEDULE_TEXT + TO_TEAM, formats="[html, pdf, xlsx, md]")
    press.clock.tick(2400)
    press.due.mark()
    return Lab(press, emulator_url)


def killed_after(lab: Lab, seconds: float) -> None:
    with lab.start() as victim:
        time.sleep(seconds)
        victim.kill()


def killed_at_write(lab: Lab, number: int) -> None:
    """Kill once so many objects of what a report leaves have been asked to be written."""
    seen: list[str] = []

    def strike(passed: Seen) -> None:
        if passed.operation == "s3.PutObject" and any(part in passed.path for part in WRITES):
            seen.append(passed.path)
            if len(seen) == number:
                victim.send_signal(signal.SIGKILL)

    with Proxy(lab.url) as proxy:
        with lab.start(proxy.url) as victim:
            proxy.on_request = strike
        proxy.drain()
    assert len(seen) >= number


def survives(lab: Lab, moments: int, writes: list[int]) -> None:
    chance = random.Random(16)  # noqa: S311 - the same moments each time
    begun = time.monotonic()
    assert lab.start().wait() == 0
    span = time.monotonic() - begun
    assert len(lab.listed()) == 1
    for number in writes:
        due = lab.next_day()
        killed_at_write(lab, number)
        lab.made_by_the_next_start(due)
    for _ in range(moments):
        due = lab.next_day()
        killed_after(lab, chance.uniform(0.4 * span, span))
        lab.made_by_the_next_start(due)


def test_a_console_that_is_killed_leaves_no_half_report_and_the_next_start_makes_it(lab: Lab) -> None:
    survives(lab, moments=3, writes=[2, 5, 6, 7])


@pytest.mark.soak
def test_so_it_is_at_fifty_moments(lab: Lab) -> None:
    survives(lab, moments=43, writes=[1, 2, 3, 4, 5, 6, 7])
