"""What every page begins with: its title, and the App in the hands of whoever looks.

A page that cannot have it says why, and so does one whose reader's role has been taken away since the gate.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.sign_in import signed_in
from pages.ui import show, state
from pipeline.console.app import App
from pipeline.errors import Forbidden, PipelineError
from pipeline.words.catalogue import Words


def render(title: str, caption: str, draw: Callable[[App, Words], None]) -> None:
    """A page: the keys of its texts, and what draws the rest."""
    words = state.words()
    state.come_to(title)
    st.title(words(title), anchor=False)
    st.caption(words(caption))
    try:
        with st.spinner(words("app.starting"), show_time=False):
            console = signed_in.app()
    except PipelineError as error:
        show.failure(words, error)
        return
    try:
        draw(console, words)
    except Forbidden as error:
        show.failure(words, error)
