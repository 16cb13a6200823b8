"""The one App of the process, the language, cached reads, and the owner of every session_state key.

Reads are cached for seconds, keyed by bucket and day; 更新 drops just those.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import streamlit as st

from pages.ui.fetch import Fetch
from pages.ui.words import DEFAULT_LANGUAGE, LANGUAGES, Words
from pipeline.app import App, build_app, load_environment
from pipeline.errors import PipelineError
from pipeline.history import shown_status, watched
from pipeline.models import History, Run, Started

# Every key of session_state. The language is also in the URL; the others die with the session.
LANGUAGE = "lang"
STARTED = "started_run"
PREVIEWED = "previewed_run"
HISTORY_PAGE = "history_page"
FETCHES = "fetches"

READ_TTL_SECONDS = 30
NOT_SEEN_SECONDS = 90


Phase = Literal["none", "waiting", "unseen", "going", "ended"]


@dataclass(frozen=True)
class OwnStart:
    """The run that this session started or joined, and when."""

    run_id: str
    day: date
    at: datetime


@dataclass(frozen=True)
class Watching:
    """The run of the result card and how far it is; ``unseen`` is a start that has not reported for too long."""

    phase: Phase
    run: Run | None = None
    own: bool = False

    @property
    def live(self) -> bool:
        """Whether there is something to wait for."""
        return self.phase in {"waiting", "going"}


def words() -> Words:
    """The catalogue in the person's language; Japanese unless the URL or the switch says otherwise."""
    chosen = st.session_state.get(LANGUAGE) or st.query_params.get(LANGUAGE)
    return Words(chosen if chosen in LANGUAGES else DEFAULT_LANGUAGE)


def keep_language_in_url() -> None:
    """Write the chosen language into the URL, so that a reload and a shared link keep it."""
    st.query_params[LANGUAGE] = st.session_state[LANGUAGE]


def app() -> App:
    """The process's App; raise PipelineError (never cached) when it cannot be wired."""
    return _app()


def is_embedded() -> bool:
    """Whether sample data is shown; False also while the settings are malformed (the page then says so)."""
    load_environment()
    return os.environ.get("PIPELINE_BACKEND", "").strip() in {"", "embedded"}


def history(console: App) -> History:
    """The history of the window, at most 30 seconds old."""
    settings = console.settings
    return _history(settings.bucket, settings.table, console.now().date(), settings.history_days, console)


def refresh() -> None:
    """Forget cached reads."""
    _history.clear()


def forget_app() -> None:
    """Forget the App, so that changed settings are read again."""
    _app.clear()
    refresh()


def watch(started: Started, now: datetime) -> None:
    """Remember the run that this session started or joined."""
    st.session_state[STARTED] = OwnStart(started.run_id, started.day, now)


def watching(console: App) -> Watching:
    """The run for the result card: this session's own, else the one that the ledger says is going or was manual."""
    own: OwnStart | None = st.session_state.get(STARTED)
    if own is None:
        return _from_ledger(console)
    run = console.watch(own.run_id, own.day) or console.active_run()
    if run is None:
        waited = (console.now() - own.at).total_seconds()
        return Watching("unseen" if waited > NOT_SEEN_SECONDS else "waiting", own=True)
    if run.run_id != own.run_id:
        # In a race the other browser's run won the lease: follow that one to its end.
        st.session_state[STARTED] = OwnStart(run.run_id, run.day, own.at)
    phase = _phase(run, console)
    return Watching(phase, run, own=True) if phase == "going" else _newest(Watching(phase, run, own=True), console)


def fetch(run: Run, get: Callable[[], bytes]) -> Fetch:
    """This session's download of what a run wrote, the same over reruns."""
    if FETCHES not in st.session_state:
        st.session_state[FETCHES] = {}
    fetches: dict[Run, Fetch] = st.session_state[FETCHES]
    return fetches.setdefault(run, Fetch(get))


def _newest(own: Watching, console: App) -> Watching:
    try:
        other = _from_ledger(console)
    except PipelineError:
        # The cards say that the history cannot be read; the session's own result stays.
        return own
    return other if other.run and own.run and other.run.started_at > own.run.started_at else own


def _from_ledger(console: App) -> Watching:
    found = watched(history(console).runs, console.now())
    if found is None:
        return Watching("none")
    if _phase(found, console) == "ended":
        return Watching("ended", found)
    run = console.watch(found.run_id, found.day) or found
    return Watching(_phase(run, console), run)


def _phase(run: Run, console: App) -> Phase:
    return "going" if shown_status(run, console.now()) == "running" else "ended"


@st.cache_resource(show_spinner=False)
def _app() -> App:
    load_environment()
    return build_app()


@st.cache_resource(ttl=READ_TTL_SECONDS, show_spinner=False)
def _history(bucket: str, table: str, day: date, days: int, _console: App) -> History:  # noqa: ARG001
    return _console.history(days)
