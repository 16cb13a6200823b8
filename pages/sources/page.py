"""データソース: the page of what comes beside the tables: how each source stands, and everything people do with them.

Renders only; each source fails on its own, as a card, and the others go on working.
"""

from __future__ import annotations

import streamlit as st

from pages.sources import add, changes, consent
from pages.sources import card as source_card
from pages.ui import guard, notice, reads, show, skeleton
from pipeline.console.app import App
from pipeline.sources.status import BoardState, board_standing
from pipeline.words.catalogue import Words

ICONS: dict[BoardState, str] = {
    "ok": ":material/check_circle:",
    "running": ":material/progress_activity:",
    "wanting": ":material/warning:",
    "failed": ":material/error:",
    "none": ":material/inbox:",
}


def render() -> None:
    """The page."""
    skeleton.render(skeleton.Skeleton("sources.title", "sources.caption", _look, _page))


def _look(console: App, words: Words, at_most: float | None) -> skeleton.Look:
    overview = reads.sources(console, at_most)
    runs = reads.history(console, reads.WINDOW_DAYS).runs
    judged = board_standing(overview.cards)
    mark = tuple(
        (card.entry.name, card.state, card.last and (card.last.run_id, card.last.status)) for card in overview.cards
    )
    sentence = words(f"board.{judged.state}", names=", ".join(judged.names), count=len(overview.cards))
    return skeleton.Look(judged.level, ICONS[judged.state], sentence, "", reads.sources_as_of(console), mark, runs)


def _page(console: App, words: Words) -> None:
    if not consent.coming_back(console, words):
        _sources(console, words)


def _sources(console: App, words: Words) -> None:
    notice.begin()
    top = st.container()
    with top:
        notice.draw(words, notice.PAGE)
    with guard.apart(words, words("sources.title")):
        _cards(console, words)
    with top:
        notice.draw_stray(words)


def _cards(console: App, words: Words) -> None:
    with st.spinner(words("sources.loading")):
        overview = reads.sources(console)
    config = overview.config
    show.problems(words, overview.problems)
    if not overview.cards:
        st.info(words("sources.none"), icon=":material/inbox:")
    for at, card in enumerate(overview.cards):
        # A source that was taken out is told of where it stood.
        notice.draw(words, notice.gap(at))
        with guard.apart(words, card.entry.name):
            source_card.render(console, words, config, card)
    notice.draw(words, notice.gap(len(overview.cards)))
    add.render(console, words, config)
    with guard.apart(words, words("sources.title")):
        changes.render(words, config, console.board.kinds)
