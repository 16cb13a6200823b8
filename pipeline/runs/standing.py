"""Is it all right? The one answer that every face of the console gives: sentence, cards, commands, doctor. Pure.

Only a recorded success whose document stands turns anything green; what is late, stopped, lost, gone, replaced or
unchecked each has a state of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pipeline.config import SCHEDULE_GRACE_MINUTES
from pipeline.runs.freshness import NextRuns
from pipeline.runs.history import counted, shown_status
from pipeline.runs.run import Run
from pipeline.runs.watch import Phase

GRACE = timedelta(minutes=SCHEDULE_GRACE_MINUTES)
# A run that is asked for by the clock of another machine may seem to begin before its time.
EARLY = timedelta(minutes=5)
State = Literal[
    "starting", "unseen", "running", "ok", "stopped", "late", "failed", "lost", "gone", "replaced", "unchecked", "never"
]
Level = Literal["good", "busy", "quiet", "warn", "bad"]
LEVELS: dict[State, Level] = {
    "starting": "busy",
    "unseen": "bad",
    "running": "busy",
    "ok": "good",
    "stopped": "warn",
    "late": "warn",
    "failed": "bad",
    "lost": "bad",
    "gone": "bad",
    "replaced": "warn",
    "unchecked": "warn",
    "never": "quiet",
}


@dataclass(frozen=True)
class Standing:
    """The answer ``at`` a moment: ``run`` is the one that it is about, ``due`` the scheduled time that it is measured
    by, ``good`` the newest run that is known to have succeeded, ``next_at`` the next scheduled one (None while the
    schedule is stopped)."""

    state: State
    at: datetime
    run: Run | None
    due: datetime
    next_at: datetime | None
    good: Run | None = None

    def __str__(self) -> str:
        """As programs are told it."""
        return self.state

    @property
    def level(self) -> Level:
        """How it is drawn, and whether a command ends well."""
        return LEVELS[self.state]


def standing(runs: Sequence[Run], plan: NextRuns, now: datetime, start: Phase = "none") -> Standing:
    """Judge the runs of one table, newest first; from half an hour after its time a missed export is late.

    ``start``: how far a start is that the ledger may not tell of yet (``Watching.phase`` of one's own).
    """
    due = plan.schedule.last(now - GRACE)
    # What says that it began in the future says nothing that can be believed.
    recorded = [run for run in runs if not run.legacy and run.started_at <= now + EARLY]
    good = next((run for run in counted(recorded) if run.is_good), None)
    state, about = _started(start) or _recorded(recorded, good, plan, due, now) or _found(runs, recorded, good, due)
    next_at = plan.schedule.next(now) if plan.enabled else None
    return Standing(state, now, about, due, next_at, good)


def _started(start: Phase) -> tuple[State, Run | None] | None:
    if start == "waiting":
        return "starting", None
    return ("unseen", None) if start == "unseen" else None


def _recorded(
    runs: Sequence[Run], good: Run | None, plan: NextRuns, due: datetime, now: datetime
) -> tuple[State, Run | None] | None:
    going = next((run for run in runs if shown_status(run, now) == "running"), None)
    if going:
        return "running", going
    broken = next(_broken(runs), None)
    if broken:
        return broken.spoiled or ("lost" if broken.status == "running" else "failed"), broken
    if good and plan.enabled and good.started_at >= due - EARLY:
        return "ok", good
    # Nothing is waited for: what there is grows old, and says so.
    return None if plan.enabled else ("stopped", good)


def _broken(runs: Sequence[Run]) -> Iterator[Run]:
    """Runs that failed, or whose document is spoiled, and were not made up for, newest first: a full export by a later
    full one only, an incremental one by any later success."""
    some_success = False
    for run in runs:
        if run.is_good and run.mode == "full":
            return
        if run.is_good:
            some_success = True
        elif run.mode == "full" or not some_success:
            yield run


def _found(runs: Sequence[Run], recorded: Sequence[Run], good: Run | None, due: datetime) -> tuple[State, Run | None]:
    """By documents that no run tells of, which are never judged fine."""
    found = next((run for run in runs if run.legacy and not run.foreign), None)
    # Both are of UTC: a document's day is the UTC date of its run.
    if found and found.day >= due.date():
        return "unchecked", found
    known = good or found or next(iter(recorded), None)
    return ("late", known) if known else ("never", None)
