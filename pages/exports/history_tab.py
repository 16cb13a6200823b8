"""The history tab: filters, then one row a run with its download, preview and details, in the order that is wanted.

A document is fetched when its button is pressed, never before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from pages.exports import archive, detail, filters, rows
from pages.ui import download, reads, show, state
from pages.ui.download import Fetch
from pipeline.console.app import App
from pipeline.documents.documents import PRESIGN_ABOVE
from pipeline.errors import PipelineError
from pipeline.lake.storage import Storage
from pipeline.runs.history import Filter, select, shown_status
from pipeline.runs.run import History, Run
from pipeline.words.catalogue import Words


@dataclass(frozen=True)
class Row:
    """One row of a ``page`` of rows: all that drawing it by itself needs."""

    console: App
    words: Words
    history: History
    page: Sequence[Run]
    run: Run
    mark: str

    def storage(self) -> Storage:
        """How S3 keeps the document, as far as one look for the whole page says."""
        if not self.run.has_document:
            return Storage()
        return reads.storage(self.console, self.run, self.page, self.history.runs)


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
        st.fragment(_row)(Row(console, words, history, runs[shown], run, mark))


def _nothing(words: Words, wanted: Filter) -> None:
    if wanted.status:
        message = words("filters.nothing")
    elif wanted.table:
        message = words("filters.no_runs", table=wanted.table, days=wanted.days)
    else:
        message = words("history.empty", days=wanted.days)
    st.info(message, icon=":material/inbox:")


def _row(row: Row) -> None:
    words, run = row.words, row.run
    with st.container(border=True, key=f"run-{row.mark}"):
        rows.facts(words, run, shown_status(run, row.console.now()))
        if run.error:
            show.run_failure(words, run.error)
        try:
            _actions(row, row.storage())
        except PipelineError as error:
            show.failure(words, error)


def _actions(row: Row, storage: Storage) -> None:
    console, words, run, mark = row.console, row.words, row.run, row.mark
    archive.line(words, storage)
    fetch = download.fetch(run, "json", lambda: console.documents.raw(run))
    pressed = False
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if run.has_document:
            pressed = _download(row, fetch, storage)
            hindrance = archive.hindrance(words, storage, allowed=True)
            _toggle(row, "preview", state.PREVIEWED, ":material/table_view:", hindrance)
        restoring = archive.restore(console, words, mark) if storage.state == "archived" else ""
        _toggle(row, "details", state.OPENED, ":material/info:")
    if restoring:
        archive.follow(console, words, run, restoring)
    download.follow(words, fetch, pressed)
    if run.has_document and storage.readable and st.session_state.get(state.PREVIEWED) == mark:
        with st.spinner(words("preview.loading")):
            preview = console.documents.preview(run)
        rows.preview(words, run, preview, mark)
    if st.session_state.get(state.OPENED) == mark:
        detail.render(console, words, row.history, run, mark)


def _toggle(row: Row, what: str, key: str, icon: str, hindrance: str | None = None) -> None:
    opened = st.session_state.get(key) == row.mark
    label = row.words(f"history.{what}_close" if opened else f"history.{what}")
    if st.button(label, key=f"{key}-{row.mark}", icon=icon, disabled=hindrance is not None, help=hindrance):
        st.session_state[key] = None if opened else row.mark
        st.rerun()


def _download(row: Row, fetch: Fetch, storage: Storage) -> bool:
    words, run, mark, documents = row.words, row.run, row.mark, row.console.documents
    hindrance = archive.hindrance(words, storage, row.console.may("download"))
    if run.files:
        rows.parts(words, run, mark, documents.part_link, hindrance)
        return False
    if (run.bytes or 0) <= PRESIGN_ABOVE:
        return rows.download(words, run, mark, fetch, hindrance)
    rows.link(words, mark, lambda: documents.link(run), hindrance)
    return False
