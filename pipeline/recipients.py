"""Who can be told: topics of SNS and Slack webhooks by the names that the settings give them. Pure.

A webhook's address is a secret: the setting has the name that it is kept under, and never the address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

ChannelKind = Literal["sns", "slack"]
MOST_CHANNELS: Final = 20
_CHANNEL = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9_-]{0,79})=(?P<kind>sns|slack):(?P<target>[^\s,]+)")
_TOPIC = re.compile(r"arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}")
# AWS Secrets Manager API Reference, "CreateSecret"; AWS Systems Manager API Reference, "PutParameter" takes fewer.
_SECRET = re.compile(r"[A-Za-z0-9/_.-]{1,256}")
_CONSOLE = re.compile(r"(https://[A-Za-z0-9.-]+|http://(127\.0\.0\.1|localhost))(:\d{1,5})?(/[A-Za-z0-9._~-]+)*/?")


@dataclass(frozen=True)
class Channel:
    """One recipient: ``target`` is the topic's ARN, or the name of the secret that holds the webhook's address."""

    kind: ChannelKind
    name: str
    target: str


@dataclass(frozen=True)
class NoticeSettings:
    """Who can be told, and what the addresses in messages begin with (empty: messages have the path alone)."""

    channels: tuple[Channel, ...] = ()
    console_url: str = ""


def parse_channels(text: str) -> tuple[Channel, ...]:
    """Channels of a setting: ``team=sns:arn:aws:sns:…,ops=slack:name/of/the/secret``. Raise ValueError, which repeats
    no target: somebody may have written an address there."""
    entries = [entry.strip() for entry in text.split(",") if entry.strip()]
    if len(entries) > MOST_CHANNELS:
        raise ValueError(f"expected at most {MOST_CHANNELS} channels")
    channels = tuple(_channel(entry, position) for position, entry in enumerate(entries, 1))
    if len({channel.name for channel in channels}) != len(channels):
        raise ValueError("a channel is named twice")
    return channels


def parse_console_url(text: str) -> str:
    """The address of the console, without a slash at its end. Raise ValueError."""
    if text and not _CONSOLE.fullmatch(text):
        raise ValueError("expected https://host, or http://127.0.0.1:port, and the path that the console is under")
    return text.rstrip("/")


def _channel(entry: str, position: int) -> Channel:
    match = _CHANNEL.fullmatch(entry)
    if match is None or "://" in entry:
        raise ValueError(f"channel {position} is not NAME=sns:TOPIC-ARN or NAME=slack:NAME-OF-THE-SECRET")
    kind: ChannelKind = "sns" if match["kind"] == "sns" else "slack"
    if not (_TOPIC if kind == "sns" else _SECRET).fullmatch(match["target"]):
        wanted = "the ARN of a topic" if kind == "sns" else "the name of a secret"
        raise ValueError(f"{match['name']}={kind}: is not followed by {wanted}")
    return Channel(kind, match["name"], match["target"])
