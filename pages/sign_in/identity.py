"""Who uses the screen: what Streamlit's sign-in says, how it is set up, from where the app is reached. Draws nothing.

A mistake in the set-up is an error, never an open door. Source: Streamlit documentation, "st.login" and "st.user".
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from pages.sign_in.exposure import exposed, is_here
from pipeline.access import Admission, Person, admission
from pipeline.clock import utc_now
from pipeline.config import Settings
from pipeline.console.environment import load_environment
from pipeline.errors import ConfigInvalid

SECRETS_FILE = ".streamlit/secrets.toml"
DEFAULT_PROVIDER = "default"
LEAST_SECRET = 32
_NEEDED = ("client_id", "client_secret", "server_metadata_url")


@dataclass
class Visit:
    """One sign-in in one session; ``ended`` by signing out, from when on it is worth nothing."""

    claims: Mapping[str, Any]
    ended: bool = False

    def admission(self) -> Admission:
        """What the sign-in is worth now, by the settings in force now. Raise ConfigInvalid for malformed ones."""
        load_environment()
        claims = {} if self.ended else self.claims
        return admission(claims, Settings.from_env(os.environ).rules, utc_now())

    def person(self) -> Person:
        """Whoever it is; without a role unless admitted."""
        return self.admission().person


@dataclass(frozen=True)
class Provider:
    """One way to sign in; ``name`` is None for the only one, which has no section of its own."""

    name: str | None
    metadata_url: str


def claims() -> dict[str, Any]:
    """What the identity provider said of whoever looks; without the tokens, of which nothing here has need."""
    return {name: value for name, value in st.user.to_dict().items() if name != "tokens"}


def providers() -> tuple[Provider, ...]:
    """The ways to sign in; none when sign-in is not set up. Raise ConfigInvalid when it is set up wrongly."""
    section = _auth_section()
    if section is None:
        return ()
    if st.get_option("server.trustedUserHeaders"):
        raise _wrong("server.trustedUserHeaders", "headers would overrule what the identity provider says")
    return providers_of(section)


def providers_of(section: Mapping[str, Any]) -> tuple[Provider, ...]:
    """The ways to sign in that an [auth] section names. Raise ConfigInvalid naming what is missing or weak."""
    _check_shared(section)
    parts = {name: part for name, part in section.items() if isinstance(part, Mapping) and name != "client_kwargs"}
    if not parts or any(key in section for key in _NEEDED):
        parts = {DEFAULT_PROVIDER: section} | parts
    for name, part in parts.items():
        _check_provider(name, part)
    return tuple(
        Provider(None if name == DEFAULT_PROVIDER else name, part["server_metadata_url"])
        for name, part in parts.items()
    )


def check_address() -> None:
    """Raise ConfigInvalid where AWS would be shown without sign-in to others than this machine."""
    exposure = exposed(st.get_option("server.address"), st.context.headers)
    if exposure:
        raise refusal(exposure)


def refusal(exposure: str) -> ConfigInvalid:
    """The error of somebody who is not on this machine, and is not to be served without sign-in."""
    message = f"[auth]: {exposure}: with PIPELINE_BACKEND=aws other machines are served only with sign-in"
    return ConfigInvalid(message, situation="elsewhere", setting="[auth]", looked_in=SECRETS_FILE)


def _auth_section() -> Mapping[str, Any] | None:
    try:
        loaded = st.secrets.load_if_toml_exists()
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong("[auth]", f"the file of secrets cannot be read: {type(error).__name__}") from error
    if loaded:
        section = st.secrets.to_dict().get("auth")
        if section is not None and not isinstance(section, Mapping):
            raise _wrong("[auth]", "auth is no section")
        return section
    # Streamlit treats a file that it cannot parse like one that is not there.
    if any(os.path.exists(path) for path in st.get_option("secrets.files")):
        raise _wrong("[auth]", "the file of secrets is not valid TOML")
    return None


def _check_shared(section: Mapping[str, Any]) -> None:
    secret = section.get("cookie_secret")
    if not isinstance(secret, str) or len(secret) < LEAST_SECRET:
        raise _wrong("[auth] cookie_secret", f"at least {LEAST_SECRET} random characters are needed")
    redirect = section.get("redirect_uri")
    if not _is_safe(redirect) or not str(redirect).endswith("/oauth2callback"):
        raise _wrong("[auth] redirect_uri", "expected https://<host>/debug/oauth2callback")


def _check_provider(name: str, part: Mapping[str, Any]) -> None:
    where = "[auth]" if name == DEFAULT_PROVIDER else f"[auth.{name}]"
    if "_" in name:
        raise _wrong(where, "the name of a provider holds no underscore")
    for key in _NEEDED:
        if not isinstance(part.get(key), str) or not part[key].strip():
            raise _wrong(f"{where} {key}", f"{key} is missing")
    if not _is_safe(part["server_metadata_url"]):
        raise _wrong(f"{where} server_metadata_url", "expected https://…/.well-known/openid-configuration")


def _is_safe(url: Any) -> bool:
    try:
        address = urlsplit(url if isinstance(url, str) else "")
    except ValueError:
        return False
    return address.scheme == "https" or (address.scheme == "http" and is_here(address.hostname))


def _wrong(setting: str, message: str) -> ConfigInvalid:
    return ConfigInvalid(f"{setting}: {message}", setting=setting, looked_in=SECRETS_FILE)
