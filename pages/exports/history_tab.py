"""The history tab: filters, then one row a run with its download, preview and details, in the order that is wanted.

A document is fetched when its button is pressed, never before.
"""

from __future__ import annotations

import streamlit as st

from pages.exports import detail, filters, rows
from pages.ui import download, reads, show, state
from pages.ui.download import Fetch
from pipeline.console.app import App
from pipeline.documents.documents import PRESIGN_ABOVE
from pipeline.errors import PipelineError
from pipeline.runs.history import Filter, select, shown_status
from pipeline.runs.run import History, Run
from pipeline.words.catalogue import Words


def render(console: App, words: Words) -> None:
    """Draw the tab; what cannot be read is a card in its place."""
    try:
        with st.spinner(words("exports.loading")):
            history = reads.history(console, max(filters.period(console.settings.history_days), reads.WINDOW_DAYS))
    except PipelineError as error:
        show.failure(words, error)
        return
    show.problems(words, history.problems)
    wanted = filters.bar(words, history.runs, console.settings.history_days)
    runs = select(history.runs, wanted, console.now())
    if not runs:
        _nothing(words, wanted)
    shown = rows.pager(words, len(runs), state.HISTORY_PAGE)
    for run, mark in list(zip(runs, rows.marks(runs), strict=True))[shown]:
        # A fragment: pressing a button of a row draws that row alone.
        st.fragment(_row)(console, words, history, run, mark)


def _nothing(words: Words, wanted: Filter) -> None:
    if wanted.status:
        message = words("filters.nothing")
    elif wanted.table:
        message = words("filters.no_runs", table=wanted.table, days=wanted.days)
    else:
        message = words("history.empty", days=wanted.days)
    st.info(message, icon=":material/inbox:")


def _row(console: App, words: Words, history: History, run: Run, mark: str) -> None:
    with st.container(border=True, key=f"run-{mark}"):
        rows.facts(words, run, shown_status(run, console.now()))
        if run.error:
            show.run_failure(words, run.error)
        try:
            _actions(console, words, history, run, mark)
        except PipelineError as error:
            show.failure(words, error)


def _actions(console: App, words: Words, history: History, run: Run, mark: str) -> None:
    fetch = download.fetch(run, "json", lambda: console.documents.raw(run))
    pressed = False
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if run.has_document:
            pressed = _download(console, words, run, mark, fetch)
            _toggle(words, "preview", state.PREVIEWED, mark, ":material/table_view:")
        _toggle(words, "details", state.OPENED, mark, ":material/info:")
    download.follow(words, fetch, pressed)
    if run.has_document and st.session_state.get(state.PREVIEWED) == mark:
        with st.spinner(words("preview.loading")):
            preview = console.documents.preview(run)
        rows.preview(words, run, preview, mark)
    if st.session_state.get(state.OPENED) == mark:
        detail.render(console, words, history, run, mark)


def _toggle(words: Words, what: str, key: str, mark: str, icon: str) -> None:
    opened = st.session_state.get(key) == mark
    if st.button(words(f"history.{what}_close" if opened else f"history.{what}"), key=f"{key}-{mark}", icon=icon):
        st.session_state[key] = None if opened else mark
        st.rerun()


def _download(console: App, words: Words, run: Run, mark: str, fetch: Fetch) -> bool:
    allowed = console.may("download")
    if run.files:
        rows.parts(words, run, mark, console.documents.part_link, allowed)
        return False
    if (run.bytes or 0) <= PRESIGN_ABOVE:
        return rows.download(words, run, mark, fetch, allowed)
    rows.link(words, mark, lambda: console.documents.link(run), allowed)
    return False
