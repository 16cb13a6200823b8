"""The frame of the app: page config, language, the gate, navigation, and the badge of the embedded backend.

Pages run inside it, also when a deep link is the first request of a fresh server.
"""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages import exports
from pages.ui import gate, runtime
from pages.ui.words import LANGUAGES, Words

LANGUAGE_NAMES = {"ja": "日本語", "en": "English"}


def main() -> None:
    """Draw the frame, then the page that the URL names."""
    words = runtime.words()
    st.set_page_config(page_title=words("app.title"), page_icon=str(runtime.ICON), layout="wide")
    # Streamlit's page says lang="en" whatever it shows; screen readers choose their voice by it.
    st.html(f"<script>document.documentElement.lang = '{words.language}'</script>", unsafe_allow_javascript=True)
    pipeline = st.Page(exports.render, title=words("nav.pipeline"), icon=":material/sync_alt:", url_path="pipeline")
    home = st.Page(lambda: _lead_to(pipeline), title=words("app.title"), default=True, visibility="hidden")
    page = st.navigation([pipeline, home], position="hidden")
    if runtime.is_embedded():
        st.badge(words("app.embedded"), icon=":material/science:", color="orange")
    admitted = gate.admitted(words)
    _sidebar(words, pipeline if admitted else None)
    if admitted:
        page.run()


def _lead_to(page: StreamlitPage) -> None:
    st.switch_page(page, query_params=st.query_params.to_dict())


def _sidebar(words: Words, pipeline: StreamlitPage | None) -> None:
    # Drawn here because Streamlit's own menu hides itself while there is only one page.
    with st.sidebar:
        if pipeline:
            st.caption(words("nav.debug"))
            st.page_link(pipeline)
            st.space("small")
        st.segmented_control(
            words("app.language"),
            LANGUAGES,
            format_func=LANGUAGE_NAMES.__getitem__,
            default=words.language,
            required=True,
            key=runtime.LANGUAGE,
            on_change=runtime.keep_language_in_url,
        )
        if pipeline:
            gate.person(words)


if __name__ == "__main__":
    main()
