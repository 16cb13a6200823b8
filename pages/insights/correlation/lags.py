"""The lags of a pair: r so many days apart, each with its interval; what holds is filled, what does not is pale."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Literal

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from pages.insights.correlation import drawing, told
from pages.ui import format as fmt
from pipeline.analysis.correlation.cases import State
from pipeline.analysis.correlation.pair import Step
from pipeline.analysis.correlation.questions import Question
from pipeline.console.insights.pairs import Closely
from pipeline.words.catalogue import Words

Standing = Literal["holds", "open", "unasked"]
# A colour and a shape: neither alone has to tell.
SIGNS: dict[Standing, tuple[str, str]] = {
    "holds": (drawing.FOUND, "circle"),
    "open": (drawing.PALE, "circle-open"),
    "unasked": (drawing.PALE, "diamond-open"),
}
_HEIGHT = 320
_LEAST, _AIR = 0.3, 0.08


def render(words: Words, one: Closely) -> None:
    """Draw the profile."""
    if all(step.case.state != State.READY for step in one.steps):
        st.caption(words("pair.lag.none"))
        st.dataframe(pd.DataFrame(rows(words, one)), hide_index=True, alt=words("pair.lags"))
        return
    names = _names(words, one.answer.question)
    st.caption(words("pair.lag.about", **names))
    found = sum(standing(step) == "holds" for step in one.steps)
    alt = words("pair.lag.alt", **names, found=fmt.number(found, words.language))
    drawing.show(words, figure(words, one), "pair-lags", alt, rows(words, one))


def standing(step: Step) -> Standing:
    """What may be said of one lag."""
    if step.answer is None:
        return "unasked"
    return "holds" if step.answer.holds else "open"


def figure(words: Words, one: Closely) -> go.Figure:
    """A dot with its interval a lag."""
    drawn = go.Figure()
    for kind in SIGNS:
        _dots(drawn, words, kind, [step for step in one.steps if step.case.state == State.READY])
    drawn.add_hline(y=0, line={"color": drawing.PALE, "width": 1, "dash": "dot"})
    lags = [step.lag for step in one.steps]
    shown = [f"<b>{_lag(words, lag)}</b>" if lag == one.answer.question.lag else _lag(words, lag) for lag in lags]
    title = words("pair.lag.column")
    drawn.update_xaxes(title=title, tickvals=lags, ticktext=shown, range=[min(lags) - 0.5, max(lags) + 0.5])
    drawn.update_yaxes(title=words("corr.r"), zeroline=False, range=_range(one.steps))
    return drawing.laid_out(drawn, _HEIGHT, legend=True)


def rows(words: Words, one: Closely) -> list[dict[str, object]]:
    """The same as a table."""
    return [
        {
            words("pair.lag.column"): _lag(words, step.lag),
            words("corr.r"): fmt.r(step.case.r, words.language),
            words("corr.interval"): _interval(words, step),
            words("corr.days"): fmt.number(step.case.days, words.language),
            words("corr.worth"): fmt.signed(step.case.worth or None, 0, words.language),
            words("corr.corrected"): fmt.p(step.answer.corrected if step.answer else None, words.language),
            words("pair.lag.state"): _state(words, step),
        }
        for step in one.steps
    ]


def _dots(drawn: go.Figure, words: Words, kind: Standing, ready: Sequence[Step]) -> None:
    steps = [step for step in ready if standing(step) == kind]
    if not steps:
        return
    colour, symbol = SIGNS[kind]
    above, below = [s.case.high - s.case.r for s in steps], [s.case.r - s.case.low for s in steps]
    drawn.add_scatter(
        x=[step.lag for step in steps],
        y=[step.case.r for step in steps],
        error_y={
            "array": above,
            "arrayminus": below,
            "symmetric": False,
            "color": colour,
            "thickness": 1.5,
            "width": 4,
        },
        mode="markers",
        name=words(f"pair.lag.{kind}"),
        marker={"color": colour, "symbol": symbol, "size": 10, "line": {"width": 2, "color": colour}},
        hovertext=[_hover(words, step) for step in steps],
        hoverinfo="text",
    )


def _range(steps: Sequence[Step]) -> list[float]:
    """Of r, with room for the ends of all intervals, and always some on both sides of 0."""
    ready = [step.case for step in steps if step.case.state == State.READY]
    low, high = min([case.low for case in ready] + [-_LEAST]), max([case.high for case in ready] + [_LEAST])
    return [low - _AIR, high + _AIR]


def _names(words: Words, one: Question) -> dict[str, str]:
    return {"driver": told.measure(words, one.driver), "outcome": told.measure(words, one.outcome)}


def _lag(words: Words, lag: int) -> str:
    return fmt.signed(lag, 0, words.language, plus=True)


def _interval(words: Words, step: Step) -> str:
    ready = step.case.state == State.READY
    return told.interval(words, step.case.low, step.case.high) if ready else fmt.NOTHING


def _state(words: Words, step: Step) -> str:
    if step.case.state != State.READY:
        return words(f"insights.state.{step.case.state}")
    return words(f"pair.lag.{standing(step)}")


def _hover(words: Words, step: Step) -> str:
    lines = [f"{words('pair.lag.column')}: {_lag(words, step.lag)}", f"r {fmt.r(step.case.r, words.language)}"]
    lines.append(drawing.legible(words, step.case.low, step.case.high))
    lines.append(f"{words('corr.worth')}: {fmt.signed(step.case.worth, 0, words.language)}")
    if step.answer:
        lines.append(f"{words('corr.corrected')}: {escape(fmt.p(step.answer.corrected, words.language))}")
    return "<br>".join([*lines, _state(words, step)])
