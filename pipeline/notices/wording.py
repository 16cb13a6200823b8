"""What a message says, in the language that the preferences name: words of the catalogue, an address, no data. Pure.

Names are of other people's making: they are cut, and lose what would lead a reader astray.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Final
from urllib.parse import quote

from pipeline.clock import parse_utc
from pipeline.errors import BY_CODE
from pipeline.notices.notice import Notice
from pipeline.redaction import redact
from pipeline.untrusted import quoted
from pipeline.words.texts import catalogue

LONGEST_NAME: Final = 120
MOST_FACTS: Final = 10
MOST_NAMES: Final = 5
# Amazon SNS API Reference, "Publish": fewer than 100 characters.
_LONGEST_SUBJECT: Final = 99
_LONGEST_PATH: Final = 500
# Without a database of time zones, which the function need not have: Japan has had no summer time since 1951.
_JST = timezone(timedelta(hours=9))
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|\+00:00)")
_RIGHT_TO_LEFT = frozenset(("R", "AL"))
# Formatting characters without which some letters and pictures are others; all else that cannot be seen goes.
_JOINERS = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_ISOLATED, _END = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


@dataclass(frozen=True)
class Message:
    """``subject`` is ASCII of at most 99 characters; ``title`` one line; ``lines`` what follows; ``link`` a whole
    address, or words with the path alone where the settings have no address."""

    subject: str
    title: str
    lines: tuple[str, ...]
    link: str


def message(notices: Sequence[Notice], language: str, console_url: str) -> Message:
    """One notice as a message, or several of a kind as one with their count, which leads to the page of the first."""
    first, texts = notices[0], catalogue(language)
    if len(notices) == 1:
        about = {"about": plain(first.about)}
        lines = [_fact(texts, name, value) for name, value in first.facts[:MOST_FACTS]]
        return _made(texts, f"title.{first.kind}", about, lines, link(texts, first.path, console_url))
    count = {"count": f"{len(notices):,}"}
    to = link(texts, first.path.partition("?")[0], console_url)
    return _made(texts, f"many.{first.kind}", count, _names(texts, notices), to)


def link(texts: dict[str, str], path: str, console_url: str) -> str:
    """Where to look: the whole address, or the path in words."""
    safe = quote(path[:_LONGEST_PATH], safe="/?&=%#:+,;@~", errors="backslashreplace")
    safe = f"/{safe.lstrip('/')}"
    return f"{console_url}{safe}" if console_url else texts["notices.path"].format(path=safe)


def plain(name: str) -> str:
    """A name as part of a sentence: one line of at most 120 characters, which turns no direction around, leads to no
    address, and holds no secret."""
    text = redact(quoted(name, 10 * LONGEST_NAME)).replace("://", ":\N{WORD JOINER}//")
    seen = (sign if _seen(sign) else " " for sign in text if sign not in "\N{SOFT HYPHEN}\ufeff")
    text = " ".join("".join(seen).split())
    text = text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"
    turned = any(unicodedata.bidirectional(sign) in _RIGHT_TO_LEFT for sign in text)
    return f"{_ISOLATED}{text}{_END}" if turned else text


def jst(moment: datetime) -> str:
    """Date and time in Japan, to the minute."""
    return f"{moment.astimezone(_JST):%Y/%m/%d %H:%M} JST"


def _made(texts: dict[str, str], key: str, values: dict[str, str], lines: Sequence[str], to: str) -> Message:
    subject = catalogue("en")[f"notices.{key}"].format(**{name: _ascii(value) for name, value in values.items()})
    return Message(
        subject=f"[pipeline] {subject}"[:_LONGEST_SUBJECT].rstrip(),
        title=texts[f"notices.{key}"].format(**values),
        lines=tuple(lines),
        link=to,
    )


def _ascii(name: str) -> str:
    return "".join(sign for sign in name if unicodedata.category(sign) != "Cf").encode("ascii", "replace").decode()


def _fact(texts: dict[str, str], name: str, value: str) -> str:
    # A fact whose word is missing is told all the same: nobody looks at a message that did not come.
    label = texts.get(f"notices.fact.{name}", plain(name))
    return f"{label}: {_told(texts, value)}"


def _told(texts: dict[str, str], value: str) -> str:
    if value in BY_CODE:
        return f"{value} {texts[f'errors.{value}.title']}"
    try:
        return jst(parse_utc(value)) if _MOMENT.fullmatch(value) else plain(value)
    except ValueError:
        return plain(value)


def _names(texts: dict[str, str], notices: Sequence[Notice]) -> list[str]:
    names = list(dict.fromkeys(plain(notice.about) for notice in notices))
    lines = [f"- {name}" for name in names[:MOST_NAMES]]
    left = len(names) - MOST_NAMES
    return [*lines, texts["notices.more"].format(count=f"{left:,}")] if left > 0 else lines


def _seen(sign: str) -> bool:
    return unicodedata.category(sign) not in _UNSEEN or sign in _JOINERS or sign == "\N{WORD JOINER}"
