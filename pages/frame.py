"""The frame of the app: page config, language, the gate, navigation, and the badge of the embedded backend.

Pages run inside it, also when a deep link is the first request of a fresh server.
"""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.exports import page as exports
from pages.sign_in import gate
from pages.sources import page as sources_page
from pages.ui import links, reads, state
from pipeline.words.catalogue import LANGUAGES, Words

LANGUAGE_NAMES = {"ja": "日本語", "en": "English"}


def main() -> None:
    """Draw the frame, then the page that the URL names."""
    words = state.words()
    st.set_page_config(page_icon=str(state.ICON), layout="wide")  # before the pages, whose icons are Google's
    # Streamlit's page says lang="en" whatever it shows; screen readers choose their voice by it.
    st.html(f"<script>document.documentElement.lang = '{words.language}'</script>", unsafe_allow_javascript=True)
    pipeline = st.Page(exports.render, title=words("nav.pipeline"), icon=":material/sync_alt:", url_path="pipeline")
    sources = st.Page(sources_page.render, title=words("nav.sources"), icon=":material/hub:", url_path="sources")
    home = st.Page(lambda: _lead_to(pipeline), title=words("app.title"), default=True, visibility="hidden")
    page = st.navigation([pipeline, sources, home], position="hidden")
    links.know([pipeline, sources])
    st.set_page_config(page_title=words("sources.title" if page.url_path == sources.url_path else "app.title"))
    if reads.is_embedded():
        st.badge(words("app.embedded"), icon=":material/science:", color="orange")
    admitted = gate.admitted(words)
    _sidebar(words, [pipeline, sources] if admitted else [])
    if admitted:
        page.run()


def _lead_to(page: StreamlitPage) -> None:
    st.switch_page(page, query_params=st.query_params.to_dict())


def _sidebar(words: Words, pages: list[StreamlitPage]) -> None:
    with st.sidebar:
        if pages:
            st.caption(words("nav.debug"))
            for page in pages:
                st.page_link(page, query_params={} if words.language == "ja" else {"lang": words.language})
            st.space("small")
        name = words("app.language")
        shown = LANGUAGE_NAMES.__getitem__
        keep = state.keep_language_in_url
        chosen = words.language
        st.segmented_control(
            name, LANGUAGES, format_func=shown, default=chosen, required=True, key=state.LANGUAGE, on_change=keep
        )
        if pages:
            gate.person(words)


if __name__ == "__main__":
    main()
