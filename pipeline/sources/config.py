"""Which sources there are, and whether they are on: one small object in the lake, changed by compare-and-set.

It keeps who changed what and when; a change that somebody else was faster with is refused, never overwritten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pipeline.clock import parse_utc, utc_text
from pipeline.errors import DataInvalid, PipelineError, SchemaMismatch
from pipeline.lake import keys
from pipeline.lake.bucket import Conflict, Lake
from pipeline.sources.edit import Edit
from pipeline.sources.kinds import KINDS, Kind, kind_of
from pipeline.untrusted import quoted

VERSION = 1
MOST_SOURCES = 50
MOST_CHANGES = 200
MOST_TEXT = 300


@dataclass(frozen=True)
class SourceEntry:
    """One source: ``kind`` is the name of its kind, ``options`` are the kind's own (places of a weather source, …),
    plain JSON."""

    name: str
    kind: str
    enabled: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "kind": self.kind, "enabled": self.enabled, "options": dict(self.options)}

    def with_options(self, **options: Any) -> SourceEntry:
        """The same with these options changed."""
        return replace(self, options={**self.options, **options})


@dataclass(frozen=True)
class Change:
    """One line of the configuration's history; ``edit`` is what it says, where it is of a kind that is known."""

    at: datetime
    by: str
    what: str
    edit: Edit | None = None


@dataclass(frozen=True)
class SourceConfig:
    """The configuration as the lake holds it; ``etag`` None: it has never been written. Entries that nobody can read
    are kept as they are (``foreign``), one problem each, so that they stop no other source and get lost with none."""

    sources: tuple[SourceEntry, ...] = ()
    changes: tuple[Change, ...] = ()
    etag: str | None = None
    foreign: tuple[Any, ...] = ()
    problems: tuple[PipelineError, ...] = ()

    def entry(self, name: str) -> SourceEntry | None:
        """The source of that name."""
        return next((entry for entry in self.sources if entry.name == name), None)

    def with_entry(self, wanted: SourceEntry) -> SourceConfig:
        """The same with this source in its place, or at the end."""
        others = [wanted if entry.name == wanted.name else entry for entry in self.sources]
        known = any(entry.name == wanted.name for entry in self.sources)
        return replace(self, sources=tuple(others) if known else (*self.sources, wanted))

    def without(self, name: str) -> SourceConfig:
        """The same without this source."""
        return replace(self, sources=tuple(entry for entry in self.sources if entry.name != name))


@dataclass(frozen=True)
class SourceConfigs:
    """Reads and changes the configuration of one lake; ``check`` raises DataInvalid for options that a kind does not
    take. Raises what Lake raises, SchemaMismatch, DataInvalid."""

    lake: Lake
    now: Callable[[], datetime]
    check: Callable[[SourceEntry], None]
    kinds: tuple[Kind, ...] = KINDS

    def load(self) -> SourceConfig:
        """The configuration in force; an empty one when there is none yet."""
        stored = self.lake.read_json(keys.SOURCES)
        return _parse(*stored, self.kinds) if stored else SourceConfig()

    def change(self, seen: SourceConfig, wanted: SourceConfig, by: str, what: Edit | str) -> SourceConfig:
        """Write ``wanted`` if the lake still holds what was ``seen``; ``what`` was done, as an edit, or a line of text
        that the history shows as it stands. Raise DataInvalid for an invalid source, or when
        somebody else was faster (fact ``situation``: "sources_changed")."""
        if len(wanted.sources) > MOST_SOURCES:
            raise DataInvalid(f"more than {MOST_SOURCES} sources", record=keys.SOURCES, field="sources")
        for entry in wanted.sources:
            # What stood there before is its own source's trouble, not this change's.
            if entry not in seen.sources:
                _require_own_name(entry, kind_of(self.kinds, entry.kind))
                self.check(entry)
        edit = what if isinstance(what, Edit) else None
        change = Change(self.now(), by[:MOST_TEXT], str(what)[:MOST_TEXT], edit)
        written = replace(wanted, changes=(change, *seen.changes)[:MOST_CHANGES])
        try:
            return replace(written, etag=self.lake.write_json(keys.SOURCES, _plain(written), seen.etag))
        except Conflict as error:
            text = f"{keys.SOURCES} was changed by somebody else meanwhile"
            facts = {"record": keys.SOURCES, "field": "sources", "situation": "sources_changed"}
            raise DataInvalid(text, **facts) from error


def _plain(config: SourceConfig) -> dict[str, Any]:
    sources = [*(entry.to_json() for entry in config.sources), *config.foreign]
    return {"version": VERSION, "sources": sources, "changes": list(map(_plain_change, config.changes))}


def _plain_change(change: Change) -> dict[str, Any]:
    line = {"at": utc_text(change.at), "by": change.by, "what": change.what}
    return line | ({"edit": change.edit.to_json()} if change.edit else {})


def _parse(raw: Any, etag: str, kinds: tuple[Kind, ...]) -> SourceConfig:
    try:
        if raw["version"] != VERSION or not isinstance(raw["sources"], list):
            raise ValueError(f"version {raw['version']!r:.40}")
        changes = tuple(_changes(raw.get("changes") or ()))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _mismatch(f"{type(error).__name__} {error}", f"sources, version {VERSION}", raw) from error
    known: dict[str, SourceEntry] = {}
    foreign, problems = [], []
    for one in raw["sources"]:
        try:
            entry = _entry(one, kinds)
            if entry.name in known or len(known) == MOST_SOURCES:
                raise ValueError("there twice" if entry.name in known else f"more than {MOST_SOURCES} sources")
            known[entry.name] = entry
        except (KeyError, TypeError, ValueError, AttributeError, PipelineError) as error:
            foreign.append(one)
            problems.append(_mismatch(f"{type(error).__name__} {error}", "a source", one))
    return SourceConfig(tuple(known.values()), changes, etag, tuple(foreign), tuple(problems))


def _changes(raw: Iterable[Any]) -> Iterator[Change]:
    for one in raw:
        try:
            by, what = str(one["by"])[:MOST_TEXT], str(one["what"])[:MOST_TEXT]
            yield Change(parse_utc(one["at"]), by, what, Edit.from_json(one.get("edit")))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            # A line of the history that nobody can read stops no source.
            continue


def _entry(raw: dict[str, Any], kinds: tuple[Kind, ...]) -> SourceEntry:
    kind = kind_of(kinds, raw["kind"])
    name = keys.valid_source(raw["name"]) if kind.has_days else keys.valid_table(raw["name"])
    entry = SourceEntry(name, kind.name, raw["enabled"] is True, dict(raw.get("options") or {}))
    _require_own_name(entry, kind)
    return entry


def _require_own_name(entry: SourceEntry, kind: Kind) -> None:
    # A kind's data stand under the kind's name: two of one kind would write over each other.
    if kind.has_days and entry.name != kind.name:
        text = f"a source of the kind {kind.name} is called {kind.name}, not {entry.name!r:.60}"
        raise DataInvalid(text, record=keys.SOURCES, field="name")


def _mismatch(why: str, expected: str, raw: Any) -> SchemaMismatch:
    text = f"{keys.SOURCES}: not a configuration of sources: {why}"
    return SchemaMismatch(text, key=keys.SOURCES, expected=expected, found=quoted(raw))
