"""One pair looked at closely: its answer in words first, then what that rests on, and how to recompute it."""

from __future__ import annotations

import streamlit as st

from pages.insights.correlation import asked, lags, overlay, people, recompute, scatter, told
from pages.ui import format as fmt
from pages.ui import guard, show
from pipeline.analysis.correlation.cases import State
from pipeline.analysis.correlation.questions import Question
from pipeline.console.app import App
from pipeline.console.insights.correlations import Report
from pipeline.console.insights.pairs import Closely, closely
from pipeline.console.insights.questions import title
from pipeline.words.catalogue import Words


def render(console: App, words: Words, report: Report, question: Question) -> None:
    """Draw the pair, one person's or 全員's. Raise what reading people raises."""
    st.button(words("corr.back"), key="close-pair", icon=":material/arrow_back:", on_click=asked.close)
    one = closely(report, question)
    st.header(show.plain(told.pair(words, question)), anchor=False)
    _answer(words, report, one)
    if report.person is None:
        with guard.apart(words, words("pair.people")):
            st.subheader(words("pair.people"), anchor=False)
            people.render(console, words, report, one.answer)
    else:
        _of_person(words, one)
    with guard.apart(words, words("pair.recompute")):
        recompute.render(console, words, report, one)


def _answer(words: Words, report: Report, one: Closely) -> None:
    answer = one.answer
    with st.container(border=True, gap="xsmall"):
        if answer.question in report.questions.questions:
            st.text(title(words, answer.question))
        st.markdown(told.verdict(words, report, answer) if one.asked else f":gray-badge[{words('pair.unasked_short')}]")
        said = [told.direction(words, answer)] if answer.holds else []
        said += [told.figures(words, answer)] if answer.case.state == State.READY else []
        if said:
            st.markdown("  \n".join(said))
        st.caption("  \n".join(show.plain(sentence) for sentence in _sentences(words, report, one)))


def _sentences(words: Words, report: Report, one: Closely) -> list[str]:
    """What has to be known of the answer, each sentence once."""
    said = [] if one.asked else [words("pair.unasked")]
    said += told.notes(words, report, one.answer)
    if one.answer.question not in report.questions.questions:
        # 探索 is never firm, however many days there are.
        said = [words("corr.explored_means") if note == words("corr.not_firm") else note for note in said]
    if one.answer.case.state == State.READY:
        said += [words(f"corr.{name}") for name in ("no_cause", "worth_means", "strength_means")]
        said += [_family(words, report, one), words("corr.share")] if one.asked else []
    return list(dict.fromkeys(said))


def _family(words: Words, report: Report, one: Closely) -> str:
    is_named = one.answer.question in report.questions.questions
    family = report.page.named if is_named else report.page.explored
    return words("pair.tests", count=fmt.number(family.tested, words.language))


def _of_person(words: Words, one: Closely) -> None:
    parts = (
        ("pair.points", scatter.render),
        ("pair.lags", lags.render),
        ("pair.over_time", overlay.render),
        ("pair.absent", overlay.absent),
    )
    for label, draw in parts:
        with guard.apart(words, words(label)):
            st.subheader(words(label), anchor=False)
            draw(words, one)
