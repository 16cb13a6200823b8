"""The editor under AppTest: opened, typed into, saved, and what its preview shows."""

from __future__ import annotations

import re

from streamlit.testing.v1 import AppTest

from pages.ui import reads, state
from pipeline.console.reports.definitions import Definitions
from tests.support.eventually import eventually

TEXT = "title: 私の報告\nperiod:\n  kind: last_week\nblocks:\n- kind: status\n- kind: text\n  text: こんにちは\n"
HOSTILE = "**bold** <b>x</b> `code` $x$ :red[r]"


def draw_editor() -> None:
    import streamlit as st  # noqa: PLC0415 - AppTest runs this function's source by itself

    from pages.reports.editor import editor  # noqa: PLC0415
    from pages.sign_in import signed_in  # noqa: PLC0415
    from pages.ui import guard, notice, state  # noqa: PLC0415

    notice.begin()
    notice.draw(state.words(), notice.PAGE)

    def saved(name: str) -> None:
        st.query_params["report"] = name

    with guard.apart(state.words(), "editor"):
        editor.render(signed_in.app(), state.words(), st.query_params.get("report"), saved)


def opened(report: str | None = "mine", language: str = "ja") -> AppTest:
    page = AppTest.from_function(draw_editor, default_timeout=30)
    page.query_params["lang"] = language
    if report:
        page.query_params["report"] = report
    return page.run()


def kept() -> Definitions:
    return reads.base().reports.definitions


def field(page: AppTest, name: str) -> str:
    """The key of the definition's own field of this name, else of the one block's that has one."""
    kinds = (page.text_input, page.text_area, page.selectbox, page.checkbox, page.multiselect, page.radio)
    kinds += (page.number_input, page.date_input, page.time_input)
    keys = [one.key for kind in kinds for one in kind]
    own = [key for key in keys if re.fullmatch(rf"report-[a-z-]*-\d+-{name}", key)]
    [key] = own or [key for key in keys if re.fullmatch(rf"report-[a-z-]*-\d+-block-\d+-{name}", key)]
    return str(key)


def typed(page: AppTest, name: str, text: str) -> AppTest:
    return page.text_input(key=field(page, name)).set_value(text).run()


def saved(page: AppTest) -> AppTest:
    return page.button(key="report-save").click().run()


def signs(page: AppTest, does: str) -> list[str]:
    return [one.key for one in page.button if (one.key or "").startswith(f"block-sign-{does}-")]


def previewed(page: AppTest) -> AppTest:
    """The page once its preview has come."""
    draft = next(iter(page.session_state[state.REPORT_DRAFTS].values()))
    here = page.session_state[state.REPORT_DRAFT_PREVIEWS][draft.name]
    assert eventually(lambda: not here.is_going, 60)
    return page.run()


def shown(page: AppTest, name: str = "mine") -> str:
    html: bytes = page.session_state[state.REPORT_DRAFT_PREVIEWS][name].shown.html
    return html.decode()
