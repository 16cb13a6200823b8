"""Forecasts in somebody's hands: made as a run, kept, and looked at again when the days have come.

One run at a time, in a thread of this process where the page asks. An operator's: they tell of people's days.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from pipeline.analysis.forecast.series import Series
from pipeline.analysis.forecast.store import Kept
from pipeline.console.insights.daily import Daily, Shown
from pipeline.console.insights.told_forecasts import Ended, Going, GrowthForecasts, Made, PersonForecasts
from pipeline.errors import NotFound

# Targets: those of analysis.forecast.series.TARGET_NAMES, and
MORNING: Final = "good_focus"
RECORDS, BYTES = "growth_records", "growth_bytes"
# Whose the exports' growth is: no person's id holds a #, which parts the keys that ids come from.
EXPORTS: Final = "#exports"
KEPT_DAYS: Final = 90


@dataclass(frozen=True)
class ForecastBoard:
    """Every method raises Forbidden for who may not, NotFound (``insights_no_mart``, ``insights_no_days``) where it
    reads the mart, and what reading raises."""

    daily: Daily

    def foresee(
        self,
        people: Sequence[str] | None = None,
        anew: bool = False,
        tell: Callable[[Going], None] = lambda going: None,
    ) -> Made:
        """Foresee these people (None: all, at most MOST_PEOPLE) and the exports' growth, now and here; who was
        foreseen today of the same data is left as is, unless ``anew``. Raise AlreadyRunning."""
        raise NotFound("not made yet", situation="insights_no_mart")

    def start(self, people: Sequence[str] | None = None, anew: bool = False) -> Going:
        """The same beside whoever asks; joins the run that goes on."""
        raise NotFound("not made yet", situation="insights_no_mart")

    def going(self) -> Going | None:
        """The run that goes on, here or elsewhere."""
        return None

    def ended(self) -> Ended | None:
        """How the last run ended that was started here with ``start``; None while it goes on."""
        return None

    def newest(self, person: str) -> PersonForecasts:
        """What was foreseen of a person last, of the last KEPT_DAYS."""
        raise NotFound("not made yet", situation="insights_no_mart")

    def growth(self) -> GrowthForecasts:
        """What was foreseen of the exports last."""
        return GrowthForecasts()

    def kept(self, person: str, target: str, days: int = KEPT_DAYS) -> Kept:
        """Forecasts of the last ``days``, oldest first, and the keys of those that nobody can read."""
        return Kept(())

    def series(self, person: str, target: str, today: date | None = None) -> Series:
        """What came, up to the day before ``today`` (None: now): of focus_minutes, sessions, mood; of EXPORTS the
        records and bytes. Raise NotFound for a target without a series."""
        raise NotFound("not made yet", situation="insights_no_mart")

    def shown(self, person: str, target: str, today: date | None = None) -> Shown:
        """The SQL that a forecast made on ``today`` (None: now; of an outlook: its ``end``) was computed from. Its rows
        give ``series_of`` ``day`` and the target's column. Raise NotFound for the exports, which are no SQL's."""
        raise NotFound("not made yet", situation="insights_no_mart")
