"""The way to a provider's consent page and back, in the same tab; the query that it comes back with is used at once.

The address that Google knows holds no language, so the browser keeps it for the way.
"""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import streamlit as st

from pages.ui import notice, state
from pipeline.console.app import App
from pipeline.words.catalogue import Words

LEAVE = """<script>
sessionStorage.setItem('language', {language})
location.assign({url})
</script>"""
COME_BACK = """<script>
const language = sessionStorage.getItem('language') || 'ja'
location.replace(location.pathname + location.search + '&lang=' + encodeURIComponent(language))
</script>"""
ANSWERS = ("state", "code", "error")


def leave(words: Words, url: str) -> None:
    """Lead the browser to the consent page."""
    st.info(words("sources.leaving"), icon=":material/open_in_new:")
    _script(LEAVE.format(language=_quoted(words.language), url=_quoted(url)))


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
        _script(COME_BACK)
        return True
    # Used or not, neither a code nor a state stays in the address.
    st.query_params.from_dict({} if words.language == "ja" else {state.LANGUAGE: words.language})
    notice.arrived(words, notice.saying("sources.connected", lambda: console.board.people.connected(answer)))
    return True


def _quoted(text: str) -> str:
    return json.dumps(text).replace("<", "\\u003c")


def _script(code: str) -> None:
    st.html(code, unsafe_allow_javascript=True)
