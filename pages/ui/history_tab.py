"""The history tab: one row a run with its download and preview, newest first.

A document is fetched when its button is pressed, never before.
"""

from __future__ import annotations

import streamlit as st

from pages.ui import rows, runtime, show
from pages.ui.fetch import Fetch
from pages.ui.words import Words
from pipeline.app import App
from pipeline.errors import PipelineError
from pipeline.history import PRESIGN_ABOVE, shown_status
from pipeline.models import Run

FETCH_SECONDS = 60.0


def render(console: App, words: Words) -> None:
    """Draw the tab; what cannot be read is a card in its place."""
    try:
        with st.spinner(words("exports.loading")):
            found = runtime.history(console)
    except PipelineError as error:
        show.failure(words, error)
        return
    show.problems(words, found.problems)
    if not found.runs:
        st.info(words("history.empty", days=console.settings.history_days), icon=":material/inbox:")
    shown = rows.pager(words, len(found.runs), runtime.HISTORY_PAGE)
    for run, mark in list(zip(found.runs, rows.marks(found.runs), strict=True))[shown]:
        # A fragment: pressing a button of a row draws that row alone.
        st.fragment(_row)(console, words, run, mark)


def _row(console: App, words: Words, run: Run, mark: str) -> None:
    with st.container(border=True, key=f"run-{mark}"):
        rows.facts(words, run, shown_status(run, console.now()))
        if run.error:
            show.run_failure(words, run.error)
        if run.key is None:
            return
        try:
            _document(console, words, run, mark)
        except PipelineError as error:
            show.failure(words, error)


def _document(console: App, words: Words, run: Run, mark: str) -> None:
    opened = st.session_state.get(runtime.PREVIEWED) == mark
    fetch = runtime.fetch(run, lambda: console.documents.raw(run))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        pressed = _download(console, words, run, mark, fetch)
        label = words("history.close" if opened else "history.preview")
        if st.button(label, key=f"preview-{mark}", icon=":material/table_view:"):
            st.session_state[runtime.PREVIEWED] = None if opened else mark
            st.rerun()
    if pressed:
        with st.spinner(words("history.fetching")):
            fetch.wait(FETCH_SECONDS)
    if fetch.error:
        show.failure(words, fetch.error)
    if opened:
        with st.spinner(words("preview.loading")):
            found = console.documents.preview(run)
        rows.preview(words, run, found)


def _download(console: App, words: Words, run: Run, mark: str, fetch: Fetch) -> bool:
    if run.files:
        rows.parts(words, run, mark, console.documents.part_link)
        return False
    if (run.bytes or 0) <= PRESIGN_ABOVE:
        return rows.download(words, run, mark, fetch)
    rows.link(words, mark, lambda: console.documents.link(run))
    return False
