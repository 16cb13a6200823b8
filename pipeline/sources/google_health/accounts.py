"""People's Google accounts: connect (from the button to kept tokens), an access token when one is needed, disconnect.

The page begins and finishes; the source asks for access tokens; nobody else sees a token.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import orjson

from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.errors import AuthFailed, ConfigInvalid, ExternalApiDown, Forbidden, PipelineError
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import Leases
from pipeline.sources.google_health.consents import SignIns
from pipeline.sources.google_health.oauth import SCOPES, GoogleOAuth, OAuthClient, Tokens
from pipeline.sources.google_health.tokens import LONGEST_WAIT_SECONDS, PREFIX, SOURCE, TokenStore
from pipeline.sources.http import Http
from pipeline.sources.vault import Changed, Vault, vault

CLIENT_VARIABLE = "PIPELINE_GOOGLE_CLIENT_ID"


@dataclass(frozen=True)
class Disconnected:
    """The stored tokens are deleted; ``revoked`` says whether Google knows it too, ``why`` why not."""

    user: str
    revoked: bool
    why: str = ""


@dataclass(frozen=True)
class GoogleAccounts:
    """``client`` is read when it is needed: a console without one runs, and says so where somebody connects."""

    client: Callable[[], OAuthClient]
    http: Http
    store: TokenStore
    sign_ins: SignIns
    now: Callable[[], datetime]
    accounts_url: str
    oauth_url: str

    def within(self, left: Callable[[], float]) -> GoogleAccounts:
        """The same for a run, which has time until ``left`` says that there is none."""
        return replace(self, http=self.http.within(left), store=self.store.within(left))

    def begin(self, subject: str, user: str, redirect: str) -> str:
        """The address that the browser must open. ``redirect``: this console's own ``/debug/sources``.

        Raise DataInvalid for a user that cannot be one, ConfigInvalid without an OAuth client.
        """
        self.store.name(user)
        oauth = self._oauth()
        pending = self.sign_ins.start(subject, user, redirect)
        return oauth.authorization_url(redirect, pending.state, pending.verifier)

    def finish(self, answer: Mapping[str, str], subject: str, admit: Callable[[str], None] = lambda user: None) -> str:
        """Whose account is connected now, from the query that Google sent the browser back with.

        ``admit`` lists the person wherever people are seen, before the tokens are kept; when it raises, nothing is kept
        and the consent is given back. Raise that, Forbidden (consent_refused, scope_missing, state_…), AuthFailed
        (code_refused, client_refused).
        """
        pending = self.sign_ins.take(answer.get("state", ""), subject)
        if answer.get("error") == "access_denied":
            raise _forbidden("consent_refused", f"{pending.user} did not consent", user=pending.user)
        if answer.get("error") or not answer.get("code"):
            message = f"google answered the sign-in of {pending.user} with {answer.get('error') or 'no code'!r:.80}"
            raise AuthFailed(message, provider="google", user=pending.user, situation="client_refused")
        oauth = self._oauth()
        tokens = oauth.exchange(answer["code"], pending.verifier, pending.redirect)
        try:
            _require_scopes(tokens, pending.user)
            admit(pending.user)
            self.store.save(pending.user, tokens)
        except BaseException:  # whatever it was, no consent is left that nobody keeps; raised again
            self._give_back(oauth, tokens, pending.user)
            raise
        return pending.user

    def connected(self, user: str) -> bool:
        """Whether tokens of this person are kept (they may be revoked: only a request tells)."""
        return self.store.read(user) is not None

    def access(self, user: str) -> str:
        """An access token. Raise AuthFailed (not_connected, revoked)."""
        return self.store.fresh(user, self._refresh(user)).access

    def renewed(self, user: str, used: str) -> str:
        """Another access token than ``used``, which the provider has refused."""
        return self.store.renewed(user, used, self._refresh(user)).access

    def disconnect(self, user: str) -> Disconnected:
        """Revoke at Google and delete here; the deletion happens whatever Google says, or the tokens are.

        Raise AlreadyRunning while a renewal holds them, and what the vault and the lake raise: they may be there yet.
        """
        messages: list[str] = []

        def revoke(read: Callable[[], Tokens]) -> None:
            try:
                self._oauth().revoke(read())
            except PipelineError as error:
                messages.append(error.message)

        if not self.store.forget(user, revoke):
            messages.append(f"google health of {user} was not connected")
        return Disconnected(user, not messages, messages[0] if messages else "")

    def _refresh(self, user: str) -> Callable[[Tokens], Tokens]:
        def refresh(tokens: Tokens) -> Tokens:
            try:
                return self._oauth().refresh(tokens)
            except AuthFailed as error:
                raise AuthFailed(f"{user}: {error.message}", **{**error.facts, "user": user}) from error

        return refresh

    def _give_back(self, oauth: GoogleOAuth, tokens: Tokens, user: str) -> None:
        """End a consent that nobody would see. One beside an older one is only dropped: a revocation ends a person's
        access as a whole, and with it tokens that are good."""
        try:
            if not self.connected(user):
                oauth.revoke(tokens)
        except PipelineError:
            # What is told is why it was not kept.
            return

    def _oauth(self) -> GoogleOAuth:
        return GoogleOAuth(self.client(), self.http, self.now, self.accounts_url, self.oauth_url)


def _require_scopes(tokens: Tokens, user: str) -> None:
    lacking = [scope.rpartition("/")[2] for scope in SCOPES if scope not in tokens.scopes]
    if lacking:
        message = f"{user} did not consent to {', '.join(lacking)}"
        raise _forbidden("scope_missing", message, user=user, scopes=", ".join(lacking))


def google_accounts(settings: Settings, cloud: Cloud, lake: Lake, http: Http, sign_ins: SignIns) -> GoogleAccounts:
    """The accounts as the settings want them: their store, their addresses, their OAuth client. Nothing is asked yet.

    ``http`` gives the clock, and the patience. ``sign_ins`` must outlive a page's run: one for the whole process.
    """

    def client() -> OAuthClient:
        return stored_client(vault(cloud, settings.secrets), settings.google_client_id)

    leases, patience = Leases(lake, http.now), min(http.patience, LONGEST_WAIT_SECONDS)
    store = TokenStore(vault(cloud, settings.secrets), leases, http.now, sleep=http.sleep, patience=patience)
    at = settings.endpoints
    return GoogleAccounts(client, http, store, sign_ins, http.now, at["google_accounts"], at["google_oauth"])


def keep_client(kept: Vault, client: OAuthClient, prefix: str = PREFIX) -> None:
    """Keep an OAuth client where ``stored_client`` looks for it, in place of what was there. Raise ExternalApiDown."""
    name = f"{prefix}/{SOURCE}/client"
    stored = kept.read(name)
    value = orjson.dumps({"client_id": client.client_id, "client_secret": client.client_secret}).decode()
    try:
        kept.write(name, value, stored.version if stored else None)
    except Changed as error:
        raise ExternalApiDown(f"the secret {name} was changed meanwhile", provider="AWS", resource=name) from error


def stored_client(kept: Vault, client_id: str, prefix: str = PREFIX) -> OAuthClient:
    """The OAuth client: its secret from ``<prefix>/google-health/client``; its id from there or from the settings.

    Raise ConfigInvalid naming the variable and the secret.
    """
    name = f"{prefix}/{SOURCE}/client"
    stored = kept.read(name)
    try:
        raw = orjson.loads(stored.value) if stored else {}
    except orjson.JSONDecodeError:
        raw = {}
    own_id, secret = (raw.get("client_id"), raw.get("client_secret")) if isinstance(raw, dict) else (None, None)
    client_id = client_id or (own_id if isinstance(own_id, str) else "")
    if not client_id or not isinstance(secret, str) or not secret:
        lacking = "client_secret" if client_id else "client_id"
        message = f"{lacking} is missing; keep both as JSON in the secret {name}"
        # Without its cause, which quotes what was read.
        raise ConfigInvalid(
            message, situation="google_client", variable=CLIENT_VARIABLE, looked_in=f"secret {name}, environment"
        ) from None
    return OAuthClient(client_id, secret)


def _forbidden(situation: str, message: str, **facts: str) -> Forbidden:
    return Forbidden(
        message, provider="google", action="sign-in", resource="google health", situation=situation, **facts
    )
