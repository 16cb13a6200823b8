"""Forecasts in somebody's hands: made as a run, kept, and looked at again when the days have come.

An operator's: they tell of people's days. Where nobody has foreseen anything yet, answers are empty.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from pipeline.analysis.forecast.result import Forecast
from pipeline.analysis.forecast.series import TARGET_NAMES, Series
from pipeline.analysis.forecast.store import READERS, Kept
from pipeline.console.insights.daily import Shown
from pipeline.console.insights.foreseeing import exports, morning_days
from pipeline.console.insights.foreseeing.days import Days
from pipeline.console.insights.foreseeing.making import KEPT_DAYS
from pipeline.console.insights.foreseeing.running import Runner, Wanted
from pipeline.console.insights.told_forecasts import (
    Ended,
    Going,
    GrowthForecasts,
    Made,
    PersonForecasts,
    ProjectForecast,
)

# Targets: those of analysis.forecast.series.TARGET_NAMES, completion_… of a project, and
MORNING: Final = morning_days.TARGET
RECORDS, BYTES = exports.TARGETS
# Whose the exports' growth is.
EXPORTS: Final = exports.EXPORTS


@dataclass(frozen=True)
class ForecastBoard:
    """Forecasts of the marts' people and of the exports. Every method raises Forbidden for who may not, NotFound
    (``insights_no_mart``, ``insights_no_days``) where it reads the mart, and what reading raises."""

    runner: Runner

    def foresee(
        self,
        people: Sequence[str] | None = None,
        anew: bool = False,
        tell: Callable[[Going], None] = lambda going: None,
        over: Callable[[], bool] = lambda: False,
    ) -> Made:
        """Foresee these people (None: all, at most MOST_PEOPLE) and the exports' growth, now and here; who was
        foreseen today of the same data is left as is, unless ``anew``. ``tell`` is told how far it is, ``over`` says
        that it is to end. Raise AlreadyRunning, FunctionFailed (``forecasts_interrupted``)."""
        return self.runner.run(Wanted(people, anew, tell, over))

    def start(self, people: Sequence[str] | None = None, anew: bool = False) -> Going:
        """The same beside whoever asks; joins the run that goes on."""
        return self.runner.start(Wanted(people, anew))

    def past(self, over: Callable[[], bool] = lambda: False) -> int:
        """Foresee what could have been foreseen earlier of people of whom nothing is kept; return how many forecasts
        that are. Only for days that are made up."""
        return self.runner.past(over)

    def going(self) -> Going | None:
        """The run that goes on, here or elsewhere."""
        self.runner.actor.require("query")
        return self.runner.going()

    def ended(self) -> Ended | None:
        """How the last run ended that went on in this process; None while one goes on."""
        self.runner.actor.require("query")
        return self.runner.progress.ended

    def newest(self, person: str) -> PersonForecasts:
        """What was foreseen of a person last, within KEPT_DAYS."""
        open_ = self._days().projects(person)
        found = self._newest(person, (*TARGET_NAMES, MORNING, *(one.target for one in open_.projects)))
        projects = [
            ProjectForecast(one.id, one.name, found[one.target]) for one in open_.projects if one.target in found
        ]
        targets = {name: found[name] for name in TARGET_NAMES if name in found}
        return PersonForecasts(person, targets, found.get(MORNING), tuple(projects), open_.left_out)

    def growth(self) -> GrowthForecasts:
        """What was foreseen of the exports last."""
        self.runner.actor.require("query")
        found = self._newest(EXPORTS, (RECORDS, BYTES))
        return GrowthForecasts(found.get(RECORDS), found.get(BYTES))

    def kept(self, person: str, target: str, days: int = KEPT_DAYS) -> Kept:
        """Forecasts of the last ``days``, oldest first, and the keys of those that nobody can read."""
        self.runner.actor.require("query")
        return self.runner.forecasts.kept(person, target, *self._window(days))

    def series(self, person: str, target: str, today: date | None = None) -> Series:
        """What came, up to the day before ``today`` (None: now): of focus_minutes, sessions, mood; of EXPORTS the
        records and bytes. Raise NotFound (``forecasts_target``) for a target without a series."""
        self.runner.actor.require("query")
        if person != EXPORTS:
            return self._days(today).series(person, target)
        found = exports.exports_of(self.runner.ledger, self.runner.of, self.runner.now)
        return replace(found, today=today or found.today).series(target)

    def shown(self, person: str, target: str, today: date | None = None) -> Shown:
        """The SQL that a forecast made on ``today`` (None: now; of an outlook: its ``end``) was computed from. Its rows
        give ``series_of`` ``day`` and the target's column. Raise NotFound (``forecasts_target``) for the exports,
        which no SQL tells."""
        self.runner.actor.require("query")
        return self._days(today).shown(person, target)

    def _newest(self, person: str, targets: Sequence[str]) -> Mapping[str, Forecast]:
        window = self._window(KEPT_DAYS)
        with ThreadPoolExecutor(READERS) as pool:
            read = pool.map(lambda target: self.runner.forecasts.newest(person, target, *window), targets)
            return {target: made for target, made in zip(targets, read, strict=True) if made}

    def _window(self, days: int) -> tuple[date, date]:
        today = self.runner.now.date()
        return today - timedelta(days=days), today

    def _days(self, today: date | None = None) -> Days:
        return Days(self.runner.daily, today or self.runner.daily.today)
