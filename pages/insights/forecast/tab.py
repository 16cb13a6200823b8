"""The tab 予測: a person's verdicts first, what they rest on below."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from pages.insights.forecast import asked, going, growth, made, morning, projects, target
from pages.insights.known import Chosen
from pages.ui import address, guard, state
from pipeline.analysis.forecast.result import Forecast
from pipeline.analysis.forecast.series import TARGET_NAMES
from pipeline.console.app import App
from pipeline.console.insights.forecasts import MORNING
from pipeline.console.insights.told_forecasts import PersonForecasts
from pipeline.words.catalogue import Words

PROJECTS, GROWTH = "projects", "growth"
ALL = (*TARGET_NAMES, MORNING, PROJECTS, GROWTH)
# In a row where there is room for it; each stands alone on a phone.
A_ROW = 2


def primary(console: App, words: Words) -> Callable[[], None] | None:
    """The page's button."""
    return going.primary(console, words)


def render(console: App, words: Words, now: Chosen) -> None:
    """Draw the tab. Raise what reading forecasts raises."""
    if now.person is None:
        st.info(words("foreseen.choose_person"), icon=":material/person_search:")
        growth.render(console, words, now)
        return
    newest = asked.newest(console, now.person)
    if newest.is_empty:
        st.info(words("foreseen.none"), icon=":material/inbox:")
        _unread(console, words, now.person)
        _opened(console, words, now, newest, (GROWTH,))
        return
    with guard.apart(words, words("foreseen.verdicts")):
        _verdicts(words, newest)
    _opened(console, words, now, newest, ALL)


def _unread(console: App, words: Words, person: str) -> None:
    """Forecasts that are there, and that nobody can read."""
    keys = [key for name in TARGET_NAMES for key in asked.kept(console, person, name).unread]
    if keys:
        going.unread(words, tuple(keys))


def _verdicts(words: Words, newest: PersonForecasts) -> None:
    st.header(words("foreseen.verdicts"), anchor=False)
    names = (*TARGET_NAMES, MORNING)
    for start in range(0, len(names), A_ROW):
        for column, name in zip(st.columns(A_ROW), names[start : start + A_ROW], strict=True):
            with column, st.container(border=True, height="stretch", key=f"verdict-{name}"):
                _verdict(words, newest, name)


def _verdict(words: Words, newest: PersonForecasts, name: str) -> None:
    label = words(f"foreseen.target.{name}")
    st.caption(label)
    if name == MORNING and newest.morning and newest.morning.morning:
        morning.verdict(words, newest.morning.morning, made.day_of(newest.morning))
    elif name in newest.targets and (ahead := newest.targets[name].outlook):
        target.verdict(words, name, ahead)
    else:
        st.text(words("foreseen.none_of_target", target=label))


def _opened(console: App, words: Words, now: Chosen, newest: PersonForecasts, choices: Sequence[str]) -> None:
    """What is chosen of them, whole."""
    name = _chosen(words, choices)
    with guard.apart(words, words(f"foreseen.target.{name}")):
        if name == GROWTH:
            growth.render(console, words, now)
        elif name == PROJECTS:
            projects.render(console, words, newest, now)
        elif name == MORNING:
            _morning(console, words, newest.morning, now)
        else:
            _target(console, words, now, newest, name)


def _chosen(words: Words, choices: Sequence[str]) -> str:
    key = address.spoken(words, state.FORECAST_TARGET)
    name = address.chosen(key, "target", choices)
    if len(choices) > 1:
        st.radio(
            words("foreseen.look_at"),
            choices,
            key=key,
            horizontal=True,
            format_func=lambda one: words(f"foreseen.target.{one}"),
            on_change=address.keep,
            args=(key, "target", choices[0]),
        )
    return name


def _morning(console: App, words: Words, forecast: Forecast | None, now: Chosen) -> None:
    if forecast is None or forecast.morning is None:
        st.info(_none(words, MORNING), icon=":material/inbox:")
        return
    morning.render(console, words, forecast, forecast.morning, now)


def _target(console: App, words: Words, now: Chosen, newest: PersonForecasts, name: str) -> None:
    forecast = newest.targets.get(name)
    if forecast is None or forecast.outlook is None:
        st.info(_none(words, name), icon=":material/inbox:")
        return
    target.render(console, words, target.Opened(newest.person, name, forecast, forecast.outlook, now))


def _none(words: Words, name: str) -> str:
    return words("foreseen.none_of_target", target=words(f"foreseen.target.{name}"))
