"""The drafts of this session, by the name of their report: whoever leaves the page finds them again until they end."""

from __future__ import annotations

import streamlit as st

from pages.reports.editor import drafts
from pages.reports.editor.drafts import Draft
from pages.ui import state
from pipeline.console.reports.told import KeptReport

# Of a report that has no name yet.
UNNAMED = ""


def draft(kept: KeptReport | None, language: str) -> Draft:
    """The draft of what is kept (None: of a new report). One in which nothing was changed follows what is kept."""
    held = _held()
    name = kept.name if kept else UNNAMED
    fresh = name not in held
    one = held.setdefault(name, Draft() if kept else drafts.new(language))
    if kept and (fresh or (one.seen is not None and one.seen.seen != kept.seen and not one.changed)):
        one.begin(kept)
    return one


def of(name: str) -> Draft | None:
    """The draft of a report that may no longer be kept, where there is one."""
    one = _held().get(name)
    if one:
        one.stand_on(None)
    return one


def end(name: str) -> None:
    """Forget a draft: the next one begins with what is kept."""
    _held().pop(name, None)


def _held() -> dict[str, Draft]:
    held: dict[str, Draft] = st.session_state.setdefault(state.REPORT_DRAFTS, {})
    return held
