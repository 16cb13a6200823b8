"""The morning: what is said of today, and how good such chances were.

Accuracy never stands without the base rate and the Brier skill beside it.
"""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from pages.insights.forecast import asked, charts, figures, made, recipe, told
from pages.insights.known import Chosen
from pages.ui import format as fmt
from pages.ui import guard
from pipeline.analysis.forecast.morning import GOOD_FOCUS, Morning
from pipeline.analysis.forecast.result import Forecast
from pipeline.console.app import App
from pipeline.console.insights.forecasts import MORNING
from pipeline.words.catalogue import Words


def sentence(words: Words, morning: Morning) -> str:
    """The verdict in a sentence."""
    return words(f"foreseen.morning.{morning.verdict}", days=morning.days_left)


def said(words: Words, morning: Morning, today: date) -> str:
    """What is said of ``today``."""
    if morning.said is None:
        return words("foreseen.morning.not_said", day=figures.day(today))
    return words("foreseen.morning.said", day=figures.day(today), share=figures.chance(words, morning.said))


def verdict(words: Words, morning: Morning, today: date) -> None:
    """The verdict, what is said of ``today`` and by which, and on how many days that rests."""
    st.markdown(f"{told.badge(words, morning.verdict)} **{sentence(words, morning)}**")
    st.markdown(said(words, morning, today))
    if morning.said is not None:
        which = "from_morning" if morning.verdict == "better" else "from_usual"
        st.caption(words(f"foreseen.morning.{which}", known=fmt.number(morning.known, words.language)))
    st.caption(scores(words, morning))


def scores(words: Words, morning: Morning) -> str:
    """Accuracy, base rate and Brier skill in one sentence, or how many days there are yet."""
    scored = fmt.number(morning.scored, words.language)
    if morning.accuracy is None:
        return words("foreseen.morning.not_scored", scored=scored)
    return words(
        "foreseen.morning.scores",
        accuracy=figures.share(words, morning.accuracy),
        base_accuracy=figures.share(words, morning.base_accuracy),
        base_rate=figures.share(words, morning.base_rate),
        skill=figures.share(words, morning.skill, plus=True),
        interval=figures.shares(words, morning.low, morning.high),
        scored=scored,
    )


def render(console: App, words: Words, forecast: Forecast, morning: Morning, now: Chosen) -> None:
    """Draw the morning whole."""
    st.header(words("foreseen.target.good_focus"), anchor=False)
    today = made.day_of(forecast)
    verdict(words, morning, today)
    if today < console.insights.daily.today:
        st.info(words("foreseen.morning.past", day=figures.day(today)), icon=":material/update:")
    if morning.brier is not None:
        st.caption(_brier(words, morning))
    st.caption(words("foreseen.morning.what", least=fmt.signed(GOOD_FOCUS, 0, words.language)))
    st.caption(words("foreseen.morning.other_reasons"))
    _calibration(words, morning)
    made.age(words, forecast, now.version)
    made.facts(words, forecast)
    with guard.apart(words, words("foreseen.made.recipe")):
        shown = {recipe.DAYS: asked.shown(console, forecast.person, MORNING, today)}
        made.computed(words, shown, recipe.of_morning(today), made.is_of(forecast, now.version))


def _brier(words: Words, morning: Morning) -> str:
    brier, base = (fmt.signed(one, 3, words.language) for one in (morning.brier, morning.base_brier))
    scored = fmt.number(morning.scored, words.language)
    return words("foreseen.morning.brier", brier=brier, base_brier=base, scored=scored)


def _calibration(words: Words, morning: Morning) -> None:
    st.subheader(words("foreseen.morning.calibration"), anchor=False)
    if not morning.calibration:
        st.caption(words("foreseen.morning.no_calibration"))
        return
    days = sum(one.days for one in morning.calibration)
    alt = words("foreseen.morning.alt", groups=len(morning.calibration), days=fmt.number(days, words.language))
    drawn = charts.calibration(words, morning.calibration)
    st.plotly_chart(drawn, key="calibration", config={"displayModeBar": False}, alt=alt)
    st.caption(words("foreseen.morning.calibration_about"))
    with st.expander(words("foreseen.as_table"), icon=":material/table_rows:"):
        st.dataframe(pd.DataFrame(rows(words, morning)), hide_index=True, alt=alt)


def rows(words: Words, morning: Morning) -> list[dict[str, object]]:
    """The calibration as a table."""
    return [
        {
            words("foreseen.morning.range"): f"{figures.share(words, one.low)} – {figures.share(words, one.high)}",
            words("foreseen.morning.foreseen"): figures.share(words, one.foreseen),
            words("foreseen.morning.came"): figures.share(words, one.came),
            words("foreseen.morning.days"): fmt.number(one.days, words.language),
        }
        for one in morning.calibration
    ]
