"""Adding a source: a kind of which there is none yet, or a further table."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.ui import notice, press, show
from pipeline.console.app import App
from pipeline.sources.config import SourceConfig
from pipeline.words.catalogue import Words

# Where what came of adding is told.
HERE = "/add"


def render(console: App, words: Words, config: SourceConfig) -> None:
    """The area in which a source is added."""
    allowed = console.may("sources")
    hint = show.why_not(words, allowed)
    with st.container(border=True):
        st.header(words("add.title"), anchor=False)
        st.caption(words("add.about"))
        with st.container(horizontal=True):
            for kind in console.board.addable(config):
                label = kind.title.of(words.language)
                pressed = press.button(label, f"add-{kind.name}", icon=kind.icon, disabled=not allowed, help=hint)
                add = notice.saying("add.done", partial(console.board.add, config, kind.name))
                notice.act(words, pressed, HERE, add, label)
        with st.form("add-table", border=False):
            with st.container(horizontal=True, vertical_alignment="bottom"):
                table = st.text_input(words("add.table"), max_chars=255, width=320).strip()
                pressed = press.submit(
                    words("add.table_add"), "add-a-table", icon=":material/add:", disabled=not allowed, help=hint
                )
        notice.draw(words, HERE)
    add = notice.saying("add.done", partial(console.board.add_table, config, table))
    notice.act(words, pressed, HERE, add, table)
