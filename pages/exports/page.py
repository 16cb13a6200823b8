"""データパイプライン管理: the page that answers whether the exports run, and runs one.

Renders only; each part fails on its own, as a card, and the rest goes on working.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from pages.exports import history_tab, joined, settings_tab, status_tab, summary
from pages.ui import address, press, reads, show, skeleton, state, watch
from pipeline.console.app import App
from pipeline.errors import PipelineError
from pipeline.runs.history import with_newer
from pipeline.runs.run import Started
from pipeline.runs.watch import Phase, Watching
from pipeline.words.catalogue import Words

DRAWN = {"status": status_tab.render, "history": history_tab.render, "settings": settings_tab.render}


def render() -> None:
    """The page."""
    skeleton.render(skeleton.Skeleton("exports.title", "exports.caption", _look, _tabs, _primary))


def _look(console: App, words: Words, at_most: float | None) -> skeleton.Look:
    history = reads.history(console, reads.WINDOW_DAYS, at_most)
    watching = _watched(console)
    seen = with_newer(history, watching.run if watching and watching.live else None)
    judged = console.standing(seen, reads.plan(console), watching.phase if watching else "none")
    return summary.look(words, judged, seen.runs, reads.as_of(console))


def _tabs(console: App, words: Words) -> None:
    names = {words(f"tabs.{name}"): name for name in DRAWN}
    labels, key = list(names), f"tabs-{words.language}"
    address.chosen(key, state.TAB, labels, names.__getitem__)
    # Only the open one is drawn: the others would ask AWS for what nobody looks at.
    tabs = st.tabs(labels, key=key, on_change=address.keep, args=(key, state.TAB, labels[0], names.__getitem__))
    for tab, name in zip(tabs, names.values(), strict=True):
        if tab.open:
            with tab:
                DRAWN[name](console, words)
                if name != "status":
                    _follow(console)


def _primary(console: App, words: Words) -> Callable[[], None]:
    going = _busy(console)
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
    return partial(_act, console, words, pressed)


def _act(console: App, words: Words, pressed: str) -> None:
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
        joined.tell(console, words, came.value)
    elif came.value:
        watch.follow(came.value, console.now())
        reads.refresh()
