"""The function's log: filters, the newest events, following, and the same by the AWS command line."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import streamlit as st

from pages.ui import address, show, state
from pages.ui import format as fmt
from pipeline.console.app import App
from pipeline.errors import PipelineError
from pipeline.monitor.function_log import LogEvent, LogQuery
from pipeline.runs.run import Run
from pipeline.words.catalogue import Words

FOLLOW_SECONDS = 3.0
BEFORE, AFTER = timedelta(minutes=5), timedelta(minutes=15)
DAY_HOURS = 24
HOURS = (1, 6, DAY_HOURS, 168)
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def render(console: App, words: Words, told: Collection[tuple[str, ...]] = ()) -> None:
    """Draw the filters and the events; while following, the events alone are drawn anew. ``told``: the causes of
    failures that the page has shown already."""
    st.header(words("log.title"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        level = st.selectbox(words("log.level"), LEVELS, index=1, key=state.LOG_LEVEL, width=130)
        hours = st.session_state[state.LOG_HOURS] = st.selectbox(
            words("log.hours"),
            HOURS,
            index=HOURS.index(st.session_state.get(state.LOG_HOURS, DAY_HOURS)),
            format_func=lambda count: words("log.last_hours", hours=count),
            key=address.spoken(words, f"{state.LOG_HOURS}-of"),
            width=170,
        )
        text = st.text_input(words("log.text"), key=state.LOG_TEXT, width=180)
        run_id = st.text_input(words("log.run"), key=state.LOG_RUN, width=220)
        follow = st.toggle(words("log.follow"), key=state.LOG_FOLLOW)
    wanted = LogQuery(console.now(), level, text.strip(), run_id.strip() or None)
    st.fragment(_tail, run_every=FOLLOW_SECONDS if follow else None)(
        console, words, wanted, timedelta(hours=hours), told
    )
    st.caption(words("log.command"))
    st.code(console.logs.command(wanted, hours, follow), language=None, wrap_lines=True)


def events(words: Words, events: Sequence[LogEvent]) -> None:
    """Events as a table, oldest first; data are shown as they are."""
    if not events:
        st.info(words("log.none"), icon=":material/inbox:")
        return
    table = [
        {
            words("log.time"): fmt.jst_second(event.at),
            words("log.level"): event.level,
            words("log.message"): event.message,
            words("log.more"): "  ".join(f"{name}={value}" for name, value in event.metadata),
        }
        for event in events
    ]
    st.dataframe(pd.DataFrame(table), hide_index=True, alt=words("log.title"))


def of_run(console: App, words: Words, run: Run) -> None:
    """The events of one run."""
    ended = run.finished_at or run.updated_at
    since, until = run.started_at - BEFORE, ended + AFTER
    events(words, console.logs.tail(LogQuery(since=since, until=until, run_id=run.run_id)))


def _tail(console: App, words: Words, wanted: LogQuery, reach: timedelta, told: Collection[tuple[str, ...]]) -> None:
    try:
        events(words, console.logs.tail(replace(wanted, since=console.now() - reach)))
    except PipelineError as error:
        show.unless_told(words, error, told)
