"""The scatter of a pair: what r is computed from, with its band; or the values as they were recorded."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from pages.insights.correlation import drawing, told
from pages.ui import address, state
from pages.ui import format as fmt
from pipeline.analysis.correlation.pair import Line, Point
from pipeline.analysis.correlation.questions import Question
from pipeline.console.insights.pairs import Closely
from pipeline.words.catalogue import Words

PLANES = ("ranks", "values")
_HEIGHT = 380


def render(words: Words, one: Closely) -> None:
    """Draw the choice of the plane, and the scatter in it."""
    if not one.points:
        st.caption(words("pair.no_days"))
        return
    plane = _plane(words)
    by_changes = one.answer.case.by_changes
    about = "changes" if plane == "ranks" and by_changes else plane
    st.caption(words(f"pair.plane.{about}_about"))
    question = one.answer.question
    names = {"driver": told.measure(words, question.driver), "outcome": told.measure(words, question.outcome)}
    alt = words("pair.plane.alt", **names, count=fmt.number(len(one.points), words.language))
    drawing.show(words, figure(words, one, plane), f"pair-scatter-{plane}", alt, rows(words, one))


def figure(words: Words, one: Closely, plane: str) -> go.Figure:
    """The scatter; ``plane``: one of PLANES."""
    drawn = go.Figure()
    if plane == "ranks":
        _band(drawn, words, one.band)
    of_ranks = plane == "ranks"
    drawn.add_scatter(
        x=[point.x if of_ranks else point.driver for point in one.points],
        y=[point.y if of_ranks else point.outcome for point in one.points],
        mode="markers",
        name=words("pair.plane.dot"),
        marker={"color": drawing.FOUND, "size": 7, "opacity": 0.75},
        hovertext=[_hover(words, one.answer.question, point) for point in one.points],
        hoverinfo="text",
    )
    kind = plane if not of_ranks or not one.answer.case.by_changes else "changes"
    drawn.update_xaxes(title=_axis(words, one.answer.question.driver, kind))
    drawn.update_yaxes(title=_axis(words, one.answer.question.outcome, kind))
    return drawing.laid_out(drawn, _HEIGHT, legend=bool(of_ranks and one.band))


def rows(words: Words, one: Closely) -> list[dict[str, object]]:
    """The same as a table, newest first; both planes side by side."""
    question = one.answer.question
    kind = "changes" if one.answer.case.by_changes else "ranks"
    return [
        {
            words("pair.day"): f"{point.day:%Y/%m/%d}",
            _axis(words, question.driver, "values"): drawing.value(words, point.driver),
            _axis(words, question.outcome, "values"): drawing.value(words, point.outcome),
            _axis(words, question.driver, kind): fmt.signed(point.x, 3, words.language),
            _axis(words, question.outcome, kind): fmt.signed(point.y, 3, words.language),
        }
        for point in reversed(one.points)
    ]


def _plane(words: Words) -> str:
    key = address.spoken(words, state.INSIGHTS_PART)
    address.chosen(key, address.PART, PLANES)
    plane: str = st.radio(
        words("pair.plane.label"),
        PLANES,
        key=key,
        format_func=lambda plane: words(f"pair.plane.{plane}"),
        horizontal=True,
        on_change=address.keep,
        args=(key, address.PART, PLANES[0]),
    )
    return plane


def _band(drawn: go.Figure, words: Words, lines: tuple[Line, ...]) -> None:
    if not lines:
        return
    there, back = [line.x for line in lines], [line.x for line in reversed(lines)]
    drawn.add_scatter(
        x=[*there, *back],
        y=[*(line.high for line in lines), *(line.low for line in reversed(lines))],
        fill="toself",
        fillcolor=drawing.SHADE,
        line={"width": 0},
        mode="lines",
        name=words("pair.plane.band"),
        hoverinfo="skip",
    )
    middle = [line.y for line in lines]
    style = {"color": drawing.OTHER, "width": 2}
    drawn.add_scatter(x=there, y=middle, mode="lines", line=style, name=words("pair.plane.line"), hoverinfo="skip")


def _axis(words: Words, measure: str, kind: str) -> str:
    if kind == "values":
        return drawing.titled(words, measure)
    return words(f"pair.plane.of_{kind}", measure=told.measure(words, measure))


def _hover(words: Words, question: Question, point: Point) -> str:
    driver = drawing.labelled(words, question.driver, point.driver)
    outcome = drawing.labelled(words, question.outcome, point.outcome)
    return f"{point.day:%Y/%m/%d}<br>{driver}<br>{outcome}"
