"""データパイプライン管理: the page that answers whether the exports run, and runs one.

Renders only; each part fails on its own, as a card, and the rest goes on working.
"""

from __future__ import annotations

import streamlit as st

from pages.exports import history_tab, result, settings_tab, status_tab
from pages.ui import press, reads, show, skeleton, state, watch
from pipeline.console.app import App
from pipeline.errors import PipelineError
from pipeline.runs.run import Started
from pipeline.runs.watch import Phase, Watching
from pipeline.words.catalogue import Words

DRAWN = {"status": status_tab.render, "history": history_tab.render, "settings": settings_tab.render}


def render() -> None:
    """The page."""
    skeleton.render("exports.title", "exports.caption", _exports)


def _exports(console: App, words: Words) -> None:
    _buttons(console, words)
    _tabs(console, words)


def _tabs(console: App, words: Words) -> None:
    names = {words(f"tabs.{name}"): name for name in DRAWN}
    wanted = state.first_tab(words.language, list(DRAWN))
    opened = next(label for label, name in names.items() if name == wanted)
    # Only the open one is drawn: the others would ask AWS for what nobody looks at.
    tabs = st.tabs(list(names), default=opened, on_change="rerun", key=f"tabs-{words.language}")
    for tab, name in zip(tabs, names.values(), strict=True):
        if tab.open:
            state.opened_tab(name, list(DRAWN))
            with tab:
                DRAWN[name](console, words)
                if name != "status":
                    _follow(console)


def _buttons(console: App, words: Words) -> None:
    going = _busy(console)
    with st.container(horizontal=True):
        if st.button(words("exports.refresh"), icon=":material/refresh:"):
            reads.refresh()
        label = words("exports.export_going" if going else "exports.export")
        allowed = console.may("export")
        pressed = press.button(
            label,
            "export",
            type="primary",
            icon=":material/cloud_upload:",
            disabled=going or not allowed,
            help=show.why_not(words, allowed),
        )
    came = press.outcome(pressed, console.start_export, words("exports.starting"))
    if came:
        _started(console, words, came)
        press.forget(pressed)
        if came.value and not came.value.joined:
            st.rerun()


def _busy(console: App) -> bool:
    watching = _watched(console)
    return bool(watching and watching.own and watching.live)


def _watched(console: App) -> Watching | None:
    try:
        return watch.current(console)
    except PipelineError:
        # The tab shows this very error; the button stays usable.
        return None


def _follow(console: App) -> None:
    """Where nothing shows the run's progress: draw the page anew when the run begins to report, and when it ends."""
    watching = _watched(console)
    if watching and watching.own and watching.live:
        st.fragment(_until_it_changes, run_every=status_tab.POLL_SECONDS)(console, watching.phase)


def _until_it_changes(console: App, phase: Phase) -> None:
    watching = _watched(console)
    if watching and watching.phase != phase:
        reads.refresh()
        st.rerun()


def _started(console: App, words: Words, came: press.Outcome[Started]) -> None:
    if came.error:
        show.failure(words, came.error)
    elif came.value and came.value.joined:
        st.dialog(words("dialog.title"))(_already_going)(console, words, came.value)
    elif came.value:
        watch.follow(came.value, console.now())
        reads.refresh()


def _already_going(console: App, words: Words, started: Started) -> None:
    st.text(words("dialog.body"))
    try:
        result.progress(words, console.run(started.run_id, started.day), console.now())
    except PipelineError as error:
        show.failure(words, error)
    if st.button(words("dialog.follow"), type="primary", key="follow"):
        watch.follow(started, console.now())
        reads.refresh()
        st.rerun()
