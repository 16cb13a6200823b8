"""The gate under AppTest: who is let through to the page, and that a page reached around it gives nothing."""

from __future__ import annotations

import time
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import reads
from tests.pages.conftest import draw, texts

URL = "https://accounts.example.com/.well-known/openid-configuration"
AUTH = {
    "redirect_uri": "https://console.example.com/debug/oauth2callback",
    "cookie_secret": "x" * 32,
    "client_id": "c",
    "client_secret": "s",
    "server_metadata_url": URL,
}


def gated() -> None:
    from pages.exports import page  # noqa: PLC0415 - AppTest runs this function's source by itself
    from pages.sign_in import gate  # noqa: PLC0415
    from pages.ui import state  # noqa: PLC0415

    if gate.admitted(state.words()):
        gate.person(state.words())
        page.render()


def claims(email: str, **more: Any) -> dict[str, Any]:
    return {"is_logged_in": True, "email": email, "email_verified": True, "sub": "s", "iat": time.time(), **more}


def shown(user: dict[str, Any], what: Any = gated, auth: dict[str, Any] | None = None, tab: str = "status") -> AppTest:
    page = AppTest.from_function(what, default_timeout=30)
    page.secrets["auth"] = AUTH if auth is None else auth
    page.user = user
    page.query_params["lang"], page.query_params["tab"] = "en", tab
    return page.run()


@pytest.fixture
def rules(environment: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    environment.setenv("PIPELINE_VIEWERS", "@example.com")
    environment.setenv("PIPELINE_OPERATORS", "alice@example.com")
    return environment


def labels(page: AppTest) -> set[str]:
    return {button.label for button in page.button}


def test_nobody_meets_the_way_to_sign_in_and_nothing_else(rules: pytest.MonkeyPatch) -> None:
    page = shown({"is_logged_in": False})
    assert labels(page) == {"Sign in"}
    assert not page.metric


def test_a_viewer_sees_and_the_buttons_are_disabled_with_a_reason(rules: pytest.MonkeyPatch) -> None:
    page = shown(claims("bob@example.com"))
    assert page.metric
    export = page.button(key="export")
    assert export.disabled
    assert "role operator" in export.help


def test_a_button_that_was_allowed_when_it_was_drawn_starts_nothing_for_a_viewer(rules: pytest.MonkeyPatch) -> None:
    page = shown(claims("alice@example.com"))
    before = len(reads.base().history().runs)
    rules.setenv("PIPELINE_OPERATORS", "")
    page.button(key="export").click().run()
    assert not page.exception
    assert page.button(key="export").disabled
    assert reads.base().active_run() is None
    assert len(reads.base().history().runs) == before


def test_an_operator_may_press(rules: pytest.MonkeyPatch) -> None:
    page = shown(claims("alice@example.com"))
    assert not page.button(key="export").disabled
    assert {"alice@example.com"} <= {element.value for element in page.text}


def test_a_viewer_cannot_save_the_schedule(rules: pytest.MonkeyPatch) -> None:
    page = shown(claims("bob@example.com"), tab="settings")
    assert [button.disabled for button in page.button if button.label == "Save"] == [True]


def test_a_page_that_is_reached_around_the_gate_gives_nothing(rules: pytest.MonkeyPatch) -> None:
    for user in ({"is_logged_in": False}, claims("mallory@evil.example"), {}):
        page = shown(user, draw)
        assert not page.exception
        assert not page.metric
        assert any("E015" in (error.proto.title or "") for error in page.error)


@pytest.mark.parametrize("auth", [{}, {**AUTH, "cookie_secret": "short"}, {"google": {}}])
def test_a_mistake_in_the_set_up_closes_the_console(rules: pytest.MonkeyPatch, auth: dict[str, Any]) -> None:
    for what in (gated, draw):
        page = shown(claims("alice@example.com"), what, auth)
        assert not page.metric
        assert any("E013" in (error.proto.title or "") for error in page.error)


def test_a_malformed_rule_closes_the_console_and_is_named(rules: pytest.MonkeyPatch) -> None:
    rules.setenv("PIPELINE_OPERATORS", "everybody")
    page = shown(claims("alice@example.com"))
    assert not page.metric
    assert "PIPELINE_OPERATORS" in texts(page)


def test_without_sign_in_the_embedded_demo_is_everybody_s(environment: pytest.MonkeyPatch) -> None:
    page = AppTest.from_function(gated, default_timeout=30).run()
    assert not page.button(key="export").disabled
    assert "Sign out" not in labels(page)
