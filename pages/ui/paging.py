"""A list a page at a time: one number, which stands in the address."""

from __future__ import annotations

import streamlit as st

from pages.ui import address
from pipeline.words.catalogue import Words

PAGE = "page"


def pager(words: Words, key: str, number: int, a_page: int, untold: int | None = None) -> slice:
    """Which of ``number`` rows to draw; a page number where there are more than ``a_page``. It begins where the address
    says, else on page ``untold``; ``key`` is the session's for it."""
    pages = -(-number // a_page)
    if pages <= 1:
        return slice(0, a_page)
    page = address.chosen(key, PAGE, range(1, pages + 1), untold=untold)
    st.number_input(
        words("history.page", pages=pages),
        min_value=1,
        max_value=pages,
        key=key,
        width=160,
        on_change=address.keep,
        args=(key, PAGE, 1),
    )
    return slice((page - 1) * a_page, page * a_page)
