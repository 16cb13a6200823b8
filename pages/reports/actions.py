"""What an operator does with a report: edit it, begin or pause its schedule, duplicate it, delete it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.reports import chosen, going, told
from pages.ui import notice, press, show
from pipeline.analysis.reports.definitions import shipped
from pipeline.console.app import App
from pipeline.console.reports.told import KeptReport
from pipeline.words.catalogue import Words

# A report's name has at most 60 characters.
_COPY, _KEPT = "-copy", 55


def render(console: App, words: Words, one: KeptReport) -> None:
    """Draw the buttons; who may only look has them disabled, or not at all."""
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
    if times is None:
        return
    # One of the product's is not made by itself until somebody says so.
    idle, allowed = times.paused or not one.seen, console.may("reports")
    pressed = press.button(
        words("reports.pause" if not idle else "reports.resume" if one.seen else "reports.begin"),
        "resume-report" if idle else "pause-report",
        icon=":material/play_circle:" if idle else ":material/pause_circle:",
        disabled=not allowed,
        help=show.why_not(words, allowed),
    )
    action = partial(console.reports.definitions.pause, one.name, not idle, one.seen)
    said = notice.saying("reports.resumed" if idle else "reports.is_paused", action)
    notice.act(words, pressed, going.PLACE, said, told.title(one))


def _duplicate(console: App, words: Words, one: KeptReport) -> None:
    with st.popover(words("reports.duplicate"), icon=":material/content_copy:"):
        st.caption(words("reports.duplicate_about"))
        wanted = st.text_input(words("reports.new_name"), f"{one.name[:_KEPT]}{_COPY}", key=f"copy-of-{one.name}")
        pressed = press.button(words("reports.duplicate_this"), "duplicate-report", disabled=not wanted)
    notice.act(words, pressed, going.PLACE, partial(_duplicated, console, one.name, wanted), wanted)


def _duplicated(console: App, name: str, wanted: str) -> str:
    console.reports.definitions.duplicate(name, wanted)
    chosen.open_report(wanted)
    return "reports.duplicated"


def _delete(console: App, words: Words, one: KeptReport) -> None:
    ours = one.name in shipped.texts()
    doing = "give_back" if ours else "delete"
    with st.popover(words(f"reports.{doing}"), icon=":material/delete:"):
        st.markdown(words(f"reports.{doing}_about"))
        pressed = press.button(words(f"reports.{doing}_this"), "delete-report", type="primary")
    notice.act(words, pressed, going.PLACE, partial(_deleted, console, one, ours), told.title(one))


def _deleted(console: App, one: KeptReport, ours: bool) -> str:
    console.reports.definitions.delete(one.name, one.seen)
    if ours:
        return "reports.given_back"
    chosen.close()
    return "reports.is_deleted"
