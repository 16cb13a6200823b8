"""One run for one person and target: the outlook, how earlier runs did, and what it all was made of. Pure.

Whoever starts it brings the series, the data's versions, the moment and the forecasts that are kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline.analysis.forecast.earlier import earlier
from pipeline.analysis.forecast.outlook import Ahead, both
from pipeline.analysis.forecast.result import DataVersion, Forecast, code_hash
from pipeline.analysis.forecast.series import Series


@dataclass(frozen=True)
class Occasion:
    """Whose forecast is made, when, by which run, of which data; ``seed`` of whatever is drawn."""

    person: str
    run_id: str
    made_at: datetime
    data: tuple[DataVersion, ...]
    seed: int = 0

    def forecast(self, target: str, **told: Any) -> Forecast:
        """A forecast of ``target``; ``told`` is its outlook, morning, completion or growth."""
        at = self.made_at.astimezone(UTC)
        return Forecast(
            run_id=self.run_id,
            person=self.person,
            target=target,
            day=at.date(),
            made_at=at,
            seed=self.seed,
            code=code_hash(),
            data=self.data,
            **told,
        )


def foreseen(occasion: Occasion, series: Series, before: Iterable[Forecast]) -> tuple[Forecast, tuple[Ahead, ...]]:
    """A series' forecast, scored against those made ``before`` of it, in the order that they were made; and what every
    candidate foresees. Ready for Forecasts.save."""
    told = [made.outlook for made in before if made.outlook]
    ahead, rows = both(series)
    return occasion.forecast(series.target.name, outlook=ahead, earlier=earlier(told, series)), rows
