"""The one App of the process, the language, cached reads, and the owner of every session_state key.

Reads are cached for seconds, keyed by bucket and day; 更新 drops just those.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path

import streamlit as st

from pages.ui.fetch import Fetch
from pipeline.config import Settings
from pipeline.console.app import App
from pipeline.console.environment import load_environment
from pipeline.console.sources import Overview
from pipeline.console.wiring import build_app
from pipeline.errors import PipelineError
from pipeline.monitor.health import Fact
from pipeline.runs.freshness import NextRuns, Schedule
from pipeline.runs.history import of_table, shown_status, watched
from pipeline.runs.run import History, Run, Started
from pipeline.runs.watch import NOT_SEEN_SECONDS, Phase, Watching
from pipeline.words.catalogue import DEFAULT_LANGUAGE, LANGUAGES, Words

# A file of our own: of a Material icon the browser would ask a server of Google.
ICON = Path(__file__).parent / "icon.svg"
# Every key of session_state; they die with the session.
LANGUAGE = "lang"
STARTED = "started_run"
PREVIEWED = "previewed_run"
EXPANDED = "expanded_preview"
HISTORY_PAGE = "history_page"
FETCHES = "fetches"
OPENED = "opened_run"
COMPARED = "compared_with"
# Filters of the history; each is in the URL under its own name, too.
FILTER_TABLE = "table"
FILTER_STATUS = "status"
FILTER_DAYS = "days"
FILTER_SORT = "sort"
TAB = "tab"
FIRST_TABS = "first_tabs"
# The log's filters.
LOG_LEVEL = "log_level"
LOG_TEXT = "log_text"
LOG_RUN = "log_run"
LOG_HOURS = "log_hours"
LOG_FOLLOW = "log_follow"
DOCTOR = "doctor_report"
RESULT_LOG = "result_log"
# The sources: runs started here, what the last action led to, and places found by name.
SOURCE_STARTED = "source_started"
SOURCE_NOTICE = "source_notice"
SOURCE_FOUND = "source_found"
SOURCE_PARTS = "source_parts"
# Presses that wait to be acted on.
PRESSES = "presses"
# The sign-in of this session, and what the audit log last said of it.
VISIT = "visit"
AUDITED = "audited"

READ_TTL_SECONDS = 30
SLOW_TTL_SECONDS = 60
STALE_SECONDS = 300
WINDOW_DAYS = 30


@dataclass(frozen=True)
class OwnStart:
    """The run that this session started or joined, and when."""

    run_id: str
    day: date
    at: datetime


def words() -> Words:
    """The catalogue in the person's language; Japanese unless the URL or the switch says otherwise."""
    chosen = st.session_state.get(LANGUAGE) or st.query_params.get(LANGUAGE)
    return Words(chosen if chosen in LANGUAGES else DEFAULT_LANGUAGE)


def keep_language_in_url() -> None:
    """Write the chosen language into the URL, so that a reload and a shared link keep it."""
    st.query_params[LANGUAGE] = st.session_state[LANGUAGE]


def keep_in_url(key: str, default: str) -> None:
    """Write a widget's choice into the URL; the default leaves no trace there."""
    if st.session_state[key] == default:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = st.session_state[key]


def from_url(key: str, choices: Sequence[str]) -> str:
    """The URL's choice where it may be chosen, else the first one."""
    said = st.session_state.get(key) or st.query_params.get(key)
    return str(said) if said in choices else choices[0]


def first_tab(language: str, names: Sequence[str]) -> str:
    """The tab that this session's tabs in this language begin with: a changed default would make them new ones."""
    if FIRST_TABS not in st.session_state:
        st.session_state[FIRST_TABS] = {}
    first: dict[str, str] = st.session_state[FIRST_TABS]
    return first.setdefault(language, from_url(TAB, names))


def opened_tab(name: str, names: Sequence[str]) -> None:
    """Keep the open tab in the URL; the first one leaves no trace there."""
    if name == names[0]:
        st.query_params.pop(TAB, None)
    elif st.query_params.get(TAB) != name:
        st.query_params[TAB] = name


def base() -> App:
    """The process's App in nobody's hands, wired anew when .env.local has changed; raise PipelineError.

    For what is cached for everybody: pages take theirs from ``signed_in``, which checks.
    """
    return _app(load_environment())


def is_embedded() -> bool:
    """Whether sample data is shown; False also while the settings are malformed (the page then says so)."""
    try:
        load_environment()
    except PipelineError:
        return False
    return os.environ.get("PIPELINE_BACKEND", "").strip() in {"", "embedded"}


def history(console: App, days: int | None = None) -> History:
    """The history of the window (or of ``days``): shown at once, read anew in the background after 30 seconds."""
    console.actor.require("see")
    settings = console.settings
    wanted = (settings.bucket, settings.table, days or settings.history_days)
    read_at, found = _history(*wanted, base())
    if (console.now() - read_at).total_seconds() > STALE_SECONDS:
        # Nobody has looked for a while: an old answer would mislead more than a moment's wait.
        _history.clear(*wanted, base())
        return _history(*wanted, base())[1]
    return found


def plan(console: App) -> NextRuns:
    """When the export runs by itself, at most a minute old."""
    console.actor.require("see")
    return _plan(console.settings.schedule, base())


def expected(console: App) -> int | None:
    """How many records the table has, as DynamoDB counts them a few times a day; None when it does not say."""
    console.actor.require("see")
    return _expected(console.settings.table, base())


def facts(console: App) -> tuple[Fact, ...]:
    """What AWS says of the settings, at most a minute old."""
    console.actor.require("see")
    return _facts(console.settings, base())


def sources(console: App) -> Overview:
    """How every source stands, at most half a minute old."""
    console.actor.require("see")
    return _sources(console.settings.bucket, base())


def refresh() -> None:
    """Forget cached reads."""
    _sources.clear()
    _history.clear()
    _plan.clear()
    _expected.clear()
    _facts.clear()


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


def fetch(run: Run, kind: str, get: Callable[[], bytes]) -> Fetch:
    """This session's download of what a run wrote, in one form, the same over reruns."""
    if FETCHES not in st.session_state:
        st.session_state[FETCHES] = {}
    fetches: dict[tuple[Run, str], Fetch] = st.session_state[FETCHES]
    return fetches.setdefault((run, kind), Fetch(get))


def _newest(own: Watching, console: App) -> Watching:
    try:
        other = _from_ledger(console)
    except PipelineError:
        # The cards say that the history cannot be read; the session's own result stays.
        return own
    return other if other.run and own.run and other.run.started_at > own.run.started_at else own


def _from_ledger(console: App) -> Watching:
    found = watched(of_table(history(console), console.settings.table).runs, console.now())
    if found is None:
        return Watching("none")
    if _phase(found, console) == "ended":
        return Watching("ended", found)
    run = console.watch(found.run_id, found.day) or found
    return Watching(_phase(run, console), run)


def _phase(run: Run, console: App) -> Phase:
    return "going" if shown_status(run, console.now()) == "running" else "ended"


@st.cache_resource(show_spinner=False, max_entries=1)
def _app(stamp: int) -> App:  # noqa: ARG001 - another file means other settings
    refresh()
    return build_app()


@st.cache_resource(ttl=READ_TTL_SECONDS, show_spinner=False, refresh_mode="background")
def _history(bucket: str, table: str, days: int, _base: App) -> tuple[datetime, History]:  # noqa: ARG001
    return _base.now(), _base.history(days)


@st.cache_resource(ttl=READ_TTL_SECONDS, show_spinner=False)
def _sources(bucket: str, _base: App) -> Overview:  # noqa: ARG001
    return _base.board.overview(partial(_base.history, WINDOW_DAYS))


@st.cache_resource(ttl=SLOW_TTL_SECONDS, show_spinner=False, refresh_mode="background")
def _plan(name: str, _base: App) -> NextRuns:  # noqa: ARG001
    try:
        found = _base.schedules.current()
    except PipelineError:
        # The settings tab says why; the specified time stands in here.
        return NextRuns(Schedule(), known=False)
    if found.hour is None or found.minute is None or found.timezone != "Asia/Tokyo":
        return NextRuns(Schedule(), found.enabled, known=False)
    return NextRuns(Schedule(found.hour, found.minute), found.enabled)


@st.cache_resource(ttl=SLOW_TTL_SECONDS, show_spinner=False, refresh_mode="background")
def _expected(table: str, _base: App) -> int | None:  # noqa: ARG001
    try:
        return _base.item_count()
    except PipelineError:
        return None


@st.cache_resource(ttl=SLOW_TTL_SECONDS, show_spinner=False, refresh_mode="background")
def _facts(settings: Settings, _base: App) -> tuple[Fact, ...]:  # noqa: ARG001
    return _base.health.gather()
