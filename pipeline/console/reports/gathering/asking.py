"""Queries of a block: of the lake as the block sees it, at its moment, given up as soon as the block is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from pipeline.analysis.query.engines import Engines
from pipeline.analysis.query.face import Query, Result, Watch
from pipeline.console.queries import Queries
from pipeline.console.reports.gathering.reading import Reading
from pipeline.errors import PipelineError, TimedOut
from pipeline.tables.manifest import Manifest, Manifests

if TYPE_CHECKING:
    from pipeline.console.app import App


@dataclass(frozen=True)
class Watched(Engines):
    """The engines of a console for whoever may be ended by ``check``, which raises why."""

    check: Callable[[], None] = lambda: None

    def run(self, query: Query, days: Sequence[Manifest], watch: Watch) -> Result:
        """Raise what engines raise; of a query that was given up, why."""
        try:
            return super().run(query, days, replace(watch, cancelled=self._is_ended))
        except TimedOut:
            self.check()
            raise

    def _is_ended(self) -> bool:
        try:
            self.check()
        except PipelineError:
            return True
        return False


def queries_of(app: App, reading: Reading, moment: datetime) -> Queries:
    """Queries over what ``reading`` reads; ``moment`` is their "now"."""
    engine = Watched(app.engine.by_name, app.engine.missing, reading.check)
    return replace(app.queries, manifests=Manifests(reading.lake), engine=engine, now=lambda: moment)
