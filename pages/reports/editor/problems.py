"""What stands in a draft's way, in the place that it is of: what is wrong with which field, and what to do."""

from __future__ import annotations

import streamlit as st

from pages.reports.editor.parts import Plain
from pages.ui import show
from pipeline.errors import DataInvalid, PipelineError, says_all
from pipeline.words.catalogue import Words

# Of these the texts say all that helps; an engine's own words are shown as they came.
_OURS = "report_"


def draw(words: Words, error: PipelineError) -> None:
    """Code, title, cause and remedy, and the facts that a person can use."""
    title, cause, remedy = words.error(error)
    st.error(cause, title=f"{error.code} {error.slug} {title}", icon=":material/error:")
    st.markdown(f"**{words('failure.remedy')}**: {show.plain(remedy)}")
    with st.container(horizontal=True):
        for label, value in _facts(words, error):
            show.fact(label, value)
    if not (says_all(error.state) or error.state.startswith(_OURS)):
        st.caption(words("failure.details"))
        st.code(error.message, language=None, wrap_lines=True)


def wanting(words: Words, names: tuple[str, ...]) -> str:
    """What is yet to be typed, in a sentence."""
    named = words("report_editor.and").join(words(f"report_editor.need.{name}") for name in names)
    return words("report_editor.wanting", names=named)


def in_place(words: Words, at: int, plain: Plain, fault: DataInvalid) -> str:
    """What a preview shows in the place of a block that is none yet: plain text."""
    title, cause, remedy = words.error(fault)
    facts = [f"{label}: {value}" for label, value in _facts(words, fault)]
    head = words("report_editor.no_block", number=at + 1, title=plain.get("title") or plain.get("kind") or "")
    lines = [f"⚠ {fault.code} {fault.slug} {title}", f"{words('failure.cause')}: {cause}"]
    return "\n".join([head, *lines, f"{words('failure.remedy')}: {remedy}", *facts])


def _facts(words: Words, error: PipelineError) -> list[tuple[str, str]]:
    # That it is of a report goes without saying here.
    return [(label, value) for label, value in words.facts(error) if value != error.facts.get("record")]
