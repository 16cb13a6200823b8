"""Presses of buttons that act: noted as they are made, acted on once, their outcome kept until it has been shown.

Streamlit ends a page's run as soon as the person clicks anything else; what only that run knew would be lost with it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import streamlit as st

from pages.ui import state
from pipeline.errors import PipelineError

T = TypeVar("T")
# An older press is no longer what the person waits for: its button was on a page that was left at once.
WAITING_SECONDS = 30.0


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What an action gave, or what stood in its way."""

    value: T | None = None
    error: PipelineError | None = None


@dataclass
class Desk:
    """One session's presses that nobody has acted on, and what came of the others. Plain, as session_state is not:
    reaching into that is a point at which a run may end."""

    waiting: dict[str, float] = field(default_factory=dict)
    outcomes: dict[str, Outcome[Any]] = field(default_factory=dict)

    def note(self, key: str) -> None:
        """Somebody has pressed."""
        self.waiting[key] = time.monotonic()

    def waits(self, key: str) -> bool:
        """Whether a press has still to be acted on."""
        return time.monotonic() - self.waiting.get(key, float("-inf")) < WAITING_SECONDS

    def once(self, key: str, action: Callable[[], T]) -> T:
        """Act on the press, and never again on this one. Draw nothing in ``action``; raise what it raises."""
        self.waiting.pop(key, None)
        return action()


def button(label: str, key: str, **looks: Any) -> str:
    """A button that acts; gives its key, for ``outcome`` and ``waits``."""
    st.button(label, key=key, on_click=desk().note, args=(key,), **looks)
    return key


def submit(label: str, key: str, **looks: Any) -> str:
    """The same at the end of a form."""
    st.form_submit_button(label, key=key, on_click=desk().note, args=(key,), **looks)
    return key


def waits(key: str) -> bool:
    """Whether the press of a button has still to be acted on."""
    return desk().waits(key)


def outcome(key: str, action: Callable[[], T], working: str) -> Outcome[T] | None:
    """Act on the press if it waits, and give what came of it until it is forgotten; None when nobody has pressed."""
    here = desk()
    if here.waits(key):
        with st.spinner(working):
            here.once(key, lambda: here.outcomes.update({key: _come(action)}))
    return here.outcomes.get(key)


def forget(key: str) -> None:
    """The outcome has been shown."""
    desk().outcomes.pop(key, None)


def desk() -> Desk:
    """This session's."""
    if state.PRESSES not in st.session_state:
        st.session_state[state.PRESSES] = Desk()
    presses: Desk = st.session_state[state.PRESSES]
    return presses


def _come(action: Callable[[], T]) -> Outcome[T]:
    try:
        return Outcome(action())
    except PipelineError as error:
        return Outcome(error=error)
