"""Builds in somebody's hands: an operator's to start and whose failing rows are read, everybody's to look at."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.access import Person, Role
from pipeline.analysis.builds.marts import CurrentMarts, publish
from pipeline.analysis.models.builds import Brief, Build, Builds
from pipeline.analysis.models.standing import Tally
from pipeline.aws import Cloud
from pipeline.console.analysis.builds import BuildBoard, Crew, Ran, well
from pipeline.console.audit import Actor, Audit
from pipeline.errors import Forbidden, FunctionFailed, NotFound, SchemaMismatch
from pipeline.lake.model_keys import failing_key
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import Run
from tests.analysis.builds.world import World, small_world
from tests.support.eventually import eventually
from tests.support.tables.workshop import TABLE

BRIEF_FACTS = (0.5, "manual", "good", Tally(ok=1), Tally(ok=1), 1.0)


@pytest.fixture
def world(cloud: Cloud, tmp_path: Path) -> World:
    return small_world(cloud, tmp_path)


def board(world: World, role: Role | None = "operator", of: str = TABLE) -> BuildBoard:
    person = Person("p@example.com", verified=True, role=role)
    actor = Actor(lambda: person, Audit(world.lines.append, world.clock))
    return BuildBoard(world.builder(), of, actor, crew=Crew())


def audited(world: World) -> list[tuple[str, str, str]]:
    return [(line["action"], line["target"], line["outcome"]) for line in map(json.loads, world.lines)]


def brief(world: World, run_id: str = "run-1") -> Brief:
    return Brief(run_id, world.clock().date(), world.clock(), *BRIEF_FACTS, published=True)  # type: ignore[arg-type]


@pytest.mark.parametrize("role", [None, "viewer"])
def test_who_is_no_operator_starts_no_build_and_reads_no_failing_rows(world: World, role: Role | None) -> None:
    with pytest.raises(Forbidden, match="operator"):
        board(world, role).build()
    with pytest.raises(Forbidden):
        board(world, role).start()
    with pytest.raises(Forbidden):
        board(world, role).failing(world.clock().date(), "run-1")
    assert [(action, outcome) for action, _, outcome in audited(world)] == [
        ("build", "refused"),
        ("build", "refused"),
        ("download", "refused"),
    ]


def test_whoever_may_see_sees_what_builds_came_to(world: World) -> None:
    kept = Build(brief(world))
    Builds(world.lake).save(kept)
    day = world.clock().date()
    publish(world.lake, CurrentMarts(1, "run-1", day, day, world.clock(), ()))
    seen = board(world, "viewer")
    assert seen.index().builds == (kept.brief,) and seen.kept(day, "run-1") == kept
    current = seen.current()
    assert current and current.run_id == "run-1" and seen.running() is None and seen.run("run-1", day) is None
    assert world.lines == []
    with pytest.raises(Forbidden):
        board(world, None).index()


def test_failing_rows_are_read_by_an_operator_and_the_audit_log_says_whose(world: World) -> None:
    day = world.clock().date()
    world.lake.write_json(failing_key("moderation_craft", day, "run-1"), {"tests": {"t": {"columns": []}}}, None)
    assert board(world).failing(day, "run-1") == {"t": {"columns": []}}
    assert board(world).failing(day, "run-2") == {}
    assert audited(world)[0] == ("download", "failing rows of run-1", "done")


def test_a_build_that_was_started_goes_on_beside_and_ends_with_its_program(world: World) -> None:
    own = board(world)
    started = own.start()
    assert not started.joined
    again = own.start()
    assert (again.run_id, again.joined) == (started.run_id, True)
    running = own.running()
    assert running and running.run_id == started.run_id
    own.crew.close()
    ended = own.run(started.run_id, started.day)
    assert ended and ended.status == "failed" and ended.error and ended.error.state == "build_interrupted"
    assert own.running() is None and world.current() is None
    assert [line[1:] for line in audited(world)] == [("moderation_craft of things", "done")] * 2


def test_who_waits_is_told_what_it_came_to_nothing_of(world: World) -> None:
    with pytest.raises(NotFound) as raised:
        board(world, of="nobody").build(tell=lambda run: None)
    assert raised.value.state == "build_nothing"
    assert audited(world) == [("build", "moderation_craft of nobody", "failed")]
    (kept,) = board(world).index().builds
    assert (kept.withheld, kept.published) == ("no_tables", False)


@pytest.mark.parametrize("raw", [[], None, 7, {"tests": None}, {"tests": [1]}, {"tests": "ab"}], ids=repr)
def test_what_are_no_failing_rows_is_named(world: World, raw: object) -> None:
    day = world.clock().date()
    world.lake.write_json(failing_key("moderation_craft", day, "run-1"), raw, None)
    with pytest.raises(SchemaMismatch, match="holds no failing rows"):
        board(world).failing(day, "run-1")


def test_who_is_told_to_end_while_waiting_ends_what_was_begun(world: World) -> None:
    own = board(world)

    def interrupt(run: Run) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        own.build(tell=interrupt)
    assert eventually(lambda: own.running() is None)
    day = world.clock().date()
    (entry,) = [run for run in Ledger(world.lake).entries(day, day).runs if run.engine == "dbt"]
    assert entry.error and entry.error.state == "build_interrupted"


def test_a_build_elsewhere_that_stopped_reporting_is_told(world: World) -> None:
    builder = world.builder()
    lease = builder.leases.take("moderation_craft.build", "elsewhere", world.clock().date())
    run = Run("elsewhere", "moderation_craft.build", lease.day, world.clock(), world.clock(), engine="dbt")
    builder.ledger.open(run)
    own = board(world)

    def hours(run: Run) -> None:
        world.tick(3600)

    with pytest.raises(FunctionFailed, match="stopped reporting"):
        own.build(tell=hours)


def test_only_what_was_published_is_well(world: World) -> None:
    run = Run("run-1", "moderation_craft.build", world.clock().date(), world.clock(), world.clock(), status="succeeded")
    good = Build(brief(world))
    withheld = replace(good, brief=replace(good.brief, published=False, withheld="tests"))
    assert well(Ran(run, good)) and not well(Ran(run, withheld)) and not well(Ran(run, None))
    assert not well(Ran(replace(run, status="failed"), good))
