"""The named questions: a card each, what came of it in words first, its figures below."""

from __future__ import annotations

import streamlit as st

from pages.insights.correlation import asked, told
from pages.ui import show
from pipeline.analysis.correlation.answer import Answer
from pipeline.analysis.correlation.cases import State
from pipeline.console.insights.correlations import Report
from pipeline.console.insights.questions import title
from pipeline.words.catalogue import Words


def render(words: Words, report: Report) -> None:
    """Draw them in the order in which they are asked."""
    st.header(words("corr.named"), anchor=False)
    st.caption(words("corr.named_means"))
    if report.questions.unread:
        st.warning(words("corr.unread"), icon=":material/warning:")
        st.code(report.questions.unread, language=None, wrap_lines=True)
    for answer in report.page.named.answers:
        _card(words, report, answer)


def _card(words: Words, report: Report, answer: Answer) -> None:
    # Few elements a card: each costs a browser a few milliseconds, and there are a dozen cards.
    with st.container(border=True, gap="xxsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _title(words, answer)
            st.markdown(told.verdict(words, report, answer), width="content")
        said = [told.direction(words, answer)] if answer.holds else []
        said += [told.figures(words, answer)] if answer.case.state == State.READY else []
        if said:
            st.markdown("  \n".join(said))
        notes = [show.plain(note) for note in told.notes(words, report, answer)]
        if notes:
            st.caption("  \n".join(notes))


def _title(words: Words, answer: Answer) -> None:
    st.button(
        show.plain(title(words, answer.question)),
        key=f"open-named-{asked.text(answer.question)}",
        type="tertiary",
        icon=":material/chevron_right:",
        help=words("corr.open"),
        on_click=asked.open_pair,
        args=(answer.question,),
    )
