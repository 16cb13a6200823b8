"""The tab 履歴: builds of our models, newest first; or the one build that is open."""

from __future__ import annotations

from functools import partial
from typing import get_args

import streamlit as st

from pages.models import build, choices, chosen, known
from pages.ui import format as fmt
from pages.ui import paging, script, show, state
from pipeline.analysis.models.builds import Brief
from pipeline.analysis.models.standing import Level
from pipeline.console import models as telling
from pipeline.console.analysis.overview import published
from pipeline.console.app import App
from pipeline.words.catalogue import Words

ROWS_A_PAGE = 30
ALL = ""
LEVELS: tuple[str, ...] = (ALL, *get_args(Level))


def render(console: App, words: Words, project: str) -> None:
    """Draw the tab. Raise what reading the builds raises."""
    index = known.index(console, project)
    if index is None:
        st.info(words("buildlog.foreign"), icon=":material/info:")
        return
    opened = chosen.build()
    if opened is not None:
        build.render(console, words, index, opened)
        return
    if not index.builds:
        st.info(words("buildlog.none"), icon=":material/inbox:")
        return
    level = choices.Choice(state.BUILD_LEVEL, LEVELS, "models.column_state", partial(_level, words)).draw(words)
    found = [one for one in index.builds if level in {ALL, one.level}]
    if not found:
        st.info(words("dbt.no_match"), icon=":material/inbox:")
    shown, current = found[paging.pager(words, state.BUILD_PAGE, len(found), ROWS_A_PAGE)], published(index)
    script.style("models")
    with st.container(gap="xsmall"):
        for one in shown:
            _row(words, one, current)


def _level(words: Words, level: str) -> str:
    return words(f"buildlog.level.{level}") if level else words("filters.all")


def _row(words: Words, one: Brief, current: Brief | None) -> None:
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key=f"build-row-{one.run_id}"):
        with st.container(width=160):
            st.button(
                fmt.jst_minute(one.started_at),
                key=f"open-build-{one.run_id}",
                type="tertiary",
                icon=":material/chevron_right:",
                on_click=chosen.open_build,
                args=(one.run_id,),
            )
        st.markdown(build.badge(words, one.level), width=90)
        st.markdown(build.published(words, one, current), width=116)
        st.markdown(show.plain(telling.marks(one.models)), width=140)
        st.markdown(build.share(words, one), width=96)
        st.markdown(fmt.duration(one.seconds, words.language), width=66)
        st.markdown(f":small[:gray[{show.plain(build.trigger(words, one))}]]", width=96)
