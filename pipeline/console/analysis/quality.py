"""The quality of a table's days for people: whoever may see the console sees results, an operator looks and marks.

An audit line says table, day, grade and ids of findings; never a value, and no reason that somebody has typed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pipeline.analysis.quality.anomaly import WINDOW_DAYS
from pipeline.analysis.quality.builds import MODELS, BuildInspection
from pipeline.analysis.quality.inspection import Inspection
from pipeline.analysis.quality.looks import read_marks
from pipeline.analysis.quality.marks import Marks, Wanted, mark_of
from pipeline.analysis.quality.result import Open, Result
from pipeline.analysis.quality.standing import Standing, standing
from pipeline.analysis.quality.store import Kept, MarkShelf, Results
from pipeline.analysis.query.face import Watch
from pipeline.console.audit import Actor
from pipeline.errors import NotFound
from pipeline.lake.bucket import Lake
from pipeline.untrusted import quoted

# As far back as the page's trend.
TREND_DAYS = 30
_UNWATCHED = Watch()


@dataclass(frozen=True)
class Quality:
    """Results in somebody's hands; MODELS is the table of what our builds found. Every method raises Forbidden for a
    person who may not, what the lake raises, and SchemaMismatch, which names its key, for a result that is none. Marks
    that are none are told beside the result (``unread_marks``), and are changed by nobody (SchemaMismatch)."""

    lake: Lake
    inspection: Inspection
    now: Callable[[], datetime]
    actor: Actor

    def standing(self, table: str, day: date | None = None) -> Standing:
        """How a day stands by its newest result (None: by the newest of all), with the marks that hold now; grade
        ``not_run`` where nobody has looked."""
        self.actor.require("see")
        return self._standing(table, self._newest(table, day))

    def standings(self, table: str, day: date | None = None) -> tuple[Standing, ...]:
        """The same of the table and, where there is a result of them, of our models: ``worst`` gives their one grade,
        and the findings of all are one list."""
        models = self.standing(MODELS, day)
        return self.standing(table, day), *([models] if models.result else [])

    def trend(self, table: str, days: int = TREND_DAYS) -> Kept:
        """The newest result of each of the last days, and the keys of those that nobody can read."""
        self.actor.require("see")
        today = self.now().date()
        return Results(self.lake).kept(table, today - timedelta(days=days - 1), today)

    def look(self, table: str, day: date | None = None, watch: Watch = _UNWATCHED) -> Standing:
        """Look at a day now (None: the newest there is; of MODELS always the newest build). Raises what
        ``Inspection.look`` and ``BuildInspection.look`` raise."""
        with self.actor.doing("quality", f"look at {table}") as tell:
            seen = self._standing(table, self._look(table, day, watch))
            result = seen.result
            told = f"{result.day} {result.run_id}" if result else ""
            tell(f"{told} {seen.grade}, {len(seen.findings)} findings, {len(seen.changes)} changes")
            return seen

    def look_after_build(self) -> Standing | None:
        """Look at the newest build of our models; None where nothing was built yet."""
        try:
            return self.look(MODELS)
        except NotFound as error:
            if error.state != "quality_no_build":
                raise
            return None

    def mark(self, table: str, finding_id: str, wanted: Wanted) -> Standing:
        """Acknowledge or mute what stands open in the newest result. Raise NotFound (``quality_finding``), DataInvalid
        (``quality_reason``, ``quality_days``), and what ``MarkShelf.put`` raises."""
        with self.actor.doing("quality", f"{wanted.kind} {quoted(finding_id, 40)} of {table}") as tell:
            result = self._newest(table, None)
            mark = mark_of(wanted, _open(result, finding_id, table), self.actor.who().name, self.now())
            marks = MarkShelf(self.lake).put(table, finding_id, mark)
            tell(f"until {mark.until:%Y-%m-%d}")
            return self._marked(table, result, marks)

    def unmark(self, table: str, finding_id: str) -> Standing:
        """Take back what was said of a finding, whether it stands open or not. Raise NotFound (``quality_mark``), and
        what ``MarkShelf.take`` raises."""
        with self.actor.doing("quality", f"unmark {quoted(finding_id, 40)} of {table}"):
            marks = MarkShelf(self.lake).take(table, finding_id, self.now())
            return self._marked(table, self._newest(table, None), marks)

    def _look(self, table: str, day: date | None, watch: Watch) -> Result:
        if table == MODELS:
            return BuildInspection(self.lake, self.now).look()
        return self.inspection.look(table, day, watch)

    def _marked(self, table: str, result: Result | None, marks: Marks) -> Standing:
        return standing(table, result, marks, self.now())

    def _standing(self, table: str, result: Result | None) -> Standing:
        marks, unread = read_marks(self.lake, table)
        return standing(table, result, marks, self.now(), unread)

    def _newest(self, table: str, day: date | None) -> Result | None:
        today = self.now().date()
        first, last = (day, day) if day else (today - timedelta(days=WINDOW_DAYS), today)
        return Results(self.lake).newest(table, first, last)


def _open(result: Result | None, finding_id: str, table: str) -> Open:
    for one in result.findings if result else ():
        if one.finding.id == finding_id:
            return one
    text = f"{table} has no open finding {quoted(finding_id, 40)}"
    raise NotFound(text, resource=table, situation="quality_finding")
