"""Google's OAuth 2.0 for a web server: the authorization code with PKCE, its exchange, refresh and revocation.

Sources: Google Identity, "Using OAuth 2.0 for Web Server Applications"; RFC 7636 (PKCE); RFC 7009 (revocation).
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeGuard
from urllib.parse import urlencode

import orjson

from pipeline.clock import parse_utc, utc_text
from pipeline.errors import AuthFailed, DataInvalid, PipelineError, SchemaMismatch
from pipeline.sources.http import Http

PROVIDER = "google"
_SCOPE = "https://www.googleapis.com/auth/googlehealth."
# Google Health API, "Scopes": every one of them is restricted.
SCOPES = (
    f"{_SCOPE}sleep.readonly",
    f"{_SCOPE}activity_and_fitness.readonly",
    f"{_SCOPE}health_metrics_and_measurements.readonly",
)
MOST_TOKEN_SECONDS = 24 * 3600
# RFC 6749, A.12 and A.17, without the space: a token stands in a header, and what a header cannot hold is quoted by
# the library that refuses it.
_TOKEN = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True)
class OAuthClient:
    """The application as Google knows it."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class Tokens:
    """What a person's consent gave: ``access`` until ``expires_at`` (UTC), ``refresh`` until it is revoked."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: datetime
    scopes: tuple[str, ...] = ()

    def to_json(self) -> str:
        """For the vault only."""
        raw = {"access_token": self.access, "refresh_token": self.refresh, "expires_at": utc_text(self.expires_at)}
        return orjson.dumps(raw | {"scopes": self.scopes}).decode()

    @classmethod
    def from_json(cls, text: str, name: str) -> Tokens:
        """Raise SchemaMismatch naming the secret, never its value."""
        try:
            raw = orjson.loads(text)
            access, refresh = raw["access_token"], raw["refresh_token"]
            if not (_is_token(access) and _is_token(refresh)):
                raise ValueError("no tokens")
            return cls(access, refresh, parse_utc(raw["expires_at"]), tuple(map(str, raw["scopes"])))
        except (KeyError, TypeError, ValueError, OverflowError):
            # Without its cause, which quotes what was read.
            text = f"the secret {name} holds no tokens of ours; disconnect and connect again"
            raise SchemaMismatch(text, key=name, expected="tokens", found="something else") from None


@dataclass(frozen=True)
class GoogleOAuth:
    """Asks ``accounts_url`` (the browser goes there) and ``oauth_url`` (this process does)."""

    client: OAuthClient
    http: Http
    now: Callable[[], datetime]
    accounts_url: str
    oauth_url: str

    def authorization_url(self, redirect: str, state: str, verifier: str) -> str:
        """Where the browser goes to ask for consent."""
        asked = {
            "client_id": self.client.client_id,
            "redirect_uri": redirect,
            "response_type": "code",
            "scope": " ".join(SCOPES),
            "access_type": "offline",
            # Without it a second consent brings no refresh token.
            "prompt": "consent",
            "state": state,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
        return f"{self.accounts_url}/o/oauth2/v2/auth?{urlencode(asked)}"

    def exchange(self, code: str, verifier: str, redirect: str) -> Tokens:
        """The tokens for an authorization code. Raise AuthFailed (``code_refused``: used, expired, not ours)."""
        form = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier, "redirect_uri": redirect}
        answer = self._ask(form, "code_refused")
        if not isinstance(answer.get("refresh_token"), str):
            raise AuthFailed("google gave no refresh token", provider=PROVIDER, situation="no_refresh_token")
        return self._tokens(answer, answer["refresh_token"], SCOPES)

    def refresh(self, tokens: Tokens) -> Tokens:
        """Fresh tokens; the refresh token stays the same unless a new one came. Raise AuthFailed (``revoked``)."""
        answer = self._ask({"grant_type": "refresh_token", "refresh_token": tokens.refresh}, "revoked")
        rotated = answer.get("refresh_token")
        return self._tokens(answer, rotated if isinstance(rotated, str) and rotated else tokens.refresh, tokens.scopes)

    def revoke(self, tokens: Tokens) -> None:
        """Give the consent back; one that is revoked already is no error. Raise ExternalApiDown, RateLimited."""
        try:
            self.http.post_form(f"{self.oauth_url}/revoke", {"token": tokens.refresh})
        except SchemaMismatch:
            # RFC 7009, 2.2: 200 alone says it; the body has no meaning.
            return
        except DataInvalid as error:
            if error.facts.get("provider_code") != "invalid_token":
                raise

    def _ask(self, form: Mapping[str, str], refused: str) -> dict[str, Any]:
        ours = {"client_id": self.client.client_id, "client_secret": self.client.client_secret}
        try:
            answer = self.http.post_form(f"{self.oauth_url}/token", {**form, **ours})
        except (DataInvalid, AuthFailed) as error:
            raise _refusal(error, refused) from error
        if not isinstance(answer, dict):
            raise _strange("an object")
        return answer

    def _tokens(self, answer: Mapping[str, Any], refresh: str, asked: tuple[str, ...]) -> Tokens:
        access, seconds = answer.get("access_token"), answer.get("expires_in")
        if not _is_token(access):
            raise _strange("an access_token in visible ASCII")
        if not _is_token(refresh):
            raise _strange("a refresh_token in visible ASCII")
        if not isinstance(seconds, int) or not 0 < seconds <= MOST_TOKEN_SECONDS:
            raise _strange(f"expires_in from 1 to {MOST_TOKEN_SECONDS}")
        scope = answer.get("scope")
        scopes = tuple(scope.split()) if isinstance(scope, str) else asked
        return Tokens(access, refresh, self.now() + timedelta(seconds=seconds), scopes)


def challenge(verifier: str) -> str:
    """The S256 challenge of a verifier. Source: RFC 7636, 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _is_token(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None


def _refusal(error: PipelineError, refused: str) -> AuthFailed:
    code = error.facts.get("provider_code", "")
    situation = refused if code == "invalid_grant" else "client_refused"
    text = f"google refuses the sign-in: {error.message}"
    return AuthFailed(text, provider=PROVIDER, situation=situation, provider_code=code)


def _strange(expected: str) -> SchemaMismatch:
    # What was found may be a token: it is not quoted.
    text = f"google's token answer lacks {expected}"
    return SchemaMismatch(text, key="google /token", expected=expected, found="another answer")
