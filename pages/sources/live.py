"""The run of a source that this session started, or that the ledger says is going, and how far it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import streamlit as st

from pages.ui import format as fmt
from pages.ui import show, state
from pages.ui.watch import OwnStart
from pipeline.console.app import App
from pipeline.runs.run import Run, Started
from pipeline.runs.watch import Watching, followed, own_start
from pipeline.sources.calendar import DayEntry
from pipeline.sources.status import Card, done
from pipeline.words.catalogue import Words

POLL_SECONDS = 1.0


def watcher(name: str, console: App) -> Callable[[Started], None]:
    """What remembers a run that this session has started or joined; it draws nothing and reaches into no state."""
    started = _started()
    return lambda run: started.update({name: OwnStart(run.run_id, run.day, console.now())})


def forget(name: str) -> None:
    """The run has ended: from now on the ledger tells of it."""
    _started().pop(name, None)


def watching(console: App, card: Card) -> Watching:
    """What the card shows of a run that is going."""
    own = _started().get(card.entry.name)
    if own is None:
        if card.state != "running" or card.last is None:
            return Watching("none")
        run = console.run(card.last.run_id, card.last.day) or card.last
        return followed(run, console.now())
    return own_start(console.run(own.run_id, own.day) or console.active_run(card.entry.name), own.at, console.now())


def progress(words: Words, run: Run | None, days: Mapping[date, DayEntry], console: App) -> None:
    """How far a run is; None while the function has not reported yet."""
    if run is None:
        st.progress(0.0, words("result.waiting"))
        return
    got, wanted = done(run, days)
    if wanted:
        st.progress(got / wanted, words("source.days_done", done=got, all=wanted))
    else:
        st.progress(0.0, words("source.fetching"))
    elapsed = max((console.now() - run.started_at).total_seconds(), 0.0)
    with st.container(horizontal=True):
        show.fact(words("result.started"), fmt.jst(run.started_at))
        show.fact(words("result.elapsed"), fmt.duration(elapsed, words.language))
        show.fact(words("result.records"), fmt.number(run.records, words.language))
        show.fact(words("history.trigger"), words(f"trigger.{run.trigger}"))


def _started() -> dict[str, OwnStart]:
    if state.SOURCE_STARTED not in st.session_state:
        st.session_state[state.SOURCE_STARTED] = {}
    started: dict[str, OwnStart] = st.session_state[state.SOURCE_STARTED]
    return started
