"""The frame of the app: page config, language, the gate, navigation, and the badge of the embedded backend.

Pages run inside it, also when a deep link is the first request of a fresh server, and so does an address that is none.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages import lost
from pages.addresses import NAMES, PAGES
from pages.sign_in import gate
from pages.ui import address, links, reads, script, state
from pipeline.words.catalogue import LANGUAGES, Words

LANGUAGE_NAMES = {"ja": "日本語", "en": "English"}


def main() -> None:
    """Draw the frame, then the page that the URL names."""
    address.follow_history()
    words = state.words()
    st.set_page_config(page_icon=str(state.ICON), layout="wide")  # before the pages, whose icons are Google's
    # The page was served in the language of its address; this one follows the switch.
    script.run("language", language=words.language)
    pages = [st.Page(page.render, title=words(page.link), icon=page.icon, url_path=page.url_path) for page in PAGES]
    page = st.navigation([*pages, *_elsewhere(words, pages[0])], position="hidden")
    links.know(pages)
    titles = {drawn.url_path: words(page.title) for drawn, page in zip(pages, PAGES, strict=True)}
    st.set_page_config(page_title=titles.get(page.url_path, page.title))
    if reads.is_embedded():
        st.badge(words("app.embedded"), icon=":material/science:", color="orange")
    admitted = gate.admitted(words)
    _sidebar(words, pages if admitted else [])
    if admitted:
        page.run()


def _elsewhere(words: Words, first: StreamlitPage) -> list[StreamlitPage]:
    """What is drawn at the app's own address, and at one that none of the pages has."""
    asked = lost.name()
    if not asked or asked in NAMES:
        return [_hidden(lambda: _lead_to(first), words("app.title"))]

    def draw() -> None:
        lost.render(words, first)

    # Registered under the name that is asked for, and as what Streamlit takes for a page that it does not know (going
    # back in the browser): else it puts up a dialog of its own, in English.
    named = [_hidden(draw, words("lost.title"), asked)] if "/" not in asked else []
    return [*named, _hidden(draw, words("lost.title"))]


def _hidden(draw: Callable[[], None], title: str, url_path: str | None = None) -> StreamlitPage:
    return st.Page(draw, title=title, url_path=url_path, default=url_path is None, visibility="hidden")


def _lead_to(page: StreamlitPage) -> None:
    st.switch_page(page, query_params=st.query_params.to_dict())


def _sidebar(words: Words, pages: list[StreamlitPage]) -> None:
    script.style("foot")
    with st.sidebar:
        _navigation(words, pages)
        with st.container(key="foot"):
            _language(words)
            if pages:
                gate.person(words)


def _navigation(words: Words, pages: list[StreamlitPage]) -> None:
    if pages:
        for group, found in groupby(zip(pages, PAGES, strict=True), lambda both: both[1].group):
            st.caption(words(group))
            for page, _ in found:
                st.page_link(page, query_params={} if words.language == "ja" else {"lang": words.language})


def _language(words: Words) -> None:
    st.session_state.setdefault(state.LANGUAGE, words.language)
    st.segmented_control(
        words("app.language"),
        LANGUAGES,
        format_func=LANGUAGE_NAMES.__getitem__,
        required=True,
        key=state.LANGUAGE,
        on_change=address.keep,
        args=(state.LANGUAGE, state.LANGUAGE, None),
    )


if __name__ == "__main__":
    main()
