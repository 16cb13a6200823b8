"""What a definition was before: who had made it so, how it differs, and back to it as a draft."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.reports.editor import drafts, places
from pages.reports.editor.drafts import Draft
from pages.ui import format as fmt
from pipeline.console.app import App
from pipeline.console.reports.told import Earlier
from pipeline.words.catalogue import Words


def render(console: App, words: Words, draft: Draft) -> None:
    """Draw it, read once it is opened. Raise what reading it raises."""
    opened = st.expander(
        words("report_editor.history"), icon=":material/manage_history:", key="report-earlier", on_change="rerun"
    )
    if not opened.open:
        return
    with opened:
        found = console.reports.definitions.history(draft.name)
        if found:
            _choose(words, draft, found)
        else:
            st.caption(words("report_editor.no_history"))


def _choose(words: Words, draft: Draft, found: Sequence[Earlier]) -> None:
    at = st.selectbox(
        words("report_editor.version"),
        range(len(found)),
        key=places.key(draft, "earlier"),
        format_func=lambda at: _told(words, found[at]),
    )
    text = found[at].text
    st.caption(words("report_editor.differences_back"))
    lines = drafts.differences(draft.written, text)
    st.code(lines or words("report_editor.no_differences"), language="diff", wrap_lines=True)
    st.button(
        words("report_editor.restore"),
        key="report-restore",
        icon=":material/restart_alt:",
        disabled=not lines,
        on_click=draft.take,
        args=(text,),
    )
    st.caption(words("report_editor.restore_help"))


def _told(words: Words, one: Earlier) -> str:
    when = fmt.jst_minute(one.changed_at) if one.changed_at else fmt.NOTHING
    return words("report_editor.earlier", time=when, person=one.changed_by or words("report_editor.nobody"))
