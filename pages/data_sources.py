"""データソース: the page of what comes beside the tables: how each source stands, and everything people do with them.

Renders only; each source fails on its own, as a card, and the others go on working.
"""

from __future__ import annotations

import streamlit as st

from pages.ui import (
    page,
    runtime,
    show,
    source_add,
    source_card,
    source_changes,
    source_guard,
    source_notice,
    source_sign_in,
)
from pipeline.console.app import App
from pipeline.words.catalogue import Words


def render() -> None:
    """The page."""
    page.render("sources.title", "sources.caption", _page)


def _page(console: App, words: Words) -> None:
    if not source_sign_in.coming_back(console, words):
        _sources(console, words)


def _sources(console: App, words: Words) -> None:
    source_notice.begin()
    top = st.container()
    with top:
        if st.button(words("exports.refresh"), icon=":material/refresh:", key="refresh"):
            runtime.refresh()
        source_notice.draw(words, source_notice.PAGE)
    with source_guard.apart(words, words("sources.title")):
        _cards(console, words)
    with top:
        source_notice.draw_stray(words)


def _cards(console: App, words: Words) -> None:
    with st.spinner(words("sources.loading")):
        found = runtime.sources(console)
    show.problems(words, found.problems)
    if not found.cards:
        st.info(words("sources.none"), icon=":material/inbox:")
    for at, card in enumerate(found.cards):
        # A source that was taken out is told of where it stood.
        source_notice.draw(words, source_notice.gap(at))
        with source_guard.apart(words, card.entry.name):
            source_card.render(console, words, found.config, card)
    source_notice.draw(words, source_notice.gap(len(found.cards)))
    source_add.render(console, words, found.config)
    with source_guard.apart(words, words("sources.title")):
        source_changes.render(words, found.config)
