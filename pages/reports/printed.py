"""A run as it is printed: the report on A4 without the console's frame, and nothing else on paper."""

from __future__ import annotations

import time

import streamlit as st

from pages.reports import chosen, run
from pages.sign_in import signed_in
from pages.ui import address, guard, links, paper, script, state
from pipeline.console.app import App
from pipeline.words.catalogue import Words


def render() -> None:
    """The page without its frame."""
    words = state.words()
    address.come_to("reports.title")
    script.style("printed")
    with guard.apart(words, words("reports.title")):
        console = signed_in.app()
        console.actor.require("reports")
        _page(console, words)


def _page(console: App, words: Words) -> None:
    name, run_id = chosen.report() or "", chosen.run() or ""
    found = run.find(console, name, run_id)
    made = found.made if found else None
    with st.container(horizontal=True, vertical_alignment="center"):
        language = {} if words.language == "ja" else {state.LANGUAGE: words.language}
        query = {chosen.REPORT: name, chosen.RUN: run_id, **language}
        links.link("reports", words("reports.back_to_run"), ":material/arrow_back:", **query)
        printed = made and st.button(words("reports.print_now"), key="print", type="primary", icon=":material/print:")
    if found is None or made is None or all(form != "html" for form, *_ in made.files):
        st.warning(words("reports.nothing_to_print"), icon=":material/search_off:")
        return
    st.set_page_config(page_title=made.title)
    paper.draw(words, run.shown(console, found), made.title, "printed-report", prints=True)
    if printed:
        # The time makes it a new script: it is run at each press.
        script.run("print", time=str(time.monotonic_ns()))
