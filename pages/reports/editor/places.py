"""Fields of a draft as widgets: each has a key of its own, begins with the draft's value, and writes into the draft.

A key changes with the draft's turn: what was typed into a field of another text is not found again.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.reports.editor.drafts import Draft


def key(draft: Draft, name: str) -> str:
    """The key of a field. It begins with its widget's own value, the draft's: written into session_state, that would be
    lost on a browser to which two runs of the page come at once."""
    return f"report-{draft.name}-{draft.turn}-{name}"


def typed(made: str) -> Any:
    """What is in the field of this key."""
    return st.session_state[made]


def put(draft: Draft, name: str, made: str) -> None:
    """Take a field of the definition over, as ``on_change``."""
    draft.put(name, typed(made))


def put_into(draft: Draft, name: str, field: str, made: str) -> None:
    """Take a field of a part of the definition over."""
    draft.put_into(name, **{field: typed(made)})


def put_in_block(draft: Draft, number: int, name: str, made: str) -> None:
    """Take a field of a block over."""
    draft.put_in_block(number, name, typed(made))
