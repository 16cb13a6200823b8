"""What of a page stands in its address: tab, filters, page number, open run. Reload, link, Back and Forward keep it.

Streamlit's widgets keep their values over a step of the browser's history; here the address wins then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.ui import state
from pipeline.words.catalogue import DEFAULT_LANGUAGE, LANGUAGES, Words

T = TypeVar("T")
# Which part of what is open.
PART = "part"


def follow_history() -> None:
    """Take up the address that somebody has gone back or forward to."""
    run = get_script_run_ctx()
    # Streamlit's own word for it; it heeds it for widgets that are bound to the address, whose changes are no steps.
    if run and run.is_history_navigation:
        _turn()
        # Said outright: the switch itself still holds what it was left at.
        asked = st.query_params.get(state.LANGUAGE)
        st.session_state[state.LANGUAGE] = asked if asked in LANGUAGES else DEFAULT_LANGUAGE


def come_to(page: str) -> None:
    """Somebody has come to this page: it begins as its address says, not where the session left it."""
    if st.session_state.get(state.OPEN_PAGE) != page:
        st.session_state[state.OPEN_PAGE] = page
        _turn()


def chosen(key: str, name: str, choices: Sequence[T], of: Callable[[T], str] = str, untold: T | None = None) -> T:
    """What the widget of this key holds, put into session_state before it is drawn: what ``name`` says in the address
    when somebody has just come here (``untold``: where it says nothing), else what was chosen since. The first choice
    where neither may be chosen.

    ``of`` gives a choice as the address has it; the first one leaves no trace there.
    """
    turns: dict[str, int] = st.session_state.setdefault(state.ADDRESS_TURNS, {})
    turn = st.session_state.get(state.ADDRESS_TURN, 0)
    held = st.session_state.get(key)
    if turns.get(key) != turn or held not in choices:
        turns[key] = turn
        asked = st.query_params.get(name)
        otherwise = untold if untold in choices and asked is None else choices[0]
        held = next((choice for choice in choices if of(choice) == asked), otherwise)
        st.session_state[key] = held
    _write(name, None if held == choices[0] else of(held))  # type: ignore[arg-type]
    return held  # type: ignore[return-value]


def spoken(words: Words, name: str) -> str:
    """The key of a widget whose choices are words: another language makes another widget, which takes its choice from
    the address. One that stayed would go on showing what it was left at in the language it was left in."""
    return f"{name}-{words.language}"


def keep(key: str, name: str, first: T, of: Callable[[T], str] = str) -> None:
    """Write a widget's choice into the address, as its ``on_change``; ``first`` leaves no trace there."""
    value = st.session_state[key]
    _write(name, None if value == first else of(value))


def opened(key: str, name: str) -> str | None:
    """What is open under this key, of which the address tells, or None."""
    turns: dict[str, int] = st.session_state.setdefault(state.ADDRESS_TURNS, {})
    turn = st.session_state.get(state.ADDRESS_TURN, 0)
    if turns.get(key) != turn:
        turns[key] = turn
        st.session_state[key] = st.query_params.get(name)
    held: str | None = st.session_state.get(key)
    return held


def open_or_close(key: str, name: str, what: str) -> None:
    """Open it, or close it when it is open, as a button's ``on_click``; the address tells of it."""
    st.session_state[key] = None if st.session_state.get(key) == what else what
    _write(name, st.session_state[key])
    # The next one begins with its own first part.
    _write(PART, None)


def close(key: str, name: str) -> None:
    """Close what is open under this key, as part of an ``on_change``."""
    st.session_state[key] = None
    _write(name, None)


def _write(name: str, value: str | None) -> None:
    if value is None:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != value:
        st.query_params[name] = value


def _turn() -> None:
    st.session_state[state.ADDRESS_TURN] = st.session_state.get(state.ADDRESS_TURN, 0) + 1
