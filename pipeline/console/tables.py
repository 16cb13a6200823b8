"""The tables of a lake for whoever may export: made here, in this process, and what a day has.

The tables' own function does the same without a person; a lease keeps the two from each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pipeline.console.audit import Actor
from pipeline.jsonlog import Emit, JsonLog
from pipeline.lake.bucket import Lake
from pipeline.runs.request import ExportResult
from pipeline.runs.run import new_run_id
from pipeline.tables.job import KEPT_DAYS, Converter, tables_request
from pipeline.tables.manifest import Manifest, Manifests


@dataclass(frozen=True)
class TableBoard:
    """What people do with tables; ``emit`` takes the log lines of runs that go on here."""

    lake: Lake
    converter: Converter
    now: Callable[[], datetime]
    actor: Actor

    def make(
        self, of: str, first: date | None, last: date | None, rebuild: bool, emit: Emit = lambda line: None
    ) -> ExportResult:
        """Make the tables of days that lack them (``rebuild``: of all), and wait for the end. Raise Forbidden, and what
        ``Converter.run`` raises."""
        with self.actor.doing("export", f"{of} tables") as tell:
            request = tables_request(new_run_id(self.now()), of, first, last, rebuild)
            result = self.converter.run(request, JsonLog("command line", None, emit), lambda: math.inf)
            tell(result.run.run_id)
            return result

    def newest(self, of: str, first: date | None = None) -> Manifest | None:
        """What the newest day with tables has, of the kept days or from ``first`` on."""
        self.actor.require("see")
        return Manifests(self.lake).newest(of, first or self.now().date() - timedelta(days=KEPT_DAYS - 1))
