"""Notices in somebody's hands: who is told of what, a test, what was sent. An operator's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.notices.channels import Channel
from pipeline.notices.log import Sent
from pipeline.notices.notice import Notice
from pipeline.notices.preferences import Preferences

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
        raise NotImplementedError

    def preferences(self) -> Preferences:
        """Who wants to be told of what."""
        raise NotImplementedError

    def save(self, preferences: Preferences, seen: str) -> Preferences:
        """Change language and kinds. Raise DataInvalid (``notices_changed``) where somebody was faster."""
        raise NotImplementedError

    def test(self, name: str) -> Sent:
        """Send a channel a test message; the outcome says whether it took it. Raise NotFound (``notices_channel``)."""
        raise NotImplementedError

    def sent(self, days: int = 7) -> tuple[Sent, ...]:
        """What was sent in the last days, newest first, bounded."""
        raise NotImplementedError

    def tell(self, notices: Sequence[Notice]) -> tuple[Sent, ...]:
        """Tell these, each once whoever finds it out."""
        raise NotImplementedError

    def retry(self) -> tuple[Sent, ...]:
        """Tell what waits to be told."""
        raise NotImplementedError
