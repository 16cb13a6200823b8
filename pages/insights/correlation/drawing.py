"""What the charts of a pair share: colours, layout, values with their units, a table beside each.

Colours read on white and on near-black alike; whatever a colour says, a shape says too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from pages.insights.correlation import told
from pages.ui import format as fmt
from pipeline.analysis.correlation.measures import measures
from pipeline.words.catalogue import Words, catalogue

FOUND, PALE, OTHER = "#4C86E0", "#7A869A", "#C77700"
SHADE = "rgba(76, 134, 224, 0.22)"
_LONGEST = 24
_DECIMALS = 2
_MARGIN = {"l": 8, "r": 8, "t": 28, "b": 8}


def laid_out(drawn: go.Figure, height: int, legend: bool = False) -> go.Figure:
    """The same with the layout that all of them have: nothing to drag, room for the labels."""
    drawn.update_layout(height=height, margin=_MARGIN, showlegend=legend, hovermode="closest", dragmode=False)
    drawn.update_layout(legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0})
    drawn.update_xaxes(fixedrange=True, automargin=True)
    drawn.update_yaxes(fixedrange=True, automargin=True)
    return drawn


def show(words: Words, drawn: go.Figure, key: str, alt: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Draw a chart, and its table below it."""
    st.plotly_chart(drawn, key=key, config={"displayModeBar": False}, alt=alt)
    with st.expander(words("corr.as_table"), icon=":material/table_rows:"):
        st.dataframe(pd.DataFrame(list(rows)), hide_index=True, alt=alt)


def unit(words: Words, measure: str) -> str:
    """A measure's unit, as it is written."""
    sign = measures()[measure].unit
    return catalogue(words.language).get(f"insights.unit.{sign}", sign)


def titled(words: Words, measure: str) -> str:
    """A measure's name with its unit."""
    return f"{told.measure(words, measure)} ({unit(words, measure)})"


def value(words: Words, figure: float | None) -> str:
    """A value as it was recorded."""
    whole = figure is None or float(figure).is_integer()
    return fmt.signed(figure, 0 if whole else _DECIMALS, words.language)


def labelled(words: Words, measure: str, figure: float | None) -> str:
    """A value with the measure's name and unit."""
    return f"{told.measure(words, measure)}: {value(words, figure)} ({unit(words, measure)})"


def name(text: str) -> str:
    """Somebody's name in a chart, whose texts are markup; the table beside it has all of a long one."""
    short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return escape(short, quote=False)


def legible(words: Words, low: float, high: float) -> str:
    """An interval in a text."""
    return f"{words('corr.interval')}: {told.interval(words, low, high)}"
