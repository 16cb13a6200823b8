"""A draft's blocks in their order: added, moved, removed, each with the fields of its kind and what is wrong with it.

Every field and sign names its block, so that whoever hears them can tell them apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st

from pages.reports.editor import block_fields, problems
from pages.reports.editor.drafts import MOST_BLOCKS, Draft
from pages.reports.editor.parts import KINDS, Part
from pages.ui import show
from pipeline.errors import PipelineError
from pipeline.words.catalogue import Words

ICONS: Final = {
    "status": ":material/monitor_heart:",
    "history": ":material/history:",
    "quality": ":material/fact_check:",
    "models": ":material/account_tree:",
    "chart": ":material/show_chart:",
    "table": ":material/table:",
    "correlation": ":material/scatter_plot:",
    "forecast": ":material/online_prediction:",
    "text": ":material/notes:",
}
_KIND: Final = "report-kind"
_SIGNS: Final = (
    ("up", ":material/arrow_upward:", lambda draft, number: draft.move(number, -1)),
    ("down", ":material/arrow_downward:", lambda draft, number: draft.move(number, 1)),
    ("remove", ":material/delete:", Draft.remove),
)


def render(words: Words, draft: Draft, failed: Mapping[int, PipelineError]) -> None:
    """Draw them; ``failed`` are those that the newest preview could not make, by their places."""
    faults = draft.faults()
    for at, part in enumerate(draft.parts):
        with st.container(border=True, key=f"report-block-{part.number}"):
            _head(words, draft, part, at)
            block_fields.render(words, draft, part, at)
            if part.wanting:
                st.caption(problems.wanting(words, part.wanting))
            elif at in faults:
                problems.draw(words, faults[at])
            elif at in failed:
                st.caption(words("report_editor.failed_here"))
                problems.draw(words, failed[at])
    _add(words, draft)


def name_of(words: Words, part: Part, at: int) -> str:
    """A block as a person tells it from others: its place, its kind, its title."""
    kind, title = words(f"report_editor.kind.{part.kind}"), part.plain.get("title", "")
    key = "report_editor.block_titled" if title else "report_editor.block"
    return words(key, number=at + 1, kind=kind, title=title)


def _head(words: Words, draft: Draft, part: Part, at: int) -> None:
    name = show.plain(name_of(words, part, at))
    with st.container(horizontal=True, wrap=False, vertical_alignment="top", gap="xsmall"):
        with st.container(width="stretch"):
            st.markdown(f"{ICONS[part.kind]} **{name}**")
        for does, icon, do in _SIGNS:
            label = words(f"report_editor.{does}", block=name)
            idle = (does == "up" and at == 0) or (does == "down" and at == len(draft.parts) - 1)
            key = f"block-sign-{does}-{part.number}"
            st.button(label, key=key, icon=icon, help=label, disabled=idle, on_click=do, args=(draft, part.number))


def _add(words: Words, draft: Draft) -> None:
    full = len(draft.parts) >= MOST_BLOCKS
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox(
            words("report_editor.new_kind"),
            KINDS,
            key=_KIND,
            format_func=lambda one: words(f"report_editor.kind.{one}"),
            width=260,
        )
        st.button(
            words("report_editor.add"),
            key="report-add",
            icon=":material/add:",
            disabled=full,
            on_click=draft.add,
            args=(kind,),
        )
    st.caption(words("report_editor.full", most=MOST_BLOCKS) if full else words(f"report_editor.about.{kind}"))
