"""データソース: the page of what comes beside the tables: how each source stands, and everything people do with them.

Renders only; each source fails on its own, as a card, and the others go on working.
"""

from __future__ import annotations

import streamlit as st

from pages.ui import runtime, show, signed_in, source_add, source_card, source_notice, source_sign_in
from pages.ui.words import Words
from pipeline.app import App
from pipeline.errors import Forbidden, PipelineError


def render() -> None:
    """The page."""
    words = runtime.words()
    st.title(words("sources.title"), anchor=False)
    st.caption(words("sources.caption"))
    try:
        with st.spinner(words("app.starting"), show_time=False):
            console = signed_in.app()
    except PipelineError as error:
        show.failure(words, error)
        return
    try:
        if not source_sign_in.coming_back(console, words):
            _sources(console, words)
    except Forbidden as error:
        # The role was taken away since the gate let this page through.
        show.failure(words, error)


def _sources(console: App, words: Words) -> None:
    if st.button(words("exports.refresh"), icon=":material/refresh:", key="refresh"):
        runtime.refresh()
    source_notice.draw(words, source_notice.PAGE)
    try:
        with st.spinner(words("sources.loading")):
            found = runtime.sources(console)
    except PipelineError as error:
        show.failure(words, error)
        return
    show.problems(words, found.problems)
    if not found.cards:
        st.info(words("sources.none"), icon=":material/inbox:")
    for card in found.cards:
        source_card.render(console, words, found.config, card)
    source_add.render(console, words, found.config)
    source_add.history(words, found.config)
