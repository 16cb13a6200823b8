"""When a person's open projects will be done: days and minutes with their interval, and on how much that rests."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from pages.insights.forecast import asked, figures, made, recipe
from pages.insights.known import Chosen
from pages.ui import format as fmt
from pages.ui import guard, show
from pages.ui.show import Colour
from pipeline.analysis.forecast.completion import Answer, Completion
from pipeline.analysis.forecast.result import Forecast
from pipeline.console.app import App
from pipeline.console.insights.told_forecasts import PersonForecasts, ProjectForecast
from pipeline.words.catalogue import Words

COLOURS: dict[Answer, tuple[Colour, str]] = {
    "foreseen": ("blue", ":material/event:"),
    "done": ("green", ":material/check_circle:"),
    "not_enough_tasks": ("gray", ":material/hourglass_empty:"),
    "not_enough_days": ("gray", ":material/hourglass_empty:"),
    "too_far": ("orange", ":material/event_busy:"),
}


def render(console: App, words: Words, told: PersonForecasts, now: Chosen) -> None:
    """Draw every open project."""
    st.header(words("foreseen.target.projects"), anchor=False)
    if not told.projects:
        st.info(words("foreseen.project.none"), icon=":material/inbox:")
        return
    if told.left_out:
        st.caption(words("foreseen.project.beyond", number=fmt.number(told.left_out, words.language)))
    made.age(words, told.projects[0].forecast, now.version)
    for one in told.projects:
        if one.forecast.completion:
            with st.container(border=True, key=f"project-{one.forecast.target}"):
                _project(words, one, one.forecast.completion)
                with guard.apart(words, words("foreseen.made.recipe")):
                    _computed(console, words, one, now)


def _project(words: Words, one: ProjectForecast, told: Completion) -> None:
    st.subheader(show.plain(one.name) or words("foreseen.project.nameless"), anchor=False)
    colour, icon = COLOURS[told.answer]
    st.markdown(f":{colour}[{icon}] **{sentence(words, told)}**")
    for text in (*basis(words, told), *_whose(words, one.forecast)):
        st.caption(text)
    made.facts(words, one.forecast)


def _computed(console: App, words: Words, one: ProjectForecast, now: Chosen) -> None:
    forecast, today = one.forecast, made.day_of(one.forecast)
    shown = {
        recipe.TASKS: asked.shown(console, forecast.person, forecast.target, today),
        recipe.DAYS: asked.shown(console, forecast.person, "focus_minutes", today),
    }
    lines = recipe.of_completion(one.id, today, forecast.seed)
    made.computed(words, shown, lines, made.is_of(forecast, now.version))


def sentence(words: Words, told: Completion) -> str:
    """What is said of a project."""
    if told.answer == "foreseen" and told.first_day and told.middle_day and told.last_day:
        days = {"first": told.first_day, "middle": told.middle_day, "last": told.last_day}
        return words("foreseen.project.foreseen", **{name: figures.day(day) for name, day in days.items()})
    if told.answer == "not_enough_tasks" and not told.tasks_left:
        return words("foreseen.project.no_estimates")
    number = told.tasks_left if told.answer == "not_enough_tasks" else told.weeks_left
    return words(f"foreseen.project.{told.answer}", number=number)


def basis(words: Words, told: Completion) -> Iterator[str]:
    """Minutes left, and on how many tasks all of it rests."""
    language = words.language
    if told.low is not None:
        minutes = {"low": told.low, "middle": told.middle, "high": told.high}
        yield words("foreseen.project.minutes", **{name: fmt.signed(one, 0, language) for name, one in minutes.items()})
    tasks, waiting = fmt.number(told.tasks, language), fmt.number(told.open_tasks, language)
    yield words("foreseen.project.rests", tasks=tasks, open=waiting)
    if told.ratio is not None:
        yield words("foreseen.project.ratio", ratio=fmt.signed(told.ratio, 2, language), tasks=tasks)
    if told.left_out:
        yield words("foreseen.project.left_out", number=fmt.number(told.left_out, language))


def _whose(words: Words, forecast: Forecast) -> Iterator[str]:
    """Whose tasks and minutes stand for the project's, where its own are too few or not known."""
    if forecast.project and forecast.project.tasks == "person":
        yield words("foreseen.project.tasks_of_person")
    if forecast.project and forecast.project.worked == "person":
        yield words("foreseen.project.worked_of_person")
