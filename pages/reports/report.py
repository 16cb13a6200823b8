"""One report: what it is, what can be done with it, its runs, and what its definition was before."""

from __future__ import annotations

import streamlit as st

from pages.reports import actions, changes, chosen, going, history, known, told
from pages.ui import show
from pipeline.analysis.reports.definitions.definition import Definition
from pipeline.console.app import App
from pipeline.console.reports.told import KeptReport
from pipeline.console.reports.wanting import lacks_person
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
        if lacks_person(one.definition):
            st.warning(words("reports.lacks_person"), icon=":material/person_off:")
    actions.render(console, words, one)
    going.follow(console, words, name)
    history.render(words, known.runs_of(console, name))
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
