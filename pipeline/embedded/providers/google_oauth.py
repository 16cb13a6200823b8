"""OAuth of this machine's Google: one-time codes with PKCE, access tokens that end, refresh tokens, rotated if told so.

Tokens look like Google's, so that whatever blanks those out does so here, too.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pipeline.sources.google_health.oauth import challenge

ACCESS_SECONDS = 3600
CODE_SECONDS = 600


class Refused(Exception):
    """An OAuth error: its own word (RFC 6749, 5.2), a sentence and an HTTP status."""

    def __init__(self, error: str, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.error, self.status = error, status


@dataclass
class Grant:
    """One consent: what was agreed to, the tokens of it that are good, and the refresh tokens that no longer are."""

    scopes: tuple[str, ...]
    redirect: str
    challenge: str
    started: datetime
    access: dict[str, datetime] = field(default_factory=dict)
    refresh: str = ""
    spent: set[str] = field(default_factory=set)
    exchanged: bool = False
    revoked: bool = False


class Authority:
    """Gives and takes back consents; safe to use from several threads."""

    def __init__(self, client_id: str, client_secret: str, now: Callable[[], datetime]) -> None:
        self.client_id, self.client_secret = client_id, client_secret
        self.rotate = False
        self.refreshes = 0
        self.granted: tuple[str, ...] | None = None
        self._now = now
        self._lock = threading.Lock()
        self._by_code: dict[str, Grant] = {}

    def consent(self, asked: Mapping[str, str]) -> str:
        """A code for what the authorization request asked for. ``granted`` narrows the scopes, as a person may."""
        code = f"4/{secrets.token_urlsafe(32)}"
        scopes = self.granted if self.granted is not None else tuple(asked["scope"].split())
        with self._lock:
            self._by_code[code] = Grant(scopes, asked["redirect_uri"], asked["code_challenge"], self._now())
        return code

    def token(self, form: Mapping[str, str]) -> dict[str, Any]:
        """The token endpoint's answer. Raise Refused."""
        if (form.get("client_id"), form.get("client_secret")) != (self.client_id, self.client_secret):
            raise Refused("invalid_client", "The OAuth client was not found.", 401)
        with self._lock:
            if form.get("grant_type") == "authorization_code":
                return self._exchange(form)
            if form.get("grant_type") == "refresh_token":
                return self._refresh(form.get("refresh_token", ""))
        raise Refused("unsupported_grant_type", "Invalid grant_type")

    def revoke(self, token: str) -> None:
        """Raise Refused for a token that is none."""
        with self._lock:
            grant = next((g for g in self._by_code.values() if token in (g.refresh, *g.access) and not g.revoked), None)
            if grant is None or not token:
                raise Refused("invalid_token", "Token expired or revoked")
            grant.revoked = True

    def revoke_all(self) -> None:
        """As if everybody had withdrawn their consent in their Google account."""
        for grant in self._by_code.values():
            grant.revoked = True

    def expire_access(self) -> None:
        """End every access token early; refresh tokens stay good."""
        with self._lock:
            for grant in self._by_code.values():
                grant.access = dict.fromkeys(grant.access, self._now())

    def scopes(self, access: str) -> tuple[str, ...] | None:
        """What an access token may; None for one that is no good."""
        with self._lock:
            grant = next((g for g in self._by_code.values() if access in g.access), None)
            return grant.scopes if grant and not grant.revoked and grant.access[access] > self._now() else None

    def secrets(self) -> list[str]:
        """Every code and token that was ever given, and the client's secret: what no output may show."""
        given = [self.client_secret, *self._by_code]
        for grant in self._by_code.values():
            given += [*grant.access, *grant.spent, *([grant.refresh] if grant.refresh else [])]
        return given

    def _exchange(self, form: Mapping[str, str]) -> dict[str, Any]:
        grant = self._by_code.get(form.get("code", ""))
        if grant is None:
            raise Refused("invalid_grant", "Malformed auth code.")
        if grant.exchanged:
            # RFC 6749, 4.1.2: what was given for the code is revoked.
            grant.revoked = True
            raise Refused("invalid_grant", "Bad Request")
        if self._now() - grant.started > timedelta(seconds=CODE_SECONDS) or grant.redirect != form.get("redirect_uri"):
            raise Refused("invalid_grant", "Bad Request")
        if challenge(form.get("code_verifier", "")) != grant.challenge:
            raise Refused("invalid_grant", "Invalid code verifier.")
        grant.exchanged = True
        grant.refresh = _refresh_token()
        return {**self._answer(grant), "refresh_token": grant.refresh}

    def _refresh(self, token: str) -> dict[str, Any]:
        self.refreshes += 1
        stolen = next((g for g in self._by_code.values() if token in g.spent), None)
        if stolen:
            # A refresh token that was used before: whoever has the other one may be a thief.
            stolen.revoked = True
        grant = next((g for g in self._by_code.values() if token and g.refresh == token and not g.revoked), None)
        if grant is None:
            raise Refused("invalid_grant", "Token has been expired or revoked.")
        if not self.rotate:
            return self._answer(grant)
        grant.spent.add(grant.refresh)
        grant.refresh = _refresh_token()
        return {**self._answer(grant), "refresh_token": grant.refresh}

    def _answer(self, grant: Grant) -> dict[str, Any]:
        access = f"ya29.{secrets.token_urlsafe(48)}"
        grant.access[access] = self._now() + timedelta(seconds=ACCESS_SECONDS)
        return {
            "access_token": access,
            "expires_in": ACCESS_SECONDS,
            "scope": " ".join(grant.scopes),
            "token_type": "Bearer",
        }


def _refresh_token() -> str:
    return f"1//{secrets.token_urlsafe(48)}"
