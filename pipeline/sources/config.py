"""Which sources there are, and whether they are on: one small object in the lake, changed by compare-and-set.

It keeps who changed what and when; a change that somebody else was faster with is refused, never overwritten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, get_args

from pipeline.clock import parse_utc, utc_text
from pipeline.errors import DataInvalid, PipelineError, SchemaMismatch
from pipeline.lake import keys
from pipeline.lake.bucket import Conflict, Lake
from pipeline.sources.edit import Edit
from pipeline.untrusted import quoted

Kind = Literal["table", "weather", "air-quality", "google-health"]
VERSION = 1
MOST_SOURCES = 50
MOST_CHANGES = 200
MOST_TEXT = 300


@dataclass(frozen=True)
class SourceEntry:
    """One source: ``options`` are its kind's own (places of a weather source, …), plain JSON."""

    name: str
    kind: Kind
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


class SourceConfigs:
    """Reads and changes the configuration of one lake. Raises what Lake raises, SchemaMismatch, DataInvalid."""

    def __init__(self, lake: Lake, now: Callable[[], datetime], check: Callable[[SourceEntry], None]) -> None:
        self._lake, self._now, self._check = lake, now, check

    def load(self) -> SourceConfig:
        """The configuration in force; an empty one when there is none yet."""
        stored = self._lake.read_json(keys.SOURCES)
        return _parse(stored[0], stored[1]) if stored else SourceConfig()

    def change(self, seen: SourceConfig, wanted: SourceConfig, by: str, what: Edit | str) -> SourceConfig:
        """Write ``wanted`` if the lake still holds what was ``seen``; ``what`` was done, as an edit, or a line of text
        that the history shows as it stands. Raise DataInvalid for an invalid source, or when
        somebody else was faster (fact ``situation``: "sources_changed")."""
        if len(wanted.sources) > MOST_SOURCES:
            raise DataInvalid(f"more than {MOST_SOURCES} sources", record=keys.SOURCES, field="sources")
        for entry in wanted.sources:
            # What stood there before is its own source's trouble, not this change's.
            if entry not in seen.sources:
                _require_own_name(entry)
                self._check(entry)
        edit = what if isinstance(what, Edit) else None
        change = Change(self._now(), by[:MOST_TEXT], str(what)[:MOST_TEXT], edit)
        written = replace(wanted, changes=(change, *seen.changes)[:MOST_CHANGES])
        try:
            return replace(written, etag=self._lake.write_json(keys.SOURCES, _plain(written), seen.etag))
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


def _parse(raw: Any, etag: str) -> SourceConfig:
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
            entry = _entry(one)
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


def _entry(raw: dict[str, Any]) -> SourceEntry:
    if raw["kind"] not in get_args(Kind):
        raise ValueError(f"kind {raw['kind']!r:.40}")
    name = keys.valid_table(raw["name"]) if raw["kind"] == "table" else keys.valid_source(raw["name"])
    entry = SourceEntry(name, raw["kind"], raw["enabled"] is True, dict(raw.get("options") or {}))
    _require_own_name(entry)
    return entry


def _require_own_name(entry: SourceEntry) -> None:
    # A kind's data stand under the kind's name: two of one kind would write over each other.
    if entry.kind not in {"table", entry.name}:
        text = f"a source of the kind {entry.kind} is called {entry.kind}, not {entry.name!r:.60}"
        raise DataInvalid(text, record=keys.SOURCES, field="name")


def _mismatch(why: str, expected: str, raw: Any) -> SchemaMismatch:
    text = f"{keys.SOURCES}: not a configuration of sources: {why}"
    return SchemaMismatch(text, key=keys.SOURCES, expected=expected, found=quoted(raw))
