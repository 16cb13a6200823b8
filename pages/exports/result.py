"""The result card: a run that is going, one that has ended, or none. Draws what it is given."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from pages.ui import format as fmt
from pages.ui import show
from pipeline.runs.run import Run, Shown
from pipeline.words.catalogue import Words


def progress(words: Words, run: Run | None, now: datetime, expected: int | None = None) -> None:
    """A run that is going: records, bytes, rate, elapsed and remaining time by the table's ``expected`` records; None
    while the function has not reported yet."""
    with st.container(border=True):
        st.header(words("result.title"), anchor=False)
        # Not opened by "with": leaving that would tick it off as complete.
        box = st.status(words("result.running") if run else words("result.waiting"), expanded=True)
        if run is None:
            box.caption(words("result.waiting_about"))
            return
        elapsed = max((now - run.started_at).total_seconds(), 0.0)
        with box.container(horizontal=True):
            show.fact(words("result.records"), fmt.number(run.records, words.language))
            show.fact(words("result.bytes"), fmt.size(run.bytes, words.language))
            show.fact(words("result.elapsed"), fmt.duration(elapsed, words.language))
            show.fact(words("result.started"), fmt.jst(run.started_at))
            _rate(words, run, elapsed, expected)


def _rate(words: Words, run: Run, elapsed: float, expected: int | None) -> None:
    done = run.records or 0
    if not done or not elapsed:
        return
    rate = done / elapsed
    show.fact(words("result.rate"), words("result.a_second", count=fmt.number(round(rate), words.language)))
    if expected and expected > done:
        # DynamoDB counts its items about every six hours: an estimate, said to be one.
        show.fact(words("result.remaining"), fmt.duration((expected - done) / rate, words.language))


def result(words: Words, run: Run, shown: Shown, location: str | None) -> None:
    """The card of a run that has ended."""
    with st.container(border=True):
        st.header(words("result.title"), anchor=False)
        with st.container(horizontal=True):
            _status_code(words, shown)
            show.fact(words("result.records"), fmt.number(run.records, words.language))
            show.fact(words("result.started"), fmt.jst(run.started_at))
            show.fact(words("result.duration"), fmt.duration(run.duration_seconds, words.language))
        if shown == "succeeded":
            show.fact(words("result.message"), words("result.message_ok"))
        elif shown in {"lost", "gone", "replaced"}:
            show.fact(words("result.message"), words(f"result.message_{shown}"))
        if run.error:
            show.run_failure(words, run.error)
        if location:
            st.caption(words("result.location"))
            st.code(location, language=None, wrap_lines=True)


def no_result(words: Words) -> None:
    """The empty state of the result card."""
    with st.container(border=True):
        st.header(words("result.title"), anchor=False)
        st.caption(words("result.none"))


def _status_code(words: Words, shown: Shown) -> None:
    with st.container(width=150, gap="xxsmall"):
        st.caption(words("result.status_code"))
        texts = {"succeeded": words("result.ok"), "lost": words("result.lost")}
        texts |= {spoiled: words(f"status.{spoiled}") for spoiled in ("gone", "replaced")}
        st.badge(texts.get(shown, words("result.failed")), icon=show.ICONS[shown], color=show.COLOURS[shown])
