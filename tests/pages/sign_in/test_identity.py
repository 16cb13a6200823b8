"""pages.sign_in.identity: how sign-in is set up."""

from __future__ import annotations

from typing import Any

import pytest

from pages.sign_in.identity import Provider, providers_of, refusal
from pipeline.errors import ConfigInvalid

URL = "https://accounts.example.com/.well-known/openid-configuration"
CLIENT = {"client_id": "c", "client_secret": "s", "server_metadata_url": URL}
SHARED = {"redirect_uri": "https://console.example.com/debug/oauth2callback", "cookie_secret": "x" * 32}


def test_one_provider_needs_no_name() -> None:
    assert providers_of(SHARED | CLIENT) == (Provider(None, URL),)
    assert providers_of(SHARED | CLIENT | {"client_kwargs": {"prompt": "login"}}) == (Provider(None, URL),)


def test_several_providers_have_names() -> None:
    found = providers_of(SHARED | {"google": CLIENT, "entra": CLIENT})
    assert [provider.name for provider in found] == ["google", "entra"]


def test_this_machine_may_do_without_tls() -> None:
    here = {"redirect_uri": "http://localhost:8501/debug/oauth2callback"}
    assert providers_of(SHARED | CLIENT | here)


def without(section: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in section.items() if key != name}


@pytest.mark.parametrize(
    ("section", "named"),
    [
        ({}, "[auth] cookie_secret"),
        (SHARED, "[auth] client_id"),
        (without(SHARED | CLIENT, "cookie_secret"), "[auth] cookie_secret"),
        (SHARED | CLIENT | {"cookie_secret": "short"}, "[auth] cookie_secret"),
        (without(SHARED | CLIENT, "redirect_uri"), "[auth] redirect_uri"),
        (SHARED | CLIENT | {"redirect_uri": "https://console.example.com/"}, "[auth] redirect_uri"),
        (SHARED | CLIENT | {"redirect_uri": "http://console.example.com/oauth2callback"}, "[auth] redirect_uri"),
        (SHARED | CLIENT | {"redirect_uri": "https://[x/oauth2callback"}, "[auth] redirect_uri"),
        (without(SHARED | CLIENT, "client_secret"), "[auth] client_secret"),
        (SHARED | CLIENT | {"server_metadata_url": "http://x.example"}, "[auth] server_metadata_url"),
        (SHARED | {"google": without(CLIENT, "client_id")}, "[auth.google] client_id"),
        (SHARED | {"my_google": CLIENT}, "[auth.my_google]"),
    ],
)
def test_what_is_missing_or_weak_is_named_and_no_door_opens(section: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        providers_of(section)
    assert caught.value.facts == {"setting": named, "looked_in": ".streamlit/secrets.toml"}
    assert "short" not in caught.value.message


def test_whoever_is_elsewhere_is_told_so_and_how_sign_in_is_set_up() -> None:
    told = refusal("a proxy passes requests on (via)")
    assert told.facts == {"situation": "elsewhere", "setting": "[auth]", "looked_in": ".streamlit/secrets.toml"}
    assert "(via)" in told.message
