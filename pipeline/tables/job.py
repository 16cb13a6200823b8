"""The engine of tables: documents of days become Parquet files, and a manifest a day. A run like any other.

Where the types of a kind of records widen, the kept days follow in the same run. How far it is stands in the lake
alone, so whoever goes on does nothing twice.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import ClassVar

from pipeline.errors import (
    AlreadyRunning,
    AuthFailed,
    DataInvalid,
    ExternalApiDown,
    NotFound,
    PipelineError,
    RateLimited,
)
from pipeline.jsonlog import JsonLog
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.lifecycle import CarryOn, Engine, Finished, HandsOver, Lifecycle, Outcome, Remaining, Turn
from pipeline.runs.recorder import Record
from pipeline.runs.request import ExportRequest, ExportResult
from pipeline.runs.run import Run
from pipeline.tables.convert import Source
from pipeline.tables.day import Days, Settled
from pipeline.tables.glue.catalogue import Catalogue
from pipeline.tables.inputs import Inputs

KEPT_DAYS = 30
# Another day would meet the same wall.
_STOPS = (AlreadyRunning, AuthFailed, ExternalApiDown, RateLimited)
ComeBy = Callable[[], Source]


@dataclass(frozen=True)
class TablesRequest(ExportRequest):
    """Tables of whose documents are wanted (``of``), of the UTC days from ``first`` to ``last``, by default the kept
    ones; ``rebuild``: also of those that have them. ``table`` is the name that such runs have."""

    of: str = ""
    first: date | None = None
    last: date | None = None
    rebuild: bool = False


@dataclass(frozen=True)
class Converter:
    """Makes tables; wired once. ``inputs`` gives what days are made of; ``carry_on`` starts the invocation that goes on
    when the time of this one is over; ``catalogue`` (None: switched off) follows after each run that succeeded."""

    lake: Lake
    ledger: Ledger
    leases: Leases
    now: Callable[[], datetime]
    inputs: Callable[[str], Inputs]
    carry_on: CarryOn | None = None
    sleep: Callable[[float], None] = time.sleep
    catalogue: Catalogue | None = None

    def run(self, request: TablesRequest, log: JsonLog, remaining: Remaining) -> ExportResult:
        """Make the tables of days. Raise DataInvalid for days in the wrong order, NotFound where no day has a document,
        DataInvalid… of a day that cannot be made, else what ``Lifecycle.run`` raises."""
        today = self.now().date()
        last = request.last or today
        first = request.first or min(last, today) - timedelta(days=KEPT_DAYS - 1)
        if last < first:
            raise DataInvalid(f"{last} is before {first}", record="event", field="to", situation="range_order")
        life = Lifecycle(self.lake, self.ledger, self.leases, self.now, self.carry_on, self.sleep)
        result = life.run(_Tables(self, request, first, last), request, log, remaining)
        return result if result.continues else self._catalogued(result, request.of, log)

    def _catalogued(self, result: ExportResult, of: str, log: JsonLog) -> ExportResult:
        if self.catalogue is None:
            return result
        kept = self.catalogue.keep(of, log)
        return replace(result, warnings=(*result.warnings, *kept.findings))


def tables_request(
    run_id: str, of: str, first: date | None = None, last: date | None = None, rebuild: bool = False
) -> TablesRequest:
    """What to ask for. Raise DataInvalid for what is no name of a table."""
    return TablesRequest(run_id, keys.tables_of(of), of=of, first=first, last=last, rebuild=rebuild)


@dataclass(frozen=True)
class _Tables(Engine):
    """The engine of one table's days."""

    converter: Converter
    wanted: TablesRequest
    first: date
    last: date
    job: ClassVar[str] = "tables"
    engines: ClassVar[tuple[str, ...]] = ("tables",)

    def facts(self) -> Mapping[str, object]:
        return {"first_day": self.first, "last_day": self.last}

    def told(self, run: Run) -> Mapping[str, object]:
        days = {"days": dict(run.day_states)} if run.day_states else {}
        return {"table": self.wanted.of, "first": self.first, "last": self.last, **days}

    def resumes(self, dead: Run, request: ExportRequest) -> bool:
        """A run about the same days is gone on with."""
        return (dead.first_day, dead.last_day) == (self.first, self.last)

    def work(self, request: ExportRequest, record: Record, turn: Turn) -> Outcome:
        """Make what is missing, then the kept days whose types have widened."""
        work = _Work(self, record, turn.is_over)
        if work.done():
            return Finished(work.finish())
        turn.require_successor(f"{work.made} days of {self.wanted.of} were made")
        days = {"from": self.first.isoformat(), "to": self.last.isoformat(), "rebuild": self.wanted.rebuild}
        return HandsOver({"tables": self.wanted.of, **days})


class _Work:
    """One invocation's share of a run."""

    def __init__(self, engine: _Tables, record: Record, is_over: Callable[[], bool]) -> None:
        self._engine, self._record, self._is_over = engine, record, is_over
        converter, self._table = engine.converter, engine.wanted.of
        self._inputs = converter.inputs(self._table)
        self._days = Days(converter.lake, self._table, record, converter.now, self._tell_rows)
        self._states: dict[date, str] = {}
        self._failed: dict[date, PipelineError] = {}
        self._records = self._bytes = 0

    @property
    def made(self) -> int:
        """Days that were made."""
        return sum(state in {"made", "remade"} for state in self._states.values())

    def done(self) -> bool:
        """Make all; False when it has to go on in another invocation. Raise what stops it."""
        days = self._inputs.days(self._table, self._engine.first, self._engine.last)
        if not days:
            text = f"no whole export of {self._table} from {self._engine.first} to {self._engine.last} is known"
            raise NotFound(text, resource=self._table, action="tables", situation="tables_nothing")
        return self._make(days, self._engine.wanted.rebuild, "made") and self._follow()

    def finish(self) -> Run:
        """Record the end. Raise what a day failed of."""
        self._tell_days()
        if self._failed:
            raise _of_days(self._failed, len(self._states))
        return self._record.done()

    def _make(self, days: Mapping[date, ComeBy], rebuild: bool, word: str) -> bool:
        # All are looked at before the first is written: what widens with each of them is written once.
        sources: dict[date, Source] = {}
        for day, come_by in days.items():
            if self._is_over():
                return False
            self._trying(day, partial(self._look, sources, day, come_by, rebuild))
        settled = self._days.settle()
        for name in settled.widened:
            self._record.remark(f"types of {name} have widened: the kept days of {self._table} follow")
        for day, source in sources.items():
            if self._is_over():
                return False
            self._trying(day, partial(self._write, day, source, settled, rebuild, word))
            self._tell_days()
        return True

    def _follow(self) -> bool:
        """The kept days whose files have older types than are known by now; each may widen them once more."""
        while days := self._left_behind():
            if not self._make(days, False, "remade"):
                return False
        return True

    def _left_behind(self) -> dict[date, ComeBy]:
        first = self._engine.converter.now().date() - timedelta(days=KEPT_DAYS - 1)
        behind = [day for day in self._days.behind(first) if day not in self._failed]
        if not behind:
            return {}
        days = self._inputs.days(self._table, min(behind), max(behind))
        # Of a day whose document is gone the files stay as they are.
        return {day: days[day] for day in behind if day in days}

    def _trying(self, day: date, act: Callable[[], None]) -> None:
        try:
            act()
        except _STOPS:
            raise
        except PipelineError as error:
            self._failed[day], self._states[day] = error, "failed"

    def _look(self, sources: dict[date, Source], day: date, come_by: ComeBy, rebuild: bool) -> None:
        source = come_by()
        self._days.look(day, source, again=rebuild and not self._days.stands(day, source, self._run_id))
        sources[day] = source

    def _write(self, day: date, source: Source, settled: Settled, rebuild: bool, word: str) -> None:
        if self._days.stands(day, source, self._run_id if rebuild else None):
            self._states.setdefault(day, "standing")
            return
        manifest = self._days.make(day, source, settled)
        self._states[day] = word
        self._records += manifest.records
        self._bytes += sum(file.size for file in manifest.files)

    @property
    def _run_id(self) -> str:
        return self._record.current().run_id

    def _tell_rows(self, rows: int) -> None:
        self._record.progress(self._records, self._bytes, 0.0, 0)

    def _tell_days(self) -> None:
        states = tuple(sorted(Counter(self._states.values()).items()))
        self._record.note(day_states=states, records=self._records, bytes=self._bytes)
        self._tell_rows(0)


def _of_days(failed: Mapping[date, PipelineError], days: int) -> PipelineError:
    """What days failed of, as one error: the first one's, with its day and how many others there are."""
    day, first = min(failed.items())
    text = f"{len(failed)} of {days} days failed, first {day}: {first.code} {first.message}"
    return type(first)(text, **first.facts)
