"""Placeholder of C1's clone: C2's file stands here."""

from __future__ import annotations

import streamlit as st

from pages.insights.correlation import asked, told
from pipeline.analysis.correlation.questions import Question
from pipeline.console.app import App
from pipeline.console.insights.correlations import Report
from pipeline.words.catalogue import Words


def render(console: App, words: Words, report: Report, question: Question) -> None:
    """Draw the pair."""
    st.button(words("corr.back"), key="close-pair", icon=":material/arrow_back:", on_click=asked.close)
    st.text(told.pair(words, question))
