"""相関と予測 in somebody's hands: the rooms that page and commands ask."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.analysis.models.kept import Kept
from pipeline.console.insights.correlations import Correlations
from pipeline.console.insights.daily import Daily
from pipeline.console.insights.questions import NamedQuestions
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

    @property
    def questions(self) -> NamedQuestions:
        """What is asked by name."""
        return NamedQuestions(self.queries.manifests.lake, self.queries.now, self.queries.actor)

    @property
    def correlations(self) -> Correlations:
        """What moved together."""
        return Correlations(self.daily, self.questions, self.kept)
