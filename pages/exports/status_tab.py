"""The status tab: one sentence that answers, the result card, live while a run goes on, the cards and the chart.

The card's source is the ledger, so it survives a reload and reaches a second browser.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.exports import chart, log_tail, result, summary
from pages.ui import reads, show, state, watch
from pipeline.console.app import App
from pipeline.errors import FunctionFailed, PipelineError
from pipeline.runs.freshness import Day, days
from pipeline.runs.history import of_table, shown_status, summarise, with_newer
from pipeline.runs.run import Run
from pipeline.runs.watch import Phase, Watching
from pipeline.words.catalogue import Words

POLL_SECONDS = 1.0
CHART_DAYS = reads.WINDOW_DAYS


def render(console: App, words: Words) -> None:
    """Draw the tab; what cannot be read is a card in its place."""
    try:
        watching = watch.current(console)
        # One reading for the sentence, the cards and the chart; of the run that is watched the newest word counts.
        read = of_table(reads.history(console, CHART_DAYS), console.settings.table)
        history = with_newer(read, watching.run if watching.live else None)
        st.fragment(_result, run_every=POLL_SECONDS if watching.live else None)(console, words, watching.phase)
        show.problems(words, history.problems)
        window = console.settings.history_days
        summary.cards(words, summarise(history.runs, console.now(), window), console.now(), window)
        _chart(words, days(history.runs, console.now(), CHART_DAYS))
    except PipelineError as error:
        show.failure(words, error)


def _why(console: App, words: Words, run: Run) -> None:
    # Asked for on demand: the card is drawn on every rerun.
    if st.toggle(words("result.log"), key=state.RESULT_LOG):
        try:
            log_tail.of_run(console, words, run)
        except PipelineError as error:
            show.failure(words, error)


def _chart(words: Words, found: Sequence[Day]) -> None:
    with st.container(border=True):
        st.header(words("chart.title", days=CHART_DAYS), anchor=False)
        if not any(day.bytes is not None or day.failed for day in found):
            st.caption(words("chart.none"))
            return
        st.plotly_chart(
            chart.figure(words, found), key="chart", config={"displayModeBar": False}, alt=chart.told(words, found)
        )


def _result(console: App, words: Words, was: Phase) -> None:
    try:
        watching = watch.current(console)
    except PipelineError as error:
        show.failure(words, error)
        return
    if was in {"waiting", "going"} and watching.phase != was:
        # The run has just begun to report, or ended: sentence, cards, buttons and history are drawn anew.
        reads.refresh()
        st.rerun()
    _card(console, words, watching)


def _card(console: App, words: Words, watching: Watching) -> None:
    now = console.now()
    if watching.live:
        result.progress(words, watching.run, now, reads.expected(console))
    elif watching.phase == "unseen":
        show.failure(words, FunctionFailed(words("result.not_seen")))
    elif watching.run:
        location = console.documents.location(watching.run) if watching.run.has_document else None
        result.result(words, watching.run, shown_status(watching.run, now), location)
        if watching.run.error:
            _why(console, words, watching.run)
    else:
        result.no_result(words)
