"""A table's exports by day, as the ledger tells of them: what their growth is foreseen of.

The day's last whole export counts; an incremental one, a failed or spoiled one, and a foreign document do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from pipeline.analysis.forecast import growth
from pipeline.analysis.forecast.earlier import earlier
from pipeline.analysis.forecast.outlook import Ahead, all_ahead
from pipeline.analysis.forecast.result import DataVersion, Forecast
from pipeline.analysis.forecast.run import Occasion
from pipeline.analysis.forecast.series import Series, Target, series_of
from pipeline.errors import NotFound
from pipeline.runs.history import of_table, shown_status
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import Run
from pipeline.untrusted import quoted

# Whose the exports' growth is: foreseen in here is no person of that name.
EXPORTS: Final = "#exports"
TARGETS: Final = {"growth_records": growth.RECORDS, "growth_bytes": growth.BYTES}
LOOK_BACK_DAYS: Final = 400


@dataclass(frozen=True)
class Exports:
    """The last export of each day, oldest first, up to ``today`` (UTC)."""

    runs: tuple[Run, ...]
    today: date

    @property
    def data(self) -> tuple[DataVersion, ...]:
        """The newest document: what came before it is the ledger's."""
        return tuple(DataVersion(run.key or "", run.version_id, run.checksum) for run in self.runs[-1:])

    def series(self, name: str) -> Series:
        """One of TARGETS by day. Raise NotFound for another."""
        if name not in TARGETS:
            raise NotFound(f"{quoted(name)} of exports is not foreseen", situation="forecasts_target")
        return series_of(TARGETS[name], *self._values(TARGETS[name]), self.today)

    def foreseen(
        self, occasion: Occasion, name: str, before: tuple[Forecast, ...]
    ) -> tuple[Forecast, tuple[Ahead, ...]]:
        """Its growth, scored against those foreseen ``before``."""
        series, target = self.series(name), TARGETS[name]
        told = [made.growth.outlook for made in before if made.growth]
        grown = growth.growth(target, *self._values(target), self.today)
        rows = all_ahead(series, growth.CANDIDATES)
        return occasion.forecast(name, growth=grown, earlier=earlier(told, series)), rows

    def _values(self, target: Target) -> tuple[list[date], list[float | None]]:
        sizes = [run.records if target is growth.RECORDS else run.bytes for run in self.runs]
        return [run.day for run in self.runs], [None if size is None else float(size) for size in sizes]


def exports_of(ledger: Ledger, table: str, now: datetime) -> Exports:
    """Those of the last LOOK_BACK_DAYS. Raise what the ledger raises where nothing can be read."""
    today = now.date()
    history = of_table(ledger.history(today - timedelta(days=LOOK_BACK_DAYS), today), table)
    whole = [run for run in history.runs if run.mode == "full" and shown_status(run, now) == "succeeded"]
    # Newest first: of a day the first one is the last.
    last = {run.day: run for run in reversed(whole)}
    return Exports(tuple(last[day] for day in sorted(last)), today)
