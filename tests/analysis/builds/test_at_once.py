"""Two builds at the same instant: one runs, the other joins it; as for exports, nobody builds twice.

With -m soak: fifty rounds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from pipeline.access import Person
from pipeline.console.analysis.builds import BuildBoard, Crew, Ran
from pipeline.console.audit import Actor, Audit
from pipeline.runs.ledger import Ledger
from tests.analysis.builds.world import World
from tests.support.tables.workshop import TABLE

MakeWorld = Callable[..., World]
OPERATOR = Person("p@example.com", verified=True, role="operator")


@dataclass(frozen=True)
class Round:
    """What two who began together came to."""

    ran: list[Ran]
    lines: list[str]


def board(world: World, lines: list[str]) -> BuildBoard:
    """As another process would have it: nothing is shared but the lake."""
    return BuildBoard(world.builder(), TABLE, Actor(lambda: OPERATOR, Audit(lines.append, world.clock)), crew=Crew())


def together(world: World) -> Round:
    barrier, ran, lines = threading.Barrier(2), list[Ran](), list[str]()

    def one() -> None:
        own = board(world, lines)
        barrier.wait()
        ran.append(own.build())

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Round(ran, lines)


def one_runs(world: World, rounds: int) -> None:
    known: set[str] = set()
    for _ in range(rounds):
        world.tick(60)
        done = together(world)
        first, second = done.ran
        assert first.run.run_id == second.run.run_id and first.run.run_id not in known
        assert first.build == second.build and first.build and first.build.brief.published
        assert sum("joined" in line for line in done.lines) <= 1
        known.add(first.run.run_id)
    day = world.clock().date()
    runs = [run for run in Ledger(world.lake).entries(day, day).runs if run.engine == "dbt"]
    assert {run.run_id for run in runs} == known and {run.status for run in runs} == {"succeeded"}


def test_one_runs_and_the_other_joins(make_world: MakeWorld) -> None:
    one_runs(make_world(), 3)


@pytest.mark.soak
def test_so_it_is_fifty_times(make_world: MakeWorld) -> None:
    one_runs(make_world(), 50)
