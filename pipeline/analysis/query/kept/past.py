"""What a person has asked on the server's engines: theirs alone, kept in the lake, the newest first.

Of the browser's engine nothing stands here: its history stays in the browser.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import orjson

from pipeline.clock import parse_utc, utc_text
from pipeline.errors import ExternalApiDown, SchemaMismatch
from pipeline.lake import keys
from pipeline.lake.bucket import Conflict, Lake, parsed
from pipeline.untrusted import count, quoted

VERSION = 1
MOST_ASKED = 100
# What is longer is kept by its beginning: together they stay below what the lake reads as one small object.
MOST_LETTERS = 10_000
MOST_BYTES = 3 * 2**20
TRIES = 5


@dataclass(frozen=True)
class Asked:
    """One query as it was asked; ``rows`` None: it failed, by the error ``code`` (empty: none)."""

    at: datetime
    sql: str
    engine: str
    rows: int | None
    seconds: float
    code: str = ""

    def to_json(self) -> dict[str, Any]:
        """As the lake has it."""
        plain = {"at": utc_text(self.at), "sql": self.sql[:MOST_LETTERS], "engine": self.engine, "rows": self.rows}
        return {**plain, "seconds": round(self.seconds, 3), "code": self.code}


@dataclass(frozen=True)
class Past:
    """Histories of one lake, one a ``person`` (the name that the sign-in says). Raises what Lake raises."""

    lake: Lake
    most: int = MOST_ASKED
    most_bytes: int = MOST_BYTES
    tries: int = TRIES

    def of(self, person: str) -> tuple[Asked, ...]:
        """What they have asked, newest first; nothing of an object that nobody can read."""
        return self._load(person)[0]

    def add(self, person: str, asked: Asked) -> None:
        """Put one in front; the same SQL stands there once. Raise ExternalApiDown when others were faster each time."""
        self._change(person, lambda known: (asked, *(one for one in known if one.sql != asked.sql)))

    def clear(self, person: str) -> None:
        """Forget all of it (the bucket keeps earlier versions for a while). Raises as ``add`` does."""
        self._change(person, lambda known: ())

    def _change(self, person: str, change: Callable[[tuple[Asked, ...]], tuple[Asked, ...]]) -> None:
        for _ in range(self.tries):
            known, etag = self._load(person)
            try:
                self.lake.write_json(_key(person), {"version": VERSION, "asked": self._kept(change(known))}, etag)
            except Conflict:
                continue
            return
        raise ExternalApiDown(f"{_key(person)} was changed by others {self.tries} times meanwhile", provider="S3")

    def _kept(self, asked: Iterable[Asked]) -> list[dict[str, Any]]:
        kept, size = [], 0
        for one in islice(asked, self.most):
            plain = one.to_json()
            # As it is written: a control character has six letters there.
            size += len(orjson.dumps(plain["sql"]))
            if size > self.most_bytes:
                break
            kept.append(plain)
        return kept

    def _load(self, person: str) -> tuple[tuple[Asked, ...], str | None]:
        stored = self.lake.read_small(_key(person))
        return (_parsed(stored[0], _key(person)), stored[1]) if stored else ((), None)


def _key(person: str) -> str:
    # A name may hold anything; and a key stands in logs of S3 that more people read.
    return keys.queries_key(f"past-{hashlib.sha256(person.encode()).hexdigest()[:32]}")


def _parsed(body: bytes, key: str) -> tuple[Asked, ...]:
    try:
        raw = parsed(body, key)
        return tuple(map(_one, raw["asked"])) if raw["version"] == VERSION else ()
    except (SchemaMismatch, KeyError, TypeError, ValueError, AttributeError):
        # A history is a comfort: one that somebody has damaged begins anew, and no query fails of it.
        return ()


def _one(raw: Mapping[str, Any]) -> Asked:
    counted = None if raw["rows"] is None else count(raw["rows"])
    texts = (str(raw["sql"]), str(raw["engine"]))
    return Asked(parse_utc(raw["at"]), *texts, counted, _seconds(raw["seconds"]), str(raw["code"]))


def _seconds(value: Any) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{quoted(value)} are no seconds")
    return float(value)
