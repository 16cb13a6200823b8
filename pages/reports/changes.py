"""What a report's definition was before: by whom and when, as YAML, and back to it."""

from __future__ import annotations

from difflib import unified_diff
from functools import partial

import streamlit as st

from pages.reports import going, told
from pages.ui import format as fmt
from pages.ui import notice, press
from pipeline.console.app import App
from pipeline.console.reports.told import Earlier, KeptReport
from pipeline.words.catalogue import Words


def render(console: App, words: Words, one: KeptReport) -> None:
    """Draw the definition as it stands, and what it was. Raise what reading it raises."""
    with st.expander(words("reports.yaml"), icon=":material/code:"):
        st.caption(words("reports.yaml_about", name=one.name))
        # The colours of highlighted code have too little contrast on a light ground.
        st.code(one.text, language=None, wrap_lines=True)
    earlier = console.reports.definitions.history(one.name)
    if not earlier:
        return
    count = fmt.number(len(earlier), words.language)
    with st.expander(words("reports.earlier", count=count), icon=":material/manage_history:"):
        at = st.selectbox(
            words("reports.earlier_which"),
            range(len(earlier)),
            key=f"earlier-of-{one.name}",
            format_func=lambda number: told.changed(words, earlier[number].changed_at, earlier[number].changed_by),
            width=420,
        )
        _earlier(console, words, one, earlier[at])


def _earlier(console: App, words: Words, one: KeptReport, before: Earlier) -> None:
    st.caption(words("reports.earlier_about"))
    lines = unified_diff(one.text.splitlines(), before.text.splitlines(), "now", "then", lineterm="", n=3)
    st.code("\n".join(list(lines)[2:]) or before.text, language=None, wrap_lines=True)
    pressed = press.button(words("reports.take_back"), "take-back-report", icon=":material/restart_alt:")
    action = partial(console.reports.definitions.save, one.name, before.text, one.seen)
    notice.act(words, pressed, going.PLACE, notice.saying("reports.taken_back", action), one.name)
