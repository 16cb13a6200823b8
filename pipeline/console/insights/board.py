"""相関と予測 in somebody's hands: the rooms that page and commands ask."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.analysis.models.kept import Kept
from pipeline.console.insights.daily import Daily
from pipeline.console.queries import Queries


@dataclass(frozen=True)
class Insights:
    """What is asked of people's days; ``kept`` is the process's own. An operator's."""

    queries: Queries
    kept: Kept

    @property
    def daily(self) -> Daily:
        """The days themselves."""
        return Daily(self.queries, self.kept)
