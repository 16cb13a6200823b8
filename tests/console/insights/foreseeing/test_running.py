"""pipeline.console.insights.foreseeing.running: one run at a time, here or beside whoever asks, in somebody's name."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import pytest

from pipeline.access import Person
from pipeline.console.analysis.builds import Crew
from pipeline.console.insights.daily import MOST_PEOPLE
from pipeline.console.insights.foreseeing.running import LEASE, Wanted
from pipeline.console.insights.told_forecasts import Going
from pipeline.errors import AlreadyRunning, FunctionFailed, NotFound
from pipeline.runs.lease import Leases
from tests.console.insights.foreseeing.world import NOW, World, life
from tests.support.eventually import eventually
from tests.support.lakes.marts import publish_wellness


def test_it_is_told_how_far_a_run_is(world: World) -> None:
    publish_wellness(world.lake, life("a", 20) + life("b", 19))
    told: list[Going] = []
    made = world.board().foresee(tell=told.append)
    assert told == [Going(made.run_id, 0, 2), Going(made.run_id, 1, 2)]


def test_beside_whoever_asks_a_run_is_followed_to_its_end(world: World) -> None:
    publish_wellness(world.lake, life("a", 20))
    started = world.board().start()
    assert eventually(lambda: world.board().ended() is not None, 20)
    ended = world.board().ended()
    assert ended and ended.made and (ended.run_id, ended.made.foreseen) == (started.run_id, ("a",))
    assert world.board().going() is None and Leases(world.lake, world.clock).current(LEASE) is None


def test_how_a_run_failed_is_told_to_whoever_follows_it(world: World) -> None:
    world.board().start()
    assert eventually(lambda: world.board().ended() is not None, 20)
    ended = world.board().ended()
    assert ended and ended.error and ended.error.state == "insights_no_mart"


def test_while_one_goes_on_another_joins_it_and_a_third_is_refused(world: World) -> None:
    publish_wellness(world.lake, life("a", 20))
    held, go = threading.Event(), threading.Event()

    def wait(going: Going) -> None:
        held.set()
        go.wait(20)

    thread = threading.Thread(target=lambda: world.board().foresee(tell=wait))
    thread.start()
    assert held.wait(20)
    going = world.board().going()
    assert going and going.here and world.board().start() == going
    with pytest.raises(AlreadyRunning):
        world.board().foresee()
    go.set()
    thread.join(20)
    ended = world.board().ended()
    assert ended and ended.run_id == going.run_id and ended.made


def test_one_that_goes_on_elsewhere_is_seen_and_joined(world: World) -> None:
    Leases(world.lake, world.clock).take(LEASE, "other", NOW.date())
    assert world.board().going() == Going("other", here=False)
    assert world.board().start() == Going("other", here=False)


def test_a_console_that_died_is_followed_by_another(world: World) -> None:
    publish_wellness(world.lake, life("a", 20))
    Leases(world.lake, world.clock).take(LEASE, "dead", NOW.date())
    world.clock.tick(121)
    assert world.board().foresee().foreseen == ("a",)


def test_a_run_keeps_its_lease_however_many_people_there_are(world: World) -> None:
    publish_wellness(world.lake, life("a", 20) + life("b", 19) + life("c", 18))
    made = world.board().foresee(tell=lambda going: world.clock.tick(100))
    assert len(made.foreseen) == 3


def test_a_run_that_is_to_end_ends_between_people(world: World) -> None:
    publish_wellness(world.lake, life("a", 20) + life("b", 19))
    asked = iter((False, True))
    with pytest.raises(FunctionFailed) as told:
        world.board().foresee(over=lambda: next(asked))
    assert told.value.state == "forecasts_interrupted"
    assert world.board().newest("a").morning and world.board().newest("b").is_empty
    ended = world.board().ended()
    assert ended and ended.error is told.value


def test_runs_end_with_their_process(world: World) -> None:
    publish_wellness(world.lake, life("a", 20))
    crew = Crew()
    crew.close()
    runner = replace(world.board().runner, crew=crew)
    runner.work(runner.leases.take(LEASE, "r", NOW.date()), Wanted(over=lambda: True))
    ended = runner.progress.ended
    assert ended and ended.error and ended.error.state == "forecasts_interrupted"
    assert runner.leases.current(LEASE) is None


def test_a_run_is_in_the_name_of_who_started_it_though_they_have_gone(world: World) -> None:
    publish_wellness(world.lake, life("a", 20))
    people = [Person("p@example.com", verified=True, role="operator")]
    runner = world.board().runner
    actor = replace(runner.actor, who=lambda: people[0])
    queries = replace(runner.daily.queries, actor=actor)
    replace(runner, daily=replace(runner.daily, queries=queries)).start(Wanted())
    people[0] = Person("", verified=False, role=None)
    assert eventually(lambda: runner.progress.ended is not None, 20)
    ended = runner.progress.ended
    assert ended and ended.made and ended.made.foreseen == ("a",)


def test_the_audit_line_has_counts_and_nobody_s_name(world: World) -> None:
    publish_wellness(world.lake, life("akari", 20))
    made = world.board().foresee()
    (line,) = [one for one in map(json.loads, world.lines) if one["action"] == "insights"]
    assert line["outcome"] == "done" and line["detail"].startswith(f"{made.run_id}: 1 foreseen, 0 unchanged")
    assert "akari" not in "".join(world.lines)


def test_more_people_than_the_bound_are_left_out_and_told(world: World) -> None:
    rows = [row for number in range(MOST_PEOPLE + 2) for row in life(f"u{number:02}", 1)]
    publish_wellness(world.lake, rows)
    made = world.board().foresee()
    assert len(made.foreseen) == MOST_PEOPLE and made.left_out == 2


def test_without_a_mart_nothing_can_be_foreseen(world: World) -> None:
    with pytest.raises(NotFound) as told:
        world.board().foresee()
    assert told.value.state == "insights_no_mart"
    assert Leases(world.lake, world.clock).current(LEASE) is None
