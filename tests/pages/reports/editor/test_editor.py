"""pages.reports.editor under AppTest."""

from __future__ import annotations

import time

import pytest
from streamlit.testing.v1 import AppTest

from pipeline.lake.bucket import Lake
from tests.pages.conftest import texts


def draw_editor() -> None:
    import streamlit as st  # noqa: PLC0415 - AppTest runs this function's source by itself

    from pages.reports.editor import editor  # noqa: PLC0415
    from pages.sign_in import signed_in  # noqa: PLC0415
    from pages.ui import notice, state  # noqa: PLC0415

    notice.begin()
    notice.draw(state.words(), notice.PAGE)
    editor.render(signed_in.app(), state.words(), st.query_params.get("report"))


def opened(language: str = "ja", **query: str) -> AppTest:
    page = AppTest.from_function(draw_editor, default_timeout=30)
    for name, value in {"lang": language, **query}.items():
        page.query_params[name] = value
    return page.run()


def test_x(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    page = opened(report="my-week")
    print(page.exception)
    print(texts(page))
    for k in (
        page.text_input,
        page.text_area,
        page.selectbox,
        page.multiselect,
        page.button,
        page.checkbox,
        page.radio,
    ):
        for e in k:
            print(e.type, e.key, e.label, getattr(e, "value", None))
    time.sleep(3)
    page = page.run()
    print(texts(page))
    assert 0
