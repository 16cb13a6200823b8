"""What a block of a report is made for, and what every reader of blocks is: a function of that and of its pins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from pipeline.analysis.reports.definitions.definition import Definition
from pipeline.analysis.reports.definitions.period import span
from pipeline.analysis.reports.document import Document, Part
from pipeline.analysis.reports.shown import Shown
from pipeline.console.reports.gathering.reading import Reading

if TYPE_CHECKING:
    from pipeline.console.app import App


@dataclass(frozen=True)
class Scope:
    """The days ``first`` to ``last`` in the report's zone, whose days (``person``, empty: everybody's), ``as_of`` which
    moment (aware; the only "now" that a block may know). ``shown`` writes values in the reader's language
    (``shown.words``: the catalogue)."""

    first: date
    last: date
    person: str
    as_of: datetime
    zone: str
    shown: Shown

    @property
    def since(self) -> datetime:
        """The period's first moment, in UTC."""
        return self._midnight(self.first)

    @property
    def until(self) -> datetime:
        """The first moment after the period, in UTC."""
        return self._midnight(self.last + timedelta(days=1))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.zone)).astimezone(UTC)


class Reader(Protocol):
    """Makes a block's parts of what it reads through ``reading``, which keeps pins and SQL. The block's heading is the
    gatherer's. An expected failure is a PipelineError: the gatherer says it in the block's place."""

    def __call__(self, app: App, block: Any, scope: Scope, reading: Reading, /) -> tuple[Part, ...]:
        """The parts, without a heading of level 2."""
        ...


def scope_of(definition: Definition, as_of: datetime) -> Scope:
    """What a definition's blocks are made for at a moment (aware)."""
    zone = ZoneInfo(definition.zone)
    first, last = span(definition.period, as_of.astimezone(zone).date())
    empty = Document(definition.title, "", definition.language, definition.zone, as_of, ())
    return Scope(first, last, definition.person, as_of, definition.zone, Shown(empty))
