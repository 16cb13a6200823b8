"""A pair of 全員: a dot a person, the mean where there is one; a person chosen leads to their days."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from pages.insights.correlation import drawing, told
from pages.ui import address, reads, state
from pages.ui import format as fmt
from pipeline.analysis.correlation.answer import Answer
from pipeline.analysis.correlation.cases import State
from pipeline.analysis.correlation.measures import measures
from pipeline.console.app import App
from pipeline.console.insights.correlations import Report
from pipeline.words.catalogue import Words

_ROW, _ROOM = 26, 120


def render(console: App, words: Words, report: Report, answer: Answer) -> None:
    """Draw the dots, and the choice of a person."""
    if not answer.dots:
        st.caption(words("pair.dots.none"))
    else:
        st.caption(words("pair.dots.about"))
        alt = words("pair.dots.alt", people=fmt.number(len(answer.dots), words.language))
        drawing.show(words, figure(words, answer), "pair-people", alt, rows(words, answer))
    _choice(console, words, report)


def figure(words: Words, answer: Answer) -> go.Figure:
    """A row a person, the strongest on top; the mean below them."""
    dots = sorted(answer.dots, key=lambda dot: dot.r)
    drawn = go.Figure()
    _row(drawn, words, [(dot.r, dot.low, dot.high, drawing.name(dot.person)) for dot in dots], 0)
    labels = [drawing.name(dot.person) for dot in dots]
    if answer.case.state == State.READY:
        case, mean = answer.case, _mean(words, answer)
        _row(drawn, words, [(case.r, case.low, case.high, mean)], -1)
        labels = [f"<b>{mean}</b>", *labels]
    places = list(range(len(dots) - len(labels), len(dots)))
    drawn.add_vline(x=0, line={"color": drawing.PALE, "width": 1, "dash": "dot"})
    drawn.update_xaxes(title=words("corr.r"), range=[-1.02, 1.02], zeroline=False)
    drawn.update_yaxes(tickvals=places, ticktext=labels, range=[places[0] - 0.7, places[-1] + 0.7], zeroline=False)
    return drawing.laid_out(drawn, _ROOM + _ROW * len(labels))


def rows(words: Words, answer: Answer) -> list[dict[str, object]]:
    """The same as a table, by the strength of r."""
    case = answer.case
    listed = [(dot.person, dot.r, dot.low, dot.high, dot.days, dot.worth) for dot in answer.dots]
    listed.sort(key=lambda row: -row[1])
    if case.state == State.READY:
        listed.append((_mean(words, answer), case.r, case.low, case.high, case.days, case.worth))
    return [
        {
            words("corr.person"): person,
            words("corr.r"): fmt.r(r, words.language),
            words("corr.interval"): told.interval(words, low, high),
            words("corr.days"): fmt.number(days, words.language),
            words("corr.worth"): fmt.signed(worth, 0, words.language),
        }
        for person, r, low, high, days, worth in listed
    ]


def _mean(words: Words, answer: Answer) -> str:
    # Of weather there is no mean of people's r: their mean day was compared once.
    return words("pair.dots.mean_day") if measures()[answer.question.driver].weather else words("pair.dots.mean")


def _row(drawn: go.Figure, words: Words, dots: list[tuple[float, float, float, str]], first: int) -> None:
    is_mean = first < 0
    colour = drawing.OTHER if is_mean else drawing.FOUND
    above, below = [high - r for r, _, high, _ in dots], [r - low for r, low, _, _ in dots]
    drawn.add_scatter(
        x=[r for r, *_ in dots],
        y=list(range(first, first + len(dots))),
        error_x={
            "array": above,
            "arrayminus": below,
            "symmetric": False,
            "color": colour,
            "thickness": 1.5,
            "width": 4,
        },
        mode="markers",
        marker={"color": colour, "symbol": "diamond" if is_mean else "circle", "size": 11 if is_mean else 9},
        hovertext=[
            f"{who}<br>r {fmt.r(r, words.language)}<br>{drawing.legible(words, low, high)}"
            for r, low, high, who in dots
        ],
        hoverinfo="text",
    )


def _choice(console: App, words: Words, report: Report) -> None:
    people = list(report.frames)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        who = st.selectbox(words("pair.dots.choose"), people, key="pair-person", width=280)
        most = reads.people(console, report.version)[0].person
        st.button(
            words("pair.dots.open"),
            key="open-pair-person",
            icon=":material/person:",
            on_click=_look_at,
            args=(who, most),
        )


def _look_at(who: str, first: str) -> None:
    st.session_state[state.INSIGHTS_PERSON] = who
    address.keep(state.INSIGHTS_PERSON, "person", first)
