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

POLL_SECONDS = 1.0


def render(console: App, words: Words) -> None:
    """Draw the tab; what cannot be read is a card in its place."""
    try:
        live = runtime.watching(console).live
        st.fragment(_result, run_every=POLL_SECONDS if live else None)(console, words, live)
        found = runtime.history(console)
        show.problems(words, found.problems)
        days = console.settings.history_days
        show.cards(words, summarise(found.runs, console.now(), days), console.now(), days)
    except PipelineError as error:
        show.failure(words, error)


def _result(console: App, words: Words, was_live: bool) -> None:
    try:
        state = runtime.watching(console)
    except PipelineError as error:
        show.failure(words, error)
        return
    if was_live and not state.live:
        # The run has just ended: cards, buttons and history are drawn anew.
        runtime.refresh()
        st.rerun()
    _card(console, words, state)


def _card(console: App, words: Words, state: runtime.Watching) -> None:
    now = console.now()
    if state.live:
        show.progress(words, state.run, now)
    elif state.phase == "unseen":
        show.failure(words, FunctionFailed(words("result.not_seen")))
    elif state.run:
        location = console.documents.location(state.run) if state.run.key else None
        show.result(words, state.run, shown_status(state.run, now), location)
    else:
        show.no_result(words)
