"""データソース: the page of what comes beside the tables: how each source stands, and everything people do with them.

Renders only; each source fails on its own, as a card, and the others go on working.
"""

from __future__ import annotations

import streamlit as st

from pages.ui import page, runtime, show, source_add, source_card, source_notice, source_sign_in
from pages.ui.words import Words
from pipeline.app import App
from pipeline.errors import PipelineError


def render() -> None:
    """The page."""
    page.render("sources.title", "sources.caption", _page)


def _page(console: App, words: Words) -> None:
    if not source_sign_in.coming_back(console, words):
        _sources(console, words)


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
