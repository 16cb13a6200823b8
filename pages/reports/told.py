"""What is told of a report: its days, when it is made, how a run stands. Pure texts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pages.ui import format as fmt
from pages.ui import show
from pipeline.analysis.reports.definitions.definition import Definition, Period, Schedule
from pipeline.console.reports.told import KeptReport, ReportRun, State
from pipeline.notices.moments import WEEKDAYS, next_due
from pipeline.words.catalogue import Words

# Product names, the same in every language.
KIND_NAMES = {"sns": "SNS", "slack": "Slack"}
LOOKS: dict[State, tuple[show.Colour, str]] = {
    "waiting": ("gray", ":material/schedule:"),
    "late": ("orange", ":material/hourglass_bottom:"),
    "missed": ("orange", ":material/event_busy:"),
    "running": ("blue", ":material/progress_activity:"),
    "built": ("green", ":material/check_circle:"),
    "sent": ("green", ":material/mark_email_read:"),
    "failed": ("red", ":material/error:"),
}


def badge(words: Words, state: State) -> str:
    """How a run stands, inside a text."""
    colour, icon = LOOKS[state]
    return f":{colour}-badge[{icon} {words(f'reports.state.{state}')}]"


def badges(words: Words, run: ReportRun | None) -> str:
    """The same of a report's last run, and that somebody could not be told; inside a text."""
    if run is None:
        return f":gray-badge[{words('reports.never')}]"
    unsent = f" :orange-badge[:material/unsubscribe: {words('reports.unsent')}]" if run.unsent else ""
    return f"{badge(words, run.state)}{unsent}"


def title(kept: KeptReport) -> str:
    """What a report is called; by its name where there is no definition."""
    return kept.definition.title if kept.definition else kept.name


def period(words: Words, one: Period) -> str:
    """The days that a report is about."""
    if one.kind == "fixed":
        return words("reports.period.fixed", first=one.first, last=one.last)
    return words(f"reports.period.{one.kind}", days=one.days)


def schedule(words: Words, one: Schedule) -> str:
    """On which days, and at what time of which zone."""
    days = words("reports.day.and").join(_day(words, day) for day in one.days)
    return words("reports.schedule", days=days, at=one.at, zone=one.zone)


def formats(definition: Definition) -> str:
    """The forms that it is made in."""
    return " · ".join(form.upper() for form in definition.formats)


def recipients(definition: Definition) -> str:
    """Who is told, by the names of the channels."""
    return " · ".join(f"{one.name} ({KIND_NAMES[one.kind]})" for one in definition.recipients)


def changed(words: Words, at: datetime | None, by: str) -> str:
    """When something was changed, and by whom."""
    return words("reports.changed", time=fmt.jst_minute(at) if at else fmt.NOTHING, person=by or fmt.NOTHING)


def asked_for(kept: KeptReport) -> bool:
    """Whether it is made by itself: an operator has kept it with a schedule that is not paused."""
    times = kept.definition.schedule if kept.definition else None
    return bool(times and kept.seen and not times.paused)


def next_run(words: Words, kept: KeptReport, now: datetime) -> str:
    """When it is made next, or why it is not made by itself."""
    times = kept.definition.schedule if kept.definition else None
    if times is None:
        return words("reports.no_schedule")
    if not kept.seen:
        return words("reports.not_asked_for")
    return words("reports.paused") if times.paused else fmt.jst_minute(next_due(times, now))


def newest(runs: Sequence[ReportRun]) -> dict[str, ReportRun]:
    """The last run of each report, of runs that come newest first."""
    last: dict[str, ReportRun] = {}
    for run in runs:
        last.setdefault(run.name, run)
    return last


def _day(words: Words, day: str | int) -> str:
    if isinstance(day, int):
        return words("reports.day.monthly", day=day)
    if day in WEEKDAYS or day in {"every", "last"}:
        return words(f"reports.day.{day}")
    month, _, number = day.partition("-")
    return words("reports.day.yearly", month=int(month), day=int(number))
