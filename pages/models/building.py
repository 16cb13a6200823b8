"""The build of our models: its button, how far it is, and what stood in its way. Its source is the ledger."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from pages.models import chosen
from pages.ui import format as fmt
from pages.ui import notice, press, reads, show
from pipeline.analysis.builds.job import steps_of
from pipeline.console.app import App
from pipeline.errors import PipelineError
from pipeline.lake.model_keys import builds_of
from pipeline.runs.history import shown_status
from pipeline.runs.run import Run
from pipeline.words.catalogue import Words

POLL_SECONDS = 1.0
PLACE = "build"


def primary(console: App, words: Words) -> Callable[[], None] | None:
    """The button, where our own models are looked at: others are built elsewhere."""
    if not chosen.is_ours(console):
        return None
    allowed, run = console.may("build"), going(console)
    pressed = press.button(
        words("dbt.building" if run else "dbt.build"),
        "build",
        type="primary",
        icon=":material/construction:",
        disabled=run is not None or not allowed,
        help=show.why_not(words, allowed),
    )
    return partial(_act, console, words, pressed)


def going(console: App) -> Run | None:
    """The build that goes on, whoever has started it; None also where nobody can say."""
    try:
        return reads.building(console) if chosen.is_ours(console) else None
    except PipelineError:
        # The tab shows what stands in the way; the button stays usable.
        return None


def follow(console: App, words: Words) -> None:
    """How far the build is, looked at every second; what the last one came to nothing of."""
    if not chosen.is_ours(console):
        return
    notice.draw(words, PLACE)
    run = going(console)
    if run:
        st.fragment(_progress, run_every=POLL_SECONDS)(console, words, run)


def failed(console: App, words: Words) -> bool:
    """Why the newest build came to nothing, where it did, and whether it did: such a one leaves nothing else to see."""
    runs = [run for run in reads.history(console, reads.WINDOW_DAYS).runs if run.table == builds_of(chosen.OURS)]
    last = runs[0] if runs else None
    if last is None or not chosen.is_ours(console) or going(console):
        return False
    shown = shown_status(last, console.now())
    if last.error:
        with st.container(border=True):
            st.caption(words("dbt.failed_at", time=fmt.jst(last.started_at)))
            show.run_failure(words, last.error)
    elif shown == "lost":
        st.warning(words("dbt.interrupted", time=fmt.jst(last.started_at)), icon=show.ICONS["lost"])
    return bool(last.error) or shown == "lost"


def _act(console: App, words: Words, pressed: str) -> None:
    # Progress says that it was started.
    notice.act(words, pressed, PLACE, notice.saying("", console.builds.start))


def _progress(console: App, words: Words, was: Run) -> None:
    run = going(console)
    if run is None or run.run_id != was.run_id:
        # It has ended: sentence, cards and tables are drawn anew.
        reads.refresh()
        st.rerun()
        return
    elapsed = fmt.duration(max((console.now() - run.started_at).total_seconds(), 0.0), words.language)
    done, all_steps = steps_of(run)
    if all_steps:
        st.progress(done / all_steps, words("dbt.progress", done=done, all=all_steps, elapsed=elapsed))
    else:
        st.progress(0.0, words("dbt.preparing", elapsed=elapsed))
