"""データパイプライン管理: the page that answers whether the exports run, and runs one.

Renders only; each part fails on its own, as a card, and the rest goes on working.
"""

from __future__ import annotations

import streamlit as st

from pages.ui import rows, runtime, show
from pages.ui.words import Words
from pipeline.app import App
from pipeline.errors import BY_CODE, PipelineError
from pipeline.history import PRESIGN_ABOVE, shown_status, summarise
from pipeline.models import Run, Started

POLL_SECONDS = 1.0


def render() -> None:
    """The page."""
    words = runtime.words()
    st.title(words("exports.title"), anchor=False)
    st.caption(words("exports.caption"))
    try:
        with st.spinner(words("app.starting"), show_time=False):
            console = runtime.app()
    except PipelineError as error:
        show.failure(words, error)
        return
    _buttons(console, words)
    status, history, settings = st.tabs([words(f"tabs.{name}") for name in ("status", "history", "settings")])
    with status:
        _status(console, words)
    with history:
        _history(console, words)
    with settings:
        show.settings(words, console.settings)


def _buttons(console: App, words: Words) -> None:
    going = _busy(console)
    with st.container(horizontal=True):
        if st.button(words("exports.refresh"), icon=":material/refresh:"):
            runtime.refresh()
        label = words("exports.export_going" if going else "exports.export")
        pressed = st.button(label, type="primary", icon=":material/cloud_upload:", disabled=going, key="export")
    if pressed:
        _start(console, words)


def _busy(console: App) -> bool:
    try:
        run = runtime.watched_run(console)
        mine_goes_on = runtime.owns(run) and run is not None and shown_status(run, console.now()) == "running"
        return mine_goes_on or runtime.start_is_pending(console)
    except PipelineError:
        # The tab below shows this very error; the button stays usable.
        return False


def _start(console: App, words: Words) -> None:
    try:
        with st.spinner(words("exports.starting")):
            started = console.start_export()
    except PipelineError as error:
        show.failure(words, error)
        return
    if started.joined:
        st.dialog(words("dialog.title"))(_already_going)(console, words, started)
        return
    runtime.watch(started, console.now())
    runtime.refresh()
    st.rerun()


def _already_going(console: App, words: Words, started: Started) -> None:
    st.text(words("dialog.body"))
    run = console.run(started.run_id, started.day)
    show.progress(words, run, console.now())
    if st.button(words("dialog.follow"), type="primary", key="follow"):
        runtime.watch(started, console.now())
        runtime.refresh()
        st.rerun()


def _status(console: App, words: Words) -> None:
    try:
        run = runtime.watched_run(console)
        going = runtime.start_is_pending(console) or _is_running(console, run)
        st.fragment(_result, run_every=POLL_SECONDS if going else None)(console, words, going)
        found = runtime.history(console)
        show.problems(words, found.problems)
        days = console.settings.history_days
        show.cards(words, summarise(found.runs, console.now(), days), console.now(), days)
    except PipelineError as error:
        show.failure(words, error)


def _result(console: App, words: Words, was_going: bool) -> None:
    try:
        run = runtime.watched_run(console)
        if runtime.start_is_overdue(console):
            show.failure(words, BY_CODE["E011"](words("result.not_seen")))
        elif _is_running(console, run) or runtime.start_is_pending(console):
            show.progress(words, run if _is_running(console, run) else None, console.now())
        elif was_going:
            # The run has just ended: cards, buttons and history are drawn anew.
            runtime.refresh()
            st.rerun()
        elif run is None:
            show.no_result(words)
        else:
            show.result(words, run, shown_status(run, console.now()), console.location(run) if run.key else None)
    except PipelineError as error:
        show.failure(words, error)


def _is_running(console: App, run: Run | None) -> bool:
    return run is not None and shown_status(run, console.now()) == "running"


def _history(console: App, words: Words) -> None:
    try:
        with st.spinner(words("exports.loading")):
            found = runtime.history(console)
    except PipelineError as error:
        show.failure(words, error)
        return
    show.problems(words, found.problems)
    if not found.runs:
        st.info(words("history.empty", days=console.settings.history_days), icon=":material/inbox:")
    for run in found.runs[rows.pager(words, len(found.runs), runtime.HISTORY_PAGE)]:
        _row(console, words, run)


def _row(console: App, words: Words, run: Run) -> None:
    with st.container(border=True, key=f"run-{run.run_id}"):
        rows.facts(words, run, shown_status(run, console.now()))
        if run.key:
            with st.container(horizontal=True):
                _row_buttons(console, words, run)
        if run.error:
            show.run_failure(words, run.error)
        if st.session_state.get(runtime.PREVIEWED) == run.run_id:
            _preview(console, words, run)


def _row_buttons(console: App, words: Words, run: Run) -> None:
    if (run.bytes or 0) > PRESIGN_ABOVE:
        rows.link(words, run, lambda: console.presigned_url(run))
    else:
        rows.download(words, run, lambda: console.document(run))
    opened = st.session_state.get(runtime.PREVIEWED) == run.run_id
    label = words("history.close" if opened else "history.preview")
    if st.button(label, key=f"preview-{run.run_id}", icon=":material/table_view:"):
        st.session_state[runtime.PREVIEWED] = None if opened else run.run_id
        st.rerun()


def _preview(console: App, words: Words, run: Run) -> None:
    try:
        with st.spinner(words("preview.loading")):
            found = console.preview(run)
        rows.preview(words, run, found)
    except PipelineError as error:
        show.failure(words, error)
