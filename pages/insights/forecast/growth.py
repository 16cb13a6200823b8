"""How the table's exports grow: what a day adds, two weeks ahead, and when a bound is reached."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import streamlit as st

from pages.insights.forecast import asked, charts, figures, made, recipe, told
from pages.insights.forecast import target as shown_target
from pages.insights.forecast.earlier import render as render_earlier
from pages.insights.known import Chosen
from pages.ui import format as fmt
from pages.ui import guard, state
from pipeline.analysis.forecast.growth import Growth
from pipeline.analysis.forecast.result import Forecast
from pipeline.analysis.forecast.series import Series
from pipeline.console.app import App
from pipeline.console.insights.forecasts import BYTES, EXPORTS, RECORDS
from pipeline.words.catalogue import Words

_GIGA: Final = 2**30
FAMILY: Final = "foreseen.growth"


@dataclass(frozen=True)
class Kind:
    """One way to count an export: ``target`` as it is drawn, ``kept`` as it is kept; its bound is asked in ``unit``,
    and begins with ``bound`` where nothing is known."""

    target: str
    kept: str
    unit: int
    bound: int
    key: str


KINDS: Final = (
    Kind("records", RECORDS, 1, 100_000, state.FORECAST_RECORDS),
    Kind("bytes", BYTES, _GIGA, 1, state.FORECAST_BYTES),
)


def render(console: App, words: Words, now: Chosen) -> None:
    """Draw both. Raise what reading the forecasts raises."""
    st.header(words("foreseen.target.growth"), anchor=False)
    st.caption(words("foreseen.growth.about"))
    newest = asked.growth(console)
    for kind, forecast in zip(KINDS, (newest.records, newest.bytes), strict=True):
        name = words(f"foreseen.target.{kind.target}")
        with guard.apart(words, name):
            st.subheader(name, anchor=False)
            if forecast and forecast.growth:
                _kind(console, words, kind, forecast, forecast.growth)
            else:
                st.info(words("foreseen.growth.none"), icon=":material/inbox:")


def _kind(console: App, words: Words, kind: Kind, forecast: Forecast, growth: Growth) -> None:
    ahead = growth.outlook
    st.markdown(f"{told.badge(words, ahead.verdict)} **{told.sentence(words, ahead, FAMILY)}**")
    st.text(per_day(words, kind.target, growth))
    if ahead.days:
        st.text(in_two_weeks(words, kind.target, growth))
    st.caption(told.basis(words, kind.target, ahead))
    for text in (*told.warnings(words, ahead), *told.notes(words, ahead)):
        st.caption(text)
    _bound(words, kind, growth)
    st.caption(words("foreseen.made_at", time=fmt.jst(forecast.made_at)))
    series = asked.series(console, EXPORTS, kind.kept)
    if ahead.days:
        _fan(words, kind, growth, series)
    shown_target.backtest(words, kind.target, ahead)
    render_earlier(console, words, EXPORTS, kind.kept, forecast)
    made.facts(words, forecast)
    made.computed_of(words, recipe.of_growth(kind.target, series, ahead.end))


def per_day(words: Words, target: str, growth: Growth) -> str:
    """What a day adds, with its interval."""
    observed = fmt.number(growth.outlook.observed, words.language)
    if growth.per_day is None:
        return words("foreseen.growth.no_rate", observed=observed)
    slowest, fastest = (figures.value(words, target, one, plus=True) for one in (growth.slowest, growth.fastest))
    change = figures.value(words, target, growth.per_day, plus=True)
    interval = figures.interval(words, slowest, fastest)
    return words("foreseen.growth.per_day", change=change, interval=interval, observed=observed)


def in_two_weeks(words: Words, target: str, growth: Growth) -> str:
    """What the last day ahead should be."""
    last = growth.outlook.days[-1]
    day, value = figures.day(last.day), figures.value(words, target, last.value)
    if last.low is None or last.high is None:
        return words("foreseen.growth.ahead_plain", day=day, value=value)
    low, high = figures.value(words, target, last.low), figures.value(words, target, last.high)
    return words("foreseen.growth.ahead", day=day, value=value, low=low, high=high)


def reached(words: Words, target: str, growth: Growth, bound: float) -> str:
    """When a bound is reached."""
    facts = {"bound": figures.value(words, target, bound), "observed": growth.outlook.observed}
    if growth.per_day is None:
        return words("foreseen.growth.unknown", **facts)
    day, earliest = growth.reaches(bound)
    if day:
        return words("foreseen.growth.reached", day=figures.day(day), earliest=figures.day(earliest or day), **facts)
    if earliest:
        return words("foreseen.growth.never_earliest", earliest=figures.day(earliest), **facts)
    return words("foreseen.growth.never", **facts)


def _bound(words: Words, kind: Kind, growth: Growth) -> None:
    first = kind.bound if growth.level is None else round_above(growth.level / kind.unit)
    bound = st.number_input(
        words(f"foreseen.growth.bound_{kind.target}"),
        min_value=1,
        max_value=10**12,
        value=first,
        key=kind.key,
        width=280,
    )
    st.markdown(f"**{reached(words, kind.target, growth, float(bound) * kind.unit)}**")


def round_above(level: float) -> int:
    """The next power of ten: a bound to begin with."""
    return int(10 ** math.ceil(math.log10(level + 1))) if level >= 1 else 1


def _fan(words: Words, kind: Kind, growth: Growth, series: Series) -> None:
    look = charts.Look(words, kind.target)
    days, _ = charts.recent(series, series.end)
    shown_target.fan(words, look, charts.fan(look, series, growth.outlook), growth.outlook, len(days))
