"""A third job needs only its engine: lease, ledger, resume, hand-over, history and check come with its life."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest

from pipeline.check.runs import Check
from pipeline.errors import AlreadyRunning, TimedOut
from pipeline.jsonlog import JsonLog
from pipeline.lake.bucket import Lake
from pipeline.lake.document import Reader
from pipeline.runs.history import Filter, select
from pipeline.runs.lease import LEASE_SECONDS, Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.lifecycle import Lifecycle
from pipeline.runs.request import ExportRequest, ExportResult
from tests.conftest import Clock
from tests.support.greetings import Greetings
from tests.support.sudden_death import killed_after

DAY = date(2024, 2, 1)
PEOPLE = ("Ada", "Bo", "Chie", "Dan")
MOST_LINES = 30


@dataclass
class Hall:
    life: Lifecycle
    clock: Clock
    greeted: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def greet(self, name: str) -> None:
        self.clock.tick(2)
        self.greeted.append(name)

    def run(
        self, run_id: str = "r1", remaining: Callable[[], float] = lambda: 900.0, hop: int = 0, **parts: Any
    ) -> ExportResult:
        engine = Greetings(self.life.lake, PEOPLE, self.greet)
        request = ExportRequest(run_id, "greetings", hop=hop)
        return replace(self.life, **parts).run(engine, request, JsonLog("f", None, self.lines.append), remaining)


@pytest.fixture
def hall(lake: Lake, ledger: Ledger, leases: Leases, clock: Clock) -> Hall:
    return Hall(Lifecycle(lake, ledger, leases, clock), clock)


def test_its_engine_is_short() -> None:
    assert len(inspect.getsource(Greetings).splitlines()) <= MOST_LINES


def test_it_publishes_a_document_and_its_entry_tells_of_it(hall: Hall) -> None:
    run = hall.run().run
    assert (run.status, run.engine, run.consistency, run.records) == ("succeeded", "greeting", "other", len(PEOPLE))
    reader = Reader(hall.life.lake.stream(run.key or "", run.version_id), run.key or "")
    assert [record["name"] for record in reader.records()] == list(PEOPLE)
    assert [json.loads(line)["message"] for line in hall.lines] == ["greeting started", "greeting succeeded"]


def test_it_stands_in_the_history_under_its_own_name(hall: Hall) -> None:
    run = hall.run().run
    history = hall.life.ledger.history(DAY, DAY)
    assert history.problems == ()
    assert select(history.runs, Filter("greetings"), hall.clock()) == [run]


def test_a_second_one_is_refused_while_it_goes_on(hall: Hall) -> None:
    hall.life.leases.take("greetings", "first", DAY)
    with pytest.raises(AlreadyRunning):
        hall.run("second")
    assert hall.greeted == []


def test_one_that_died_is_gone_on_with_and_nobody_is_greeted_twice(hall: Hall) -> None:
    killed_after(hall.life, 2, lambda remaining: hall.run("dead", remaining))
    hall.clock.tick(LEASE_SECONDS + 1)
    assert hall.run("next").run.run_id == "dead"
    assert hall.greeted == list(PEOPLE)


def test_one_that_needs_more_time_goes_on_in_another_invocation(hall: Hall) -> None:
    handed: list[dict[str, Any]] = []
    left = iter([900.0])
    assert hall.run(remaining=lambda: next(left, 10.0), carry_on=handed.append).continues
    assert handed == [{"greet": "greetings", "runId": "r1", "trigger": "manual", "hop": 1}]
    assert hall.run(hop=1).run.status == "succeeded"
    assert hall.greeted == list(PEOPLE)


def test_one_that_nobody_goes_on_with_fails_in_time(hall: Hall) -> None:
    with pytest.raises(TimedOut, match="0 people were greeted when the time was over"):
        hall.run(remaining=lambda: 10.0)
    assert hall.life.leases.current("greetings") is None


def test_check_finds_nothing_wrong_with_its_document(hall: Hall) -> None:
    hall.run()
    report = Check(hall.life.lake, hall.life.ledger, hall.clock(), 2).run(lambda name: ("name",), read_data=True)
    assert (report.findings, report.runs) == ((), 1)
