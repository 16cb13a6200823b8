"""A run as it is printed: the report on A4 without the console's frame, and nothing else on paper."""

from __future__ import annotations

import time

import streamlit as st

from pages.reports import chosen, known, paper, run
from pages.sign_in import signed_in
from pages.ui import guard, script, state
from pipeline.console.app import App
from pipeline.words.catalogue import Words


def render() -> None:
    """The page without its frame."""
    words = state.words()
    script.style("printed")
    with guard.apart(words, words("reports.title")):
        console = signed_in.app()
        console.actor.require("reports")
        _page(console, words)


def _page(console: App, words: Words) -> None:
    name, run_id = chosen.report() or "", chosen.run() or ""
    found = known.run(console, name, run_id)
    made = found.made if found else None
    with st.container(horizontal=True, vertical_alignment="center"):
        back = words("reports.back_to_run")
        st.button(back, key="close-print", icon=":material/arrow_back:", on_click=chosen.print_view)
        printed = made and st.button(words("reports.print_now"), key="print", type="primary", icon=":material/print:")
    if found is None or made is None or all(form != "html" for form, *_ in made.files):
        st.warning(words("reports.nothing_to_print"), icon=":material/search_off:")
        return
    st.set_page_config(page_title=made.title)
    paper.draw(words, run.shown(console, found), made.title, "printed-report", prints=True)
    if printed:
        # The time makes it a new script: it is run at each press.
        script.run("print", time=str(time.monotonic_ns()))
