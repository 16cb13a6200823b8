"""探索 at one look: each measure with each, numbers only where it holds after the correction.

The heat map, and the same as a table.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from pages.insights.correlation import told
from pages.ui import address, state
from pages.ui import format as fmt
from pipeline.analysis.correlation.answer import Answer
from pipeline.analysis.correlation.cases import State
from pipeline.analysis.correlation.measures import Measure, measures
from pipeline.analysis.correlation.questions import EXPLORED_LAGS
from pipeline.console.insights.correlations import Report
from pipeline.words.catalogue import Words

LAG = "lag"
# White reads on all of them, and they differ for every kind of sight; the number's sign says the same.
SCALE = [[0.0, "#7A2A00"], [0.35, "#A04A0C"], [0.5, "#626B7A"], [0.65, "#2A62B5"], [1.0, "#123F8C"]]
PALE = "rgba(128, 128, 128, 0.16)"
QUIET = "#7A869A"
ROW, REST = 30, 130
Cell = tuple[str, str]
Grid = Sequence[Sequence[Answer | None]]


def render(words: Words, report: Report) -> None:
    """Draw the choice of the lag, the heat map, and the table."""
    st.subheader(words("corr.matrix"), anchor=False)
    lag = _lag(words)
    cells = at_lag(report, lag)
    found = sum(answer.holds for answer in cells.values())
    st.caption(words("corr.matrix_means"))
    if not any(answer.case.state == State.READY for answer in cells.values()):
        st.info(words("corr.none_asked"), icon=":material/inbox:")
        return
    if not found:
        st.info(words("corr.matrix_none", lag=told.lag(words, lag)), icon=":material/grid_off:")
    drivers, outcomes = sides()
    facts = {"drivers": len(drivers), "outcomes": len(outcomes), "lag": told.lag(words, lag), "found": found}
    alt = words("corr.matrix_alt", **facts)
    st.plotly_chart(figure(words, report, lag), key="matrix", config={"displayModeBar": False}, alt=alt)
    with st.expander(words("corr.as_table"), icon=":material/table_rows:"):
        st.dataframe(pd.DataFrame(rows(words, report, lag)), hide_index=True, alt=words("corr.matrix"))


def sides() -> tuple[list[Measure], list[Measure]]:
    """Drivers, those of one origin together, and outcomes."""
    known = list(measures().values())
    drivers = [measure for measure in known if measure.role == "driver"]
    origins = list(dict.fromkeys(measure.origin for measure in drivers))
    drivers.sort(key=lambda measure: origins.index(measure.origin))
    return drivers, [measure for measure in known if measure.role == "outcome"]


def at_lag(report: Report, lag: int) -> dict[Cell, Answer]:
    """The answers of one lag by driver and outcome; of a pair that a named question asks, that question's."""
    drivers, outcomes = sides()
    pairs = ((driver.name, outcome.name) for driver in drivers for outcome in outcomes)
    return {(one, other): report.answers[one, other, lag] for one, other in pairs}


def figure(words: Words, report: Report, lag: int) -> go.Figure:
    """Drivers from top to bottom below the name of their origin, outcomes from left to right."""
    drivers, outcomes = sides()
    cells = at_lag(report, lag)
    x = [told.measure(words, outcome.name) for outcome in outcomes]
    y: list[str] = []
    grid: list[list[Answer | None]] = []
    for origin, some in groupby(drivers, key=lambda driver: driver.origin):
        # A row without cells: an axis of two levels takes half of a phone's width.
        y.append(f"<b>{words(f'insights.origin.{origin}')}</b>")
        grid.append([None] * len(outcomes))
        for driver in some:
            y.append(told.measure(words, driver.name))
            grid.append([cells[driver.name, outcome.name] for outcome in outcomes])
    drawn = go.Figure()
    for holds, looks in ((False, _pale()), (True, _loud(words))):
        drawn.add_heatmap(z=_where(grid, holds), x=x, y=y, **looks, **_texts(words, report, grid, holds))
    drawn.update_layout(**_layout(len(y)))
    return drawn


def rows(words: Words, report: Report, lag: int) -> list[dict[str, object]]:
    """The same as a table: a row a driver."""
    drivers, outcomes = sides()
    cells = at_lag(report, lag)
    return [
        {
            words("corr.driver"): told.measure(words, driver.name),
            **{
                told.measure(words, outcome.name): _in_table(words, report, cells[driver.name, outcome.name])
                for outcome in outcomes
            },
        }
        for driver in drivers
    ]


def _lag(words: Words) -> int:
    choices, key = tuple(EXPLORED_LAGS), address.spoken(words, state.INSIGHTS_LAG)
    address.chosen(key, LAG, choices)
    return st.radio(
        words("corr.lag"),
        choices,
        key=key,
        horizontal=True,
        format_func=lambda days: told.lag(words, days),
        on_change=address.keep,
        args=(key, LAG, choices[0]),
    )


def _layout(lines: int) -> dict[str, object]:
    axis = {"fixedrange": True, "showgrid": False, "zeroline": False, "automargin": True}
    return {
        "height": ROW * lines + REST,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "xaxis": {"side": "top", **axis},
        "yaxis": {"autorange": "reversed", "ticks": "", **axis},
    }


def _where(grid: Grid, holds: bool) -> list[list[float | None]]:
    return [[_height(answer, holds) if _is(answer, holds) else None for answer in row] for row in grid]


def _height(answer: Answer | None, holds: bool) -> float:
    return answer.case.r if answer and holds else 0.0


def _is(answer: Answer | None, holds: bool) -> bool:
    return answer is not None and answer.holds is holds


def _pale() -> dict[str, object]:
    return {"colorscale": [[0, PALE], [1, PALE]], "showscale": False, "textfont": {"color": QUIET, "size": 14}}


def _loud(words: Words) -> dict[str, object]:
    ticks = [-1, -0.5, 0, 0.5, 1]
    bar = {
        "orientation": "h",
        "thickness": 10,
        "y": -0.02,
        "yanchor": "top",
        "title": {"text": words("corr.r"), "side": "top"},
    }
    bar |= {"tickvals": ticks, "ticktext": [fmt.signed(tick, 1, words.language, plus=True) for tick in ticks]}
    return {"colorscale": SCALE, "zmin": -1, "zmax": 1, "colorbar": bar, "textfont": {"color": "#FFFFFF", "size": 13}}


def _texts(words: Words, report: Report, grid: Grid, holds: bool) -> dict[str, object]:
    hover = [[_hover(words, report, one) if one and one.holds is holds else "" for one in row] for row in grid]
    text = [[_in_cell(words, one) if one and one.holds is holds else "" for one in row] for row in grid]
    looks = {"hoverinfo": "text", "hoverongaps": False, "texttemplate": "%{text}", "xgap": 2, "ygap": 2}
    return {"text": text, "hovertext": hover, **looks}


def _in_cell(words: Words, answer: Answer) -> str:
    if answer.holds:
        return fmt.r(answer.case.r, words.language)
    return "" if answer.case.state == State.READY else "–"


def _in_table(words: Words, report: Report, answer: Answer) -> str:
    return fmt.r(answer.case.r, words.language) if answer.holds else told.unfound(words, report, answer)


def _hover(words: Words, report: Report, answer: Answer) -> str:
    lines = [told.pair(words, answer.question)]
    lines += [words("corr.asked_by_name")] if answer.question.id else []
    lines.append(told.moved(words, answer) if answer.holds else told.unfound(words, report, answer))
    if answer.case.state == State.READY:
        lines += [f"{label} {escape(value)}" for label, value in told.facts(words, answer)]
    return "<br>".join(lines)
