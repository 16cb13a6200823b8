"""Queries that are saved under a name, for everybody: one small object in the lake, changed by compare-and-set.

Reports name them by their id. Whoever changes one says which version of it they had before them.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

import orjson

from pipeline.analysis.query.parameters import NAME
from pipeline.clock import parse_utc, utc_text
from pipeline.errors import DataInvalid, ExternalApiDown, NotFound, SchemaMismatch
from pipeline.lake import keys
from pipeline.lake.bucket import Conflict, Lake
from pipeline.untrusted import count, quoted

T = TypeVar("T")
VERSION = 1
KEY = keys.queries_key("saved")
# Together they stay below what the lake reads as one small object.
MOST_QUERIES, MOST_LETTERS, MOST_NAME, MOST_PARAMETERS = 100, 10_000, 100, 50
MOST_BYTES, MOST_VALUE = 3 * 2**20, 1000
TRIES = 5


@dataclass(frozen=True)
class SavedQuery:
    """A query under a name; ``parameters`` are the values to begin with; ``version`` counts its changes from 1."""

    id: str
    name: str
    sql: str
    by: str
    at: datetime
    version: int = 1
    parameters: Mapping[str, str] = field(default_factory=dict, hash=False)

    def to_json(self) -> dict[str, Any]:
        """As the lake has it."""
        plain = {"id": self.id, "name": self.name, "sql": self.sql, "by": self.by, "at": utc_text(self.at)}
        return {**plain, "version": self.version, "parameters": dict(self.parameters)}


@dataclass(frozen=True)
class SavedQueries:
    """The saved queries of one lake. Raises what Lake raises; SchemaMismatch for an object of another shape;
    ExternalApiDown when others were faster each time."""

    lake: Lake
    now: Callable[[], datetime]
    new_id: Callable[[], str] = lambda: secrets.token_hex(6)
    most: int = MOST_QUERIES
    tries: int = TRIES

    def all(self) -> tuple[SavedQuery, ...]:
        """Every saved query, by name."""
        return self._load()[0]

    def named(self, name: str) -> SavedQuery:
        """The one of that name (or id). Raise NotFound (``query_not_saved``)."""
        known = self.all()
        # The id first: another query may have been called like it since.
        found = [one for one in known if one.id == name] or [one for one in known if one.name == name]
        if not found:
            raise _not_saved(name)
        return found[0]

    def save(
        self, name: str, sql: str, parameters: Mapping[str, str], by: str, seen: SavedQuery | None = None
    ) -> SavedQuery:
        """Save a new one, or (``seen``) a change of that version. Raise DataInvalid: ``query_name``, ``query_taken``
        for a name that another one has, ``query_changed`` when it is no longer what was seen, ``query_shelf_full``."""
        own = seen.id if seen else self.new_id()
        wanted = SavedQuery(own, name.strip(), sql, by, self.now(), 1, dict(parameters))
        _check(wanted)
        return self._change(lambda known: self._placed(known, wanted, seen))

    def remove(self, seen: SavedQuery) -> SavedQuery:
        """Take one off the list (the bucket keeps earlier versions), and say which. Raise DataInvalid
        (``query_changed``)."""

        def without(known: tuple[SavedQuery, ...]) -> tuple[tuple[SavedQuery, ...], SavedQuery]:
            return tuple(one for one in known if one.id != seen.id), _require_same(known, seen)

        return self._change(without)

    def _change(self, change: Callable[[tuple[SavedQuery, ...]], tuple[tuple[SavedQuery, ...], T]]) -> T:
        for _ in range(self.tries):
            known, etag = self._load()
            wanted, made = change(known)
            try:
                self.lake.write_json(KEY, _object(wanted), etag)
            except Conflict:
                continue
            return made
        raise ExternalApiDown(f"{KEY} was changed by others {self.tries} times meanwhile", provider="S3")

    def _placed(
        self, known: tuple[SavedQuery, ...], wanted: SavedQuery, seen: SavedQuery | None
    ) -> tuple[tuple[SavedQuery, ...], SavedQuery]:
        if seen:
            wanted = replace(wanted, version=_require_same(known, seen).version + 1)
        others = [one for one in known if one.id != wanted.id]
        if any(one.name == wanted.name for one in others):
            text = f"another query is called {quoted(wanted.name)!r}"
            raise DataInvalid(text, record=KEY, field="name", situation="query_taken")
        placed = (*others, wanted)
        if len(placed) > self.most or len(_body(placed)) > MOST_BYTES:
            text = f"{len(others)} queries are saved already, there may be {self.most} of {MOST_BYTES:,} bytes"
            raise DataInvalid(text, record=KEY, field="queries", situation="query_shelf_full")
        return tuple(sorted(placed, key=lambda one: one.name)), wanted

    def _load(self) -> tuple[tuple[SavedQuery, ...], str | None]:
        stored = self.lake.read_json(KEY)
        return (_parsed(stored[0]), stored[1]) if stored else ((), None)


def _object(queries: tuple[SavedQuery, ...]) -> dict[str, Any]:
    return {"version": VERSION, "queries": [one.to_json() for one in queries]}


def _body(queries: tuple[SavedQuery, ...]) -> bytes:
    return orjson.dumps(_object(queries))


def _require_same(known: tuple[SavedQuery, ...], seen: SavedQuery) -> SavedQuery:
    found = next((one for one in known if one.id == seen.id), None)
    if found is None or found.version != seen.version:
        text = f"{quoted(seen.name)!r} is no longer what it was"
        raise DataInvalid(text, record=KEY, field="version", situation="query_changed")
    return found


def _check(wanted: SavedQuery) -> None:
    sizes = {"name": (wanted.name, MOST_NAME), "sql": (wanted.sql.strip(), MOST_LETTERS)}
    for about, (text, most) in sizes.items():
        if not 0 < len(text) <= most or "\0" in text or not text.isprintable() and about == "name":
            found = f"its {about} has {len(text):,} letters (1 to {most:,}, no control characters)"
            raise DataInvalid(found, record=KEY, field=about, situation="query_name", most=f"{most:,}")
    values = wanted.parameters.items()
    bad = [name for name, value in values if not NAME.fullmatch(name) or len(value) > MOST_VALUE]
    if bad or len(values) > MOST_PARAMETERS:
        raise DataInvalid("parameters: names and values of texts", record=KEY, field="parameters")


def _parsed(raw: Any) -> tuple[SavedQuery, ...]:
    try:
        if raw["version"] != VERSION:
            raise ValueError(f"version {raw['version']!r:.40}")
        return tuple(map(_one, raw["queries"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        text = f"{KEY}: {type(error).__name__} {error}"
        expected = f"saved queries, version {VERSION}"
        raise SchemaMismatch(text, key=KEY, expected=expected, found=quoted(raw)) from error


def _one(raw: Mapping[str, Any]) -> SavedQuery:
    texts = {name: raw[name] for name in ("id", "name", "sql", "by")}
    version, parameters = raw["version"], raw["parameters"]
    if not all(isinstance(value, str) for value in (*texts.values(), *parameters.values())):
        raise ValueError("a text is none")
    return SavedQuery(**texts, at=parse_utc(raw["at"]), version=count(version), parameters=dict(parameters))


def _not_saved(name: str) -> NotFound:
    return NotFound(f"no query is saved as {quoted(name)!r}", resource=quoted(name), situation="query_not_saved")
