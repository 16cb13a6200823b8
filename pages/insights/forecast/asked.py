"""What the tab asks of the forecasts' room: kept for seconds, the same for every operator; 更新 forgets it."""

from __future__ import annotations

from datetime import date

from pages.ui import reads
from pages.ui.answers import Answers
from pipeline.analysis.forecast.series import Series
from pipeline.analysis.forecast.store import Kept
from pipeline.console.app import App
from pipeline.console.insights.daily import Shown, Version
from pipeline.console.insights.forecasts import ForecastBoard
from pipeline.console.insights.told_forecasts import Going, GrowthForecasts, PersonForecasts

# Asked by whatever draws the button or its progress.
GOING_SECONDS = 0.9
_going: Answers[str, Going | None] = Answers(GOING_SECONDS, GOING_SECONDS, 4)
_newest: Answers[tuple[str, str], PersonForecasts] = Answers(reads.READ_TTL_SECONDS, reads.STALE_SECONDS, 64)
_growth: Answers[str, GrowthForecasts] = Answers(reads.READ_TTL_SECONDS, reads.STALE_SECONDS, 4)
_kept: Answers[tuple[str, str, str], Kept] = Answers(reads.SLOW_TTL_SECONDS, reads.STALE_SECONDS, 64)
_series: Answers[tuple[str, str, str, date, Version], Series] = Answers(reads.STALE_SECONDS, reads.STALE_SECONDS, 64)
for _answers in (_going, _newest, _growth, _kept, _series):
    reads.forget_with(_answers)


def going(console: App) -> Going | None:
    """The run that goes on, at most a second old."""
    return _going.get(console.settings.bucket, reads.of_forecasts(console, ForecastBoard.going))


def newest(console: App, person: str) -> PersonForecasts:
    """What was foreseen of a person last."""
    return _newest.get(
        (console.settings.bucket, person), reads.of_forecasts(console, lambda board: board.newest(person))
    )


def growth(console: App) -> GrowthForecasts:
    """What was foreseen of the exports last."""
    return _growth.get(console.settings.bucket, reads.of_forecasts(console, ForecastBoard.growth))


def kept(console: App, person: str, target: str) -> Kept:
    """The forecasts of a target that are looked back over."""
    asked = console.settings.bucket, person, target
    return _kept.get(asked, reads.of_forecasts(console, lambda board: board.kept(person, target)))


def series(console: App, person: str, target: str) -> Series:
    """What came, up to yesterday."""
    asked = console.settings.bucket, person, target, console.insights.daily.today, reads.mart(console)
    return _series.get(asked, reads.of_forecasts(console, lambda board: board.series(person, target)))


def shown(console: App, person: str, target: str, today: date) -> Shown:
    """The SQL that a forecast was computed from."""
    return console.insights.forecasts.shown(person, target, today)
