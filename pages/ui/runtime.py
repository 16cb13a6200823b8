"""The one App of the process, the language, cached reads, and the owner of every session_state key.

Reads are cached for seconds, keyed by bucket and day; 更新 drops just those.
"""

from __future__ import annotations

import os
from datetime import date, datetime

import streamlit as st

from pages.ui.words import DEFAULT_LANGUAGE, LANGUAGES, Words
from pipeline.app import App, build_app, load_environment
from pipeline.history import shown_status, watched
from pipeline.models import History, Run, Started

# Every key of session_state. The language is also in the URL; the others die with the session.
LANGUAGE = "lang"
STARTED = "started_run"
PREVIEWED = "previewed_run"
HISTORY_PAGE = "history_page"

READ_TTL_SECONDS = 30
NOT_SEEN_SECONDS = 90


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
    st.session_state[STARTED] = (started.run_id, started.day, now)


def watched_run(console: App) -> Run | None:
    """The run for the result card: this session's own, else the one that the ledger says is going or was manual."""
    own: tuple[str, date, datetime] | None = st.session_state.get(STARTED)
    found = watched(history(console).runs, console.now())
    if own is None:
        return console.run(found.run_id, found.day) if found and _going(found, console) else found
    run = console.run(own[0], own[1])
    # In a race the other browser's run won the lease: follow that one.
    return run or (found if found and _going(found, console) else console.active_run())


def start_is_pending(console: App) -> bool:
    """Whether this session started a run that has not reported yet and still may."""
    return _pending_seconds(console) is not None and not start_is_overdue(console)


def start_is_overdue(console: App) -> bool:
    """Whether the run that this session started should have reported long ago."""
    waited = _pending_seconds(console)
    return waited is not None and waited > NOT_SEEN_SECONDS


def owns(run: Run | None) -> bool:
    """Whether this session started or joined the run."""
    own = st.session_state.get(STARTED)
    return run is not None and own is not None and own[0] == run.run_id


def _going(run: Run, console: App) -> bool:
    return shown_status(run, console.now()) == "running"


def _pending_seconds(console: App) -> float | None:
    own: tuple[str, date, datetime] | None = st.session_state.get(STARTED)
    if own is None or console.run(own[0], own[1]) or console.active_run():
        return None
    return (console.now() - own[2]).total_seconds()


@st.cache_resource(show_spinner=False)
def _app() -> App:
    load_environment()
    return build_app()


@st.cache_resource(ttl=READ_TTL_SECONDS, show_spinner=False)
def _history(bucket: str, table: str, day: date, days: int, _console: App) -> History:  # noqa: ARG001
    return _console.history(days)
