"""What of runs somebody is told: one failed, one was lost, the day's is late; and, once, that it is over. Pure.

What is told of reports and of the tables' own runs is left out: those have notices, findings and an alarm of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from pipeline.clock import utc_text
from pipeline.notices.notice import Notice
from pipeline.runs.history import shown_status
from pipeline.runs.run import History, Run
from pipeline.runs.standing import EARLY, Standing

ELSEWHERE: Final = frozenset(("tables", "report"))
# What failed before that is nobody's news.
WINDOW: Final = timedelta(days=2)
# What is not over by then never will be: a source that was removed, a table that nobody exports any more.
FORGOTTEN: Final = timedelta(days=30)
TroubleKind = Literal["run_failed", "run_lost", "run_late"]


@dataclass(frozen=True)
class Trouble:
    """What somebody was told of: a run of ``table`` that began ``at``, or (``run_id`` empty) one that was due then.
    ``whole``: only a full run makes up for it."""

    kind: TroubleKind
    table: str
    at: datetime
    run_id: str = ""
    whole: bool = True

    @property
    def change(self) -> str:
        """Its name, the same for whoever finds it out."""
        return f"{self.kind}:{self.run_id or f'{self.table}:{utc_text(self.at)}'}"


def trouble_of(run: Run, now: datetime) -> Trouble | None:
    """What there is to tell of a run; None of one that goes on, or is as it should be."""
    shown = shown_status(run, now)
    if run.engine in ELSEWHERE or shown not in {"failed", "lost"}:
        return None
    kind: TroubleKind = "run_failed" if shown == "failed" else "run_lost"
    return Trouble(kind, run.table, run.started_at, run.run_id, run.mode == "full")


def troubles(history: History, judged: Standing, table: str, now: datetime) -> Iterator[tuple[Trouble, Notice]]:
    """What stands wrong: failed and lost runs of WINDOW that nothing has made up for, and ``table``'s export where the
    one answer of all faces (``judged``) says that it is late."""
    for run in history.runs:
        found = trouble_of(run, now) if run.started_at > now - WINDOW else None
        if found and over(found, history.runs) is None:
            yield found, notice_of(found, run)
    if judged.state == "late":
        late = Trouble("run_late", table, judged.due)
        yield late, notice_of(late)


def over(trouble: Trouble, runs: Sequence[Run]) -> Run | None:
    """The first run that made up for it: itself, tried again, or a later good one."""
    good = [run for run in runs if run.table == trouble.table and run.is_good and _makes_up(run, trouble)]
    return min(good, key=lambda run: run.started_at, default=None)


def notice_of(trouble: Trouble, run: Run | None = None) -> Notice:
    """What is told of it."""
    if run is None:
        due = (("due", utc_text(trouble.at)),)
        return Notice(trouble.kind, trouble.change, trouble.at, trouble.table, "/debug/pipeline", due)
    error = (("code", run.error.code),) if run.error else ()
    facts = (*error, ("started", utc_text(run.started_at)), ("run", run.run_id))
    return Notice(trouble.kind, trouble.change, run.finished_at or run.updated_at, run.table, path_of(run), facts)


def recovered(run: Run) -> Notice:
    """That a table's troubles are over, by this run."""
    at = run.finished_at or run.updated_at
    return Notice("run_recovered", f"run_recovered:{run.run_id}", at, run.table, path_of(run), (("run", run.run_id),))


def path_of(run: Run) -> str:
    """Where a run is shown, below the console's address."""
    return f"/debug/{'models?tab=builds&build' if run.engine == 'dbt' else 'pipeline?tab=history&run'}={run.run_id}"


def _makes_up(run: Run, trouble: Trouble) -> bool:
    later = run.started_at > trouble.at if trouble.run_id else run.started_at >= trouble.at - EARLY
    return run.run_id == trouble.run_id or (later and (run.mode == "full" or not trouble.whole))
