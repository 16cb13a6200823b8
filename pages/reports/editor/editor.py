"""The editor of one report's definition: as fields or as YAML, with a preview that follows what is typed.

What is typed is a draft of the session (``drafts.py``) until it is saved in the place of what was seen.
"""

from __future__ import annotations

from typing import Final

import streamlit as st

from pages.reports.editor import blocks, earlier, fields, held, places, preview, problems, saving, scheduling
from pages.reports.editor.drafts import Draft
from pages.reports.editor.saving import Saved
from pages.ui import guard, script, show
from pipeline.console.app import App
from pipeline.console.reports.told import KeptReport
from pipeline.errors import DataInvalid, NotFound
from pipeline.words.catalogue import Words

FIELDS: Final = "fields"
YAML: Final = "yaml"
# A report is as wide as a page: its tables want room.
_SHARES: Final = (5, 7)
_MOST_CHARACTERS: Final = 512 * 1024


def _nowhere(name: str) -> None:
    """Whoever calls stays where it is."""


def render(console: App, words: Words, name: str | None, saved: Saved = _nowhere) -> None:
    """Draw the editor of the report ``name`` (None: of a new one), which an operator may use; others are told so.
    ``saved`` is handed the name once the draft has been kept, in the run that acts on the press (before the page is
    drawn anew). Raise what reading the definition raises (NotFound ``report_unknown``)."""
    if not console.may("reports"):
        st.info(words("gate.not_for_viewers"), icon=":material/lock:")
        return
    kept, draft = _of(console, words, name)
    script.style("editor")
    script.run("typing")
    with st.container(key="report-editor"):
        st.fragment(_draw)(console, words, draft, kept, saved)


def _of(console: App, words: Words, name: str | None) -> tuple[KeptReport | None, Draft]:
    if name is None:
        return None, held.draft(None, words.language)
    try:
        kept = console.reports.definitions.get(name)
    except NotFound:
        # Deleted while somebody edits it: what is typed can still be kept.
        draft = held.of(name)
        if draft is None:
            raise
        return None, draft
    return kept, held.draft(kept, words.language)


def _draw(console: App, words: Words, draft: Draft, kept: KeptReport | None, saved: Saved) -> None:
    # A save or a drop ends the draft; whatever is drawn before the page is anew is of the next one.
    preview.wish(console, words, draft)
    st.header(_heading(words, draft), anchor=False)
    saving.others(words, draft, kept)
    saving.render(console, words, draft, saved)
    typed, shown = st.columns(_SHARES, gap="medium")
    with typed:
        _mode(words, draft)
        if draft.as_yaml:
            _yaml(words, draft)
        else:
            _fields(console, words, draft)
        if draft.name:
            with guard.apart(words, words("report_editor.history")):
                earlier.render(console, words, draft)
    with shown:
        preview.render(words, draft)


def _heading(words: Words, draft: Draft) -> str:
    name = show.plain(draft.name)
    return words("report_editor.heading", name=name) if name else words("report_editor.heading_new")


def _mode(words: Words, draft: Draft) -> None:
    key = places.key(draft, "mode")
    st.radio(
        words("report_editor.mode"),
        (FIELDS, YAML),
        int(draft.as_yaml),
        key=key,
        format_func=lambda one: words(f"report_editor.modes.{one}"),
        horizontal=True,
        label_visibility="collapsed",
        on_change=_turn,
        args=(draft, key),
    )


def _turn(draft: Draft, key: str) -> None:
    if places.typed(key) == YAML:
        draft.as_text()
        return
    try:
        draft.as_fields()
    except DataInvalid:
        # It stays YAML, with what is wrong below it, and so does the switch.
        draft.refresh()


def _yaml(words: Words, draft: Draft) -> None:
    key = places.key(draft, "yaml")
    with st.container(key="report-code-yaml"):
        st.text_area(
            words("report_editor.yaml"),
            draft.text,
            key=key,
            height=520,
            max_chars=_MOST_CHARACTERS,
            on_change=_put_text,
            args=(draft, key),
        )
    fault = draft.fault()
    if fault:
        problems.draw(words, fault)
        st.caption(words("report_editor.mend_first"))


def _put_text(draft: Draft, key: str) -> None:
    draft.text = places.typed(key)


def _fields(console: App, words: Words, draft: Draft) -> None:
    if draft.loses_remarks and draft.changed:
        st.info(words("report_editor.remarks"), icon=":material/info:")
    fields.render(console, words, draft)
    fault = draft.fault()
    if fault:
        problems.draw(words, fault)
    st.subheader(words("report_editor.blocks"), anchor=False)
    blocks.render(words, draft, preview.failed(draft))
    st.subheader(words("report_editor.delivery"), anchor=False)
    scheduling.render(console, words, draft)
