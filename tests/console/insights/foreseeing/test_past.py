"""pipeline.console.insights.foreseeing.past: forecasts of days that are over, each of the days before it alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipeline.analysis.forecast.outlook import outlook
from pipeline.analysis.forecast.store import Kept
from pipeline.console.insights.foreseeing.past import LEAST_BEFORE, PAST_DAYS, STEP
from pipeline.errors import Forbidden
from pipeline.lake.bucket import Lake
from tests.console.insights.foreseeing.world import TODAY, World, life
from tests.support.lakes.marts import publish_wellness


@pytest.fixture
def kept(world: World) -> Kept:
    """A past of 75 days."""
    publish_wellness(world.lake, life("a", LEAST_BEFORE + PAST_DAYS))
    world.board().past()
    return world.board().kept("a", "focus_minutes", 91)


def test_every_third_day_of_the_past_has_its_forecast(kept: Kept) -> None:
    ends = [made.outlook.end for made in kept.forecasts if made.outlook]
    assert ends == sorted(TODAY - timedelta(days=back) for back in range(STEP, PAST_DAYS + 1, STEP))


def test_each_was_made_at_six_in_the_morning_of_its_day(kept: Kept) -> None:
    last = kept.forecasts[-1]
    assert last.made_at == datetime(2026, 11, 24, 21, tzinfo=UTC) and last.outlook
    assert last.outlook.end == TODAY - timedelta(days=3)


def test_each_is_made_of_the_days_before_it_alone(kept: Kept, world: World) -> None:
    for made in kept.forecasts[::8]:
        assert made.outlook
        assert made.outlook == outlook(world.board().series("a", "focus_minutes", made.outlook.end))


def test_the_later_ones_are_scored_against_what_came(kept: Kept) -> None:
    first, last = kept.forecasts[0].earlier, kept.forecasts[-1].earlier
    assert first and first.outlooks == 0
    assert last and last.outlooks > 20 and last.covered is not None and last.drift == "steady"


def test_who_has_few_days_has_a_short_past(world: World) -> None:
    publish_wellness(world.lake, life("a", LEAST_BEFORE + 7) + life("b", LEAST_BEFORE))
    assert world.board().past() == 2 * 3
    assert world.board().kept("b", "mood").forecasts == ()


def test_where_something_is_kept_no_past_is_made(world: World) -> None:
    publish_wellness(world.lake, life("a", 60))
    world.board().foresee()
    assert world.board().past() == 0


def test_a_second_time_there_is_nothing_to_make(kept: Kept, world: World) -> None:
    assert kept.forecasts and world.board().past() == 0


def test_a_day_that_stands_twice_keeps_nobody_else_s_past_back(world: World) -> None:
    twice: list[dict[str, Any]] = [
        {"user_id": "b", "day": TODAY - timedelta(days=5), "mood": mood} for mood in (2.0, 3.0)
    ]
    publish_wellness(world.lake, life("a", LEAST_BEFORE + 4) + twice)
    assert world.board().past() == 3


def test_a_viewer_makes_no_past(world: World, lake: Lake) -> None:
    publish_wellness(lake, life("a", 60))
    with pytest.raises(Forbidden):
        world.board("viewer").past()
