"""The history tab: one row a run with its download and preview, newest first.

A document is fetched when its button is pressed, never before.
"""

from __future__ import annotations

import streamlit as st

from pages.ui import rows, runtime, show
from pages.ui.words import Words
from pipeline.app import App
from pipeline.errors import PipelineError
from pipeline.history import PRESIGN_ABOVE, shown_status
from pipeline.models import Run


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
