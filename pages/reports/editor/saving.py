"""A draft's way into the lake: under which name, in the place of what was seen, and what if somebody was faster."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from pages.reports.editor import drafts, held, places, problems
from pages.reports.editor.drafts import Draft
from pages.ui import format as fmt
from pages.ui import notice, press, show
from pipeline.console.app import App
from pipeline.console.reports.told import KeptReport
from pipeline.errors import DataInvalid, NotFound
from pipeline.lake.report_keys import valid_report
from pipeline.words.catalogue import Words

Saved = Callable[[str], None]


def render(console: App, words: Words, draft: Draft, saved: Saved) -> None:
    """Draw the buttons, and act on them."""
    if not draft.name:
        _name(words, draft)
    ready = (
        (draft.changed or draft.is_the_product_s)
        and _is_whole(draft)
        and (bool(draft.name) or _can_be_called(draft.called))
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = press.button(
            words("report_editor.save"), "report-save", type="primary", icon=":material/save:", disabled=not ready
        )
        st.button(
            words("report_editor.drop"),
            key="report-drop",
            icon=":material/undo:",
            disabled=not draft.changed,
            on_click=_drop,
            args=(draft,),
        )
        if draft.changed:
            st.markdown(f":orange-badge[:material/edit: {words('report_editor.unsaved')}]")
    if draft.is_the_product_s:
        st.caption(words("report_editor.shipped"))
    if draft.wanting:
        st.caption(problems.wanting(words, draft.wanting))
    notice.act(words, pressed, notice.PAGE, partial(_save, console, draft, saved), draft.name or draft.called)


def others(words: Words, draft: Draft, kept: KeptReport | None) -> None:
    """Tell whoever edits that somebody else has changed, made or deleted the report meanwhile."""
    seen = draft.seen.seen if draft.seen else None
    if draft.name and (kept is None or kept.seen != seen):
        with st.container(border=True, key="report-others"):
            _others(words, draft, kept)


def _others(words: Words, draft: Draft, kept: KeptReport | None) -> None:
    if kept is None:
        st.warning(words("report_editor.gone"), icon=":material/delete:")
        return
    when = fmt.jst_minute(kept.changed_at) if kept.changed_at else fmt.NOTHING
    person = show.plain(kept.changed_by or words("report_editor.nobody"))
    st.warning(words("report_editor.faster", time=when, person=person), icon=":material/group:")
    st.caption(words("report_editor.differences"))
    st.code(drafts.differences(kept.text, draft.written), language="diff", wrap_lines=True)
    with st.container(horizontal=True):
        st.button(words("report_editor.take_theirs"), key="report-theirs", on_click=_take_theirs, args=(draft, kept))
        st.button(words("report_editor.keep_mine"), key="report-mine", on_click=draft.stand_on, args=(kept,))


def _take_theirs(draft: Draft, kept: KeptReport) -> None:
    draft.begin(kept)


def _drop(draft: Draft) -> None:
    held.end(draft.name)
    # All of the page: this part of it would go on with the draft that is no more.
    st.rerun()


def _name(words: Words, draft: Draft) -> None:
    key = places.key(draft, "name")
    st.text_input(
        words("report_editor.name"),
        draft.called,
        key=key,
        max_chars=60,
        placeholder="weekly-exports",
        help=words("report_editor.name_help"),
        live=True,
        on_change=_call,
        args=(draft, key),
        width=360,
    )
    if draft.called and not _can_be_called(draft.called):
        st.caption(words("report_editor.name_help"))


def _call(draft: Draft, key: str) -> None:
    draft.called = places.typed(key).strip()


def _can_be_called(name: str) -> bool:
    try:
        return bool(valid_report(name))
    except DataInvalid:
        return False


def _is_whole(draft: Draft) -> bool:
    try:
        return bool(draft.definition())
    except DataInvalid:
        return False


def _save(console: App, draft: Draft, saved: Saved) -> str:
    definitions, name = console.reports.definitions, draft.name or draft.called
    if not draft.name:
        _unless_taken(console, name)
    definitions.save(name, draft.written, draft.seen.seen if draft.seen else "")
    held.end(draft.name)
    saved(name)
    return "report_editor.saved"


def _unless_taken(console: App, name: str) -> None:
    """Raise DataInvalid where there is one of this name, also one of the product's own."""
    try:
        console.reports.definitions.get(name)
    except NotFound:
        return
    raise DataInvalid(f"there is a report {name}", record="report", field="name", situation="report_taken")
