"""What was sent, to whom, when, or why not: small objects of the lake, a day's under its own prefix.

Nothing of a message is kept but what it was about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, get_args

from pipeline.clock import parse_utc, utc_text
from pipeline.errors import SchemaMismatch
from pipeline.lake.bucket import Conflict, Lake
from pipeline.notices.addresses import is_notice_key, log_key, log_prefix
from pipeline.notices.notice import Kind
from pipeline.notices.sending.outbox import Outcome as Outcome
from pipeline.untrusted import count

MOST_READ: Final = 200
MOST_DAYS: Final = 90
_MOST_OF_A_DAY: Final = 5_000
_READERS: Final = 8
_TEXTS: Final = ("change", "about", "path", "channel", "code", "state", "why")
LONGEST: Final = 500


@dataclass(frozen=True)
class Sent:
    """One message to one channel (its name), or an attempt. ``count`` changes were told by it, of which ``change``,
    ``about``, ``at`` and ``path`` are the first's; ``tries`` counts the attempts. ``code`` and ``state`` say why not:
    ``words.error_of_code(code, state)``; ``why`` is the English sentence."""

    kind: Kind
    change: str
    about: str
    path: str
    at: datetime
    told_at: datetime
    channel: str
    outcome: Outcome
    count: int = 1
    tries: int = 1
    code: str = ""
    state: str = ""
    why: str = ""


@dataclass(frozen=True)
class NoticeLog:
    """The log of one lake. Raises what Lake raises."""

    lake: Lake

    def add(self, sent: Sequence[Sent], mark: str) -> None:
        """Write what one call has sent (``mark`` tells calls apart); nothing for nothing."""
        if sent:
            try:
                self.lake.write_json(log_key(sent[0].told_at, mark), {"sent": [_raw(one) for one in sent]}, None)
            except Conflict:
                # The same call, written before: its mark is of no other.
                return

    def read(self, now: datetime, days: int, most: int = MOST_READ) -> tuple[Sent, ...]:
        """What was sent in the last ``days``, newest first, at most ``most``; what nobody can read is left out."""
        with ThreadPoolExecutor(_READERS) as pool:
            found: list[Sent] = []
            for day in range(min(days, MOST_DAYS) + 1):
                keys = islice(self._newest(now - timedelta(days=day)), most - len(found))
                for several in pool.map(self._several, list(keys)):
                    found += several
                if len(found) >= most:
                    break
        since = now - timedelta(days=days)
        ordered = sorted((one for one in found if one.told_at > since), key=lambda one: one.told_at, reverse=True)
        return tuple(ordered[:most])

    def _newest(self, day: datetime) -> Iterator[str]:
        prefix = log_prefix(day.date())
        listed = [one.key for one in islice(self.lake.list_after(prefix, ""), _MOST_OF_A_DAY)]
        return (key for key in reversed(listed) if is_notice_key(key))

    def _several(self, key: str) -> list[Sent]:
        try:
            stored = self.lake.read_json(key)
            return [_sent(raw) for raw in stored[0]["sent"]] if stored else []
        except (KeyError, TypeError, ValueError, AttributeError, SchemaMismatch):
            return []


def _raw(one: Sent) -> dict[str, Any]:
    texts = {name: getattr(one, name)[:LONGEST] for name in _TEXTS}
    times = {"at": utc_text(one.at), "told_at": utc_text(one.told_at)}
    return {"kind": one.kind, "outcome": one.outcome, "count": one.count, "tries": one.tries, **times, **texts}


def _sent(raw: Any) -> Sent:
    texts = {name: raw[name] for name in _TEXTS}
    if not all(isinstance(text, str) and len(text) <= LONGEST for text in texts.values()):
        raise ValueError("a text is none, or too long")
    if raw["kind"] not in get_args(Kind) or raw["outcome"] not in get_args(Outcome):
        raise ValueError("of no known kind or outcome")
    return Sent(
        kind=raw["kind"],
        outcome=raw["outcome"],
        count=count(raw["count"]),
        tries=count(raw["tries"]),
        at=parse_utc(raw["at"]),
        told_at=parse_utc(raw["told_at"]),
        **texts,
    )
