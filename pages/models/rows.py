"""Rows of nodes, laid by hand: a node's name opens it, and what stands beside it says by itself what it is."""

from __future__ import annotations

import streamlit as st

from pages.models import chosen
from pages.ui import format as fmt
from pages.ui import script, show
from pipeline.analysis.models.shapes import State
from pipeline.analysis.models.standing import Row, Tally
from pipeline.console import models as telling
from pipeline.console.analysis.overview import ModelRow
from pipeline.words.catalogue import Words

COLOURS: dict[State, show.Colour] = {"ok": "green", "warn": "orange", "bad": "red", "skipped": "gray", "none": "gray"}
# They read models, and no build has a result for them.
READERS = frozenset(("exposure", "metric", "semantic_model", "saved_query"))
# On one line at 1280, beside the sidebar.
NAME, LAYER, STATE, RECORDS, SECONDS, TESTS = 200, 96, 150, 92, 124, 96


def head(words: Words) -> None:
    """What the columns of ``model`` are; on a phone the values say it by themselves."""
    names = ("model", "layer", "state", "rows", "seconds", "tests")
    script.style("models")
    with st.container(horizontal=True, gap="xsmall", key="models-head"):
        for name, width in zip(names, (NAME, LAYER, STATE, RECORDS, SECONDS, TESTS), strict=True):
            st.markdown(f":small[:gray[{title(words, f'models.column_{name}')}]]", width=width)


def title(words: Words, key: str) -> str:
    """A label of the command line's, as a heading has it."""
    label = words(key)
    return label[:1].upper() + label[1:]


def model(words: Words, one: ModelRow) -> None:
    """One model."""
    row = one.row
    with st.container(
        horizontal=True, gap="xsmall", vertical_alignment="center", key=f"model-row-{row.node.unique_id}"
    ):
        name(words, row, NAME)
        st.markdown(show.plain(row.node.layer) or fmt.NOTHING, width=LAYER)
        st.markdown(badges(words, row), width=STATE)
        st.markdown(records(words, one), width=RECORDS)
        st.markdown(seconds(words, one), width=SECONDS)
        st.markdown(tests(words, row.tally), width=TESTS)


def name(words: Words, row: Row, width: int, key: str = "open") -> None:
    """A node's name, which opens it."""
    with st.container(width=width):
        st.button(
            show.plain(row.node.name) or fmt.NOTHING,
            key=f"{key}-{row.node.unique_id}",
            type="tertiary",
            icon=":material/chevron_right:",
            on_click=chosen.open_model,
            args=(row.node.unique_id,),
        )


def badges(words: Words, row: Row) -> str:
    """Its state, and whether a failure above reaches it, inside a text."""
    if row.node.kind in READERS:
        return f":gray-badge[{words(f'dbt.kinds.{row.node.kind}')}]"
    told = badge(words, row.shown)
    return f"{told} :orange-badge[{words('models.affected')}]" if row.affected else told


def badge(words: Words, state: State) -> str:
    """A state's mark and word, inside a text."""
    return f":{COLOURS[state]}-badge[{telling.MARKS[state]} {words(telling.STATES[state])}]"


def records(words: Words, one: ModelRow) -> str:
    """How many rows it holds, and how many more or fewer than before."""
    if one.records is None:
        return fmt.NOTHING
    told = words("dbt.rows", number=fmt.number(one.records, words.language))
    if not one.change:
        return told
    return f"{told} :small[:gray[{'+' if one.change > 0 else '−'}{fmt.number(abs(one.change), words.language)}]]"


def seconds(words: Words, one: ModelRow) -> str:
    """How long it took, and its last runs as small bars."""
    told = fmt.duration(one.seconds, words.language)
    return f"{told} :small[:gray[{one.trend}]]" if one.trend else told


def tests(words: Words, tally: Tally) -> str:
    """How many of its tests passed."""
    return words("dbt.tests", ok=tally.ok, all=tally.total) if tally.total else fmt.NOTHING
