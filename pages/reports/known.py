"""What this page asks of the rooms of reports: kept for seconds, the same for everybody; 更新 forgets it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from datetime import datetime, timedelta

from pages.ui import reads
from pages.ui.answers import Answers
from pipeline.console.app import App
from pipeline.console.reports.making import Going
from pipeline.console.reports.told import KeptReport, ReportRun
from pipeline.errors import PipelineError
from pipeline.notices.log import Sent
from pipeline.notices.preferences import Preferences

# Asked by whatever draws the button or its progress.
GOING_SECONDS = 0.9
SENT_DAYS = 14
_reports: Answers[str, tuple[KeptReport, ...]] = Answers(reads.READ_TTL_SECONDS, reads.STALE_SECONDS, 4)
_runs: Answers[str, tuple[ReportRun, ...]] = Answers(reads.READ_TTL_SECONDS, reads.STALE_SECONDS, 4)
_of: Answers[tuple[str, str, Hashable], tuple[ReportRun, ...]] = Answers(
    reads.READ_TTL_SECONDS, reads.STALE_SECONDS, 32
)
_run: Answers[tuple[str, str, str, Hashable], ReportRun | None] = Answers(
    reads.READ_TTL_SECONDS, reads.STALE_SECONDS, 32
)
_going: Answers[tuple[str, str], Going | None] = Answers(GOING_SECONDS, GOING_SECONDS, 32)
_preferences: Answers[str, Preferences] = Answers(reads.READ_TTL_SECONDS, reads.READ_TTL_SECONDS, 4)
_sent: Answers[str, tuple[Sent, ...]] = Answers(reads.READ_TTL_SECONDS, reads.STALE_SECONDS, 4)
for _answers in (_reports, _runs, _of, _run, _going, _preferences, _sent):
    reads.forget_with(_answers)


def reports(console: App, at_most: float | None = None) -> tuple[KeptReport, ...]:
    """All definitions, by name. What of one a viewer may not see, the page does not show."""
    console.actor.require("see")
    read = reads.asked(lambda app: app.reports.definitions.listed())
    return _reports.get(console.settings.bucket, read, at_most)


def report(console: App, name: str) -> KeptReport | None:
    """One of them; None where there is none."""
    return next((one for one in reports(console) if one.name == name), None)


def as_of(console: App) -> datetime:
    """When the definitions that are shown were read."""
    return console.now() - timedelta(seconds=_reports.age(console.settings.bucket))


def runs(console: App, at_most: float | None = None) -> tuple[ReportRun, ...]:
    """The runs of all reports in the last days, newest first, without what they made."""
    console.actor.require("see")
    return _runs.get(console.settings.bucket, reads.asked(lambda app: app.reports.maker.runs()), at_most)


def runs_of(console: App, name: str) -> tuple[ReportRun, ...]:
    """Those of one report, with what they made and who was told. Of its SQL and definition only operators are shown
    anything: that is the page's to heed."""
    asked = console.settings.bucket, name, _marks(one for one in runs(console) if one.name == name)
    return _of.get(asked, reads.asked(lambda app: app.reports.maker.runs(name)))


def run(console: App, name: str, run_id: str) -> ReportRun | None:
    """One run, the same way, however old; None where nobody knows it."""
    asked = console.settings.bucket, name, run_id, _marks(one for one in runs(console) if one.run_id == run_id)
    return _run.get(asked, reads.asked(lambda app: app.reports.maker.run(name, run_id)))


def _marks(told: Iterable[ReportRun]) -> Hashable:
    """Differs once there is something new to read."""
    return tuple((one.run_id, one.state) for one in told)


def going(console: App, name: str) -> Going | None:
    """The run of a report that goes on, at most a second old; None also where nobody can say."""
    console.actor.require("see")
    try:
        return _going.get((console.settings.bucket, name), reads.asked(lambda app: app.reports.maker.going(name)))
    except PipelineError:
        # Whatever stands in the way is told by what is drawn below; the button stays usable.
        return None


def preferences(console: App) -> Preferences:
    """Who wants to be told of what."""
    console.actor.require("reports")
    return _preferences.get(console.settings.bucket, reads.asked(lambda app: app.reports.notices.preferences()))


def sent(console: App) -> tuple[Sent, ...]:
    """What was sent in the last days, newest first."""
    console.actor.require("reports")
    return _sent.get(console.settings.bucket, reads.asked(lambda app: app.reports.notices.sent(SENT_DAYS)))
