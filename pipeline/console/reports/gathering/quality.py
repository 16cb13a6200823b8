"""Reads what the block quality tells: the newest look at each day of the table and of our models, and the marks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from pipeline.analysis.quality.builds import MODELS
from pipeline.analysis.quality.looks import read_marks
from pipeline.analysis.quality.result import Result
from pipeline.analysis.quality.standing import standing
from pipeline.analysis.quality.store import Results
from pipeline.analysis.reports.blocks import quality as told
from pipeline.analysis.reports.definitions.definition import Quality
from pipeline.analysis.reports.document import Part
from pipeline.console.reports.gathering.exports import exported_table
from pipeline.console.reports.gathering.reading import Reading
from pipeline.console.reports.gathering.scope import Scope
from pipeline.errors import SchemaMismatch
from pipeline.lake import analysis_keys

if TYPE_CHECKING:
    from pipeline.console.app import App


def quality(app: App, block: Quality, scope: Scope, reading: Reading, /) -> tuple[Part, ...]:
    """Days are the data's own: those of UTC that exports are of."""
    table = exported_table(app, reading)
    looked = (_looked(table, table, scope, reading), _looked(MODELS, "", scope, reading))
    return told.quality(looked, scope.first, scope.last, scope.as_of, scope.shown)


def _looked(table: str, name: str, scope: Scope, reading: Reading) -> told.Looked:
    results, unread = _results(table, scope, reading)
    marks, unread_marks = read_marks(reading.lake, table)
    stands = standing(table, results[max(results)] if results else None, marks, scope.as_of, unread_marks)
    return told.Looked(name, results, stands, unread)


def _results(table: str, scope: Scope, reading: Reading) -> tuple[dict[date, Result], int]:
    """The newest of each day that was made by the report's moment and can be read; and how many days have none."""
    looks: dict[date, list[str]] = {}
    for day, run_id in Results(reading.lake).listed(table, scope.first, scope.last):
        looks.setdefault(day, []).insert(0, run_id)
    # Read beside each other: what follows finds them read.
    reading.all([analysis_keys.quality_key(table, day, found[0]) for day, found in looks.items()])
    found = {day: list(_read(Results(reading.lake), table, day, run_ids)) for day, run_ids in looks.items()}
    made = {day: [one for one in read if one and one.made_at <= scope.as_of] for day, read in found.items()}
    unread = sum(None in read and not made[day] for day, read in found.items())
    return {day: read[0] for day, read in made.items() if read}, unread


def _read(results: Results, table: str, day: date, newest_first: Sequence[str]) -> Iterator[Result | None]:
    for run_id in newest_first:
        try:
            yield results.load(table, day, run_id)
        except SchemaMismatch:
            yield None
