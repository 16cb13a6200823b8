"""The tab 予測 under AppTest: lakes with people's days and with forecasts that are kept, and the page over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

from pipeline.analysis.builds.marts import CurrentMarts
from pipeline.analysis.forecast.outlook import outlook
from pipeline.analysis.forecast.result import DataVersion, Forecast
from pipeline.analysis.forecast.run import Occasion, foreseen
from pipeline.analysis.forecast.series import TARGETS, Series, TargetName, series_of
from pipeline.analysis.forecast.store import Forecasts
from pipeline.console.insights.daily import ZONE
from pipeline.lake.bucket import Lake
from tests.support.lakes.marts import publish_wellness

PERSON = "akari"


def draw_insights() -> None:
    from pages.insights import page  # noqa: PLC0415 - AppTest runs this function's source by itself

    page.render()


def prepared(language: str = "ja", **query: str) -> AppTest:
    page = AppTest.from_function(draw_insights, default_timeout=60)
    for name, value in {"lang": language, "tab": "forecast", **query}.items():
        page.query_params[name] = value
    return page


def opened(language: str = "ja", **query: str) -> AppTest:
    return prepared(language, **query).run()


def today() -> date:
    return datetime.now(ZONE).date()


def minutes(days: int, seed: int = 1, spread: float = 25) -> list[float]:
    """Minutes of so many days up to yesterday: more on weekdays, with noise."""
    first = today() - timedelta(days=days)
    noise = np.random.default_rng(seed).normal(0, spread, days)
    weekdays = [(first + timedelta(days=at)).weekday() for at in range(days)]
    return [max(150.0 + 60 * (day < 5) + one, 0.0) for day, one in zip(weekdays, noise.tolist(), strict=True)]


def drifting(days: int, seed: int = 7) -> list[float]:
    """Minutes that wander slowly: their level says more of the next days than any mean does."""
    steps = np.random.default_rng(seed).normal(0, 12, days)
    level = 240.0
    values = []
    for at, step in enumerate(steps.tolist()):
        level = 240 + 0.985 * (level - 240) + step
        values.append(max(level + (60 if at % 7 < 5 else -60), 0.0))
    return values


def publish_days(lake: Lake, values: Sequence[float | None], person: str = PERSON, **more: Any) -> CurrentMarts:
    """These minutes as the person's days up to yesterday, and a night's sleep with each."""
    rows = [
        {"user_id": person, "day": today() - timedelta(days=len(values) - at), "focus_minutes": value, **more}
        for at, value in enumerate(values)
    ]
    return publish_wellness(lake, rows, tables_day=datetime.now(UTC).date())


def series(values: Sequence[float | None], target: TargetName = "focus_minutes", end: date | None = None) -> Series:
    last = end or today()
    days = [last - timedelta(days=len(values) - at) for at in range(len(values))]
    return series_of(TARGETS[target], days, values, last)


def occasion(current: CurrentMarts, run_id: str = "run-1", ago: int = 0, person: str = PERSON) -> Occasion:
    """A run of so many days ago, of the mart that is published."""
    data = tuple(DataVersion(file.key, file.version_id, file.checksum) for file in current.marts)
    return Occasion(person, run_id, datetime.now(UTC) - timedelta(days=ago), data, seed=7)


def keep(lake: Lake, current: CurrentMarts, values: Sequence[float | None], **changes: Any) -> Forecast:
    """Foresee the minutes and keep that; ``changes`` of the outlook."""
    made, rows = foreseen(occasion(current), series(values), ())
    told = made.outlook
    assert told
    return Forecasts(lake).save(replace(made, outlook=replace(told, **changes)), rows)


def keep_earlier(lake: Lake, current: CurrentMarts, values: Sequence[float | None], ago: Sequence[int]) -> None:
    """Forecasts as they would have been made so many days ago, each of what was known then."""
    for days in ago:
        ahead = outlook(series(values[:-days], end=today() - timedelta(days=days)))
        made = occasion(current, f"run-{days}", days).forecast("focus_minutes", outlook=ahead)
        Forecasts(lake).save(made)
