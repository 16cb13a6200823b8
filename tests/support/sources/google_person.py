"""What the tests of Google Health share: the provider, accounts on an emulated vault, a person who consents."""

from __future__ import annotations

import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline.aws import Cloud
from pipeline.embedded.providers.google import CLIENT_ID, CLIENT_SECRET, GoogleProvider
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import Leases
from pipeline.sources.google_health.accounts import GoogleAccounts, stored_client
from pipeline.sources.google_health.consents import SignIns
from pipeline.sources.google_health.source import GoogleHealth
from pipeline.sources.google_health.tokens import TokenStore
from pipeline.sources.http import Http
from pipeline.sources.protocol import Tools
from pipeline.sources.vault import SecretsManager, Vault

# 2026-10-20 in Tokyo, in the afternoon.
NOW = datetime(2026, 10, 20, 6, 0, tzinfo=UTC)
REDIRECT = "http://127.0.0.1:8501/debug/sources"
SUBJECT = "alice@example.com"


def no_sleep(seconds: float) -> None:
    """Nobody waits in these tests."""


@dataclass
class World:
    """A console's side of Google Health, beside the provider; ``http`` is the way to it."""

    google: GoogleProvider
    accounts: GoogleAccounts
    vault: Vault
    http: Http
    now: Callable[[], datetime]

    @property
    def store(self) -> TokenStore:
        return self.accounts.store

    def source(self, **settings: Any) -> GoogleHealth:
        tools = Tools(self.http, self.now)
        return GoogleHealth(tools, self.accounts, ("akari",), self.google.url, **settings)

    def connect(self, user: str = "akari") -> None:
        self.accounts.finish(self.consent(user), SUBJECT)

    def consent(self, user: str = "akari", answer: str = "allow") -> dict[str, str]:
        """What Google sends the browser back with."""
        return press(self.accounts.begin(SUBJECT, user, REDIRECT), answer)


def world(
    google: GoogleProvider, cloud: Cloud, lake: Lake, now: Callable[[], datetime], kept: Vault | None = None
) -> World:
    """Accounts whose client stands in the vault, under a prefix of their own."""
    http = Http("google", sleep=no_sleep, now=now)
    vault, prefix = kept or SecretsManager(cloud.secretsmanager, no_sleep), f"test-{uuid.uuid4().hex[:8]}"
    vault.write(f"{prefix}/google-health/client", f'{{"client_secret": "{CLIENT_SECRET}"}}', None)
    store = TokenStore(vault, Leases(lake, now), now, prefix)
    accounts = GoogleAccounts(
        lambda: stored_client(vault, CLIENT_ID, prefix), http, store, SignIns(now), now, google.url, google.url
    )
    return World(google, accounts, vault, http, now)


def press(url: str, answer: str) -> dict[str, str]:
    """Open the consent page, press allow or deny, and read the query of the address that the browser is sent to."""
    with urllib.request.urlopen(url) as page:
        assert page.status == 200
    asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
    origin = url.split("/o/oauth2")[0]
    form = urllib.parse.urlencode({**asked, "answer": answer}).encode()
    opener = urllib.request.build_opener(_Stay)
    with opener.open(f"{origin}/o/oauth2/v2/consent", form) as back:
        location = back.headers["Location"]
    assert location.startswith(asked["redirect_uri"])
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))


class _Stay(urllib.request.HTTPRedirectHandler):
    def http_error_302(self, req: Any, fp: Any, code: int, msg: str, headers: Any) -> Any:
        return fp
