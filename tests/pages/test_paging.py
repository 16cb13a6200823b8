"""pages.ui.paging: which rows of a list are drawn, as the address says."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def draw_list() -> None:
    import streamlit as st  # noqa: PLC0415 - AppTest runs this function's source by itself

    from pages.ui import paging, state  # noqa: PLC0415

    number, untold = int(st.query_params["number"]), st.query_params.get("untold")
    part = paging.pager(state.words(), "rows", number, 10, int(untold) if untold else None)
    st.text(",".join(str(row) for row in range(number)[part]))


def opened(number: int, **query: str) -> AppTest:
    page = AppTest.from_function(draw_list)
    for name, value in {"number": str(number), **query}.items():
        page.query_params[name] = value
    return page.run()


@pytest.mark.parametrize("number", [0, 1, 10])
def test_what_fits_on_one_page_has_no_pages(number: int) -> None:
    page = opened(number, page="2")
    assert not page.exception and len(page.number_input) == 0
    assert page.text[0].value == ",".join(map(str, range(number)))


def test_the_address_says_which_page_and_follows_the_choice() -> None:
    page = opened(11, page="2")
    assert page.text[0].value == "10"
    page = page.number_input[0].set_value(1).run()
    assert page.text[0].value.startswith("0,") and "page" not in page.query_params


@pytest.mark.parametrize("asked", ["0", "3", "x", "-1"])
def test_a_page_that_there_is_not_is_the_first(asked: str) -> None:
    assert opened(11, page=asked).text[0].value.startswith("0,")


def test_where_the_address_says_nothing_it_begins_where_it_is_told() -> None:
    assert opened(25, untold="3").text[0].value == "20,21,22,23,24"
