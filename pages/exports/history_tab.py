"""The history tab: filters, then one row a run with its download, preview and details, in the order that is wanted.

A document is fetched when its button is pressed, never before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from pages.exports import archive, detail, filters, rows
from pages.ui import address, download, reads, show, state
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
            history = reads.history(
                console, max(filters.period(words, console.settings.history_days), reads.WINDOW_DAYS)
            )
    except PipelineError as error:
        show.failure(words, error)
        return
    show.problems(words, history.problems)
    wanted = filters.bar(words, history.runs, console.settings.history_days)
    runs = select(history.runs, wanted, console.now())
    if not runs:
        _nothing(words, wanted)
    marks = rows.marks(runs)
    shown = rows.pager(words, marks)
    for run, mark in zip(runs[shown], marks[shown], strict=True):
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
            _toggle(row, "preview", (state.PREVIEWED, rows.PREVIEW), ":material/table_view:", hindrance)
        restoring = archive.restore(console, words, mark) if storage.state == "archived" else ""
        _toggle(row, "details", (state.OPENED, rows.RUN), ":material/info:")
    if restoring:
        archive.follow(console, words, run, restoring)
    download.follow(words, fetch, pressed)
    if run.has_document and storage.readable and address.opened(state.PREVIEWED, rows.PREVIEW) == mark:
        with st.spinner(words("preview.loading")):
            preview = console.documents.preview(run)
        rows.preview(words, run, preview, mark)
    if address.opened(state.OPENED, rows.RUN) == mark:
        detail.render(console, words, row.history, run, mark)


def _toggle(row: Row, what: str, keys: tuple[str, str], icon: str, hindrance: str | None = None) -> None:
    key, name = keys
    opened = address.opened(key, name) == row.mark
    label = row.words(f"history.{what}_close" if opened else f"history.{what}")
    if st.button(
        label,
        key=f"{key}-{row.mark}",
        icon=icon,
        disabled=hindrance is not None,
        help=hindrance,
        on_click=address.open_or_close,
        args=(key, name, row.mark),
    ):
        # The row that was open closes.
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
