"""What definitions were before: one small object a report in the lake, newest first, whoever changes it at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from pipeline.clock import parse_utc, utc_text
from pipeline.console.reports.told import Earlier
from pipeline.errors import ExternalApiDown, SchemaMismatch
from pipeline.lake.bucket import MAX_SMALL_OBJECT, Conflict, Lake
from pipeline.lake.report_keys import past_key
from pipeline.untrusted import quoted

FORMAT: Final = 1
# Older ones have only the bucket's own versions.
MOST_EARLIER: Final = 50
TRIES: Final = 5
# Of an author and of a version, which has at most 1,024 bytes.
_LONGEST_NAME: Final = 320 + 1024
# Bytes of the object that are no definition.
_AROUND: Final = 100


@dataclass(frozen=True)
class Noted:
    """What a definition was, and the version of its object: the same text may have been written twice in a second."""

    was: Earlier
    version: str = ""

    def same(self, other: Noted) -> bool:
        """Whether both are one writing. Where a bucket keeps no versions, text, time and author say so."""
        return self.version == other.version if self.version or other.version else self.was == other.was


@dataclass(frozen=True)
class Past:
    """The past of one lake's definitions. Raises what Lake raises; DataInvalid (``report_name``)."""

    lake: Lake

    def of(self, name: str) -> tuple[Noted, ...]:
        """What a definition was, newest first. Raise SchemaMismatch (``report_past_unread``) for another object."""
        stored = self.lake.read_json(past_key(name))
        return _noted(stored[0], past_key(name)) if stored else ()

    def add(self, name: str, wanted: Noted) -> None:
        """Note what is about to be changed, once. An object that holds no past is written over: the bucket keeps it,
        and nobody's change waits for it. Raise ExternalApiDown when others were faster each time."""
        key = past_key(name)
        for _ in range(TRIES):
            known, etag = self._known(name)
            if any(map(wanted.same, known)):
                return
            try:
                self.lake.write_json(key, _object([wanted, *known]), etag)
            except Conflict:
                continue
            return
        raise ExternalApiDown(f"{key} was changed by others {TRIES} times meanwhile", provider="S3")

    def _known(self, name: str) -> tuple[tuple[Noted, ...], str | None]:
        key = past_key(name)
        try:
            stored = self.lake.read_json(key)
            return (_noted(stored[0], key), stored[1]) if stored else ((), None)
        except SchemaMismatch:
            held = self.lake.head(key)
            return (), held.etag if held else None


def _object(entries: Sequence[Noted]) -> dict[str, Any]:
    """As many as can be read again, the newest first: a definition may be half a million characters."""
    kept, room = list[dict[str, Any]](), MAX_SMALL_OBJECT - _AROUND
    for raw in map(_raw, entries[:MOST_EARLIER]):
        size = len(orjson.dumps(raw)) + 1
        if size <= room:
            kept.append(raw)
            room -= size
    return {"format": FORMAT, "earlier": kept}


def _raw(one: Noted) -> dict[str, Any]:
    at = utc_text(one.was.changed_at) if one.was.changed_at else None
    return {"changed_at": at, "changed_by": one.was.changed_by, "version": one.version, "text": one.was.text}


def _noted(raw: Any, key: str) -> tuple[Noted, ...]:
    try:
        return tuple(_each(raw))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        expected, found = f"earlier definitions, format {FORMAT}", quoted(raw)
        text = f"{key} holds no earlier definitions: {quoted(str(error), 200)}"
        raise SchemaMismatch(text, situation="report_past_unread", key=key, expected=expected, found=found) from error


def _each(raw: dict[str, Any]) -> Iterator[Noted]:
    if raw["format"] != FORMAT or len(raw["earlier"]) > MOST_EARLIER:
        raise ValueError(f"format {quoted(raw['format'])}, {len(raw['earlier'])} definitions")
    for one in raw["earlier"]:
        text, at, by, version = one["text"], one["changed_at"], one["changed_by"], one["version"]
        if not all(isinstance(each, str) for each in (text, by, version)) or len(by) + len(version) > _LONGEST_NAME:
            raise ValueError("a text is none")
        yield Noted(Earlier(text, parse_utc(at) if at else None, by), version)
