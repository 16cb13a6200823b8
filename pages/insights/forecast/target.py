"""One target of a person: what came and comes, who foresees it, how that was tried, and how earlier forecasts did."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st
from plotly.graph_objects import Figure

from pages.insights.forecast import asked, charts, figures, made, recipe, told
from pages.insights.forecast.earlier import render as render_earlier
from pages.insights.known import Chosen
from pages.ui import format as fmt
from pages.ui import guard, script
from pipeline.analysis.forecast.conformal import LEAST_ORIGINS
from pipeline.analysis.forecast.outlook import CandidateScore, Outlook
from pipeline.analysis.forecast.result import Forecast
from pipeline.console.app import App
from pipeline.words.catalogue import Words


@dataclass(frozen=True)
class Opened:
    """The forecast that is looked at: ``person``'s ``target``, of which the page looks at ``now``."""

    person: str
    target: str
    made: Forecast
    ahead: Outlook
    now: Chosen


def render(console: App, words: Words, one: Opened) -> None:
    """Draw it, each part by itself."""
    name = words(f"foreseen.target.{one.target}")
    st.header(words("foreseen.fan.title", target=name), anchor=False)
    verdict(words, one.target, one.ahead)
    made.age(words, one.made, one.now.version)
    if one.ahead.days:
        with guard.apart(words, name):
            _fan(console, words, one)
    with guard.apart(words, words("foreseen.backtest.title")):
        backtest(words, one.target, one.ahead)
    with guard.apart(words, words("foreseen.earlier.title")):
        render_earlier(console, words, one.person, one.target, one.made)
    made.facts(words, one.made)
    with guard.apart(words, words("foreseen.made.recipe")):
        _computed(console, words, one)


def verdict(words: Words, target: str, ahead: Outlook) -> None:
    """The sentence, what it rests on, and what is wrong with the days."""
    st.markdown(f"{told.badge(words, ahead.verdict)} **{told.sentence(words, ahead)}**")
    st.caption(told.basis(words, target, ahead))
    for text in told.warnings(words, ahead):
        st.warning(text, icon=":material/warning:")
    for text in told.notes(words, ahead):
        st.caption(text)


def fan(words: Words, look: charts.Look, drawn: Figure, ahead: Outlook, came: int) -> None:
    """A chart of what comes, its band in words, and the same as a table."""
    name = words(f"foreseen.target.{look.target}")
    first, last = figures.day(ahead.days[0].day), figures.day(ahead.days[-1].day)
    alt = words("foreseen.fan.alt", target=name, days=came, ahead=len(ahead.days), first=first, last=last)
    st.plotly_chart(drawn, key=f"fan-{look.target}", config={"displayModeBar": False}, alt=alt)
    banded = ahead.days[0].low is not None
    st.caption(words("foreseen.fan.band") if banded else words("foreseen.fan.no_band", least=LEAST_ORIGINS))
    with st.expander(words("foreseen.as_table"), icon=":material/table_rows:"):
        st.dataframe(pd.DataFrame(ahead_rows(words, look.target, ahead)), hide_index=True, alt=alt)


def ahead_rows(words: Words, target: str, ahead: Outlook) -> list[dict[str, object]]:
    """The days ahead as a table."""
    mine = words("foreseen.fan.foreseen", name=figures.named(words, ahead.used))
    trivial = words("foreseen.fan.baseline", name=figures.named(words, ahead.baseline))
    return [
        {
            words("foreseen.fan.day"): figures.day(one.day),
            mine: figures.value(words, target, one.value),
            words("foreseen.fan.low"): figures.value(words, target, one.low),
            words("foreseen.fan.high"): figures.value(words, target, one.high),
            # Two columns of one name would be one.
            f"{trivial} ": figures.value(words, target, one.baseline),
        }
        for one in ahead.days
    ]


def backtest(words: Words, target: str, ahead: Outlook) -> None:
    """Who was tried on the past, and how far each was off."""
    st.subheader(words("foreseen.backtest.title"), anchor=False)
    st.caption(words("foreseen.backtest.about"))
    with st.container(gap="xsmall"):
        script.style("models")
        for at, one in enumerate(ahead.candidates):
            # Rows that wrap are told apart by the same lines as models are.
            with st.container(
                horizontal=True, gap="xsmall", vertical_alignment="center", key=f"model-row-{target}-{at}"
            ):
                _candidate(words, target, ahead, one)
    st.text(told.covered(words, ahead))


def _candidate(words: Words, target: str, ahead: Outlook, one: CandidateScore) -> None:
    st.markdown(figures.named(words, one.name), width=190)
    kind = words("foreseen.backtest.trivial") if one.is_baseline else words("foreseen.backtest.model")
    st.markdown(f":small[:gray[{kind}]]", width=60)
    for text in _scores(words, target, one):
        st.markdown(text, width=118)
    marks = _marks(words, ahead, one)
    if marks:
        st.markdown(marks, width="content")


def _scores(words: Words, target: str, one: CandidateScore) -> tuple[str, ...]:
    if not one.origins:
        return (words("foreseen.backtest.never"),)
    return (
        words("foreseen.backtest.told_error", n=figures.miss(words, target, one.error)),
        words("foreseen.backtest.told_mase", n=fmt.signed(one.mase, 2, words.language)),
        words("foreseen.backtest.told_origins", n=fmt.number(one.origins, words.language)),
    )


def _marks(words: Words, ahead: Outlook, one: CandidateScore) -> str:
    used, hardest = words("foreseen.backtest.used"), words("foreseen.backtest.hardest")
    marks = [f":blue-badge[{used}]"] if one.name == ahead.used else []
    marks += [f":gray-badge[{hardest}]"] if one.name == ahead.baseline else []
    return " ".join(marks)


def _fan(console: App, words: Words, one: Opened) -> None:
    look, series = charts.Look(words, one.target), asked.series(console, one.person, one.target)
    days, _ = charts.recent(series, series.end)
    fan(words, look, charts.fan(look, series, one.ahead), one.ahead, len(days))
    if series.end > one.ahead.end:
        st.caption(words("foreseen.fan.made_before", day=figures.day(one.ahead.end)))


def _computed(console: App, words: Words, one: Opened) -> None:
    shown = {recipe.DAYS: asked.shown(console, one.person, one.target, one.ahead.end)}
    lines = recipe.of_outlook(one.target, one.ahead.end)
    made.computed(words, shown, lines, made.is_of(one.made, one.now.version))
