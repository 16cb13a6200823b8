"""A look becomes a result: put beside the look before it and what people have said, numbered, and kept in the lake.

Of two looks at the same moment the slower one finds the other's result, and goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from pipeline.analysis.quality.anomaly import WINDOW_DAYS
from pipeline.analysis.quality.findings import Finding, subject_of
from pipeline.analysis.quality.marks import Marks, muted_ids
from pipeline.analysis.quality.profile import Profile
from pipeline.analysis.quality.result import Result
from pipeline.analysis.quality.rules import Judged
from pipeline.analysis.quality.standing import course
from pipeline.analysis.quality.store import MarkShelf, Results, run_id_of
from pipeline.errors import RateLimited, SchemaMismatch
from pipeline.lake.bucket import Conflict, Lake

# The first change of the window begins a day before it; and a newest day is looked for so far back.
LOOK_BACK_DAYS = WINDOW_DAYS + 7
_ATTEMPTS = 5


@dataclass(frozen=True)
class Look:
    """What was found on ``day`` of ``table``; ``tables_run`` made its tables, or is the build."""

    table: str
    day: date
    tables_run: str
    judged: Judged
    profile: Profile | None = None


def keep(lake: Lake, now: Callable[[], datetime], look: Look) -> Result:
    """Keep a look. Raise RateLimited where others looked at that day all the while, and what the lake raises."""
    marks, damaged = read_marks(lake, look.table)
    if damaged:
        again = f"python -m pipeline quality --table {look.table}"
        found = Finding("unreadable", subject_of(damaged), "JSON", "?", again)
        look = replace(look, judged=replace(look.judged, findings=(*look.judged.findings, found)))
    for _ in range(_ATTEMPTS):
        made = _made(Results(lake), now(), look, None if damaged else muted_ids(marks, now()))
        try:
            Results(lake).save(made)
        except Conflict:
            continue
        return made
    raise RateLimited(f"{look.table} of {look.day} was looked at {_ATTEMPTS} times by others meanwhile")


def read_marks(lake: Lake, table: str) -> tuple[Marks, str]:
    """What people have said of a table's findings; where that cannot be read nothing, and its key."""
    try:
        return MarkShelf(lake).load(table), ""
    except SchemaMismatch as error:
        return {}, str(error.facts["key"])


def _made(results: Results, now: datetime, look: Look, muted: frozenset[str] | None) -> Result:
    """The result of this moment: another look may have come before it meanwhile."""
    looks = results.listed(look.table, look.day - timedelta(days=LOOK_BACK_DAYS), look.day)
    before = results.before(look.table, looks)
    if muted is None:
        # Nobody knows: nothing is told as muted no more.
        muted = before.muted if before else frozenset()
    after = course(look.judged, before, look.day, muted)
    number = 1 + sum(day == look.day for day, _ in looks)
    return Result(
        table=look.table,
        day=look.day,
        run_id=run_id_of(number, look.tables_run),
        made_at=now,
        tables_run=look.tables_run,
        learned=look.judged.learned,
        findings=after.findings,
        changes=after.changes,
        skipped=look.judged.skipped,
        profile=look.profile,
        muted=after.muted,
    )
