"""A start that met a run that was going: what is said of it, live until that run ends."""

from __future__ import annotations

import streamlit as st

from pages.exports import result
from pages.ui import reads, show, watch
from pipeline.console.app import App
from pipeline.errors import PipelineError
from pipeline.runs.history import shown_status
from pipeline.runs.run import Started
from pipeline.words.catalogue import Words

POLL_SECONDS = 1.0


def tell(console: App, words: Words, started: Started) -> None:
    """The dialog: no second run was started, and how far the first one is."""
    st.dialog(words("dialog.title"))(_dialog)(console, words, started)


def _dialog(console: App, words: Words, started: Started) -> None:
    st.text(words("dialog.body"))
    st.fragment(_progress, run_every=POLL_SECONDS)(console, words, started)


def _progress(console: App, words: Words, started: Started) -> None:
    try:
        run = console.run(started.run_id, started.day)
    except PipelineError as error:
        show.failure(words, error)
        return
    shown = shown_status(run, console.now()) if run else "running"
    if run is None or shown == "running":
        result.progress(words, run, console.now())
    else:
        result.result(words, run, shown, console.documents.location(run) if run.has_document else None)
    # Its end is said where it was waited for; what was asked for then, another run, is a press away.
    if st.button(words("dialog.follow" if shown == "running" else "dialog.close"), type="primary", key="follow"):
        watch.follow(started, console.now())
        reads.refresh()
        st.rerun()
