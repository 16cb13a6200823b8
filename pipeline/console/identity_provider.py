"""Asks an OpenID Connect provider whether it answers, before a browser is sent there.

Source: OpenID Connect Discovery 1.0, "Obtaining OpenID Provider Configuration Information".
"""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx

from pipeline.errors import ExternalApiDown

SECONDS = 5.0
_NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")


def check(metadata_url: str) -> None:
    """Raise ExternalApiDown when the provider's metadata cannot be read, or are none."""
    host = urlsplit(metadata_url).netloc
    try:
        answer = httpx.get(metadata_url, timeout=SECONDS, follow_redirects=True)
        document = answer.raise_for_status().json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise _down(host, f"does not answer: {type(error).__name__}") from error
    lacking = [name for name in _NEEDED if not isinstance(document, dict) or not document.get(name)]
    if lacking:
        raise _down(host, f"names no {', '.join(lacking)}")


def _down(host: str, message: str) -> ExternalApiDown:
    return ExternalApiDown(f"the identity provider {host} {message}", resource=host, provider="sign-in")
