"""A person's tokens in the vault, and their renewal: one at a time for a person, whoever asks and from wherever.

A lease in the lake keeps two renewals apart: of two refreshes with one refresh token a rotating provider takes the
second for theft. Secrets Manager's compare-and-set stands behind it, for a holder that outlived its lease.
"""

from __future__ import annotations

import math
import random
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from pipeline.errors import AlreadyRunning, AuthFailed, DataInvalid, ExternalApiDown
from pipeline.runs.lease import LEASE_SECONDS, Lease, Leases
from pipeline.sources.google_health.oauth import Tokens
from pipeline.sources.vault import Changed, Kept, Vault

PREFIX = "pipeline-console"
SOURCE = "google-health"
# A token that ends within this time is renewed before it is used.
MARGIN = timedelta(seconds=60)
# Longer than a dead holder's lease.
LONGEST_WAIT_SECONDS = LEASE_SECONDS + 30.0
ATTEMPTS = 3
_USER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_CLIENT = "client"


@dataclass(frozen=True)
class TokenStore:
    """Tokens by person, under ``<prefix>/google-health/<user>``. ``patience`` is the longest wait for another renewal,
    ``left`` gives the seconds until the caller's deadline."""

    vault: Vault
    leases: Leases
    now: Callable[[], datetime]
    prefix: str = PREFIX
    sleep: Callable[[float], None] = time.sleep
    patience: float = LONGEST_WAIT_SECONDS
    left: Callable[[], float] = lambda: math.inf
    rng: random.Random = field(default_factory=random.Random, repr=False)

    def name(self, user: str) -> str:
        """The secret's name. Raise DataInvalid for a user that cannot be part of one."""
        if not _USER.fullmatch(user) or user == _CLIENT:
            facts = {"record": "account", "field": "user", "situation": "user_name"}
            raise DataInvalid(f"user {user!r:.80} is not of the form {_USER.pattern}", **facts)
        return f"{self.prefix}/{SOURCE}/{user}"

    def within(self, left: Callable[[], float]) -> TokenStore:
        """The same for a run, which may wait for a dead holder's lease to end."""
        return replace(self, left=left, patience=LONGEST_WAIT_SECONDS)

    def read(self, user: str) -> Tokens | None:
        """A person's tokens as they are kept."""
        kept = self.vault.read(self.name(user))
        return self._tokens(user, kept) if kept else None

    def save(self, user: str, tokens: Tokens) -> None:
        """Keep the tokens of a new consent, in place of what was there."""
        name = self.name(user)
        with self._alone(user):
            for _ in range(ATTEMPTS):
                kept = self.vault.read(name)
                try:
                    self.vault.write(name, tokens.to_json(), kept.version if kept else None)
                    return
                except Changed:
                    continue
        raise ExternalApiDown(f"the secret {name} changes too fast", provider="AWS", resource=name)

    def fresh(self, user: str, refresh: Callable[[Tokens], Tokens]) -> Tokens:
        """Tokens that last for a while yet; renewed where they do not. Raise AuthFailed (``not_connected``)."""
        tokens = self.read(user)
        if tokens and tokens.expires_at - self.now() > MARGIN:
            return tokens
        # Nothing there may be a write between its two steps (moto's are seen): it is looked for again under the lease.
        return self.renewed(user, tokens.access if tokens else "", refresh)

    def renewed(self, user: str, used: str, refresh: Callable[[Tokens], Tokens]) -> Tokens:
        """Other tokens than those with the access token ``used``, which is spent: somebody's newer ones, or refreshed.

        Raise AuthFailed when the consent is gone, AlreadyRunning when another renewal does not end.
        """
        name = self.name(user)
        with self._alone(user) as lease:
            kept = self.vault.read(name)
            if kept is None:
                raise not_connected(user)
            tokens = self._tokens(user, kept)
            if tokens.access != used:
                return tokens
            newer = refresh(tokens)
            try:
                self.leases.renew(lease)
                self.vault.write(name, newer.to_json(), kept.version)
            except (Changed, AlreadyRunning):
                return self._theirs(user)
            return newer

    def forget(self, user: str, revoke: Callable[[Callable[[], Tokens]], None]) -> bool:
        """Give the consent back by ``revoke`` and delete the tokens, whatever it says; False when there were none.

        ``revoke`` is handed how the tokens are read, which raises SchemaMismatch for what are none. What is raised
        here is of the vault or the lease: the tokens may be there yet.
        """
        name = self.name(user)
        with self._alone(user):
            kept = self.vault.read(name)
            try:
                if kept:
                    revoke(partial(self._tokens, user, kept))
            finally:
                self.vault.delete(name)
        return kept is not None

    def _theirs(self, user: str) -> Tokens:
        # This holder was taken for dead, and another one has done its work.
        tokens = self.read(user)
        if tokens is None:
            raise not_connected(user)
        return tokens

    def _tokens(self, user: str, kept: Kept) -> Tokens:
        return Tokens.from_json(kept.value, self.name(user))

    @contextmanager
    def _alone(self, user: str) -> Iterator[Lease]:
        lease = self._taken(user)
        try:
            yield lease
        finally:
            # A renewal may have changed it: what counts is the state that is there.
            held = self.leases.current(lease.table)
            if held and held.run_id == lease.run_id:
                self.leases.release(held)

    def _taken(self, user: str) -> Lease:
        waited, mark = 0.0, f"token-{secrets.token_hex(8)}"
        while True:
            try:
                return self.leases.take(f"{SOURCE}-token.{user}", mark, self.now().date())
            except AlreadyRunning:
                pause = self.rng.uniform(0.05, 0.5)
                if waited >= self.patience or pause > self.left():
                    raise
                self.sleep(pause)
                waited += pause


def not_connected(user: str) -> AuthFailed:
    """Nobody has consented, or the consent was given back."""
    message = f"google health of {user} is not connected"
    return AuthFailed(message, provider="google", user=user, situation="not_connected")
