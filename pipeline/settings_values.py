"""How the values of settings are read: names, numbers, recipients. Pure; ``config.py`` says which settings there are.

A malformed value is named with its variable, never guessed around.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar, get_args

from pipeline.errors import ConfigInvalid

T = TypeVar("T")
ChannelKind = Literal["sns", "slack"]

_PRICE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,4})?")
_ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+(:\d+)?/?|http://(127\.0\.0\.1|localhost)(:\d+)?/?")
_KEY_SPEC = re.compile(r"[^:,]+:[SNB](,[^:,]+:[SNB])?")
MOST_CHANNELS: Final = 20
_CHANNEL = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9_-]{0,79})=(?P<kind>sns|slack):(?P<target>[^\s,]+)")
_TOPIC = re.compile(r"arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}")
# AWS Secrets Manager API Reference, "CreateSecret"; AWS Systems Manager API Reference, "PutParameter" takes fewer.
_SECRET = re.compile(r"[A-Za-z0-9/_.-]{1,256}")
_CONSOLE = re.compile(r"(https://[A-Za-z0-9.-]+|http://(127\.0\.0\.1|localhost))(:\d{1,5})?(/[A-Za-z0-9._~-]+)*/?")
MAX_CONTACT = 200
LOOKED_IN = ".env.local, environment"


def read(
    environ: Mapping[str, str], names: tuple[str, ...], default: str, parse: Callable[[str], T], secret: bool = False
) -> T:
    """The first of these variables that is set, else the default, as ``parse`` understands it. Raise ConfigInvalid,
    which does not repeat a ``secret`` value."""
    name = next((n for n in names if environ.get(n, "").strip()), names[0])
    value = environ.get(name, "").strip() or default
    try:
        return parse(value)
    except ValueError as error:
        told = name if secret else f"{name}={value!r}"
        raise ConfigInvalid(f"{told} is not valid: {error}", variable=name, looked_in=LOOKED_IN) from error


def one_of(kind: Any) -> Callable[[str], Any]:
    """A parser of the values of a Literal type."""

    def parse(value: str) -> str:
        if value not in get_args(kind):
            raise ValueError("expected " + " or ".join(map(repr, get_args(kind))))
        return value

    return parse


def matching(pattern: re.Pattern[str]) -> Callable[[str], str]:
    """A parser of what a pattern matches wholly."""

    def parse(value: str) -> str:
        if not pattern.fullmatch(value):
            raise ValueError(f"expected a name of the form {pattern.pattern}")
        return value

    return parse


def unless_none(pattern: re.Pattern[str]) -> Callable[[str], str | None]:
    """A parser of what a pattern matches, and of ``none``."""
    return lambda value: None if value == "none" else matching(pattern)(value)


def whole(low: int, high: int, of: str = "") -> Callable[[str], int]:
    """A parser of whole numbers within bounds, which are among them."""

    def parse(value: str) -> int:
        if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
            raise ValueError(f"expected a whole number{of} from {low} to {high:,}")
        return int(value)

    return parse


def address(value: str) -> str:
    """An address of a provider, without a slash at its end."""
    # Tokens travel there: in the clear only within this machine.
    if not _ADDRESS.fullmatch(value):
        raise ValueError("expected https://host, or http://127.0.0.1:port")
    return value.rstrip("/")


def price(value: str) -> float:
    """US dollars."""
    if not _PRICE.fullmatch(value):
        raise ValueError("expected US dollars, such as 5 or 6.75")
    return float(value)


def contact(value: str) -> str:
    """One line for a person to read."""
    if len(value) > MAX_CONTACT or not value.isprintable():
        raise ValueError(f"expected one line of at most {MAX_CONTACT} characters")
    return value


def key_spec(value: str) -> tuple[tuple[str, str], ...]:
    """A table's key: one attribute or two, each with its type."""
    if not _KEY_SPEC.fullmatch(value):
        raise ValueError("expected NAME:TYPE or NAME:TYPE,NAME:TYPE with TYPE one of S, N, B")
    pairs = (part.rsplit(":", 1) for part in value.split(","))
    return tuple((name, kind) for name, kind in pairs)


@dataclass(frozen=True)
class Channel:
    """One recipient: ``target`` is the topic's ARN, or the name of the secret that holds the webhook's address:
    never the address."""

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
