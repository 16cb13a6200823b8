"""pages.ui.press: a press leads to its action, once, whatever happens to the run that it began."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from pages.ui.press import WAITING_SECONDS, Desk


def page_with_one_button() -> None:
    import streamlit as st  # noqa: PLC0415 - AppTest runs this function's source by itself

    from pages.ui import press  # noqa: PLC0415
    from pipeline.errors import NotFound  # noqa: PLC0415

    def action() -> str:
        st.session_state["count"] = st.session_state.get("count", 0) + 1
        if st.session_state.get("fails"):
            raise NotFound("gone")
        return "done"

    pressed = press.button("Go", "go")
    if st.session_state.pop("ends_early", False):
        # As when another click ends this run before it comes to the action.
        st.stop()
    came = press.outcome(pressed, action, "Working")
    if st.session_state.pop("ends_late", False):
        st.stop()
    if came:
        st.text(came.error.slug if came.error else came.value)
        press.forget(pressed)


def opened() -> AppTest:
    return AppTest.from_function(page_with_one_button).run()


def shown(page: AppTest) -> list[str]:
    assert not page.exception
    return [text.value for text in page.text]


def actions(page: AppTest) -> int:
    return int(page.session_state["count"]) if "count" in page.session_state else 0


def test_a_press_does_its_action_once() -> None:
    page = opened()
    page.button[0].click().run()
    assert (shown(page), actions(page)) == (["done"], 1)
    page.run()
    assert (shown(page), actions(page)) == ([], 1)


def test_a_press_whose_run_ended_early_is_acted_on_by_the_next() -> None:
    page = opened()
    page.session_state["ends_early"] = True
    page.button[0].click().run()
    assert (shown(page), actions(page)) == ([], 0)
    page.run()
    assert (shown(page), actions(page)) == (["done"], 1)


def test_an_outcome_that_was_not_shown_is_shown_by_the_next_run_without_a_second_deed() -> None:
    page = opened()
    page.session_state["ends_late"] = True
    page.button[0].click().run()
    assert (shown(page), actions(page)) == ([], 1)
    page.run()
    assert (shown(page), actions(page)) == (["done"], 1)


def test_what_stood_in_the_way_is_an_outcome_too() -> None:
    page = opened()
    page.session_state["fails"] = True
    page.button[0].click().run()
    assert shown(page) == ["NOT_FOUND"]


def test_a_press_that_waited_too_long_is_not_acted_on() -> None:
    desk = Desk()
    desk.note("go")
    assert desk.waits("go")
    desk.waiting["go"] -= WAITING_SECONDS
    assert not desk.waits("go")


def test_nobody_has_pressed_a_button_that_was_not_pressed() -> None:
    assert not Desk().waits("go")
