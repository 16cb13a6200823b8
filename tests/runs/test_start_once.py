"""pipeline.runs.start_once: whoever presses second joins, also while nothing tells of the first start yet."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from pipeline.errors import DataInvalid
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import Run, Started
from pipeline.runs.start_once import START_SECONDS, StartOnce, Starts
from tests.conftest import Clock


def joins(recent: Started | None) -> Started | None:
    return replace(recent, joined=True) if recent else None


def test_a_second_press_joins_the_first_start(clock: Clock) -> None:
    starts, run = Starts(), Started("run-1", clock().date(), joined=False)
    assert starts.once("weather", clock(), joins, lambda: run) == run
    assert starts.once("weather", clock(), joins, lambda: run) == replace(run, joined=True)


def test_each_name_has_a_start_of_its_own(clock: Clock) -> None:
    starts, run = Starts(), Started("run-1", clock().date(), joined=False)
    starts.once("weather", clock(), joins, lambda: run)
    assert not starts.once("air-quality", clock(), joins, lambda: run).joined


def test_after_a_while_a_start_that_nothing_tells_of_is_not_joined(clock: Clock) -> None:
    starts, run = Starts(), Started("run-1", clock().date(), joined=False)
    starts.once("weather", clock(), joins, lambda: run)
    later = clock() + timedelta(seconds=START_SECONDS + 1)
    assert not starts.once("weather", later, joins, lambda: run).joined


def test_a_start_that_failed_is_not_joined(clock: Clock) -> None:
    starts, run = Starts(), Started("run-1", clock().date(), joined=False)

    def fails() -> Started:
        raise OSError("no function")

    try:
        starts.once("weather", clock(), joins, fails)
    except OSError:
        pass
    assert not starts.once("weather", clock(), joins, lambda: run).joined


def test_twenty_who_press_together_start_once(clock: Clock) -> None:
    starts, begun = Starts(), []

    def begin() -> Started:
        begun.append(1)
        return Started("run-1", clock().date(), joined=False)

    people = [threading.Thread(target=starts.once, args=("weather", clock(), joins, begin)) for _ in range(20)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert len(begun) == 1


@dataclass
class Doorbell:
    """A starter that keeps the events."""

    events: list[dict[str, Any]] = field(default_factory=list)

    def start(self, event: dict[str, Any]) -> None:
        self.events.append(event)


@dataclass
class Desk:
    once: StartOnce
    rung: list[dict[str, Any]]
    clock: Clock

    def start(self) -> Started:
        return self.once.start_or_join("weather", lambda: {"source": "weather"})

    def hold(self, **fields: Any) -> None:
        """Another process's run holds the lease; with fields, its entry says so much of it."""
        now = self.clock()
        self.once.leases.take("weather", "elsewhere", now.date())
        if fields:
            self.once.ledger.open(Run("elsewhere", "weather", now.date(), now, now, **fields))


@pytest.fixture
def desk(ledger: Ledger, leases: Leases, clock: Clock) -> Desk:
    doorbell = Doorbell()
    return Desk(StartOnce(ledger, leases, doorbell, clock), doorbell.events, clock)


def test_a_start_has_an_id_of_its_own(desk: Desk) -> None:
    started = desk.start()
    assert not started.joined
    assert desk.rung == [{"source": "weather", "runId": started.run_id}]


def test_a_second_start_that_has_not_reported_yet_is_joined(desk: Desk) -> None:
    assert [desk.start(), desk.start()][1].joined
    assert len(desk.rung) == 1


def test_a_start_whose_run_has_ended_is_followed_by_another(desk: Desk, clock: Clock) -> None:
    first = desk.start()
    desk.once.ledger.open(Run(first.run_id, "weather", first.day, clock(), clock(), status="succeeded"))
    assert not desk.start().joined


@pytest.mark.parametrize("told", [{"status": "running"}, {}], ids=["in the ledger", "by its lease alone"])
def test_a_run_that_holds_the_lease_is_joined(desk: Desk, told: dict[str, Any]) -> None:
    desk.hold(**told)
    assert desk.start() == Started("elsewhere", desk.clock().date(), joined=True)
    assert desk.rung == []


def test_a_run_that_has_ended_and_not_yet_released_its_lease_is_not_joined(desk: Desk) -> None:
    desk.hold(status="succeeded")
    assert not desk.start().joined


def test_a_run_whose_entry_cannot_be_read_is_joined_by_its_lease(desk: Desk, lake: Lake) -> None:
    desk.hold()
    lake.write_json(keys.run_key("elsewhere", desk.clock().date()), {"run_id": 1}, None)
    assert desk.start().run_id == "elsewhere"


def test_what_cannot_be_asked_for_starts_nothing_and_is_not_joined(desk: Desk) -> None:
    def refused() -> dict[str, Any]:
        raise DataInvalid("a table has no days", record="weather", field="from")

    with pytest.raises(DataInvalid):
        desk.once.start_or_join("weather", refused)
    assert desk.rung == []
    assert not desk.start().joined
