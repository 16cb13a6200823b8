"""What a block of a report is made for, and what every reader of blocks is: a function of that and of its pins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

from pipeline.analysis.reports.document import Part
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


class Reader(Protocol):
    """Makes a block's parts of what it reads through ``reading``, which keeps pins and SQL. The block's heading is the
    gatherer's. An expected failure is a PipelineError: the gatherer says it in the block's place."""

    def __call__(self, app: App, block: Any, scope: Scope, reading: Reading) -> tuple[Part, ...]:
        """The parts, without a heading of level 2."""
        ...
