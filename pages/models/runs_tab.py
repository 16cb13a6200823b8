"""The tab 実行: four cards, whether the marts are published, and a row a model; or the one model that is open."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from pages.models import building, choices, chosen, detail, known, rows
from pages.ui import format as fmt
from pages.ui import paging, show, state
from pipeline.analysis.models.standing import Standing
from pipeline.console import models as telling
from pipeline.console.analysis import overview as overviews
from pipeline.console.analysis.overview import ModelRow, Overview, Wanted
from pipeline.console.app import App
from pipeline.words.catalogue import Words

ROWS_A_PAGE = 25
WANTED: tuple[Wanted, ...] = ("all", "wanting", "ok")
ALL = ""


def render(console: App, words: Words, project: str) -> None:
    """Draw the tab. Raise what reading the project raises."""
    one = known.overview(console, project)
    told = chosen.model() is None and building.failed(console, words)
    if one is None:
        if not told:
            _nothing(console, words, project)
        return
    if chosen.model() is not None:
        detail.render(console, words, project, one.judged)
        return
    _cards(console, words, one)
    _published(console, words, one)
    for notice in telling.notices(words, one.judged.standing):
        st.info(show.plain(notice), icon=":material/info:")
    _table(words, one)


def _nothing(console: App, words: Words, project: str) -> None:
    """What to do where there is nothing to see yet."""
    index = known.index(console, project)
    if index is None:
        st.info(words("dbt.no_manifest"), icon=":material/inbox:")
        return
    if index.builds:
        st.warning(show.plain(overviews.withheld(words, index.builds[0])), icon=":material/warning:")
        return
    step = "dbt.first_build" if console.may("build") else "dbt.first_build_of_another"
    st.info(words(step), icon=":material/inbox:")


def _cards(console: App, words: Words, one: Overview) -> None:
    standing, language = one.judged.standing, words.language
    built, models, tests, seconds = st.columns(4)
    at = one.started_at
    with built:
        date = fmt.jst_date(at) if at else fmt.NOTHING
        note = words("cards.latest_at", time=fmt.jst_time(at), ago=fmt.ago(at, console.now(), language)) if at else ""
        _card(words("dbt.last_build"), date, note or words("models.time_unknown"))
    with models:
        _card(words("models.models_label"), fmt.number(standing.models.total, language), _told(words, one))
    with tests:
        _card(
            words("models.tests_label"), _percent(standing), f"{_tests(words, standing)}  \n{_share(words, standing)}"
        )
    with seconds:
        _card(words("models.seconds_label"), fmt.duration(one.seconds, language), _ended(words, one))


def _card(label: str, value: str, note: str) -> None:
    with st.container(border=True, height="stretch"):
        st.metric(label, value)
        st.caption(note)


def _told(words: Words, one: Overview) -> str:
    standing = one.judged.standing
    told = telling.counts(words, standing.models)
    return f"{told}  \n{words('dbt.affected', number=standing.affected)}" if standing.affected else told


def _percent(standing: Standing) -> str:
    # Cut, not rounded, as everywhere: 89.99 % is below 90 %.
    return fmt.NOTHING if standing.share is None else f"{int(standing.share * 1000) / 10:g}%"


def _share(words: Words, standing: Standing) -> str:
    told = telling.share(words, standing)
    return words("dbt.below_target", share=told) if standing.below_target else told


def _tests(words: Words, standing: Standing) -> str:
    return words("dbt.tests_counted", counts=telling.counts(words, standing.tests))


def _ended(words: Words, one: Overview) -> str:
    return words("dbt.steps", models=one.judged.standing.models.total, tests=one.judged.standing.tests.total)


def _published(console: App, words: Words, one: Overview) -> None:
    """Whether the marts are published, and since when; of a foreign project only that nobody here knows."""
    newest, published = one.newest, one.published
    if newest is None:
        return
    if newest.published:
        st.markdown(f":green-badge[:material/public: {words('models.published')}]")
        return
    st.markdown(f":orange-badge[:material/public_off: {words('models.withheld')}]")
    st.text(overviews.withheld(words, newest))
    if published:
        st.caption(words("dbt.still_published", time=fmt.jst(published.started_at)))


def _table(words: Words, one: Overview) -> None:
    st.header(words("dbt.models"), anchor=False)
    found = _filtered(words, one)
    if not found:
        st.info(words("dbt.no_models" if not one.models else "dbt.no_match"), icon=":material/inbox:")
        return
    shown = found[paging.pager(words, state.DBT_PAGE, len(found), ROWS_A_PAGE)]
    with st.container(gap="xsmall"):
        rows.head(words)
        for model in shown:
            rows.model(words, model)


def _filtered(words: Words, one: Overview) -> Sequence[ModelRow]:
    layers = (ALL, *one.layers)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer = choices.Choice(state.DBT_LAYER, layers, "models.column_layer", partial(_layer, words)).draw(words)
        wanted = choices.Choice(state.DBT_WANTED, WANTED, "models.column_state", partial(_wanted, words)).draw(words)
        text = st.text_input(words("dbt.name"), key=state.DBT_NAME, width=220)
    return one.chosen(layer or None, wanted, text)


def _layer(words: Words, name: str) -> str:
    return name or words("filters.all")


def _wanted(words: Words, name: Wanted) -> str:
    return words(f"dbt.show.{name}")
