"""The status tab: the result card, live while a run goes on, and the three cards.

The card's source is the ledger, so it survives a reload and reaches a second browser.
"""

from __future__ import annotations

import streamlit as st

from pages.ui import runtime, show
from pages.ui.words import Words
from pipeline.app import App
from pipeline.errors import FunctionFailed, PipelineError
from pipeline.history import shown_status, summarise
from pipeline.models import Run

POLL_SECONDS = 1.0


def render(console: App, words: Words) -> None:
    """Draw the tab; what cannot be read is a card in its place."""
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
            show.failure(words, FunctionFailed(words("result.not_seen")))
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
