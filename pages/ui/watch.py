"""The run that this session follows: its own start, else the one that the ledger says is going or was manual.

Of a run that has ended it is told once, on whatever page the person is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

import streamlit as st

from pages.ui import reads, show, state
from pipeline.console.app import App
from pipeline.errors import PipelineError
from pipeline.lake.report_keys import report_of
from pipeline.runs.history import of_table, shown_status, watched
from pipeline.runs.run import Run, Started
from pipeline.runs.watch import Watching, followed, own_start
from pipeline.words.catalogue import Words


@dataclass(frozen=True)
class OwnStart:
    """The run that this session started or joined, and when."""

    run_id: str
    day: date
    at: datetime


def follow(started: Started, now: datetime) -> None:
    """Remember the run that this session started or joined."""
    st.session_state[state.STARTED] = OwnStart(started.run_id, started.day, now)
    _going().add(started.run_id)


def tell_ended(words: Words, runs: Sequence[Run], now: datetime) -> None:
    """A toast for each run that was going when the session looked last, or that it started, and that has ended since:
    wherever in the console the person is."""
    going = {run.run_id for run in runs if shown_status(run, now) == "running"}
    waited_for = _going()
    for run in runs:
        if run.run_id in waited_for - going:
            _toast(words, run, now)
    waited_for -= {run.run_id for run in runs}
    waited_for |= going


def _going() -> set[str]:
    going: set[str] = st.session_state.setdefault(state.GOING, set())
    return going


def _toast(words: Words, run: Run, now: datetime) -> None:
    shown = shown_status(run, now)
    report = report_of(run.table)
    place, of = ("reports", {"report": report}) if report else ("pipeline", {"tab": "history", "table": run.table})
    query = urlencode({**of, "run": run.run_id, "lang": words.language})
    text = words("look.ended", table=show.plain(report or run.table), status=words(f"status.{shown}"))
    st.toast(f"{text} [{words('look.open')}]({place}?{query})", icon=show.ICONS[shown], duration="long")


def current(console: App) -> Watching:
    """The run for the result card: this session's own, else the one that the ledger says is going or was manual."""
    own: OwnStart | None = st.session_state.get(state.STARTED)
    if own is None:
        return _from_ledger(console)
    run = console.watch(own.run_id, own.day) or console.active_run()
    if run and run.run_id != own.run_id:
        # In a race the other browser's run won the lease: follow that one to its end.
        st.session_state[state.STARTED] = OwnStart(run.run_id, run.day, own.at)
    watching = own_start(run, own.at, console.now())
    return _newest(watching, console) if watching.phase == "ended" else watching


def _newest(own: Watching, console: App) -> Watching:
    try:
        other = _from_ledger(console)
    except PipelineError:
        # The cards say that the history cannot be read; the session's own result stays.
        return own
    return other if other.run and own.run and other.run.started_at > own.run.started_at else own


def _from_ledger(console: App) -> Watching:
    run = watched(of_table(reads.history(console), console.settings.table).runs, console.now())
    if run is None:
        return Watching("none")
    watching = followed(run, console.now())
    if watching.phase == "ended":
        return watching
    return followed(console.watch(run.run_id, run.day) or run, console.now())
