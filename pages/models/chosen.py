"""Which dbt project is looked at, and what of it is open: all of it stands in the address."""

from __future__ import annotations

import streamlit as st

from pages.ui import address, reads, show, state
from pipeline.analysis.models.builds import OUR_PROJECT
from pipeline.console.app import App
from pipeline.errors import PipelineError
from pipeline.words.catalogue import Words

OURS = OUR_PROJECT
MODEL, BUILD, PROJECT = "model", "build", "project"


def project(console: App) -> str:
    """The project that is looked at; ours where nothing else is said."""
    try:
        names = reads.projects(console)
    except PipelineError:
        # Told where projects are chosen.
        names = ()
    return address.chosen(state.DBT_PROJECT, PROJECT, _choices(names))


def is_ours(console: App) -> bool:
    """Whether our own models are looked at: only those are built here."""
    return project(console) == OURS


def select(console: App, words: Words) -> None:
    """Draw the choice of projects; nothing where there is none."""
    try:
        names = _choices(reads.projects(console))
    except PipelineError as error:
        show.failure(words, error)
        return
    address.chosen(state.DBT_PROJECT, PROJECT, names)
    st.selectbox(words("dbt.project"), names, key=state.DBT_PROJECT, on_change=_switch, args=(names[0],), width=320)


def open_model(unique_id: str) -> None:
    """Open a model, as a button's ``on_click``."""
    address.open_or_close(state.DBT_MODEL, MODEL, unique_id)


def model() -> str | None:
    """The model that is open."""
    return address.opened(state.DBT_MODEL, MODEL)


def open_build(run_id: str) -> None:
    """Open a build, as a button's ``on_click``."""
    address.open_or_close(state.BUILD_OPENED, BUILD, run_id)


def build() -> str | None:
    """The build that is open."""
    return address.opened(state.BUILD_OPENED, BUILD)


def close() -> None:
    """Close whatever is open."""
    address.close(state.DBT_MODEL, MODEL)
    address.close(state.BUILD_OPENED, BUILD)


def _choices(names: tuple[str, ...]) -> tuple[str, ...]:
    return (OUR_PROJECT, *(name for name in names if name != OUR_PROJECT))


def _switch(first: str) -> None:
    address.keep(state.DBT_PROJECT, PROJECT, first)
    close()
