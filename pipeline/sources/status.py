"""How a source stands, judged by its runs and its calendar: what its card shows. Pure.

A source is late when nothing good came for a day and a half: providers are asked every day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from pipeline.errors import ConfigInvalid, PipelineError
from pipeline.runs.freshness import Schedule
from pipeline.runs.history import shown_status
from pipeline.runs.run import Run, RunError
from pipeline.runs.standing import Level
from pipeline.sources.calendar import DayEntry
from pipeline.sources.config import SourceEntry

# Providers are asked every day; half a day of grace for their own lateness.
LATE_AFTER = timedelta(hours=36)
# After the daily export, so that one day's table and one day's weather lie side by side.
DAILY = Schedule(14, 30)
State = Literal["off", "lacking", "running", "failed", "late", "ok", "never"]
BoardState = Literal["failed", "wanting", "running", "ok", "none"]


@dataclass(frozen=True)
class Card:
    """One source as its card shows it: ``last`` the newest run, ``success`` the newest good one, ``error`` what stands
    in its way, ``days`` its calendar of the last weeks."""

    entry: SourceEntry
    state: State
    last: Run | None
    success: Run | None
    error: PipelineError | RunError | None
    days: Mapping[date, DayEntry] = field(default_factory=dict)

    @property
    def newest_day(self) -> date | None:
        """The newest day whose records stand in the lake."""
        return max((day for day, entry in self.days.items() if entry.has_document), default=None)

    @property
    def setup(self) -> PipelineError | None:
        """What is left to set up: a next step, no error. An account that was given back again is an error."""
        if self.state != "lacking" or not isinstance(self.error, PipelineError):
            return None
        nobody_yet = self.error.state == "not_connected" and "user" not in self.error.facts
        return self.error if isinstance(self.error, ConfigInvalid) or nobody_yet else None


def card(
    entry: SourceEntry,
    runs: Sequence[Run],
    lacking: PipelineError | None,
    now: datetime,
    days: Mapping[date, DayEntry] | None = None,
) -> Card:
    """Judge a source by its runs, newest first."""
    own = [run for run in runs if run.table == entry.name]
    last = own[0] if own else None
    success = next((run for run in own if run.status == "succeeded" and not run.spoiled), None)
    state = _state(entry, last, success, lacking, now)
    return Card(entry, state, last, success, lacking or (last.error if last else None), days or {})


@dataclass(frozen=True)
class BoardStanding:
    """How all sources stand together, and the names of those that it is about."""

    state: BoardState
    names: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        """How it is drawn."""
        return _LEVELS[self.state]


_LEVELS: Mapping[BoardState, Level] = {
    "failed": "bad",
    "wanting": "warn",
    "running": "busy",
    "ok": "good",
    "none": "quiet",
}
_STATES: tuple[tuple[BoardState, frozenset[State]], ...] = (
    ("failed", frozenset(("failed",))),
    ("wanting", frozenset(("late", "lacking", "never"))),
    ("running", frozenset(("running",))),
    ("ok", frozenset(("ok",))),
)


def board_standing(cards: Sequence[Card]) -> BoardStanding:
    """The worst that is true of one of them; sources that are off are not waited for."""
    for state, those in _STATES:
        names = tuple(card.entry.name for card in cards if card.state in those)
        if names:
            return BoardStanding(state, names)
    return BoardStanding("none")


def rejected_of(run: Run, days: Mapping[date, DayEntry]) -> tuple[tuple[date, str, str], ...]:
    """What was refused of a run's days: day, field and reason, newest first; as many as the run itself counts."""
    if run.first_day is None or run.last_day is None:
        return ()
    own = sorted((day for day in days if run.first_day <= day <= run.last_day), reverse=True)
    return tuple((day, name, why) for day in own for name, why in days[day].rejected)


def done(run: Run, days: Mapping[date, DayEntry]) -> tuple[int, int]:
    """How many of a run's days it has dealt with, and how many it is about; (0, 0) for a run that is not of days."""
    if run.first_day is None or run.last_day is None:
        return 0, 0
    wanted = (run.last_day - run.first_day).days + 1
    own = (day for day, entry in days.items() if entry.run_id == run.run_id)
    return sum(run.first_day <= day <= run.last_day for day in own), wanted


def _state(
    entry: SourceEntry, last: Run | None, success: Run | None, lacking: PipelineError | None, now: datetime
) -> State:
    shown = shown_status(last, now) if last else None
    if shown == "running":
        return "running"
    if not entry.enabled:
        return "off"
    if lacking:
        return "lacking"
    if last is None:
        return "never"
    # A table among the sources writes a document like any other export's.
    if shown in {"failed", "lost", "gone", "replaced"}:
        return "failed"
    return "ok" if success and now - success.started_at <= LATE_AFTER else "late"
