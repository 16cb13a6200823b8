"""How fields of a foreign artifact are read: by type, within bounds, clean of secrets, places and hidden signs. Pure.

Nothing here raises for a value of another type: what cannot be read is empty.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from pipeline.clock import parse_utc
from pipeline.redaction import BLANK, blank
from pipeline.untrusted import is_count

NAME, ID, MESSAGE, DESCRIPTION, SQL = 200, 512, 1000, 2000, 20_000
_MOST_SECONDS = 10**8
_LEAST_SECRET = 6
_MOST_SECRETS = 200
_FOLDERS = "root tmp private var opt usr etc mnt srv app data workspace work builds github runner".split()
# Moves a cursor, turns the direction of writing, or is not there to be seen; and half a character.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)
# Folders of a machine, or of a drive, and whose they are; a file's own name, behind the last separator, stays. Any two
# folders from the root on are a machine's, whatever they are called.
_PART = r"[^\s\\/\"'`:;,<>()|]+"
_PLACES = re.compile(
    rf"(?:(?<=file://)|(?<![\w./:-]))(?:~/|/(?:(?:home|Users)/{_PART}/?|(?:{'|'.join(_FOLDERS)})/|{_PART}/{_PART}/))"
    rf"(?:{_PART}/)*+"
    rf"|(?<!\w)[A-Za-z]:[\\/]+(?:(?i:users)[\\/]+{_PART}[\\/]*)?(?:{_PART}[\\/]+)*+"
)
_SECRET_NAME = re.compile(
    r"(?i)secret|token|passw|passphrase|pwd|credential|signature|authorization|cookie|dsn"
    r"|(?:api|access|account|private|encryption|signing)_?key"
)
_NAMED = re.compile(r"([\w-]+)[\"']?\s*[:=]\s*[\"']?([^\s\"',{}]+)")
_SPACES = re.compile(r"\s+")
_CUT = re.compile(r"[\s\"'&,;{}\[\]()=:]")
_FRACTION = re.compile(r"(\.\d{6})\d+")
_ELLIPSIS = "…"


class Clean:
    """Texts of one set of artifacts; ``secrets`` are values that its arguments and environment call secret."""

    def __init__(self, secrets: frozenset[str] = frozenset()) -> None:
        self.secrets = secrets
        longest_first = sorted(secrets, key=lambda value: (-len(value), value))
        self._secret = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None
        self._names: dict[str, str] = {}

    def knowing(self, more: frozenset[str]) -> Clean:
        """The same, for a text that may hold further secrets."""
        return Clean(self.secrets | more) if more else self

    def name(self, value: Any, limit: int = NAME) -> str:
        """A name or an identity, in one line; empty for what is no text."""
        if not isinstance(value, str):
            return ""
        if len(value) > limit:
            return _SPACES.sub(" ", self.text(value, limit))
        known = self._names.get(value)
        if known is None:
            known = self._names[value] = _SPACES.sub(" ", self.text(value, ID))
        return known

    def names(self, value: Any, most: int = 100) -> tuple[str, ...]:
        """A list's texts, each once and in its order."""
        found = (self.name(one, ID) for one in items(value)[:most])
        return tuple(dict.fromkeys(filter(None, found)))

    def text(self, value: Any, limit: int) -> str:
        """At most ``limit`` characters of a text, with an ellipsis where it is cut."""
        if not isinstance(value, str):
            return ""
        # Cut before it is searched (texts may have millions of characters), and between words: half a secret has no
        # shape any more.
        whole = value if len(value) <= limit else _beginning(value, limit)
        shown = self._blanked(_HIDDEN.sub("\ufffd", whole))
        if "/" in shown or "\\" in shown:
            shown = _PLACES.sub("", shown)
        return shown[:limit] if len(value) <= limit else shown[: limit - 1] + _ELLIPSIS

    def _blanked(self, text: str) -> str:
        return blank(self._secret.sub(BLANK, text) if self._secret else text)


def secrets_of(*places: Any) -> frozenset[str]:
    """Values that variables and environments (mappings, or one text of ``name: value``) call secret by their names."""
    found = {
        value
        for place in places
        for name, value in _pairs(place)
        if len(value) >= _LEAST_SECRET and _SECRET_NAME.search(name)
    }
    return frozenset(sorted(found)[:_MOST_SECRETS])


def at(value: Any, *path: str) -> Any:
    """What stands there; None where nothing does."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def mapping(value: Any) -> Mapping[str, Any]:
    """The value when it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """The value when it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def whole(value: Any) -> int | None:
    """The value when it is a count."""
    return int(value) if is_count(value) else None


def seconds(value: Any) -> float | None:
    """The value when it can be a time that something took."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and 0 <= value <= _MOST_SECONDS else None


def moment(value: Any) -> datetime | None:
    """The value when it is a time of ISO 8601, in UTC; nanoseconds, as Fusion writes, are cut."""
    if isinstance(value, str) and len(value) <= NAME:
        with suppress(ValueError):
            return parse_utc(_FRACTION.sub(r"\1", value))
    return None


def _pairs(place: Any, levels: int = 5) -> Iterator[tuple[str, str]]:
    """Names and texts of variables, also of nested ones; a list's belong to the name of the list."""
    if isinstance(place, str):
        yield from ((match[1], match[2]) for match in _NAMED.finditer(place[:DESCRIPTION]))
        return
    for name, value in mapping(place).items():
        inner = value if isinstance(value, list) else [value]
        yield from ((name, one) for one in inner if isinstance(one, str))
        if levels:
            for one in inner:
                yield from _pairs(one if isinstance(one, dict) else None, levels - 1)


def _beginning(text: str, limit: int) -> str:
    """Without the word that the cut goes through; of one endless word nothing that could be part of a secret."""
    begun = text[:limit]
    ends = [match.end() for match in _CUT.finditer(begun)]
    return begun[: ends[-1]] if ends else begun[: limit // 8]
