"""One message to one channel, by the way of its kind.

Whether somebody wants it, and whether it was told before, is in ``sender.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from pipeline.errors import NotFound
from pipeline.notices.wording import Message
from pipeline.settings_values import Channel as Channel
from pipeline.settings_values import ChannelKind
from pipeline.untrusted import quoted


class Way(Protocol):
    """Sends a message to a target of its kind. Raises one PipelineError, which never holds a webhook's address."""

    def send(self, target: str, message: Message) -> None: ...


@dataclass(frozen=True)
class Channels:
    """All that can be told, and the ways there."""

    listed: tuple[Channel, ...]
    ways: Mapping[ChannelKind, Way]

    def get(self, name: str) -> Channel:
        """Raise NotFound (``notices_channel``)."""
        found = next((channel for channel in self.listed if channel.name == name), None)
        if found is None:
            text = f"{quoted(name)} is no channel of the settings"
            raise NotFound(text, resource=quoted(name), situation="notices_channel")
        return found

    def send(self, name: str, message: Message) -> None:
        """Raise NotFound (``notices_channel``) and what the way raises."""
        channel = self.get(name)
        self.ways[channel.kind].send(channel.target, message)
