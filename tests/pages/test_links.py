"""pages.ui.links: from page to page by address, and what a page that is come to begins with."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import state
from tests.pages.conftest import draw


def draw_link() -> None:
    import streamlit as st  # noqa: PLC0415 - AppTest runs this function's source by itself

    from pages.ui import links  # noqa: PLC0415

    here = st.Page(lambda: None, title="here", default=True)
    there = st.Page(lambda: None, title="there", url_path="pipeline")
    st.navigation([here, there], position="hidden")
    if st.query_params.get("framed"):
        links.know([here, there])
    links.link("pipeline", "History", ":material/history:", tab="history", table="weather")


def test_a_link_leads_to_a_page_of_the_frame_with_its_query() -> None:
    page = AppTest.from_function(draw_link)
    page.query_params["framed"] = "yes"
    (link,) = page.run().get("page_link")
    assert (link.proto.page, link.proto.query_string, link.proto.external) == (
        "pipeline",
        "tab=history&table=weather",
        False,
    )


def test_a_page_that_is_drawn_without_a_frame_leads_nowhere() -> None:
    page = AppTest.from_function(draw_link).run()
    assert not page.exception and not page.get("page_link")


@pytest.mark.parametrize(("before", "opened"), [("sources.title", "履歴"), ("exports.title", "ステータス")])
def test_tabs_begin_where_the_address_says_when_a_page_is_come_to(
    environment: pytest.MonkeyPatch, before: str, opened: str
) -> None:
    """The session had the first tab open: another page's link leads on, the same page drawn anew stays where it was."""
    page = AppTest.from_function(draw, default_timeout=30)
    page.query_params["tab"] = "history"
    page.session_state[state.OPEN_PAGE] = before
    page.session_state[state.ADDRESS_TURNS] = {"tabs-ja": 0}
    page.session_state["tabs-ja"] = "ステータス"
    page.run()
    assert not page.exception
    assert page.session_state["tabs-ja"] == opened
