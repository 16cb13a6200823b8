"""What was foreseen before, beside what came: how often the band held, how far it was off, and whether that drifts."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.insights.forecast import asked, charts, figures, going
from pages.insights.forecast.pairs import Pair, pairs
from pages.ui import format as fmt
from pages.ui.show import Colour
from pipeline.analysis.forecast.earlier import Drift, Earlier
from pipeline.analysis.forecast.result import Forecast
from pipeline.analysis.forecast.verdict import LEAST_SCORED
from pipeline.console.app import App
from pipeline.words.catalogue import Words

LOOKS: dict[Drift, tuple[Colour, str]] = {
    "steady": ("green", ":material/check_circle:"),
    "drifting": ("orange", ":material/warning:"),
    "not_yet": ("blue", ":material/hourglass_empty:"),
}
HELD = {True: "foreseen.earlier.held_yes", False: "foreseen.earlier.held_no"}


def render(console: App, words: Words, person: str, target: str, made: Forecast) -> None:
    """Draw the part. Raise what reading the forecasts raises."""
    st.subheader(words("foreseen.earlier.title"), anchor=False)
    told = made.earlier
    if told is None or not told.outlooks:
        st.caption(words("foreseen.earlier.none"))
    else:
        st.text(_inside(words, target, told))
        _drift(words, told)
    kept = asked.kept(console, person, target)
    if kept.unread:
        going.unread(words, kept.unread)
    compared = pairs(kept.forecasts, asked.series(console, person, target))
    if compared:
        _compared(words, target, compared)


def _inside(words: Words, target: str, told: Earlier) -> str:
    outlooks, error = fmt.number(told.outlooks, words.language), figures.miss(words, target, told.error)
    if told.covered is None:
        return words("foreseen.earlier.no_band", outlooks=outlooks, error=error)
    days, share = fmt.number(told.days, words.language), figures.share(words, told.covered)
    return words("foreseen.earlier.inside", outlooks=outlooks, days=days, share=share, error=error)


def _drift(words: Words, told: Earlier) -> None:
    colour, icon = LOOKS[told.drift]
    outlooks = fmt.number(told.outlooks, words.language)
    sentence = words(f"foreseen.earlier.{told.drift}", outlooks=outlooks, least=LEAST_SCORED)
    st.markdown(f":{colour}[{icon}] **{sentence}**")
    if told.excess is not None:
        excess = figures.share(words, told.excess, plus=True)
        bounds = figures.shares(words, told.low, told.high)
        st.caption(words("foreseen.earlier.excess", excess=excess, interval=bounds, outlooks=outlooks))


def _compared(words: Words, target: str, compared: tuple[Pair, ...]) -> None:
    counted = {"days": len(compared), "banded": sum(one.held is not None for one in compared)}
    shown = {**counted, "inside": sum(one.held is True for one in compared)}
    alt = words("foreseen.earlier.alt", **shown)
    drawn = charts.earlier(charts.Look(words, target), compared)
    st.plotly_chart(drawn, key=f"earlier-{target}", config={"displayModeBar": False}, alt=alt)
    st.caption(words("foreseen.earlier.chart", **shown))
    with st.expander(words("foreseen.as_table"), icon=":material/table_rows:"):
        table = [_row(words, target, one) for one in reversed(compared)]
        st.dataframe(pd.DataFrame(table), hide_index=True, alt=alt)


def _row(words: Words, target: str, one: Pair) -> dict[str, object]:
    return {
        words("foreseen.fan.day"): figures.day(one.ahead.day),
        words("foreseen.earlier.made"): figures.day(one.end),
        words("foreseen.earlier.foreseen"): figures.value(words, target, one.ahead.value),
        words("foreseen.fan.low"): figures.value(words, target, one.ahead.low),
        words("foreseen.fan.high"): figures.value(words, target, one.ahead.high),
        words("foreseen.fan.came"): figures.value(words, target, one.came),
        words("foreseen.earlier.held"): fmt.NOTHING if one.held is None else words(HELD[one.held]),
    }
