"""A report that is being made: the page's button for it, how far it is, and that it has ended."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from pages.reports import chosen, known
from pages.ui import notice, press, reads, show
from pipeline.console.app import App
from pipeline.console.reports.making import Going
from pipeline.words.catalogue import Words

POLL_SECONDS = 1.0
PLACE = "report"


def primary(console: App, words: Words) -> Callable[[], None] | None:
    """The button that the page has where it is: a new report in the list, 今すぐ作成 where one is open."""
    if chosen.editing() or chosen.run():
        return None
    name = chosen.report()
    if name:
        return _make(console, words, name)
    _new(console, words)
    return None


def _new(console: App, words: Words) -> None:
    allowed = console.may("reports")
    st.button(
        words("reports.new"),
        key="new-report",
        type="primary",
        icon=":material/add:",
        disabled=not allowed,
        help=show.why_not(words, allowed),
        on_click=chosen.edit,
        args=(None,),
    )


def _make(console: App, words: Words, name: str) -> Callable[[], None] | None:
    kept = known.report(console, name)
    if kept is None or kept.definition is None:
        return None
    allowed, run = console.may("reports"), known.going(console, name)
    pressed = press.button(
        words("reports.making" if run else "reports.make"),
        "make-report",
        type="primary",
        icon=":material/play_arrow:",
        disabled=run is not None or not allowed,
        help=show.why_not(words, allowed),
    )
    # Progress says that it was started.
    return partial(notice.act, words, pressed, PLACE, notice.saying("", partial(console.reports.maker.start, name)))


def follow(console: App, words: Words, name: str) -> None:
    """How far it is, looked at every second; what the last press came to."""
    notice.draw(words, PLACE)
    run = known.going(console, name)
    if run:
        st.fragment(_progress, run_every=POLL_SECONDS)(console, words, run)


def _progress(console: App, words: Words, was: Going) -> None:
    run = known.going(console, was.name)
    if run is None or run.run_id != was.run_id:
        # It has ended: everything is drawn anew.
        reads.refresh()
        st.rerun()
        return
    if run.of:
        done = min(run.done, run.of)
        st.progress(done / run.of, words("reports.progress", done=done, of=run.of))
    else:
        st.progress(0.0, words("reports.preparing"))
