"""One report: what it is, what can be done with it, its runs, and what its definition was before."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.reports import changes, chosen, going, history, known, told
from pages.ui import notice, press, show
from pipeline.analysis.reports.definitions.definition import Definition
from pipeline.console.app import App
from pipeline.console.reports.told import KeptReport
from pipeline.words.catalogue import Words


def render(console: App, words: Words, name: str) -> None:
    """Draw it. Raise what reading it raises."""
    st.button(words("reports.back"), key="close-report", icon=":material/arrow_back:", on_click=chosen.close)
    one = known.report(console, name)
    if one is None:
        st.warning(words("reports.no_such_report"), icon=":material/search_off:")
        st.code(name, language=None, wrap_lines=True)
        return
    st.header(show.plain(told.title(one)), anchor=False)
    if one.problem:
        show.failure(words, one.problem)
    if one.definition:
        _facts(console, words, one, one.definition)
    _actions(console, words, one)
    going.follow(console, words, name)
    history.render(words, [run for run in known.runs(console) if run.name == name])
    if console.may("reports"):
        changes.render(console, words, one)


def _facts(console: App, words: Words, one: KeptReport, definition: Definition) -> None:
    facts = [
        ("reports.column.next", told.next_run(words, one, console.now())),
        ("reports.schedule_label", told.schedule(words, definition.schedule) if definition.schedule else ""),
        ("reports.period_label", told.period(words, definition.period)),
        ("reports.column.forms", told.formats(definition)),
        *(_own(words, one, definition) if console.may("reports") else ()),
    ]
    with st.container(horizontal=True):
        for label, value in facts:
            if value:
                show.fact(words(label), value)
    if definition.schedule and not one.seen:
        st.info(words("reports.shipped"), icon=":material/info:")


def _own(words: Words, one: KeptReport, definition: Definition) -> list[tuple[str, str]]:
    """What a definition tells of people: an operator's."""
    return [
        ("reports.recipients", told.recipients(definition) or words("reports.no_recipients")),
        ("reports.person", definition.person or words("reports.everybody")),
        ("reports.language", words(f"reports.languages.{definition.language}")),
        ("reports.changed_label", told.changed(words, one.changed_at, one.changed_by) if one.changed_at else ""),
    ]


def _actions(console: App, words: Words, one: KeptReport) -> None:
    allowed = console.may("reports")
    with st.container(horizontal=True):
        st.button(
            words("reports.edit"),
            key="edit-report",
            icon=":material/edit:",
            disabled=not allowed,
            help=show.why_not(words, allowed),
            on_click=chosen.edit,
            args=(one.name,),
        )
        _pause(console, words, one)
        if allowed and one.definition:
            _duplicate(console, words, one)
        if allowed and one.seen:
            _delete(console, words, one)


def _pause(console: App, words: Words, one: KeptReport) -> None:
    times = one.definition.schedule if one.definition else None
    if times is None or not one.seen:
        return
    allowed, doing = console.may("reports"), "resume" if times.paused else "pause"
    pressed = press.button(
        words(f"reports.{doing}"),
        f"{doing}-report",
        icon=":material/play_circle:" if times.paused else ":material/pause_circle:",
        disabled=not allowed,
        help=show.why_not(words, allowed),
    )
    action = partial(console.reports.definitions.pause, one.name, not times.paused, one.seen)
    notice.act(
        words,
        pressed,
        going.PLACE,
        notice.saying("reports.resumed_done" if times.paused else "reports.paused_done", action),
        told.title(one),
    )


def _duplicate(console: App, words: Words, one: KeptReport) -> None:
    with st.popover(words("reports.duplicate"), icon=":material/content_copy:"):
        st.caption(words("reports.duplicate_about"))
        wanted = st.text_input(words("reports.new_name"), f"{one.name[:55]}-copy", key=f"copy-of-{one.name}")
        pressed = press.button(words("reports.duplicate_this"), "duplicate-report", disabled=not wanted)
    notice.act(words, pressed, going.PLACE, partial(_duplicated, console, one.name, wanted), wanted)


def _duplicated(console: App, name: str, wanted: str) -> str:
    console.reports.definitions.duplicate(name, wanted)
    chosen.open_report(wanted)
    return "reports.duplicated"


def _delete(console: App, words: Words, one: KeptReport) -> None:
    doing, said = ("give_back", "reports.given_back") if one.shipped else ("delete", "reports.deleted_done")
    with st.popover(words(f"reports.{doing}"), icon=":material/delete:"):
        st.markdown(words(f"reports.{doing}_about"))
        pressed = press.button(words(f"reports.{doing}_this"), "delete-report", type="primary")
    notice.act(words, pressed, going.PLACE, partial(_deleted, console, one, said), told.title(one))


def _deleted(console: App, one: KeptReport, said: str) -> str:
    console.reports.definitions.delete(one.name, one.seen)
    if not one.shipped:
        chosen.close()
    return said
