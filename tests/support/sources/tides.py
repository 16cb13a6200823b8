"""A source for the tests of fetching: a number a day, faults by day; and a desk on which it is run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pipeline.errors import (
    PipelineError,
)
from pipeline.jsonlog import JsonLog
from pipeline.lake.bucket import Lake
from pipeline.lake.document import Reader
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.request import FetchRequest
from pipeline.runs.run import Run
from pipeline.sources.calendar import DayEntry, SourceDays
from pipeline.sources.fetch import Fetcher
from pipeline.sources.protocol import Envelope, FetchedDay, Rejected, Span
from tests.conftest import Clock

# The clock of the tests stands at 2024-02-01 12:00 UTC.
FIRST, LAST = date(2024, 1, 1), date(2024, 1, 10)
Value = int | None


@dataclass
class Tides:
    """A source for the tests: a number a day, faults by day, and what it was asked for."""

    values: dict[date, Value] = field(default_factory=dict)
    faults: dict[date, PipelineError] = field(default_factory=dict)
    asked: list[date] = field(default_factory=list)
    missing: PipelineError | None = None
    refused: int = 0
    name: str = "tides"
    key_names: tuple[str, ...] = ("date",)
    timezone: str = "Asia/Tokyo"
    reach: date = date(2020, 1, 1)
    span_days: int = 3

    def missing_requirement(self) -> PipelineError | None:
        return self.missing

    def fetch(self, span: Span) -> Iterator[FetchedDay]:
        for day in span.days():
            self.asked.append(day)
            if day in self.faults:
                raise self.faults[day]
            yield self._day(day)

    def _day(self, day: date) -> FetchedDay:
        value = self.values.get(day, day.day)
        if value is None:
            return FetchedDay(day, (), ())
        envelope = Envelope(self.name, "harbour", day, Clock()(), "v1", {"metres": value})
        record = {"date": day.isoformat(), "height_m": value}
        count = 1 if value == 7 else self.refused  # noqa: PLR2004
        refused = (Rejected(day, "colour", "blue", "unknown field"),) * count
        return FetchedDay(day, (envelope,), (record,), refused, partial=day == LAST)


@dataclass
class Lab:
    source: Tides
    fetcher: Fetcher
    handed_over: list[dict[str, Any]]
    lines: list[str]

    def run(self, run_id: str = "r1", first: date = FIRST, last: date = LAST, left: float = 900.0, hop: int = 0) -> Run:
        request = FetchRequest(run_id, "tides", trigger="backfill", first=first, last=last, hop=hop)
        return self.fetcher.run(request, JsonLog("f", "req", self.lines.append), lambda: left).run

    def calendar(self) -> Mapping[date, DayEntry]:
        return SourceDays(self.fetcher.lake).load("tides", FIRST, LAST).days

    def states(self) -> str:
        return "".join(self.calendar()[day].state[0] for day in sorted(self.calendar()))

    def records(self, key: str, version: str | None = None) -> list[dict[str, Any]]:
        return list(Reader(self.fetcher.lake.stream(key, version), key).records())


def lab_of(lake: Lake, ledger: Ledger, leases: Leases, clock: Clock) -> Lab:
    source, handed_over = Tides(), []
    fetcher = Fetcher(lake, ledger, leases, clock, lambda name: source, handed_over.append)
    return Lab(source, fetcher, handed_over, [])
