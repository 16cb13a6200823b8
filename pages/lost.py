"""What an address shows that none of the pages has, with the way home."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pipeline.words.catalogue import Words


def name() -> str:
    """What the browser's address says after the app's own; empty at the app's own address, and where nobody says."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    path = unquote(urlsplit(st.context.url or "").path).strip("/")
    return path.removeprefix(base).strip("/")


def render(words: Words, home: StreamlitPage) -> None:
    """The page."""
    st.title(words("lost.title"), anchor=False)
    st.text(words("lost.text"))
    query = {} if words.language == "ja" else {"lang": words.language}
    st.page_link(home, label=words("lost.home"), icon=":material/home:", query_params=query)
