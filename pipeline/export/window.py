"""From when on an incremental export looks: from the last success of its table, less an overlap, or so many days.

The ledger knows that success. A run that left a gap behind, or judged by other attributes, is none to go on from.
Nor is its own clock believed where it was ahead of S3's: what was written meanwhile would be in no export.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.config import ChangedBy, changed_by_text
from pipeline.errors import PipelineError
from pipeline.runs.ledger import Ledger
from pipeline.runs.recorder import Record
from pipeline.runs.request import ExportRequest
from pipeline.runs.run import Run

# Days to look back, a few first: where exports run daily, nothing else is read. Older ones are exported anew.
_LOOK_BACK = (2, 14, 90, 400)


@dataclass(frozen=True)
class Windows:
    """Finds windows in one ledger; an item is judged ``by`` these attributes, ``overlap`` takes in late writes."""

    ledger: Ledger
    by: ChangedBy
    overlap: timedelta

    def fix(self, record: Record, request: ExportRequest) -> Run:
        """Write the run's window into its entry, once: a run that goes on keeps it."""
        run = record.current()
        if run.mode == "full" or run.window:
            return run
        by = None if run.engine == "native" else changed_by_text(self.by)
        facts: dict[str, object] = {"until": run.started_at, "changed_by": by}
        if request.incremental_days is not None:
            since = run.started_at - timedelta(days=request.incremental_days) - self.overlap
            return record.note(window="days", since=since, **facts)
        covered = self._covered(run, record)
        if covered is None:
            return record.note(window="beginning", **facts)
        return record.note(window="last", since=covered - self.overlap, **facts)

    def _covered(self, run: Run, record: Record) -> datetime | None:
        try:
            return covered_until(self._successes(run, days) for days in _LOOK_BACK)
        except PipelineError as error:
            # Without the ledger nothing is known of earlier exports: rather too much than too little.
            record.warn(error)
            return None

    def _successes(self, run: Run, days: int) -> list[Run]:
        seen = self.ledger.entries(run.day - timedelta(days=days), run.day + timedelta(days=1))
        by = changed_by_text(self.by)
        return [other for other in seen.runs if _is_earlier(other, run) and _missed_nothing(other, by)]


def covered_until(looks: Iterable[list[Run]]) -> datetime | None:
    """Up to when earlier runs have exported every write; None when no look finds a run to begin with."""
    for runs in looks:
        begun = max((_moment(run) for run in runs if run.window != "days"), default=None)
        if begun is not None:
            return _carried_on(begun, runs)
    return None


def asks_for_the_same(run: Run, request: ExportRequest) -> bool:
    """Whether a run that was begun gives what the request asks for."""
    if run.mode == "full" or run.mode != request.mode:
        return run.mode == request.mode
    days = request.incremental_days
    if days is None or run.since is None:
        return days is None and run.window in {"last", "beginning"}
    return run.window == "days" and run.since <= run.started_at - timedelta(days=days)


def _carried_on(covered: datetime, runs: list[Run]) -> datetime:
    """Runs of so many days carry on from there, as long as none leaves a gap."""
    for run in sorted(runs, key=lambda each: each.started_at):
        if run.since is not None and run.since <= covered:
            covered = max(covered, _moment(run))
    return covered


def _is_earlier(other: Run, run: Run) -> bool:
    # Of a clock that was ahead: its window would begin in the future.
    known = other.started_at <= run.started_at and other.run_id != run.run_id
    # A table that was deleted and created again holds what no earlier run has seen, whatever its items' times.
    same = not (other.table_id and run.table_id) or other.table_id == run.table_id
    return known and same and other.table == run.table and other.status == "succeeded"


def _missed_nothing(run: Run, by: str) -> bool:
    # DynamoDB's own incremental export goes by its log of changes, whatever the attributes say. Entries of the time
    # before windows were recorded say nothing of theirs.
    return run.mode == "full" or (run.window is not None and (run.engine == "native" or run.changed_by == by))


def _moment(run: Run) -> datetime:
    """Up to when it has every write: the earliest of what tells of its beginning. S3's word is that of its first entry,
    which is written before the first item is read."""
    told = (run.started_at, run.opened_at, run.exported_at)
    return min(moment for moment in told if moment is not None)
