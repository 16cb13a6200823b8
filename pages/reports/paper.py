"""A document of ours as it is, in a frame of its own in which nothing runs; and alone on paper.

Streamlit's own frames let scripts run with the app's rights (``st.iframe``): this one is made by ``static/paper.js``.
"""

from __future__ import annotations

from base64 import b64encode

import streamlit as st

from pages.ui import script
from pipeline.words.catalogue import Words

# A page of this size is slow to scroll, and each of its changes travels whole.
MOST_BYTES = 4 * 2**20


def draw(words: Words, html: bytes, title: str, key: str, prints: bool = False) -> None:
    """Show a whole HTML file, as tall as it is; ``title`` is the frame's for who hears it, ``key`` is the page's own.
    Another file in its place does not move what stands below until it is there. ``prints``: it is what the browser
    prints, and nothing else of the page is."""
    if len(html) > MOST_BYTES:
        st.info(words("paper.too_large"), icon=":material/download:")
        return
    # In base64: what sanitises the page takes out data that hold markup.
    script.style("paper")
    script.run("paper", key=key, told=title, prints="yes" if prints else "", packed=b64encode(html).decode())
