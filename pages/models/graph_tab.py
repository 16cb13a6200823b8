"""The tab 系統図: what is made of what, as a graph and as a table; or the one model that is open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd
import streamlit as st

from pages.models import choices, chosen, detail, dot, known, rows
from pages.ui import format as fmt
from pages.ui import script, state
from pipeline.analysis.models.standing import Judged, Row
from pipeline.console import models as telling
from pipeline.console.analysis import graph
from pipeline.console.analysis.graph import Drawn
from pipeline.console.app import App
from pipeline.words.catalogue import Words

ALL = ""
# What somebody looks at first: two steps up and down.
STEPS = (2, 1, *range(3, graph.MOST_STEPS + 1))


def render(console: App, words: Words, project: str) -> None:
    """Draw the tab. Raise what reading the project raises."""
    judged = known.judged(console, project)
    if judged is None or not judged.rows:
        st.info(words("lineage.none"), icon=":material/inbox:")
        return
    if chosen.model() is not None:
        detail.render(console, words, project, judged)
        return
    drawn = _chosen(words, judged)
    st.caption(words("lineage.legend"))
    if drawn.left_out:
        st.info(words("lineage.left_out", number=fmt.number(drawn.left_out, words.language)), icon=":material/info:")
    script.style("models")
    with st.container(border=True, key="lineage"):
        # As large as its letters want: a wide one is moved sideways in its own frame.
        st.graphviz_chart(dot.source(words, drawn), width="content")
    _open(words, drawn)
    _table(words, judged, drawn)


def _chosen(words: Words, judged: Judged) -> Drawn:
    """The part that is asked for: everything where that can be read, else around a node."""
    names = {row.node.unique_id: row.node.name for row in judged.rows}
    whole = len(judged.rows) <= graph.MOST_DRAWN
    focuses = (ALL, *names) if whole else tuple(names)
    first = None if whole else graph.first_focus(judged)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        told = partial(_name, words, names)
        focus = choices.Choice(state.DBT_FOCUS, focuses, "lineage.focus", told, width=360, untold=first).draw(words)
        steps = _range(words) if focus else 1
    if not whole:
        st.caption(words("lineage.large", number=fmt.number(len(judged.rows), words.language), most=graph.MOST_DRAWN))
    return graph.drawn(judged, focus or None, steps)


def _range(words: Words) -> int:
    steps: int = choices.Choice(state.DBT_STEPS, STEPS, "lineage.steps", partial(_steps, words)).draw(words)
    return steps


def _name(words: Words, names: Mapping[str, str], unique_id: str) -> str:
    return names[unique_id] if unique_id else words("lineage.all")


def _steps(words: Words, steps: int) -> str:
    return words("lineage.so_many", number=steps)


def _open(words: Words, drawn: Drawn) -> None:
    if drawn.focus:
        st.button(
            words("lineage.open"),
            key="open-focus",
            icon=":material/info:",
            on_click=chosen.open_model,
            args=(drawn.focus,),
        )


def _table(words: Words, judged: Judged, drawn: Drawn) -> None:
    """The same for those who do not see the graph."""
    st.subheader(words("lineage.table"), anchor=False)
    nodes = judged.project.nodes
    shown = frozenset(row.node.unique_id for row in drawn.rows)

    def names(ids: tuple[str, ...]) -> str:
        return ", ".join(nodes[one].name for one in ids if one in shown) or fmt.NOTHING

    table = [_line(words, judged, row, names) for row in drawn.rows]
    st.dataframe(pd.DataFrame(table), hide_index=True, alt=words("lineage.table"))


def _line(words: Words, judged: Judged, row: Row, names: Callable[[tuple[str, ...]], str]) -> dict[str, str]:
    node = row.node
    return {
        rows.title(words, "models.column_model"): node.name,
        words("dbt.kind"): words(f"dbt.kinds.{node.kind}"),
        rows.title(words, "models.column_layer"): node.layer or fmt.NOTHING,
        rows.title(words, "models.column_state"): telling.state(words, row),
        words("dbt.above"): names(judged.graph.parents[node.unique_id]),
        words("dbt.below"): names(judged.graph.children[node.unique_id]),
    }
