"""What forecasts are made of, by the SQL that is shown: a person's series, tasks and mornings.

Of the marts as they are published. An operator's, as the days themselves are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.analysis.builds.marts import current_marts
from pipeline.analysis.correlation.frame import MOST_DAYS, frame_sql
from pipeline.analysis.correlation.measures import measures
from pipeline.analysis.forecast.morning import MorningFrame
from pipeline.analysis.forecast.result import DataVersion
from pipeline.analysis.forecast.series import TARGETS, Series, series_of
from pipeline.console.insights.daily import MART, Daily, Shown
from pipeline.console.insights.foreseeing import morning_days, tasks
from pipeline.console.insights.foreseeing.tasks import OpenProjects
from pipeline.errors import NotFound
from pipeline.untrusted import quoted

_MARTS = (MART, tasks.MART)
_KEPT_SIZE = 2**16


@dataclass(frozen=True)
class Days:
    """As of ``today``, which is not over yet. Raises what Daily raises."""

    daily: Daily
    today: date

    def data(self) -> tuple[DataVersion, ...]:
        """The marts' files as they are published now. Raise NotFound (``insights_no_mart``)."""
        self.daily.version()
        current = current_marts(self.daily.queries.manifests.lake)
        files = [current.mart(name) for name in _MARTS] if current else []
        return tuple(DataVersion(file.key, file.version_id, file.checksum) for file in files if file)

    def series(self, person: str, target: str) -> Series:
        """One of TARGETS. Raise NotFound for a target without a series."""
        named = {one.name: one for one in TARGETS.values()}.get(target)
        if named is None:
            raise _no_target(target)
        frame = self.daily.frame(person)
        return series_of(named, frame.days, frame.column(target).tolist(), self.today)

    def mornings(self, person: str) -> MorningFrame:
        """What each morning knew, up to today's."""
        return morning_days.mornings(person, self.daily.rows(self.shown(person, morning_days.TARGET)), self.today)

    def projects(self, person: str) -> OpenProjects:
        """The person's open projects; none where tasks are not published."""
        files = self.data()
        if len(files) < len(_MARTS):
            return OpenProjects()
        shown = self.shown(person, tasks.PREFIX)
        asked = (files[-1], "tasks", person)
        return self.daily.kept.of(asked, _KEPT_SIZE, lambda: tasks.open_projects(self.daily.rows(shown)))

    def shown(self, person: str, target: str) -> Shown:
        """The SQL of a target. Raise NotFound for one that no SQL gives."""
        dates = {"from": (self.today - timedelta(days=MOST_DAYS)).isoformat(), "today": self.today.isoformat()}
        if target in TARGETS:
            return Shown(frame_sql((measures()[target],)), {"person": person, **dates})
        if target == morning_days.TARGET:
            return Shown(morning_days.MORNING_SQL, {"person": person, **dates})
        if target.startswith(tasks.PREFIX):
            return Shown(tasks.TASKS_SQL, {"person": person})
        raise _no_target(target)


def _no_target(target: str) -> NotFound:
    return NotFound(f"{quoted(target)} is nothing that is foreseen of a person", situation="forecasts_target")
