"""Both series of a pair over time, one above the other with one time axis; and which days are missing, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from plotly.subplots import make_subplots

from pages.insights.correlation import drawing, told
from pages.ui import format as fmt
from pipeline.analysis.correlation.pair import OverTime
from pipeline.console.insights.pairs import Absent, Closely, Span
from pipeline.words.catalogue import Words

_HEIGHT = 400
_MOST_SPANS = 12
_LINES = ((drawing.FOUND, "circle"), (drawing.OTHER, "diamond"))


def render(words: Words, one: Closely) -> None:
    """Draw both panels."""
    st.caption(words("pair.time.about"))
    question = one.answer.question
    names = {"driver": told.measure(words, question.driver), "outcome": told.measure(words, question.outcome)}
    first, last = (f"{day.day:%Y/%m/%d}" for day in (one.days[0], one.days[-1]))
    alt = words("pair.time.alt", **names, first=first, last=last)
    drawing.show(words, figure(words, one), "pair-time", alt, rows(words, one))


def absent(words: Words, one: Closely) -> None:
    """Draw the table of the days that are missing."""
    both = sum(day.driver is not None and day.outcome is not None for day in one.days)
    if not one.absent:
        st.caption(words("pair.absent_days.none"))
        return
    numbers = {"both": fmt.number(both, words.language), "days": fmt.number(len(one.days), words.language)}
    st.caption(words("pair.absent_days.both", **numbers))
    table = [row_of(words, gap) for gap in one.absent]
    st.dataframe(pd.DataFrame(table), hide_index=True, alt=words("pair.absent"))


def figure(words: Words, one: Closely) -> go.Figure:
    """Two panels: two scales on one panel would make any two lines meet."""
    question = one.answer.question
    both = (question.driver, question.outcome)
    titles = [drawing.titled(words, name) for name in both]
    drawn = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.14, subplot_titles=titles)
    drawn.update_annotations(x=0, xanchor="left", font={"size": 13})
    for row, name in enumerate(both, start=1):
        values = {day.day: day.driver if row == 1 else day.outcome for day in one.days}
        drawn.add_trace(_line(words, name, values, row), row=row, col=1)
    drawn.update_xaxes(tickformat="%Y/%m/%d", nticks=6)
    return drawing.laid_out(drawn, _HEIGHT)


def rows(words: Words, one: Closely) -> list[dict[str, object]]:
    """The same as a table, newest first; in the place of a value why there is none."""
    return [_row(words, one, day) for day in reversed(one.days)]


def _line(words: Words, name: str, values: Mapping[date, float | None], row: int) -> go.Scatter:
    colour, symbol = _LINES[row - 1]
    return go.Scatter(
        x=list(values),
        y=list(values.values()),
        mode="lines+markers",
        line={"color": colour, "width": 1.5},
        marker={"size": 4, "symbol": symbol},
        # What is missing is a gap, not a guess.
        connectgaps=False,
        hovertext=[f"{day:%Y/%m/%d}<br>{drawing.labelled(words, name, found)}" for day, found in values.items()],
        hoverinfo="text",
    )


def _row(words: Words, one: Closely, day: OverTime) -> dict[str, object]:
    question = one.answer.question
    row: dict[str, object] = {words("pair.day"): f"{day.day:%Y/%m/%d}"}
    for name, value, why in (
        (question.driver, day.driver, day.why_driver),
        (question.outcome, day.outcome, day.why_outcome),
    ):
        missing = words(f"insights.missing.{why}") if value is None else ""
        row[drawing.titled(words, name)] = missing or drawing.value(words, value)
    return row


def row_of(words: Words, gap: Absent) -> dict[str, object]:
    """Days that are missing for one reason, as a row."""
    return {
        words("pair.absent_days.measure"): told.measure(words, gap.measure),
        words("pair.absent_days.why"): words(f"insights.missing.{gap.reason}"),
        words("pair.days"): fmt.number(gap.days, words.language),
        words("pair.absent_days.which"): _which(words, gap.spans),
    }


def _which(words: Words, spans: tuple[Span, ...]) -> str:
    shown = [_span(first, last) for first, last in spans]
    more = len(shown) - _MOST_SPANS
    told_of = shown[:_MOST_SPANS]
    if more > 0:
        told_of.append(words("pair.absent_days.more", count=fmt.number(more, words.language)))
    return ("、" if words.language == "ja" else ", ").join(told_of)


def _span(first: date, last: date) -> str:
    if first == last:
        return f"{first:%Y/%m/%d}"
    return f"{first:%Y/%m/%d}–{last:{'%m/%d' if first.year == last.year else '%Y/%m/%d'}}"
