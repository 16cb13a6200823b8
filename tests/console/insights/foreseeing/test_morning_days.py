"""pipeline.console.insights.foreseeing.morning_days: what a morning knew, and nothing of its evening."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from pipeline.analysis.forecast.series import Floats
from pipeline.console.insights.foreseeing.days import Days
from pipeline.console.insights.foreseeing.morning_days import mornings
from pipeline.errors import DataInvalid, NotFound
from tests.console.insights.foreseeing.world import TODAY, World
from tests.support.lakes.marts import publish_wellness


def row(back: int, **cells: Any) -> dict[str, Any]:
    return {"user_id": "a", "day": TODAY - timedelta(days=back), **cells}


def known(world: World, rows: list[dict[str, Any]], name: str) -> Floats:
    publish_wellness(world.lake, rows)
    frame = Days(world.board().runner.daily, TODAY).mornings("a")
    return frame.features[:, frame.names.index(name)]


def test_last_night_s_sleep_is_known_this_morning(world: World) -> None:
    rows = [row(2, sleep_hours=6.0), row(1, sleep_hours=7.0), row(0, sleep_hours=8.0)]
    assert known(world, rows, "sleep_hours").tolist() == [6.0, 7.0, 8.0]


def test_of_an_evening_only_the_day_after_knows(world: World) -> None:
    rows = [row(2, mood=3.0), row(1, mood=4.0), row(0, mood=5.0)]
    assert known(world, rows, "mood_day_before").tolist()[1:] == [3.0, 4.0]


def test_a_forecast_of_today_s_weather_is_known_and_one_of_an_earlier_day_is_none(world: World) -> None:
    rows = [row(back, temperature_c=10.0 + back, weather_kind="forecast") for back in (1, 0)]
    rows.append(row(2, temperature_c=12.0))
    np.testing.assert_array_equal(known(world, rows, "temperature_c"), [12.0, np.nan, 10.0])


def test_today_stands_there_though_nothing_of_it_came(world: World) -> None:
    np.testing.assert_array_equal(known(world, [row(3, sleep_hours=6.0)], "sleep_hours"), [6.0, *[np.nan] * 3])


def test_today_s_own_focus_is_no_outcome_yet() -> None:
    frame = mornings("a", [row(1, focus=8.0), row(0, focus=9.0)], TODAY)
    np.testing.assert_array_equal(frame.outcome, [1.0, np.nan])


def test_what_no_night_can_have_is_missing() -> None:
    frame = mornings("a", [row(1, sleep_hours=1e9), row(0, sleep_hours=7.0)], TODAY)
    np.testing.assert_array_equal(frame.features[:, frame.names.index("sleep_hours")], [np.nan, 7.0])


def test_a_day_that_stands_twice_is_told() -> None:
    with pytest.raises(DataInvalid) as told:
        mornings("a", [row(1, focus=8.0), row(1, focus=9.0)], TODAY)
    assert told.value.state == "insights_day_twice"


def test_who_has_no_day_has_no_morning() -> None:
    with pytest.raises(NotFound) as told:
        mornings("a", [], TODAY)
    assert told.value.state == "insights_no_days"
