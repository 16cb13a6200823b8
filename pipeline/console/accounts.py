"""The people whose data a source has: connecting their accounts, giving consents back, and who stands in the list.

Each action is checked against the role of whoever does it, and leaves one audit line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.console.audit import Actor
from pipeline.errors import DataInvalid
from pipeline.sources.config import SourceConfig, SourceEntry
from pipeline.sources.edit import Edit
from pipeline.sources.google_health.accounts import Disconnected
from pipeline.sources.kinds import GOOGLE_HEALTH
from pipeline.sources.options import users_of
from pipeline.sources.wiring import Sources

ATTEMPTS = 5
# The sign-in is Google's; another provider's would be another room like sources/google_health/accounts.
SOURCE = GOOGLE_HEALTH.name


@dataclass(frozen=True)
class Account:
    """Somebody whose data a source has, and whether tokens of theirs are kept."""

    user: str
    connected: bool


@dataclass(frozen=True)
class People:
    """People's accounts in somebody's hands. Raises Forbidden, and whatever the lake and the vault raise."""

    sources: Sources
    actor: Actor

    def accounts(self, entry: SourceEntry) -> tuple[Account, ...]:
        """Whose data a source has."""
        self.actor.require("see")
        known = self.sources.registry.accounts
        return tuple(Account(user, known.connected(user)) for user in users_of(entry.options))

    def connect(self, user: str, redirect: str) -> str:
        """Where the browser must go for a person's consent; ``redirect`` is the page that it comes back to. Raise
        DataInvalid for a name that cannot be one, ConfigInvalid without an OAuth client."""
        with self.actor.doing("sources", f"connect {user[:64]}"):
            return self.sources.registry.accounts.begin(self.actor.who().name, user, redirect)

    def connected(self, answer: Mapping[str, str]) -> str:
        """Finish what ``connect`` began, by the query that the browser came back with; whose account it is. Raise
        Forbidden and AuthFailed, whose fact ``situation`` says why."""
        with self.actor.doing("sources", "finish connecting") as tell:
            # Written into the list before the tokens are kept: those of somebody who stands nowhere could be neither
            # seen nor given back.
            user = self.sources.registry.accounts.finish(answer, self.actor.who().name, self._add)
            tell(user)
            return user

    def disconnect(self, user: str) -> Disconnected:
        """Give a person's consent back, and delete the tokens; their days stay in the lake."""
        with self.actor.doing("sources", f"disconnect {user}"):
            return self.sources.registry.accounts.disconnect(user)

    def disconnect_all(self, entry: SourceEntry) -> None:
        """Give back the consents of everybody whose data a source has."""
        for user in self._users(entry):
            try:
                known = self.sources.registry.accounts.connected(user)
            except DataInvalid:
                # Of a name that cannot be one nothing is kept.
                continue
            if known:
                self.disconnect(user)

    def remove(self, seen: SourceConfig, entry: SourceEntry, user: str) -> SourceConfig:
        """Take a person out of a source, after giving the consent back."""
        self.actor.require("sources")
        if self.sources.registry.accounts.connected(user):
            self.disconnect(user)
        users = [one for one in users_of(entry.options) if one != user]
        what = Edit("no_person", entry.name, person=user)
        with self.actor.doing("sources", str(what)):
            return self._write(seen, entry.with_options(users=users), what)

    def _users(self, entry: SourceEntry) -> tuple[str, ...]:
        if self.sources.registry.kind(entry.kind).needs != "people":
            return ()
        try:
            return users_of(entry.options)
        except DataInvalid:
            # Whose data it had is not known any more; the source must be removable all the same.
            return ()

    def _add(self, user: str) -> None:
        # The consent stands already: adding the name is tried again when somebody else was faster.
        for attempt in range(ATTEMPTS):
            seen = self.sources.configs.load()
            entry = seen.entry(SOURCE) or SourceEntry(SOURCE, SOURCE, options=GOOGLE_HEALTH.blank)
            known = users_of(entry.options)
            if user in known and seen.entry(SOURCE):
                return
            try:
                self._write(seen, entry.with_options(users=[*known, user]), Edit("person", SOURCE, person=user))
                return
            except DataInvalid as error:
                if error.facts.get("situation") != "sources_changed" or attempt + 1 == ATTEMPTS:
                    raise

    def _write(self, seen: SourceConfig, entry: SourceEntry, what: Edit) -> SourceConfig:
        return self.sources.configs.change(seen, seen.with_entry(entry), self.actor.who().name, what)
