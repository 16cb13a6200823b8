"""分析: SQL over the tables of the newest day.

Renders only; with the browser's engine neither SQL nor results come back from there.
"""

from __future__ import annotations

import streamlit as st

from pages.explore import workbench
from pages.ui import format as fmt
from pages.ui import guard, reads, show, skeleton
from pipeline.console.app import App
from pipeline.words.catalogue import Words


def render() -> None:
    """The page."""
    skeleton.render(skeleton.Skeleton("explore.title", "explore.caption", _look, _page))


def _look(console: App, words: Words, at_most: float | None) -> skeleton.Look:
    offer = reads.tables(console, at_most)
    at, mark = reads.tables_as_of(console), tuple(table.identity for table in offer.tables)
    if not offer.tables:
        return skeleton.Look("quiet", ":material/inbox:", words("explore.none"), words("explore.none_step"), at, mark)
    # A record stands in its entity's table and in all_records: it is one.
    rows = fmt.number(sum({table.manifest: table.manifest.records for table in offer.tables}.values()), words.language)
    count = fmt.number(len(offer.tables), words.language)
    newest = max(table.manifest.day for table in offer.tables).isoformat()
    sentence = words("explore.ready", count=count, rows=rows, day=newest)
    return skeleton.Look("good", ":material/check_circle:", sentence, "", at, mark)


def _page(console: App, words: Words) -> None:
    with guard.apart(words, words("explore.title")):
        _tables(console, words)


def _tables(console: App, words: Words) -> None:
    offer = reads.tables(console)
    show.problems(words, offer.problems)
    if not offer.tables:
        return
    if not console.may("download"):
        st.info(words("explore.not_for_viewers"), icon=":material/lock:")
        return
    st.caption(words("explore.where"))
    # A hand-over draws this part anew, not the page.
    st.fragment(workbench.render)(console, words, offer)
