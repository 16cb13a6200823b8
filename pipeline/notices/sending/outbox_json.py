"""The outbox as JSON, and read back within bounds. Pure.

Out of bounds is a ValueError, like what is malformed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, cast, get_args

from pipeline.clock import parse_utc, utc_text
from pipeline.notices.notice import Kind, Notice
from pipeline.notices.sending.outbox import MOST_WAITING, Outbox, Waiting, Window
from pipeline.untrusted import count, quoted

FORMAT: Final = 1
MOST_FACTS: Final = 10
LONGEST_NAME, LONGEST_PATH = 300, 500


def bounded(notice: Notice) -> Notice:
    """The notice as it is kept: every text within bounds, and of signs that can be written."""
    facts = tuple((quoted(name), quoted(value, LONGEST_NAME)) for name, value in notice.facts[:MOST_FACTS])
    about, path = quoted(notice.about, LONGEST_NAME), quoted(notice.path, LONGEST_PATH)
    only = tuple(quoted(name) for name in notice.only)
    return Notice(notice.kind, _change(notice.change), notice.at, about, path, facts, only)


def _change(name: str) -> str:
    """A change's name; of a longer one all of it counts."""
    whole = name.encode("utf-8", "backslashreplace").decode()
    return whole if len(whole) <= LONGEST_NAME else f"{whole[:LONGEST_NAME]}#{sha256(whole.encode()).hexdigest()}"


def as_json(box: Outbox) -> dict[str, Any]:
    """What is written."""
    return {
        "format": FORMAT,
        "turn": box.turn,
        "waiting": [_of_waiting(one) for one in box.waiting],
        "windows": [{**asdict(one), "began": utc_text(one.began)} for one in box.windows],
    }


def of_json(raw: Any) -> Outbox:
    """What was written. Raise KeyError, TypeError, AttributeError or ValueError for what is no outbox."""
    if raw["format"] != FORMAT or len(raw["waiting"]) > MOST_WAITING:
        raise ValueError(f"format {quoted(raw['format'])}, {len(raw['waiting'])} waiting")
    windows = tuple(
        Window(_kind(one["kind"]), parse_utc(one["began"]), count(one["count"]), bool(one["many"]))
        for one in raw["windows"]
    )
    return Outbox(count(raw["turn"]), tuple(_readable(raw["waiting"])), windows)


def _of_waiting(one: Waiting) -> dict[str, Any]:
    notice = one.notice
    about = {"kind": notice.kind, "change": notice.change, "at": utc_text(notice.at), "about": notice.about}
    return {
        "notice": {**about, "path": notice.path, "facts": notice.facts, "only": notice.only},
        "channels": one.channels,
        "ready_at": utc_text(one.ready_at),
        "gathered": one.gathered,
        "claim": one.claim,
        "claimed_until": utc_text(one.claimed_until) if one.claimed_until else None,
    }


def _readable(raw: Any) -> Iterator[Waiting]:
    for one in raw:
        # What a newer console has put there is for it to tell, and keeps nobody from telling the others.
        with suppress(KeyError, TypeError, AttributeError, ValueError):
            yield _waiting(one)


def _waiting(raw: Any) -> Waiting:
    return Waiting(
        notice=_notice(raw["notice"]),
        channels=tuple((_text(name), count(tries)) for name, tries in raw["channels"]),
        ready_at=parse_utc(raw["ready_at"]),
        gathered=bool(raw["gathered"]),
        claim=_text(raw["claim"]),
        claimed_until=_moment(raw["claimed_until"]),
    )


def _notice(raw: Any) -> Notice:
    return Notice(
        kind=_kind(raw["kind"]),
        change=_text(raw["change"]),
        at=parse_utc(raw["at"]),
        about=_text(raw["about"]),
        path=_text(raw["path"]),
        facts=tuple((_text(name), _text(value)) for name, value in raw["facts"]),
        only=tuple(map(_text, raw["only"])),
    )


def _moment(raw: Any) -> datetime | None:
    return None if raw is None else parse_utc(raw)


def _kind(raw: Any) -> Kind:
    if raw not in get_args(Kind):
        raise ValueError(f"{quoted(raw)} is no kind of notice")
    return cast(Kind, raw)


def _text(raw: Any) -> str:
    if not isinstance(raw, str) or len(raw) > LONGEST_PATH:
        raise ValueError(f"{quoted(raw)} is no text, or too long")
    return raw
