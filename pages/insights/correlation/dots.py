"""全員: a dot a person with its interval, a row a named question, and the mean where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from pages.insights.correlation import told
from pages.ui import format as fmt
from pipeline.analysis.correlation.answer import Answer
from pipeline.analysis.correlation.cases import State
from pipeline.analysis.correlation.people import Dot
from pipeline.console.insights.correlations import Report
from pipeline.console.insights.questions import title
from pipeline.words.catalogue import Words

# Read on white and on near-black alike (contrast 3:1 and more on both).
PERSON, MEAN = "#4C86E0", "#C77700"
ROW, HEAD, FOOT = 13, 30, 40
# Below a question, dots of many people stand closer.
LEAST, MOST = 5, 170
LONGEST = 34


def render(words: Words, report: Report) -> None:
    """Draw the dots, and the same as a table; nothing where nobody could be asked."""
    known = [answer for answer in report.page.named.answers if answer.dots]
    if not known:
        return
    st.subheader(words("corr.dots"), anchor=False)
    st.caption(words("corr.dots_means"))
    alt = words("corr.dots_alt", questions=len(known), people=len(report.page.people))
    st.plotly_chart(figure(words, known), key="dots", config={"displayModeBar": False}, alt=alt)
    with st.expander(words("corr.as_table"), icon=":material/table_rows:"):
        st.dataframe(pd.DataFrame(rows(words, known)), hide_index=True, alt=words("corr.dots"))


def figure(words: Words, answers: Sequence[Answer]) -> go.Figure:
    """r from −1 to 1 from left to right; below each question's words its people, one below the other."""
    drawn, at = go.Figure(), 0.0
    dots: list[tuple[float, Dot, Answer]] = []
    means: list[tuple[float, Answer]] = []
    for answer in answers:
        drawn.add_annotation(**_label(words, answer, at))
        at += HEAD
        line = max(LEAST, min(ROW, MOST / len(answer.dots)))
        dots += [(at + line * one, dot, answer) for one, dot in enumerate(answer.dots)]
        at += line * (len(answer.dots) - 1) + ROW
        if answer.case.state == State.READY:
            means.append((at, answer))
            at += ROW
    _people(drawn, words, dots)
    _means(drawn, words, means)
    drawn.update_layout(**_layout(at))
    return drawn


def rows(words: Words, answers: Sequence[Answer]) -> list[dict[str, object]]:
    """The same as a table."""
    return [
        {
            words("corr.question"): title(words, answer.question),
            words("corr.person"): dot.person,
            words("corr.r"): fmt.r(dot.r, words.language),
            words("corr.interval"): told.interval(words, dot.low, dot.high),
            words("corr.days"): fmt.number(dot.days, words.language),
            words("corr.worth"): fmt.signed(dot.worth, 0, words.language),
        }
        for answer in answers
        for dot in answer.dots
    ]


def _people(drawn: go.Figure, words: Words, dots: Sequence[tuple[float, Dot, Answer]]) -> None:
    drawn.add_scatter(
        x=[dot.r for _, dot, _ in dots],
        y=[at for at, _, _ in dots],
        name=words("corr.person"),
        mode="markers",
        marker={"color": PERSON, "size": 8},
        error_x=_ends([(dot.r, dot.low, dot.high) for _, dot, _ in dots], 1),
        hovertext=[_hover(words, dot, answer) for _, dot, answer in dots],
        hoverinfo="text",
    )


def _means(drawn: go.Figure, words: Words, means: Sequence[tuple[float, Answer]]) -> None:
    if not means:
        return
    cases = [answer.case for _, answer in means]
    drawn.add_scatter(
        x=[case.r for case in cases],
        y=[at for at, _ in means],
        name=words("corr.mean"),
        mode="markers",
        marker={"color": MEAN, "size": 11, "symbol": "diamond"},
        error_x=_ends([(case.r, case.low, case.high) for case in cases], 3),
        hovertext=[_mean(words, answer) for _, answer in means],
        hoverinfo="text",
    )


def _ends(figures: Sequence[tuple[float, float, float]], width: int) -> dict[str, object]:
    up, down = [high - r for r, _, high in figures], [r - low for r, low, _ in figures]
    return {"array": up, "arrayminus": down, "symmetric": False, "thickness": width, "width": 0}


def _hover(words: Words, dot: Dot, answer: Answer) -> str:
    # Whoever wrote the table wrote the name, and Plotly reads tags.
    name = dot.person if len(dot.person) <= LONGEST else f"{dot.person[:LONGEST]}…"
    days = f"{words('corr.days')} {dot.days} · {words('corr.worth')} {fmt.signed(dot.worth, 0, words.language)}"
    r = f"{words('corr.r')} {fmt.r(dot.r, words.language)}"
    interval = f"{words('corr.interval')} {told.interval(words, dot.low, dot.high)}"
    return "<br>".join((escape(name), told.pair(words, answer.question), r, interval, days))


def _mean(words: Words, answer: Answer) -> str:
    case = answer.case
    r = f"{words('corr.r')} {fmt.r(case.r, words.language)}"
    interval = f"{words('corr.interval')} {told.interval(words, case.low, case.high)}"
    p = f"{words('corr.corrected')} {escape(fmt.p(answer.corrected, words.language))}"
    return "<br>".join((words("corr.mean"), told.pair(words, answer.question), r, interval, p))


def _label(words: Words, answer: Answer, at: float) -> dict[str, object]:
    place = {"x": 0, "xref": "paper", "xanchor": "left", "y": at, "yanchor": "top", "yshift": -4}
    return {"text": title(words, answer.question), "showarrow": False, "font": {"size": 13}, **place}


def _layout(height: float) -> dict[str, object]:
    ticks = [-1, -0.5, 0, 0.5, 1]
    return {
        "height": height + HEAD + FOOT,
        "margin": {"l": 8, "r": 8, "t": 8, "b": FOOT},
        "legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
        "xaxis": {
            "range": [-1.02, 1.02],
            "tickvals": ticks,
            "ticktext": [fmt.signed(tick, 1, "en", plus=True) for tick in ticks],
            "zeroline": True,
            "fixedrange": True,
        },
        "yaxis": {"range": [height + ROW, 0], "visible": False, "fixedrange": True},
    }
