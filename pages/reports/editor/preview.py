"""What a draft would look like, beside it: looked at anew until it is of what is typed.

While it is older than that, it says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import streamlit as st

from pages.reports import paper
from pages.reports.editor import previewing, problems
from pages.reports.editor.drafts import Draft
from pages.reports.editor.previewing import Desk, Shown
from pages.ui import format as fmt
from pages.ui import state
from pipeline.console.app import App
from pipeline.errors import DataInvalid, PipelineError
from pipeline.words.catalogue import Words

POLL_SECONDS = 0.7


def wish(console: App, words: Words, draft: Draft) -> None:
    """Have the draft made as it is now; one that can be nothing yet leaves what is shown."""
    untitled, in_place = words("report_editor.untitled"), partial(problems.in_place, words)
    try:
        definition = draft.previewed(untitled, in_place)
    except DataInvalid:
        # What is wrong stands where it was typed.
        return
    desk(draft).want(previewing.preview(console, words, draft.name or "preview", draft.written, definition))


def render(words: Words, draft: Draft) -> None:
    """Draw it, and look again while it is being made."""
    here = desk(draft)
    st.subheader(words("report_editor.preview"), anchor=False)
    going = here.is_going
    st.fragment(_look, run_every=POLL_SECONDS if going else None)(words, draft, here, going)


def failed(draft: Draft) -> Mapping[int, PipelineError]:
    """The blocks that could not be made of what is typed now, by their places."""
    shown = desk(draft).shown
    return {one.block: one.error for one in shown.failed} if shown and shown.of == draft.written else {}


def desk(draft: Draft) -> Desk:
    """The draft's own, in this session."""
    desks: dict[str, Desk] = st.session_state.setdefault(state.REPORT_DRAFT_PREVIEWS, {})
    return desks.setdefault(draft.name, Desk())


def _look(words: Words, draft: Draft, here: Desk, was_going: bool) -> None:
    if was_going and not here.is_going:
        # It has come, and with it what the blocks have to say.
        st.rerun()
    shown, stale = here.shown, here.is_stale(draft.written)
    _told(words, here, shown, stale)
    if shown is None:
        return
    with st.container(key="report-preview-stale" if stale else "report-preview"):
        if shown.error:
            problems.draw(words, shown.error)
        else:
            paper.draw(words, shown.html, words("report_editor.preview"), "report-draft")


def _told(words: Words, here: Desk, shown: Shown | None, stale: bool) -> None:
    if shown is None:
        st.caption(words("report_editor.making" if here.is_going else "report_editor.no_preview"))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        at = fmt.jst_second(shown.at)
        if stale:
            st.markdown(f":orange-badge[:material/history: {words('report_editor.stale')}]")
            st.caption(words("report_editor.stale_of", time=at))
        else:
            st.caption(words("report_editor.shown", time=at))
            if shown.failed:
                count = len(shown.failed)
                st.markdown(f":red-badge[:material/error: {words('report_editor.failed_blocks', count=count)}]")
        st.button(
            words("report_editor.again"),
            key="report-preview-again",
            icon=":material/refresh:",
            disabled=here.is_going,
            on_click=here.again,
        )
