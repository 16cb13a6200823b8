"""pipeline.console.insights.foreseeing.making: one run over people, of whom some cannot be foreseen."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from pipeline.analysis.forecast.store import Forecasts
from pipeline.console.insights.forecasts import EXPORTS
from pipeline.lake import forecast_keys
from pipeline.lake.bucket import Lake
from tests.console.insights.foreseeing.world import NOW, TODAY, World, life, task
from tests.support.lakes.marts import publish_tasks, publish_wellness
from tests.support.tables.workshop import Workshop

TARGETS = ["focus_minutes", "sessions", "mood"]
Change = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]


def stored(lake: Lake, prefix: str = forecast_keys.FORECASTS) -> dict[str, bytes]:
    return {one.key: lake.read_bytes(one.key) for one in lake.list_after(prefix, prefix)}


def test_a_person_has_a_forecast_a_target_and_the_morning_s(world: World) -> None:
    publish_wellness(world.lake, life("a", 40))
    made = world.board().foresee()
    found = world.board().newest("a")
    assert (made.foreseen, made.refused, list(found.targets)) == (("a",), (), TARGETS)
    assert found.morning and found.morning.morning and found.morning.morning.verdict == "not_yet"
    assert {one.run_id for one in (*found.targets.values(), found.morning)} == {made.run_id}


def test_what_went_in_is_the_marts_files_as_they_were(world: World) -> None:
    publish_wellness(world.lake, life("a", 40))
    both = publish_tasks(world.lake, [task("a", "p", 1)])
    world.board().foresee()
    (mood,) = world.board().kept("a", "mood").forecasts
    assert [(one.key, one.version_id, one.checksum) for one in mood.data] == [
        (file.key, file.version_id, file.checksum) for file in both.marts
    ]


def test_what_every_candidate_foresaw_is_kept(world: World) -> None:
    publish_wellness(world.lake, life("a", 40))
    world.board().foresee()
    (mood,) = world.board().kept("a", "mood").forecasts
    assert mood.outlook and mood.predictions and mood.predictions.rows > 14
    assert world.lake.head(mood.predictions.key)


def test_open_projects_are_foreseen_and_found_by_their_names(world: World) -> None:
    publish_wellness(world.lake, life("a", 60))
    rows = [task("a", "p", number) for number in range(9)]
    publish_tasks(world.lake, [*rows, task("a", "p", 9, "active"), task("b", "q", 1, "active")])
    world.board().foresee()
    (project,) = world.board().newest("a").projects
    done = project.forecast.completion
    assert (project.id, project.name) == ("p", "p 計画")
    assert done and (done.answer, done.tasks) == ("foreseen", 9) and done.first_day and done.first_day >= TODAY


def test_a_task_without_minutes_of_its_own_has_those_of_its_sessions(world: World) -> None:
    publish_wellness(world.lake, life("a", 60))
    rows = [task("a", "p", number, actual_minutes=None, session_minutes=120.0) for number in range(8)]
    publish_tasks(world.lake, [*rows, task("a", "p", 9, "active", session_minutes=0.0)])
    world.board().foresee()
    (project,) = world.board().newest("a").projects
    assert project.forecast.completion and project.forecast.completion.ratio == 2.0


def test_the_exports_growth_is_foreseen_beside_the_people(world: World) -> None:
    publish_wellness(world.lake, life("a", 30))
    shop = Workshop(world.lake, world.clock)
    for back in range(1, 21):
        shop.export([{"PK": str(n), "SK": "s"} for n in range(60 - back)], NOW.date() - timedelta(days=back))
    world.board().foresee()
    found = world.board().growth()
    assert found.records and found.records.growth and found.records.growth.per_day == 1.0
    assert found.bytes and found.bytes.growth and found.bytes.growth.outlook.observed == 20


def test_the_same_data_on_the_same_day_are_foreseen_once(world: World) -> None:
    publish_wellness(world.lake, life("a", 30))
    world.board().foresee()
    before = stored(world.lake)
    world.clock.tick(60)
    again = world.board().foresee()
    assert (again.foreseen, again.unchanged, again.forecasts) == ((), ("a",), 0)
    assert stored(world.lake) == before


def test_asked_anew_they_are_foreseen_again(world: World) -> None:
    publish_wellness(world.lake, life("a", 30))
    world.board().foresee()
    world.clock.tick(60)
    assert world.board().foresee(anew=True).foreseen == ("a",)
    assert len(world.board().kept("a", "mood").forecasts) == 2


@pytest.mark.parametrize("later", [timedelta(days=1), timedelta(hours=18)])
def test_the_next_day_of_people_is_another_day(world: World, later: timedelta) -> None:
    publish_wellness(world.lake, life("a", 30))
    world.board().foresee()
    world.clock.tick(later.total_seconds())
    assert world.board().foresee().foreseen == ("a",)


def test_the_same_day_of_people_goes_on_over_midnight_of_utc(world: World) -> None:
    publish_wellness(world.lake, life("a", 30))
    world.board().foresee()
    world.clock.tick(3 * 3600)
    assert world.board().foresee().unchanged == ("a",)


def test_newly_published_days_are_foreseen_anew(world: World) -> None:
    publish_wellness(world.lake, life("a", 30))
    world.board().foresee()
    publish_wellness(world.lake, life("a", 31), run_id="build-2")
    world.clock.tick(60)
    assert world.board().foresee().foreseen == ("a",)


def test_the_same_versions_at_the_same_moment_give_the_same_bytes(world: World, cloud: Any) -> None:
    publish_wellness(world.lake, life("a", 80))
    publish_tasks(world.lake, [*(task("a", "p", n) for n in range(9)), task("a", "p", 9, "active")])
    found = []
    for _ in range(2):
        made = world.board().foresee(anew=True)
        mine = {key: body for key, body in stored(world.lake).items() if made.run_id in key}
        found.append({key.replace(made.run_id, "r"): _unnamed(body, made.run_id) for key, body in mine.items()})
    assert found[0] == found[1] and len(found[0]) == 10


def _unnamed(body: bytes, run_id: str) -> Any:
    """Without what another object's writing gives: its version id."""
    if not body.startswith(b"{"):
        return body
    told = json.loads(body.replace(run_id.encode(), b"r"))
    (told["predictions"] or {}).pop("version_id", None)
    return json.dumps(told).encode()


def same(rows: list[dict[str, Any]], **cells: Any) -> list[dict[str, Any]]:
    return [row | cells for row in rows]


def outlier(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [rows[0] | {"focus_minutes": 1e9, "mood": 1e9, "sleep_hours": 1e9}, *rows[1:]]


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows[-1:],
        lambda rows: rows[-27:],
        lambda rows: same(rows, focus_minutes=60.0, mood=3.0, sessions=2.0, focus=6.0),
        lambda rows: same(rows, focus_minutes=None, mood=None, sessions=None, focus=None),
        outlier,
        lambda rows: [row for at, row in enumerate(rows) if at % 4],
        lambda rows: [row for at, row in enumerate(rows) if at // 7 % 2],
        lambda rows: rows[:-20],
    ],
    ids=["one day", "27 days", "constant", "nothing measured", "1e9", "gaps", "gaps by week", "stopped"],
)
def test_odd_days_are_foreseen_as_far_as_they_go(world: World, change: Change) -> None:
    publish_wellness(world.lake, change(life("a", 80)))
    made = world.board().foresee()
    assert (made.foreseen, made.refused) == (("a",), ())
    found = world.board().newest("a")
    assert list(found.targets) == TARGETS and found.morning


def test_a_value_that_no_day_can_have_is_told(world: World) -> None:
    publish_wellness(world.lake, outlier(life("a", 40)))
    world.board().foresee()
    outlook = world.board().newest("a").targets["focus_minutes"].outlook
    assert outlook and (outlook.refused, outlook.observed) == (1, 39)


def test_who_was_renamed_is_two_people_of_whom_one_has_stopped(world: World) -> None:
    earlier = life("old name", 40, TODAY - timedelta(days=11))
    publish_wellness(world.lake, [*earlier, *life("a", 10)])
    made = world.board().foresee()
    old = world.board().newest("old name").targets["mood"].outlook
    assert made.foreseen == ("old name", "a") and old and old.stale == 10


def test_an_old_mart_is_told_and_foreseen_all_the_same(world: World) -> None:
    publish_wellness(world.lake, life("a", 40), tables_day=TODAY - timedelta(days=9))
    made = world.board().foresee()
    assert made.old == 6 and made.foreseen == ("a",)


def test_a_day_that_stands_twice_refuses_its_person_alone(world: World) -> None:
    twice = [{"user_id": "b", "day": TODAY - timedelta(days=3), "mood": mood} for mood in (2.0, 3.0)]
    publish_wellness(world.lake, [*life("a", 30), *twice])
    made = world.board().foresee()
    assert made.foreseen == ("a",)
    assert [(one.person, one.error.state) for one in made.refused] == [("b", "insights_day_twice")]


def test_who_has_no_days_is_told_and_the_others_are_foreseen(world: World) -> None:
    publish_wellness(world.lake, life("a", 30))
    made = world.board().foresee(["nobody", "a"])
    assert made.foreseen == ("a",)
    assert [(one.person, one.error.state) for one in made.refused] == [("nobody", "insights_no_days")]


@pytest.mark.parametrize("person", [EXPORTS, "", "a\nb", "x" * 101])
def test_an_id_under_which_nothing_can_be_kept_is_told(world: World, person: str) -> None:
    publish_wellness(world.lake, [*life(person, 30), *life("a", 30)])
    made = world.board().foresee([person, "a"])
    assert made.foreseen == ("a",)
    assert [one.error.state for one in made.refused] == ["forecasts_person"]


def test_too_many_tasks_refuse_the_projects_alone(world: World) -> None:
    publish_wellness(world.lake, life("a", 30))
    publish_tasks(world.lake, [task("a", "p", number, "active") for number in range(5001)])
    made = world.board().foresee()
    assert made.foreseen == ("a",) and len(made.refused) == 1
    assert world.board().newest("a").projects == () and world.board().newest("a").morning


def test_a_kept_forecast_that_nobody_can_read_is_told_and_skipped(world: World) -> None:
    publish_wellness(world.lake, life("a", 40))
    world.board().foresee()
    (mood,) = world.board().kept("a", "mood").forecasts
    key = forecast_keys.forecast_key("a", "mood", mood.day, mood.run_id)
    world.lake.s3.put_object(Bucket=world.lake.bucket, Key=key, Body=b"{")
    world.clock.tick(86400)
    assert world.board().foresee().unread == (key,)
    assert world.board().kept("a", "mood").unread == (key,)
    assert world.board().newest("a").targets["mood"].earlier


def test_what_was_foreseen_before_is_scored_when_its_days_have_come(world: World) -> None:
    publish_wellness(world.lake, life("a", 90))
    world.board().past()
    world.board().foresee()
    scored = world.board().newest("a").targets["focus_minutes"].earlier
    assert scored and scored.outlooks >= 9 and scored.days > 0


def test_an_interrupted_run_is_made_up_for(world: World) -> None:
    publish_wellness(world.lake, life("a", 30))
    made = world.board().foresee()
    morning = forecast_keys.forecast_key("a", "good_focus", NOW.date(), made.run_id)
    world.lake.s3.delete_object(Bucket=world.lake.bucket, Key=morning)
    world.clock.tick(60)
    assert world.board().foresee().foreseen == ("a",)
    assert Forecasts(world.lake).newest("a", "good_focus", NOW.date(), NOW.date())
