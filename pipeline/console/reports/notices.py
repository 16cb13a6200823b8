"""Notices in somebody's hands: who is told of what, a test, what was sent.

An operator's: channels are named, and reports are told of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.notices.channels import Channel
from pipeline.notices.log import Sent
from pipeline.notices.notice import Notice
from pipeline.notices.preferences import KINDS, KeptPreferences, Preferences
from pipeline.notices.sender import Notices
from pipeline.notices.wiring import notices_of

if TYPE_CHECKING:
    from pipeline.console.app import App


@dataclass(frozen=True)
class NoticeBoard:
    """Every method raises Forbidden for who may not, and what the lake raises."""

    app: App

    @property
    def links(self) -> bool:
        """Whether messages have whole addresses: the settings say where the console is."""
        return bool(self.app.settings.notices.console_url)

    def channels(self) -> tuple[Channel, ...]:
        """Who can be told, as the settings say."""
        self.app.actor.require("reports")
        return self.app.settings.notices.channels

    def preferences(self) -> Preferences:
        """Who wants to be told of what."""
        self.app.actor.require("reports")
        return self._preferences.load()

    def save(self, preferences: Preferences, seen: str) -> Preferences:
        """Change language and kinds. Raise DataInvalid (``notices_changed``) where somebody was faster."""
        actor = self.app.actor
        with actor.doing("reports", "notices") as tell:
            saved = self._preferences.save(preferences, seen, self.app.now(), actor.who().name)
            tell(_told(saved))
            return saved

    def test(self, name: str) -> Sent:
        """Send a channel a test message; the outcome says whether it took it. Raise NotFound (``notices_channel``)."""
        with self.app.actor.doing("reports", f"channel {name}") as tell:
            sent = self._notices.test(name)
            tell(f"test {sent.outcome} {sent.code}".strip())
            return sent

    def sent(self, days: int = 7) -> tuple[Sent, ...]:
        """What was sent in the last days, newest first, bounded."""
        self.app.actor.require("reports")
        return self._notices.sent(days)

    def tell(self, notices: Sequence[Notice]) -> tuple[Sent, ...]:
        """Tell these, each once whoever finds it out."""
        self.app.actor.require("reports")
        return self._notices.tell(notices)

    def retry(self) -> tuple[Sent, ...]:
        """Tell what waits to be told."""
        self.app.actor.require("reports")
        return self._notices.retry()

    @property
    def _preferences(self) -> KeptPreferences:
        return KeptPreferences(self.app.lake)

    @property
    def _notices(self) -> Notices:
        app = self.app
        return notices_of(app.settings, app.cloud, app.lake, app.now, app.unsettled)


def _told(saved: Preferences) -> str:
    """For the audit log: the language, and what the channels want that do not want everything."""
    wishes = [f"{name}: {' '.join(kinds) or 'nothing'}" for name, kinds in saved.kinds if set(kinds) != set(KINDS)]
    return "; ".join((f"language {saved.language}", *wishes))
