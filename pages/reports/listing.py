"""Every report in a row: how its last run stands, when that was, and when the next one is."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.reports import chosen, known, told
from pages.ui import format as fmt
from pages.ui import notice, paging, press, script, show, state
from pipeline.console.app import App
from pipeline.console.reports.told import KeptReport, ReportRun
from pipeline.words.catalogue import Words

ROWS_A_PAGE = 30
PLACE = "reports"
# On one line at 1280, beside the sidebar.
NAME, STATE, LAST, NEXT, FORMS = 246, 128, 132, 132, 146


def render(console: App, words: Words) -> None:
    """Draw the list. Raise what reading it raises."""
    notice.draw(words, PLACE)
    kept, last = known.reports(console), told.newest(known.runs(console))
    script.style("models")
    if not kept:
        st.info(words("reports.none"), icon=":material/inbox:")
    part = paging.pager(words, state.REPORT_PAGE, len(kept), ROWS_A_PAGE)
    with st.container(gap="xsmall"):
        for one in kept[part]:
            _row(console, words, one, last.get(one.name))
    if any(one.definition and one.definition.schedule and not one.seen for one in kept):
        st.caption(words("reports.not_asked_for_about"))
    if console.may("reports"):
        _deleted(console, words, {one.name: one for one in console.reports.definitions.deleted()})


def _row(console: App, words: Words, one: KeptReport, last: ReportRun | None) -> None:
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key=f"report-row-{one.name}"):
        with st.container(width=NAME):
            st.button(
                show.plain(told.title(one)) or fmt.NOTHING,
                key=f"open-report-{one.name}",
                type="tertiary",
                icon=":material/chevron_right:",
                on_click=chosen.open_report,
                args=(one.name,),
            )
        if one.problem:
            st.markdown(f":red-badge[:material/error: {words('reports.unread')}]", width=STATE)
            return
        st.markdown(told.badges(words, last), width=STATE)
        st.markdown(_labelled(words, "last", fmt.jst_minute(last.started_at) if last else fmt.NOTHING), width=LAST)
        st.markdown(_labelled(words, "next", told.next_run(words, one, console.now())), width=NEXT)
        if one.definition:
            st.markdown(f":small[{told.formats(one.definition)}]", width=FORMS)


def _labelled(words: Words, name: str, value: str) -> str:
    # Read alone, on a phone, it says which moment it is.
    return f":small[:gray[{words(f'reports.column.{name}')}]]  \n{show.plain(value)}"


def _deleted(console: App, words: Words, names: dict[str, KeptReport]) -> None:
    """What was deleted, and can be had again."""
    if not names:
        return
    with st.expander(words("reports.deleted", count=fmt.number(len(names), words.language)), icon=":material/delete:"):
        st.caption(words("reports.deleted_about"))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.selectbox(words("reports.column.name"), list(names), key="deleted-report", width=300)
            pressed = press.button(words("reports.restore"), "restore-report", icon=":material/restore_from_trash:")
        st.caption(show.plain(told.changed(words, names[name].changed_at, names[name].changed_by)))
    notice.act(words, pressed, PLACE, partial(_restored, console, name), name)


def _restored(console: App, name: str) -> str:
    console.reports.definitions.restore(name)
    return "reports.restored"
