"""Sign-ins that were started and not yet finished: on the server, one-time, ten minutes, bound to who started them.

In this process's memory on purpose: the PKCE verifier is a secret, and one process serves the console's people. After
a restart the person presses the button again.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipeline.errors import Forbidden

LASTS = timedelta(minutes=10)
REMEMBERED = timedelta(hours=1)
MOST = 1000


@dataclass(frozen=True)
class Pending:
    """A started sign-in: ``subject`` is who started it, ``user`` whose data it will be."""

    subject: str
    user: str
    redirect: str
    started: datetime
    state: str = field(repr=False, default_factory=lambda: secrets.token_urlsafe(32))
    verifier: str = field(repr=False, default_factory=lambda: secrets.token_urlsafe(64))


class SignIns:
    """Starts and takes sign-ins; safe to use from several threads."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._pending: dict[str, Pending] = {}
        self._used: dict[str, datetime] = {}

    def start(self, subject: str, user: str, redirect: str) -> Pending:
        """A new sign-in of a person; older ones of the same person stay good for their ten minutes."""
        pending = Pending(subject, user, redirect, self._now())
        with self._lock:
            self._forget_old()
            self._pending[_digest(pending.state)] = pending
        return pending

    def take(self, state: str, subject: str) -> Pending:
        """The sign-in of a state, once.

        Raise Forbidden; its fact ``situation`` says why: state_unknown (forged, or of another process), state_used,
        state_expired, state_of_another.
        """
        with self._lock:
            name = self._found(_digest(state))
            if name is None:
                raise _refused("state_unknown", "a sign-in that was never started here")
            if name in self._used:
                raise _refused("state_used", "a sign-in that is finished already")
            pending = self._pending[name]
            # Another person's try must not use up the sign-in of who started it.
            if not hmac.compare_digest(pending.subject.encode(), subject.encode()):
                raise _refused("state_of_another", "a sign-in that another person started")
            self._used[name] = pending.started
            del self._pending[name]
        # A clock that was set back counts as much as one that ran.
        if abs(self._now() - pending.started) > LASTS:
            raise _refused("state_expired", f"a sign-in older than {LASTS.seconds // 60} minutes")
        return pending

    def _found(self, digest: str) -> str | None:
        # Every name is compared, in constant time each: how long it takes tells nothing of a state.
        known = [name for name in (*self._pending, *self._used) if hmac.compare_digest(name, digest)]
        return known[0] if known else None

    def _forget_old(self) -> None:
        oldest = self._now() - REMEMBERED
        self._pending = dict([(n, p) for n, p in self._pending.items() if p.started > oldest][-MOST + 1 :])
        self._used = dict([(n, at) for n, at in self._used.items() if at > oldest][-MOST:])


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode("utf-8", "replace")).hexdigest()


def _refused(situation: str, message: str) -> Forbidden:
    facts = {"action": "sign-in", "resource": "google", "provider": "google", "situation": situation}
    return Forbidden(f"the answer belongs to {message}", **facts)
