"""pipeline.console.insights.forecasts: what is asked of forecasts, and by whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from pipeline.access import Role
from pipeline.analysis.forecast.outlook import outlook
from pipeline.analysis.forecast.series import TARGETS, series_of
from pipeline.console.insights.forecasts import EXPORTS, MORNING, RECORDS, ForecastBoard
from pipeline.errors import Forbidden, NotFound
from tests.console.insights.foreseeing.conftest import world
from tests.console.insights.foreseeing.world import TODAY, World, life, task
from tests.support.lakes.marts import publish_tasks, publish_wellness

__all__ = ["world"]
METHODS: dict[str, Callable[[ForecastBoard], object]] = {
    "foresee": lambda board: board.foresee(),
    "start": lambda board: board.start(),
    "past": lambda board: board.past(),
    "going": lambda board: board.going(),
    "ended": lambda board: board.ended(),
    "newest": lambda board: board.newest("a"),
    "growth": lambda board: board.growth(),
    "kept": lambda board: board.kept("a", "mood"),
    "series": lambda board: board.series("a", "mood"),
    "shown": lambda board: board.shown("a", "mood"),
}


@pytest.mark.parametrize("role", [None, "viewer"])
@pytest.mark.parametrize("asked", METHODS.values(), ids=METHODS)
def test_who_is_no_operator_is_refused(
    world: World, asked: Callable[[ForecastBoard], object], role: Role | None
) -> None:
    publish_wellness(world.lake, life("a", 30))
    with pytest.raises(Forbidden):
        asked(world.board(role))


def test_before_the_first_run_answers_are_empty(world: World) -> None:
    publish_wellness(world.lake, life("a", 30))
    board = world.board()
    assert board.newest("a").is_empty and board.growth().records is None
    assert (board.going(), board.ended(), board.kept("a", "mood").forecasts) == (None, None, ())


def test_a_project_that_has_been_completed_since_is_told_of_no_more(world: World) -> None:
    publish_wellness(world.lake, life("a", 30))
    publish_tasks(world.lake, [task("a", "p", 1, "active")])
    world.board().foresee()
    assert len(world.board().newest("a").projects) == 1
    publish_wellness(world.lake, life("a", 30), run_id="build-2")
    publish_tasks(world.lake, [task("a", "p", 1, project_status="completed")], run_id="build-3")
    assert world.board().newest("a").projects == ()


def test_what_came_is_given_up_to_yesterday_or_to_a_day_before(world: World) -> None:
    publish_wellness(world.lake, life("a", 30))
    assert world.board().series("a", "mood").end == TODAY
    earlier = world.board().series("a", "mood", TODAY - timedelta(days=7))
    assert earlier.end == TODAY - timedelta(days=7) and earlier.observed == 23


def test_the_shown_sql_gives_what_was_foreseen_from(world: World) -> None:
    publish_wellness(world.lake, life("a", 80) + life("b", 30, seed=2))
    world.board().foresee()
    board, kept = world.board(), world.board().newest("a").targets["focus_minutes"]
    assert kept.outlook
    rows = board.runner.daily.rows(board.shown("a", "focus_minutes", kept.outlook.end))
    days = [date.fromisoformat(str(row["day"])[:10]) for row in rows]
    values = [None if row["focus_minutes"] is None else float(str(row["focus_minutes"])) for row in rows]
    assert outlook(series_of(TARGETS["focus_minutes"], days, values, kept.outlook.end)) == kept.outlook


@pytest.mark.parametrize(
    ("target", "table"), [(MORNING, "mart_daily_wellness"), ("completion_0123456789ab", "mart_task_progress")]
)
def test_mornings_and_completions_show_their_sql(world: World, target: str, table: str) -> None:
    shown = world.board().shown("a", target)
    assert table in shown.sql and shown.parameters["person"] == "a"


def test_what_is_not_foreseen_has_neither_series_nor_sql(world: World) -> None:
    publish_wellness(world.lake, life("a", 30))
    for asked in (world.board().series, world.board().shown):
        with pytest.raises(NotFound) as told:
            asked("a", "weight_kg")
        assert told.value.state == "forecasts_target"


def test_exports_have_a_series_and_no_sql(world: World) -> None:
    assert world.board().series(EXPORTS, RECORDS).observed == 0
    with pytest.raises(NotFound):
        world.board().shown(EXPORTS, RECORDS)
