"""The way to a provider's consent page and back, in the same tab; the query that it comes back with is used at once.

The address that Google knows holds no language, so the browser keeps it for the way.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st

from pages.ui import notice, script, state
from pipeline.console.app import App
from pipeline.words.catalogue import Words

ANSWERS = ("state", "code", "error")


def leave(words: Words, url: str) -> None:
    """Lead the browser to the consent page."""
    st.info(words("sources.leaving"), icon=":material/open_in_new:")
    script.run("leave", language=words.language, url=url)


def redirect() -> str:
    """This page's own address, as the browser knows it: where the consent page sends it back to."""
    return urlsplit(st.context.url or "")._replace(query="", fragment="").geturl().rstrip("/")


def coming_back(console: App, words: Words) -> bool:
    """Finish a sign-in whose answer is in the address; whether the page is about to be drawn anew."""
    answer = {name: st.query_params[name] for name in ANSWERS if name in st.query_params}
    if "state" not in answer:
        return False
    if state.LANGUAGE not in st.query_params:
        st.info(words("sources.coming_back"), icon=":material/hourglass_top:")
        script.run("come_back")
        return True
    # Used or not, neither a code nor a state stays in the address.
    st.query_params.from_dict({} if words.language == "ja" else {state.LANGUAGE: words.language})
    notice.arrived(words, notice.saying("sources.connected", lambda: console.board.people.connected(answer)))
    return True
