"""Links from one page to another, by address; no page imports another one for them."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.ui import state


def know(pages: Iterable[StreamlitPage]) -> None:
    """The pages that the frame has for whoever looks; a page that is drawn without a frame leads nowhere."""
    st.session_state[state.PAGES] = {page.url_path: page for page in pages}


def link(page: str, label: str, icon: str, **query: str) -> None:
    """A link to the page of this address (``pipeline``), with this query."""
    known = st.session_state.get(state.PAGES, {}).get(page)
    if known:
        st.page_link(known, label=label, icon=icon, query_params=query)
