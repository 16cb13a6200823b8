"""The demo's past: what would have been foreseen on days that are over, so that earlier forecasts can be looked at.

Each is made of the days before it alone, as of six in the morning of its day. Of real days nobody makes up a past.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from pipeline.analysis.correlation.frame import Frame
from pipeline.analysis.forecast.result import Forecast
from pipeline.analysis.forecast.run import Occasion, foreseen
from pipeline.analysis.forecast.series import TARGETS, Target, series_of
from pipeline.analysis.forecast.store import Forecasts
from pipeline.console.insights.daily import ZONE
from pipeline.console.insights.foreseeing.days import Days
from pipeline.console.insights.foreseeing.making import KEPT_DAYS, checked
from pipeline.errors import DataInvalid, NotFound
from pipeline.lake.bucket import Conflict
from pipeline.runs.run import new_run_id

# Of so many days every third; on the first of them so many days lie behind.
PAST_DAYS: Final = 75
STEP: Final = 3
LEAST_BEFORE: Final = 28
_SIX: Final = time(6, tzinfo=ZONE)


@dataclass(frozen=True)
class Past:
    """Made of ``days``; ``renew`` is called person after person, ``over`` says that it is to end."""

    days: Days
    forecasts: Forecasts
    renew: Callable[[], None] = lambda: None
    over: Callable[[], bool] = lambda: False

    def made(self, people: Sequence[str]) -> int:
        """Forecasts of those of whom none are kept: how many. Who has no days that can be looked at is left out."""
        return sum(self._person(person) for person in people if not self.over())

    def _person(self, person: str) -> int:
        self.renew()
        try:
            checked(person)
            return sum(self._target(person, target) for target in TARGETS.values())
        except (DataInvalid, NotFound):
            # The run after it tells so.
            return 0

    def _target(self, person: str, target: Target) -> int:
        today = self.days.today
        if self.forecasts.listed(person, target.name, today - timedelta(days=KEPT_DAYS), today):
            return 0
        made = 0
        before: list[Forecast] = []
        for forecast in self._each(person, target, before):
            made += self._kept(forecast)
            before.append(forecast)
        return made

    def _each(self, person: str, target: Target, before: list[Forecast]) -> Iterator[Forecast]:
        frame, data = self.days.daily.frame(person), self.days.data()
        for day in origins(frame, self.days.today):
            at = datetime.combine(day, _SIX).astimezone(UTC)
            known = frame.between(frame.first, day - timedelta(days=1))
            series = series_of(target, known.days, known.column(target.name).tolist(), day)
            yield foreseen(Occasion(person, new_run_id(at, "past"), at, data), series, before)[0]

    def _kept(self, forecast: Forecast) -> bool:
        """What every candidate foresaw is not kept of these: a demo begins in seconds."""
        try:
            self.forecasts.save(forecast)
        except Conflict:
            return False
        return True


def origins(frame: Frame, today: date) -> list[date]:
    """The days on which something is foreseen, oldest first."""
    first = frame.first + timedelta(days=LEAST_BEFORE)
    days = [today - timedelta(days=back) for back in range(STEP, PAST_DAYS + 1, STEP)]
    return sorted(day for day in days if day >= first)
