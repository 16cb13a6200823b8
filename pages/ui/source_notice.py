"""What an action on a source led to: kept over the drawing anew that follows it, and shown where it was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from pages.ui import runtime, show
from pages.ui.words import Words
from pipeline.errors import PipelineError

PAGE = ""


@dataclass(frozen=True)
class Notice:
    """``where`` is a source's name, or PAGE; ``key`` names the text of a success, with ``name`` in it; without it there
    is nothing to say."""

    where: str
    key: str = ""
    name: str = ""
    error: PipelineError | None = None


def act(words: Words, where: str, key: str, do: Callable[[], object], name: str = "") -> None:
    """Do something, keep what came of it, and draw the page anew with what is true now."""
    try:
        with st.spinner(words("sources.working")):
            do()
        said = Notice(where, key, name)
    except PipelineError as error:
        said = Notice(where, error=error)
        # A switch that could not be moved has to jump back: it becomes a new one.
        st.session_state[runtime.SOURCE_TURN] = turn() + 1
    st.session_state[runtime.SOURCE_NOTICE] = said
    runtime.refresh()
    st.rerun()


def turn() -> int:
    """How many actions have failed in this session."""
    return int(st.session_state.get(runtime.SOURCE_TURN, 0))


def draw(words: Words, where: str) -> None:
    """The notice that belongs here, with a button that puts it away."""
    said: Notice | None = st.session_state.get(runtime.SOURCE_NOTICE)
    if said is None or said.where != where or not (said.key or said.error):
        return
    with st.container(horizontal=said.error is None, vertical_alignment="center"):
        if said.error:
            show.failure(words, said.error)
        else:
            st.success(words(said.key, name=_plain(said.name)), icon=":material/check_circle:")
        closed = st.button(words("history.close"), key=f"close-notice-{where}", icon=":material/close:")
    if closed:
        st.session_state[runtime.SOURCE_NOTICE] = None
        st.rerun()


def _plain(name: str) -> str:
    # Names of places and people stand in a text that Streamlit reads as Markdown.
    return "".join(f"\\{sign}" if sign in r"\`*_{}[]()<>#+-.!|$~:" else sign for sign in name)
