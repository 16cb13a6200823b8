"""相関と予測 in somebody's hands: the rooms that page and commands ask."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.analysis.models.kept import Kept
from pipeline.console.insights.correlations import Correlations
from pipeline.console.insights.daily import Daily
from pipeline.console.insights.forecasts import ForecastBoard
from pipeline.console.insights.foreseeing.progress import Progress
from pipeline.console.insights.foreseeing.running import Runner
from pipeline.console.insights.questions import NamedQuestions
from pipeline.console.queries import Queries
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger


@dataclass(frozen=True)
class Insights:
    """What is asked of people's days; and of the exports of ``table``; ``kept`` and ``foreseeing`` are the
    process's own. An operator's."""

    queries: Queries
    kept: Kept
    ledger: Ledger
    leases: Leases
    table: str
    foreseeing: Progress

    @property
    def daily(self) -> Daily:
        """The days themselves."""
        return Daily(self.queries, self.kept)

    @property
    def questions(self) -> NamedQuestions:
        """What is asked by name."""
        return NamedQuestions(self.queries.manifests.lake, self.queries.now, self.queries.actor)

    @property
    def forecasts(self) -> ForecastBoard:
        """What can be foreseen of them, and how it was foreseen before."""
        return ForecastBoard(Runner(self.daily, self.ledger, self.leases, self.table, self.foreseeing))

    @property
    def correlations(self) -> Correlations:
        """What moved together."""
        return Correlations(self.daily, self.questions, self.kept)
